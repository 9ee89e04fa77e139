"""The numbers behind each figure as a small table, for those who read rather than look."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from isoglot.core import Estimate, Paradigm
from isoglot.report._select import contrasts, pick
from isoglot.report._words import (
    contrast_words,
    epoch_with_interval,
    in_order,
    language_label,
    listed,
    percent_with_interval,
    points_with_interval,
    stage_words,
)

NOT_ASKED: Final = "–"


class Numbers(NamedTuple):
    """A table in words: the first cell of every row is its heading."""

    head: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]


def learning_numbers(estimates: Sequence[Estimate]) -> Numbers:
    """What each language's learning comes to: at the end, on the way, and how soon."""
    columns = {
        "In context": ("in-context", "final_accuracy", percent_with_interval),
        "Fine-tuned": ("fine-tuning", "final_accuracy", percent_with_interval),
        "Area under the curve": ("fine-tuning", "area_under_curve", percent_with_interval),
        "First epoch at 80%": ("fine-tuning", "first_epoch_at_80", epoch_with_interval),
    }
    found = {
        title: {
            each.languages["taught"]: words(each)
            for each in pick(estimates, "effectiveness", measure)
            if each.paradigm == paradigm
        }
        for title, (paradigm, measure, words) in columns.items()
    }
    shown = {title: cells for title, cells in found.items() if cells}
    return Numbers(
        head=("Language", *shown),
        body=tuple(
            (language_label(code), *(cells.get(code, NOT_ASKED) for cells in shown.values()))
            for code in in_order(code for cells in shown.values() for code in cells)
        ),
    )


def transfer_numbers(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> Numbers:
    """Languages taught by languages asked."""
    shown = pick(estimates, "transfer", "accuracy", paradigm=paradigm)
    cells = {(e.languages["taught"], e.languages["asked"]): percent_with_interval(e) for e in shown}
    columns = in_order(asked for _, asked in cells)
    return Numbers(
        head=("Taught in", *columns),
        body=tuple(
            (language_label(row), *(cells.get((row, column), NOT_ASKED) for column in columns))
            for row in in_order(taught for taught, _ in cells)
        ),
    )


def gap_numbers(estimates: Sequence[Estimate]) -> Numbers:
    """One row a contrast, model and paradigm."""
    return Numbers(
        head=("Compared", "Learned by", "High-resource", "Low-resource", "Gap", "Facts"),
        body=tuple(
            (
                contrast_words(each),
                stage_words(each),
                listed(each.languages["high"].split(",")),
                listed(each.languages["low"].split(",")),
                points_with_interval(each),
                str(each.n_facts),
            )
            for each in contrasts(estimates)
        ),
    )
