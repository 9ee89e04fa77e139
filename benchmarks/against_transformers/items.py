"""A labelled task: what a second sentence is to a first, behind six solved examples."""

import json
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

from against_peft.facts import world_facts
from isoglot.core import Record

LABELS = ("entailment", "neutral", "contradiction")
EXAMPLES_A_LABEL = 2
ITEMS_FILE, EXAMPLES_FILE = Path("snli/snli_en600_test.json"), Path("snli/snli_en10k_train.json")
"""In the data folder of Multilingual Learner."""


class Item(Record):
    """A pair of sentences and what the second is to the first."""

    premise: str
    hypothesis: str
    answer: str

    def prompt(self) -> str:
        """The item, up to where the label begins."""
        return f"Premise: {self.premise}\nHypothesis: {self.hypothesis}\nLabel:"

    def solved(self) -> str:
        """The item with its label."""
        return f"{self.prompt()} {self.answer}\n\n"


def prompts_of_items(data: Path | None, n: int) -> tuple[str, ...]:
    """Items behind the same solved examples.

    Args:
        data: The data folder of Multilingual Learner; without it both are made of a world's facts.
        n: How many items, if there are so many.
    """
    if data is None:
        made = made_items(len(LABELS) * EXAMPLES_A_LABEL + n)
        examples = balanced(made)
        items = made[len(examples) :]
    else:
        examples, items = balanced(read_items(data / EXAMPLES_FILE)), read_items(data / ITEMS_FILE)
    context = "".join(each.solved() for each in examples)
    return tuple(context + each.prompt() for each in items[:n])


def read_items(path: Path) -> list[Item]:
    """The items of a file that have an answer; a few of those to learn from have none."""
    found = json.loads(path.read_text(encoding="utf-8"))
    names = set(Item.model_fields)
    return [
        Item.model_validate({name: each[name] for name in names})
        for each in found
        if names <= set(each)
    ]


def balanced(items: Sequence[Item]) -> list[Item]:
    """The first items of each label, the labels in turn."""
    first = [
        list(islice((each for each in items if each.answer == label), EXAMPLES_A_LABEL))
        for label in LABELS
    ]
    return [each for turn in zip(*first, strict=True) for each in turn]


def made_items(n: int) -> list[Item]:
    """Each fact of a world with three questions, the labels in turn: as long as real ones."""
    facts = world_facts(-(-n // len(LABELS)) + 1)
    return [
        Item(
            premise=fact.texts["en"].teach,
            hypothesis=facts[(number + step) % len(facts)].texts["en"].ask,
            answer=label,
        )
        for number, fact in enumerate(facts)
        for step, label in enumerate(LABELS)
    ][:n]
