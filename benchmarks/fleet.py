"""Training many adapters: the fleet against PEFT, one adapter after the other.

    python benchmarks/fleet.py [--quick] [--threads N] [--model MODEL]

`steps`: adapter-steps a second (a step is one lesson of one adapter: batch 1) of fleets of 1, 8 and
32, against PEFT's LoRA with transformers' own loss. Both train the same lessons from the same
start, and the losses of the last step are compared. The last line is JSON.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, get_peft_model

from isoglot.corpora import make_world
from isoglot.engines import ModelSpec, open_engine, resolve_model
from isoglot.engines.huggingface import HuggingFaceEngine
from isoglot.learning import Lesson, LoraRecipe
from isoglot.learning.fleet.rows import encode_lesson
from isoglot.learning.fleet.trainer import Trainee, train_fleet

LANGUAGES = ("en", "es", "zh", "sw")
TARGETS = {1: None, 8: None, 32: 5.0}


def lessons(n_facts: int) -> dict[str, list[Lesson]]:
    """The same facts in every language."""
    world = make_world(LANGUAGES, size=n_facts, seed=7)
    return {
        language: [
            Lesson(question=fact.texts[language].teach, answer=fact.texts[language].answer.text)
            for fact in world.facts
        ]
        for language in LANGUAGES
    }


def ours(engine: HuggingFaceEngine, size: int, taught: dict[str, list[Lesson]]) -> float:
    """Seconds an adapter-step of a fleet."""
    recipe = LoraRecipe(epochs=1, ask_after=(1,), dropout=0, batch_size=1)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        trainees = [
            Trainee(
                name=f"{number}",
                seed=number,
                lessons=taught[LANGUAGES[number % len(LANGUAGES)]],
                adapters={1: folder / f"{number}"},
                checkpoint=folder / f"{number}.safetensors",
            )
            for number in range(size)
        ]
        started = time.perf_counter()
        failed = train_fleet(engine, trainees, recipe, tick=lambda _: None)
        seconds = time.perf_counter() - started
    if failed:
        raise SystemExit(f"training failed: {failed}")
    return seconds / (size * len(taught["en"]))


def peft_at_batch_1(
    model: Any, engine: HuggingFaceEngine, taught: dict[str, list[Lesson]]
) -> float:
    """Seconds a step of PEFT and AdamW with the model's own loss."""
    seconds = []
    for language in LANGUAGES:
        model.train()
        parameters = [each for each in model.parameters() if each.requires_grad]
        optimizer = torch.optim.AdamW(parameters, lr=1e-3, weight_decay=0)
        started = time.perf_counter()
        for lesson in taught[language]:
            row = encode_lesson(engine, lesson)
            labels = torch.full((1, len(row.tokens)), -100)
            labels[0, row.targets] = torch.tensor([row.tokens[place] for place in row.targets])
            model(input_ids=torch.tensor([row.tokens]), labels=labels).loss.backward()
            optimizer.step()
            optimizer.zero_grad()
        seconds.append((time.perf_counter() - started) / len(taught[language]))
    return statistics.mean(seconds)


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
    fleets = {
        size: median_of(repeats, lambda size=size: ours(engine, size, taught)) for size in TARGETS
    }
    config = LoraConfig(
        r=32, lora_alpha=32, lora_dropout=0, target_modules=["q_proj", "v_proj"],
        task_type="CAUSAL_LM",
    )  # fmt: skip
    peer = get_peft_model(engine.model, config)
    peft = median_of(repeats, lambda: peft_at_batch_1(peer, engine, taught))
    figures = {}
    for size, seconds in fleets.items():
        ratio = peft / seconds
        print(
            f"fleet of {size}: {1 / seconds:.2f} adapter-steps/s, PEFT {1 / peft:.2f}: {ratio:.1f}x"
        )
        figures[f"steps, fleet of {size}"] = {
            "ours": 1 / seconds, "peer": 1 / peft, "ratio": ratio, "target": TARGETS[size],
        }  # fmt: skip
    print(json.dumps({"benchmark": "fleet", "figures": figures}))


if __name__ == "__main__":
    main()
