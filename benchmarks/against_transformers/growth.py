"""How the time grows with facts in context and with questions: near the sum of both.

Were every prompt read whole, it would grow with their product. There is no peer here.
"""

import statistics
from collections.abc import Iterable, Sequence
from itertools import pairwise

import torch

from against_transformers.in_context import behind_facts
from against_transformers.part import must_be_equal, texts
from isoglot.core import Decoding, Fact, Record
from isoglot.engines.huggingface import HuggingFaceEngine
from side_by_side.figures import Figure, Findings
from side_by_side.timing import timed

TARGET = 0.5
"""Of how many times as many distinct tokens there are, over how many times as long it takes."""


class Cell(Record):
    """Some questions behind some facts.

    Attributes:
        facts: How many stand before every question.
        questions: How many.
        seconds: For all of them.
        all_tokens: Of all prompts, and what was said.
        distinct_tokens: The same, where what prompts share is counted once.
    """

    facts: int
    questions: int
    seconds: float
    all_tokens: int
    distinct_tokens: int


def measure_growth(
    engine: HuggingFaceEngine,
    world: Sequence[Fact],
    *,
    facts: Sequence[int],
    questions: Sequence[int],
    repeats: int,
    max_new_tokens: int,
) -> tuple[list[Cell], Findings]:
    """The median seconds of every number of facts with every number of questions.

    A question's answer must not depend on how many others are asked.

    Args:
        engine: Ours.
        world: The first facts stand in context, the first ones are asked about; so some questions
            are about facts that are not told.
        facts: Numbers, in rising order.
        questions: Numbers, in rising order.
        repeats: Of every measurement.
        max_new_tokens: Where an answer without an end is cut.
    """
    decoding = Decoding(max_new_tokens=max_new_tokens)
    cells, equal = [], []
    for n_facts in facts:
        prompts, drafts = behind_facts(world[:n_facts], world[: questions[-1]])
        tokens = [engine.encode(prompt) for prompt in prompts]
        before: list[str | None] = []
        for n_questions in questions:
            seconds = []
            for _ in range(repeats):
                engine.forget()
                spent, found = timed(
                    lambda asked=prompts[:n_questions], guessed=drafts[:n_questions]: (
                        engine.generate(asked, decoding=decoding, drafts=guessed)
                    )
                )
                seconds.append(spent)
            said = texts(found)
            n_said = sum(getattr(each, "tokens", 0) for each in found)
            equal += [one == other for one, other in zip(before, said, strict=False)]
            before = said
            cell = Cell(
                facts=n_facts,
                questions=n_questions,
                seconds=statistics.median(seconds),
                all_tokens=sum(map(len, tokens[:n_questions])) + n_said,
                distinct_tokens=distinct(tokens[:n_questions]) + n_said,
            )
            print(
                f"growth: {cell.questions} questions behind {cell.facts} facts: "
                f"{cell.seconds:.2f} s, {cell.distinct_tokens} distinct tokens of "
                f"{cell.all_tokens}",
                flush=True,
            )
            cells.append(cell)
    share = statistics.mean(equal) if equal else 1.0
    exact = engine.model.dtype == torch.float32
    figures = (*map(_figure, cells), _growth(cells[0], cells[-1], share))
    return cells, Findings(figures=figures, same_answers=must_be_equal(share, exact=exact))


def distinct(prompts: Iterable[Sequence[int]]) -> int:
    """How many tokens have to be read where every shared beginning is read once."""
    rows = sorted(map(tuple, prompts))
    again = sum(_alike(one, other) for one, other in pairwise(rows))
    return sum(map(len, rows)) - again


def _alike(one: Sequence[int], other: Sequence[int]) -> int:
    shorter = min(len(one), len(other))
    return next((place for place in range(shorter) if one[place] != other[place]), shorter)


def _figure(cell: Cell) -> Figure:
    return Figure(
        name=f"seconds of {cell.questions} questions behind {cell.facts} facts", ours=cell.seconds
    )


def _growth(least: Cell, most: Cell, equal: float) -> Figure:
    """From the least to the most: how the time has grown, and the distinct tokens."""
    longer = most.seconds / least.seconds
    more = most.distinct_tokens / least.distinct_tokens
    print(
        f"growth from the first to the last: {longer:.1f} times as long with {more:.1f} times as "
        f"many distinct tokens and {most.all_tokens / least.all_tokens:.1f} times as many in all; "
        f"same answers: {equal:.1%}",
        flush=True,
    )
    return Figure(
        name=f"growth of seconds from {least.questions} questions behind {least.facts} facts to "
        f"{most.questions} behind {most.facts}; for peer, that of distinct tokens",
        ours=longer,
        peer=more,
        ratio=more / longer,
        target=TARGET,
        equal_answers=equal,
    )
