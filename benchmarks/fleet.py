"""Training many adapters: the fleet against PEFT, one adapter after the other.

    python benchmarks/fleet.py [--quick] [--threads N] [--model MODEL]

Adapter-steps a second (a step is one lesson of one adapter: batch 1) of fleets of 1, 8 and 32,
against PEFT's LoRA with transformers' own loss. Both go through the same lessons; before that both
train one adapter from the same start, and what it answers must be the same. The last line is JSON.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from peft import PeftModel

from isoglot.core import Decoding
from isoglot.corpora import make_world
from isoglot.engines import ModelSpec, open_engine, resolve_model
from isoglot.engines.huggingface import HuggingFaceEngine, LoraShape, find_modules
from isoglot.learning import Lesson, LoraRecipe, ask_prompt
from isoglot.learning.fleet.checkpoint import save_adapter
from isoglot.learning.fleet.rows import encode_lesson
from isoglot.learning.fleet.trainer import Trainee, initial_weights, train_fleet

LANGUAGES = ("en", "es", "zh", "sw")
TARGETS = {1: None, 8: None, 32: 5.0}
RECIPE = LoraRecipe(epochs=1, ask_after=(1,), dropout=0, batch_size=1)


def lessons(n_facts: int) -> list[list[Lesson]]:
    """The same facts in every language."""
    world = make_world(LANGUAGES, size=n_facts, seed=7)
    return [
        [
            Lesson(question=fact.texts[language].teach, answer=fact.texts[language].answer.text)
            for fact in world.facts
        ]
        for language in LANGUAGES
    ]


def trainee(folder: Path, number: int, taught: Sequence[Lesson]) -> Trainee:
    """An adapter of one epoch."""
    name = f"adapter-{number}"
    return Trainee(name, number, taught, {1: folder / name}, folder / f"{name}.safetensors")


def fleet_step(engine: HuggingFaceEngine, size: int, taught: Sequence[Sequence[Lesson]]) -> float:
    """Seconds an adapter-step of a fleet."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fleet = [trainee(folder, each, taught[each % len(taught)]) for each in range(size)]
        started = time.perf_counter()
        if failed := train_fleet(engine, fleet, RECIPE, tick=lambda _: None):
            raise SystemExit(f"training failed: {failed}")
        return (time.perf_counter() - started) / (size * len(taught[0]))


def peft_step(model: Any, engine: HuggingFaceEngine, taught: Sequence[Lesson]) -> float:
    """Seconds a step of PEFT and AdamW with the model's own loss, at batch 1."""
    parameters = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=RECIPE.learning_rate, weight_decay=0)
    started = time.perf_counter()
    for lesson in taught:
        row = encode_lesson(engine, lesson)
        labels = torch.full((1, len(row.tokens)), -100)
        labels[0, row.targets] = torch.tensor([row.tokens[place] for place in row.targets])
        model(input_ids=torch.tensor([row.tokens]), labels=labels).loss.backward()
        optimizer.step()
        optimizer.zero_grad()
    return (time.perf_counter() - started) / len(taught)


def by_the_fleet(engine: HuggingFaceEngine, taught: Sequence[Lesson], start: Path) -> list[str]:
    """What an adapter answers after one epoch; the weights it began with go to `start`."""
    with tempfile.TemporaryDirectory() as name:
        one = trainee(Path(name), 0, taught)
        train_fleet(engine, [one], RECIPE, tick=lambda _: None)
        modules = find_modules(engine.model, RECIPE.target_modules, model_name=engine.name)
        shape = LoraShape(modules, RECIPE.rank, RECIPE.alpha)
        save_adapter(
            start, initial_weights(engine.model, shape, one.stream("start")), shape=shape,
            dropout=0, base=engine.name, targets=RECIPE.target_modules, transposed=False,
        )  # fmt: skip
        return answers(engine, taught, one.adapters[1])


def by_peft(engine: HuggingFaceEngine, model: Any, taught: Sequence[Lesson]) -> list[str]:
    """What PEFT's adapter answers after the same epoch."""
    order = np.random.default_rng(trainee(Path(), 0, taught).stream("order 1"))
    peft_step(model, engine, [taught[index] for index in order.permutation(len(taught))])
    return answers(engine, taught, None)


def answers(engine: HuggingFaceEngine, taught: Sequence[Lesson], adapter: Path | None) -> list[str]:
    """One a lesson; without an adapter by the model as it is now."""
    prompts = [ask_prompt(lesson.question) for lesson in taught]
    found = engine.generate(
        prompts, decoding=Decoding(max_new_tokens=8), adapters=[adapter] * len(prompts)
    )
    return [each.model_dump_json(include={"text", "message"}) for each in found]


def median_of(repeats: int, measure: Callable[[], float]) -> float:
    """The median of several measurements."""
    return statistics.median(measure() for _ in range(repeats))


def main() -> None:
    """Measures, prints a line a figure, and JSON at the end."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a slice, within five minutes")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--model", default="bundled/gemma-3-270m")
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    spec = ModelSpec(name=arguments.model, dtype="float32")
    engine = open_engine(spec, resolve_model(spec))
    if not isinstance(engine, HuggingFaceEngine):
        raise SystemExit(f"{arguments.model} can't be trained here")
    repeats = 1 if arguments.quick else 5
    taught = lessons(2 if arguments.quick else 8)
    ours = {}
    for size in TARGETS:
        ours[size] = median_of(repeats, lambda size=size: fleet_step(engine, size, taught))
    with tempfile.TemporaryDirectory() as name:
        expected = by_the_fleet(engine, taught[0], Path(name) / "start")
        peer = PeftModel.from_pretrained(engine.model, Path(name) / "start", is_trainable=True)
    same = by_peft(engine, peer, taught[0]) == expected
    theirs = statistics.mean(
        median_of(repeats, lambda each=each: peft_step(peer, engine, each)) for each in taught
    )
    figures = {}
    for size, seconds in ours.items():
        ratio = theirs / seconds
        print(
            f"fleet of {size}: {1 / seconds:.2f} adapter-steps a second, PEFT {1 / theirs:.2f}: "
            f"{ratio:.1f} times as many"
        )
        figures[f"adapter-steps a second, fleet of {size}"] = {
            "ours": 1 / seconds, "peer": 1 / theirs, "ratio": ratio, "target": TARGETS[size],
        }  # fmt: skip
    print(json.dumps({"benchmark": "fleet", "figures": figures, "same_answers": same}))


if __name__ == "__main__":
    main()
