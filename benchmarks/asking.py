"""Asking: isoglot's engine against the ways of research scripts, in one process.

    python benchmarks/asking.py [--quick] [--only PART] [--threads N] [--repeats N] [--data FOLDER]

in-context: questions behind a hundred facts, against a pipeline that is asked one at a time.
labels: a labelled task behind six examples, against one forward pass an item.
adapters: two hundred probes of each of eight adapters, against `generate`, an adapter at a time.

Whether both ways gave the same texts or scores is said. Medians of several repeats of each, taken
in turn; the last line is JSON.
"""

import argparse
import tempfile
from pathlib import Path
from typing import Any

import torch

from against_peft.alike import by_the_fleet, trainee
from against_peft.facts import lessons, world_facts
from against_peft.peer import Asker, plain_model
from against_transformers.adapters import BatchedPeer, measure_adapters
from against_transformers.in_context import drafts_of, measure_in_context
from against_transformers.label_words import (
    LABELS,
    Item,
    WholePeer,
    few_shot,
    measure_label_words,
    read_items,
)
from isoglot.core import Record
from isoglot.engines import ModelSpec, open_engine, resolve_model
from isoglot.engines.huggingface import HuggingFaceEngine
from isoglot.learning import LoraRecipe, ask_prompt
from side_by_side.figures import Findings, last_line

PARTS = ("in-context", "labels", "adapters")
MAX_NEW_TOKENS = 16


class Size(Record):
    """How much is asked."""

    facts: int
    items: int
    adapters: int
    probes: int
    asked_of_peer: int
    repeats: int


WHOLE = Size(facts=100, items=600, adapters=8, probes=200, asked_of_peer=20, repeats=5)
QUICK = Size(facts=12, items=24, adapters=2, probes=8, asked_of_peer=2, repeats=1)


def main() -> None:
    """Measures, prints a line a part, and JSON at the end."""
    options = parse()
    torch.set_num_threads(options.threads)
    size = QUICK if options.quick else WHOLE
    if options.repeats:
        size = size.model_copy(update={"repeats": options.repeats})
    spec = ModelSpec(name=options.model, dtype="float32")
    engine = open_engine(spec, resolve_model(spec))
    if not isinstance(engine, HuggingFaceEngine):
        raise SystemExit(f"--model: {options.model} is no model of transformers")
    plain = plain_model(spec, engine.model)
    measured = {
        "in-context": lambda: in_context(engine, plain, size),
        "labels": lambda: labels(engine, plain, size, options.data),
        "adapters": lambda: adapters(engine, plain, size),
    }
    parts = [measured[name]() for name in PARTS if options.only in (None, name)]
    print(last_line("asking", parts))


def parse() -> argparse.Namespace:
    """The options."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a slice, within five minutes")
    parser.add_argument("--only", choices=PARTS, help="one part")
    parser.add_argument("--threads", type=int, default=2, help="of the processor (default: 2)")
    parser.add_argument("--repeats", type=int, help="of every measurement")
    parser.add_argument("--model", default="bundled/gemma-3-270m", help="a model string")
    parser.add_argument(
        "--data", type=Path, help="a folder with the SNLI files of Multilingual Learner"
    )
    return parser.parse_args()


def in_context(engine: HuggingFaceEngine, plain: Any, size: Size) -> Findings:
    """Questions behind all facts of a world."""
    facts = world_facts(size.facts)
    ask = Asker(plain, engine.tokenizer, max_new_tokens=MAX_NEW_TOKENS)
    return measure_in_context(
        engine,
        ask,
        facts,
        n_questions=size.facts,
        n_asked_of_peer=size.asked_of_peer,
        repeats=size.repeats,
        max_new_tokens=MAX_NEW_TOKENS,
    )


def labels(engine: HuggingFaceEngine, plain: Any, size: Size, data: Path | None) -> Findings:
    """A labelled task: the data set's, or without it one made of a world's facts."""
    items = _items(data, size.items + 6)
    words = [[label] for label in LABELS]
    return measure_label_words(
        engine,
        WholePeer(plain, engine, words),
        few_shot(items[:6], items[6:]),
        labels=words,
        n_asked_of_peer=size.asked_of_peer,
        repeats=size.repeats,
    )


def _items(data: Path | None, n: int) -> list[Item]:
    if data is not None:
        return read_items(data / "snli_en600_test.json")[:n]
    facts = world_facts((n + 2) // 3)
    return [
        Item(
            premise=fact.texts["en"].teach,
            hypothesis=other.texts["en"].ask,
            answer=LABELS[place % 3],
        )
        for place, (fact, other) in enumerate(
            (fact, facts[(index + step) % len(facts)])
            for index, fact in enumerate(facts)
            for step in range(3)
        )
    ][:n]


def adapters(engine: HuggingFaceEngine, plain: Any, size: Size) -> Findings:
    """Probes of adapters that were each taught a few facts."""
    facts = world_facts(size.probes)
    recipe = LoraRecipe(epochs=1, ask_after=(1,), dropout=0, batch_size=1)
    taught = list(lessons(8).values())
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folders = [
            by_the_fleet(
                engine,
                trainee(folder / str(n), n, taught[n % len(taught)], epochs=1),
                recipe,
                start=folder / f"start{n}",
            )
            for n in range(size.adapters)
        ]
        peer = BatchedPeer(plain, engine.tokenizer, folders, max_new_tokens=MAX_NEW_TOKENS)
        return measure_adapters(
            engine,
            peer,
            folders,
            [ask_prompt(fact.texts["en"].ask) for fact in facts],
            drafts_of(facts, "en", len(facts)),
            repeats=size.repeats,
            max_new_tokens=MAX_NEW_TOKENS,
        )


if __name__ == "__main__":
    main()
