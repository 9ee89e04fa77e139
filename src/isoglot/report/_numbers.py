"""The numbers behind each figure as a small table, for those who read rather than look."""

from collections.abc import Mapping, Sequence
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


def by_language(heading: str, columns: Mapping[str, Mapping[str, str]]) -> Numbers:
    """One row a language that any column has a cell for, in the order of the known languages.

    Args:
        heading: Of the column with the languages.
        columns: By their headings, the cells by language code.
    """
    return Numbers(
        head=(heading, *columns),
        body=tuple(
            (language_label(code), *(cells.get(code, NOT_ASKED) for cells in columns.values()))
            for code in in_order(code for cells in columns.values() for code in cells)
        ),
    )


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
    return by_language("Language", {title: cells for title, cells in found.items() if cells})


def transfer_numbers(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> Numbers:
    """Languages taught by languages asked."""
    shown = pick(estimates, "transfer", "accuracy", paradigm=paradigm)
    columns: dict[str, dict[str, str]] = {
        asked: {} for asked in in_order(each.languages["asked"] for each in shown)
    }
    for each in shown:
        columns[each.languages["asked"]][each.languages["taught"]] = percent_with_interval(each)
    return by_language("Taught in", columns)


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
