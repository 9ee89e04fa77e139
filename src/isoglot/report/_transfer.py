"""The transfer heatmap: taught in one language, asked in another."""

import math
from collections.abc import Mapping, Sequence, Sized
from typing import Any, Final

import altair as alt

from isoglot.core import Estimate, Paradigm
from isoglot.report._language_axis import language_axis, language_places, place_scale
from isoglot.report._palette import INK, NO_DATA, SHARE_RAMP, ink_on_share
from isoglot.report._select import of_one_model, pick
from isoglot.report._theme import Width, finished, inline
from isoglot.report._words import (
    PARADIGM_WORDS,
    in_order,
    language_label,
    percent_with_interval,
    whole_percent,
)

# With more languages than this, cells and labels are set smaller.
_FEW: Final = 8
# Around every cell, in cells.
_MARGIN: Final = 0.015


def draw_transfer(
    estimates: Sequence[Estimate], *, paradigm: Paradigm, width: Width | None = None
) -> alt.LayerChart | None:
    """Accuracy for every pair of languages: taught in the row's, asked in the column's.

    Languages go from the high tier to the low with a gap between tiers. The colour scale is always
    0 to 100%, so two of these charts can be compared. A pair that was not asked, or that has no
    answers, is grey with a dash.

    Args:
        estimates: Of one model; those that it does not draw are ignored.
        paradigm: Which one to draw.
        width: Of the plot in pixels, or "container"; left out, it follows from the languages.

    Returns:
        The chart, or `None` where nothing was asked.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    drawn = pick(estimates, "transfer", "accuracy", paradigm=paradigm)
    if all(math.isnan(each.value) for each in drawn):
        return None
    rows = language_places(in_order(each.languages["taught"] for each in drawn))
    columns = language_places(in_order(each.languages["asked"] for each in drawn))
    elsewhere = pick(estimates, "transfer", "wrong_language", paradigm=paradigm)
    cells = _cells(drawn, elsewhere, rows, columns)
    return finished(
        _layers(cells, rows, columns),
        width=width or _cell_size(columns)[0] * len(columns),
        height=_cell_size(rows)[1] * len(rows),
        description=(
            f"Heatmap, {PARADIGM_WORDS[paradigm].lower()}: facts answered right, in percent, by "
            "the language they were taught in (rows) and asked in (columns). Asked as taught: "
            + "; ".join(f"{cell['asked']} {cell['accuracy']}" for cell in cells if cell["own"])
            + "."
        ),
    )


def least_width(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> int:
    """Pixels below which the labels of the heatmap would run into each other; then it scrolls."""
    drawn = pick(estimates, "transfer", "accuracy", paradigm=paradigm)
    columns = {each.languages["asked"] for each in drawn}
    return 130 + (52 if len(columns) <= _FEW else 30) * len(columns)


def _cell_size(languages: Sized) -> tuple[int, int]:
    """The width and height of a cell in pixels."""
    return (72, 52) if len(languages) <= _FEW else (34, 28)


def _cells(
    drawn: Sequence[Estimate],
    elsewhere: Sequence[Estimate],
    rows: Mapping[str, float],
    columns: Mapping[str, float],
) -> list[dict[str, Any]]:
    found = {_pair(each): each for each in drawn if not math.isnan(each.value)}
    in_other_language = {_pair(each): percent_with_interval(each) for each in elsewhere}
    cells = []
    for taught, top in rows.items():
        for asked, left in columns.items():
            each = found.get((taught, asked))
            cells.append(
                {
                    "taught": language_label(taught),
                    "asked": language_label(asked),
                    "left": left + _MARGIN,
                    "right": left + 1 - _MARGIN,
                    "top": top + _MARGIN,
                    "bottom": top + 1 - _MARGIN,
                    "middle": left + 0.5,
                    "centre": top + 0.5,
                    "value": each.value if each else None,
                    "text": whole_percent(each.value) if each else "–",
                    "ink": ink_on_share(each.value) if each else INK,
                    "own": taught == asked,
                    "accuracy": percent_with_interval(each) if each else "no answers",
                    "elsewhere": in_other_language.get((taught, asked), "no answers"),
                    "facts": each.n_facts if each else 0,
                }
            )
    return cells


def _pair(each: Estimate) -> tuple[str, str]:
    return each.languages["taught"], each.languages["asked"]


def _layers(
    cells: list[dict[str, Any]], rows: Mapping[str, float], columns: Mapping[str, float]
) -> list[alt.Chart]:
    few = len(columns) <= _FEW
    base = alt.Chart(inline(cells))
    cell = base.encode(
        x=alt.X(
            "left:Q",
            title="Asked in",
            scale=place_scale(columns),
            axis=language_axis(columns, orient="top", two_lines=few, angle=0 if few else -45),
        ),
        x2="right:Q",
        y=alt.Y(
            "top:Q",
            title="Taught in",
            scale=place_scale(rows, downwards=True),
            axis=language_axis(rows, orient="left"),
        ),
        y2="bottom:Q",
        tooltip=[
            alt.Tooltip("taught:N", title="Taught in"),
            alt.Tooltip("asked:N", title="Asked in"),
            alt.Tooltip("accuracy:N", title="Right [95% interval]"),
            alt.Tooltip("elsewhere:N", title="Right, but in another language"),
            alt.Tooltip("facts:Q", title="Facts"),
        ],
    )
    squares = cell.mark_rect(cornerRadius=2).encode(color=_share_colour())
    unasked = cell.transform_filter("datum.value === null").mark_rect(cornerRadius=2, color=NO_DATA)
    own = cell.transform_filter("datum.own").mark_rect(
        filled=False, stroke=INK, strokeWidth=1.5, cornerRadius=2
    )
    # No tooltip of their own: the cell below has it.
    numbers = base.mark_text(fontSize=15 if few else 11, tooltip=None).encode(
        x="middle:Q", y="centre:Q", text="text:N", color=alt.Color("ink:N", scale=None)
    )
    return [squares, unasked, own, numbers]


def _share_colour() -> alt.Color:
    return alt.Color(
        "value:Q",
        title="Facts answered right",
        scale=alt.Scale(domain=[0, 1], range=list(SHARE_RAMP), interpolate="lab", clamp=True),
        legend=alt.Legend(
            format=".0%",
            values=[0, 0.25, 0.5, 0.75, 1],
            orient="bottom",
            gradientLength=220,
            gradientThickness=10,
        ),
    )
