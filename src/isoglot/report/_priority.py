"""Whose side a model takes where two languages contradict each other, pair by pair."""

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import altair as alt

from isoglot.core import Estimate, Paradigm, get_language
from isoglot.report._key import KeyItem, key_layers
from isoglot.report._numbers import NOT_ASKED, Numbers, by_language
from isoglot.report._palette import INK, MUTED, NO_DATA, SIDE_TINTS, TIER_COLOURS, TIER_INKS
from isoglot.report._select import of_one_model, pick
from isoglot.report._theme import PLOT_WIDTH, Width, finished, inline, pixel_row
from isoglot.report._words import (
    PARADIGM_WORDS,
    in_order,
    language_label,
    percent,
    percent_with_interval,
)

_SHADE: Final = 1
# In pixels: a row, its bar, and the thin bar below it.
_ROW: Final = 32
_BAR: Final = 15
_THIN: Final = 4
# The least width of a bar, with the room around the languages' names and for what took no side.
_LEAST_BAR: Final = 275
# What the axis takes between the key and the rows.
_AXIS_ROOM: Final = 16
_LETTER: Final = 6.2
_UNDECIDED_INK: Final = "#8a939c"
_DARK: Final = "#3f4953"
_LIGHT: Final = "#d8dde2"


class Pair(NamedTuple):
    """What two languages that contradict each other came to under one paradigm.

    Attributes:
        preference: The share with the first, among the answers that took a side.
        as_assigned: The same where the first was taught the answers, and where their rivals.
        undecided: The share of answers that took neither side.
    """

    first: str
    other: str
    preference: Estimate
    as_assigned: dict[str, Estimate]
    undecided: Estimate | None


