"""The numbers behind each figure as a small table, for those who read rather than look."""

from collections.abc import Sequence
from typing import NamedTuple

from isoglot.core import Estimate, Paradigm
from isoglot.report._select import contrasts, pick
from isoglot.report._words import (
    contrast_words,
    in_order,
    language_label,
    listed,
    percent_with_interval,
    points_with_interval,
    stage_words,
)

_NOT_ASKED = "–"


class Numbers(NamedTuple):
    """A table in words: the first cell of every row is its heading."""

    head: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]


def curve_numbers(estimates: Sequence[Estimate], *, paradigm: Paradigm = "fine-tuning") -> Numbers:
    """Languages by epochs."""
    shown = pick(estimates, "effectiveness", "accuracy", paradigm=paradigm)
    shown = [each for each in shown if each.epoch is not None]
    cells = {(e.languages["taught"], str(e.epoch)): percent_with_interval(e) for e in shown}
    epochs = [str(epoch) for epoch in sorted({e.epoch for e in shown if e.epoch is not None})]
    codes = in_order(e.languages["taught"] for e in shown)
    return Numbers(
        head=("Language", *(f"Epoch {epoch}" for epoch in epochs)),
        body=tuple(
            (language_label(code), *(cells.get((code, epoch), _NOT_ASKED) for epoch in epochs))
            for code in codes
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
            (language_label(row), *(cells.get((row, column), _NOT_ASKED) for column in columns))
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