def pairs(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> list[Pair]:
    """All pairs, from the most for the first language to the least, undecided ones last."""
    assigned: dict[tuple[str, str], dict[str, Estimate]] = {}
    for each in pick(estimates, "priority", "preference_as_assigned", paradigm=paradigm):
        assigned.setdefault(_codes(each), {})[each.languages["gives"]] = each
    undecided = {
        _codes(each): each for each in pick(estimates, "priority", "undecided", paradigm=paradigm)
    }
    found = [
        Pair(*_codes(each), each, assigned.get(_codes(each), {}), undecided.get(_codes(each)))
        for each in pick(estimates, "priority", "pair_preference", paradigm=paradigm)
    ]
    order = in_order(code for pair in found for code in (pair.first, pair.other))
    return sorted(
        found,
        key=lambda pair: (
            math.inf if math.isnan(pair.preference.value) else -pair.preference.value,
            order.index(pair.first),
            order.index(pair.other),
        ),
    )


def draw_priority(
    estimates: Sequence[Estimate], *, paradigm: Paradigm, width: Width = PLOT_WIDTH
) -> alt.LayerChart | None:
    """One bar a pair, parted where the first language's share ends, with its 95% interval.

    A thin bar below shows the share of all answers that took neither side.

    Args:
        estimates: Of one model; those that it does not draw are ignored.
        paradigm: Which one to draw.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where no answer took a side.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    found = pairs(estimates, paradigm=paradigm)
    if all(math.isnan(pair.preference.value) for pair in found):
        return None
    rows = [_row(pair, top=number * _ROW) for number, pair in enumerate(found)]
    height = _ROW * len(rows)
    room = round(_LETTER * max(len(row["other"]) for row in rows)) + 22
    return finished(
        [*_bars(rows, height=height), *_texts(rows, height=height, room=room), *_key()],
        width=width,
        height=height,
        description=(
            f"Stacked bars, {PARADIGM_WORDS[paradigm].lower()}: of the answers that took a side, "
            "those that sided with the first language of each pair. "
            + "; ".join(
                f"{row['first']} against {row['other']} {row['share']}, neither {row['neither']}"
                for row in rows
            )
            + "."
        ),
    )


def least_priority_width(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> int:
    """Pixels below which the bars would be too short to read; then the chart scrolls."""
    found = pairs(estimates, paradigm=paradigm)
    firsts, others = (
        max((len(language_label(code)) for code in codes), default=0)
        for codes in ([pair.first for pair in found], [pair.other for pair in found])
    )
    return round(_LETTER * (firsts + others)) + _LEAST_BAR


def pair_numbers(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> Numbers:
    """One row a pair: its preference, by what the first was taught, and what took no side."""

    def share(each: Estimate | None) -> str:
        return NOT_ASKED if each is None else _share(each)

    return Numbers(
        head=(
            "First against other",
            "Sides with the first",
            "if it was taught the answers",
            "if it was taught the rivals",
            "Neither",
            "Facts",
        ),
        body=tuple(
            (
                f"{language_label(pair.first)} against {language_label(pair.other)}",
                share(pair.preference),
                share(pair.as_assigned.get("answer")),
                share(pair.as_assigned.get("rival")),
                percent_with_interval(pair.undecided) if pair.undecided else NOT_ASKED,
                str(pair.preference.n_facts),
            )
            for pair in pairs(estimates, paradigm=paradigm)
        ),
    )


def attraction_numbers(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> Numbers:
    """What was answered before anything was taught: the answer or its rival, by language asked."""
    columns = {
        title: {
            each.languages["asked"]: percent_with_interval(each)
            for each in pick(estimates, "priority", measure, paradigm=paradigm)
        }
        for title, measure in (("The answer", "untaught_answer"), ("The rival", "untaught_rival"))
    }
    return by_language("Asked in", columns)


def _codes(each: Estimate) -> tuple[str, str]:
    return each.languages["taught"], each.languages["against"]


def _share(each: Estimate) -> str:
    return "none took a side" if math.isnan(each.value) else percent_with_interval(each)


def _row(pair: Pair, *, top: int) -> dict[str, Any]:
    each = pair.preference
    known = not math.isnan(each.value)
    neither = math.nan if pair.undecided is None else pair.undecided.value
    first, other = (get_language(code).tier for code in (pair.first, pair.other))
    return {
        "first": language_label(pair.first),
        "other": language_label(pair.other),
        "first_ink": TIER_INKS[first],
        "other_ink": TIER_INKS[other],
        "first_colour": TIER_COLOURS[first][_SHADE],
        "other_colour": SIDE_TINTS[other] if known else NO_DATA,
        "value": each.value if known else None,
        "split": each.value if known else 0,
        "low": each.low if known else None,
        "high": each.high if known else None,
        "share": _share(each),
        "answers": _share(pair.as_assigned["answer"]) if "answer" in pair.as_assigned else "–",
        "rivals": _share(pair.as_assigned["rival"]) if "rival" in pair.as_assigned else "–",
        "undecided": None if math.isnan(neither) else neither,
        "neither": percent(neither),
        "facts": each.n_facts,
        "zero": 0,
        "half": 0.5,
        "one": 1,
        "top": top + 4,
        "centre": top + 4 + _BAR / 2,
        "bottom": top + 4 + _BAR,
        "thin_top": top + 5 + _BAR,
        "thin_bottom": top + 5 + _BAR + _THIN,
    }


def _bars(rows: list[dict[str, Any]], *, height: int) -> list[alt.Chart]:
    base = alt.Chart(inline(rows)).encode(
        tooltip=[
            alt.Tooltip("first:N", title="First"),
            alt.Tooltip("other:N", title="Other"),
            alt.Tooltip("share:N", title="Sides with the first [95% interval]"),
            alt.Tooltip("answers:N", title="… if it was taught the answers"),
            alt.Tooltip("rivals:N", title="… if it was taught the rivals"),
            alt.Tooltip("neither:N", title="Neither, of all answers"),
            alt.Tooltip("facts:Q", title="Facts"),
        ]
    )
    y, y2 = pixel_row("top", height), "bottom:Q"
    first = base.mark_rect().encode(
        x=_x("zero"), x2="split:Q", y=y, y2=y2, color=alt.Color("first_colour:N", scale=None)
    )
    other = base.mark_rect().encode(
        x=_x("split"), x2="one:Q", y=y, y2=y2, color=alt.Color("other_colour:N", scale=None)
    )
    neither = base.mark_rect(color=_UNDECIDED_INK).encode(
        x=_x("zero"), x2="undecided:Q", y=pixel_row("thin_top", height), y2="thin_bottom:Q"
    )
    # A white line around each dark one, to be seen on dark and on light.
    even, whisker = (
        [
            layer.mark_rule(stroke="#ffffff", strokeWidth=wide + 2.5),
            layer.mark_rule(stroke=INK, strokeWidth=wide, strokeDash=dash),
        ]
        for layer, wide, dash in (
            (
                alt.Chart(inline([{"half": 0.5}])).encode(x=_x("half")),
                1,
                [4, 3],
            ),
            (base.encode(x=_x("low"), x2="high:Q", y=pixel_row("centre", height)), 2, []),
        )
    )
    return [first, other, neither, *even, *whisker]


def _texts(rows: list[dict[str, Any]], *, height: int, room: int) -> list[alt.Chart]:
    base = alt.Chart(inline(rows)).encode(y=pixel_row("centre", height))
    first = base.mark_text(align="right", baseline="middle", fontSize=12).encode(
        x=alt.value(-8), text="first:N", color=alt.Color("first_ink:N", scale=None)
    )
    other = base.mark_text(align="left", baseline="middle", fontSize=12, dx=8).encode(
        x=alt.value("width"),
        text="other:N",
        color=alt.Color("other_ink:N", scale=None),
    )
    edge = alt.value("width")
    right: dict[str, Any] = {
        "align": "right",
        "baseline": "middle",
        "fontSize": 12,
        "dx": room + 34,
    }
    neither = base.mark_text(**right, color=MUTED).encode(x=edge, text="neither:N")
    heading = (
        alt.Chart(inline([{"words": "neither"}]))
        .mark_text(**right, color=MUTED)
        .encode(x=edge, y=alt.value(-10), text="words:N")
    )
    none = (
        base.transform_filter("datum.value === null")
        .mark_text(align="center", baseline="middle", fontSize=12, color=INK, tooltip=None)
        .encode(x=_x("half"), text="share:N")
    )
    return [first, other, neither, heading, none]


def _key() -> list[alt.Chart]:
    # In greys: the colours are those of the languages' tiers; dark and light tell the sides.
    return key_layers(
        [
            KeyItem("with the left", "square", _DARK, _DARK),
            KeyItem("with the right", "square", _LIGHT, _LIGHT),
            KeyItem("neither", "square", _UNDECIDED_INK, _UNDECIDED_INK),
        ],
        lift=_AXIS_ROOM,
    )


def _x(field: str) -> alt.X:
    return alt.X(
        f"{field}:Q",
        title=None,
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(
            # At the top, where it is in sight however many rows there are.
            orient="top",
            format=".0%",
            values=[0, 0.25, 0.5, 0.75, 1],
            domain=False,
            ticks=False,
            grid=False,
            labelFlush=True,
        ),
    )
