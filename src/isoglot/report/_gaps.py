"""The gap chart: how far the high-resource languages are ahead of the low-resource ones."""

import math
from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from isoglot.core import Estimate
from isoglot.report._palette import INK, MUTED, TIER_INKS
from isoglot.report._select import contrasts
from isoglot.report._theme import PLOT_WIDTH, Width, finished, inline
from isoglot.report._words import contrast_words, points_with_interval, stage_words

# Heights in pixels, of which y counts: the words for a comparison, and each of its rows.
_HEADING: Final = 34
_ROW: Final = 44
_NUMBER_WIDTH: Final = 165
# The axis ends at a multiple of this on both sides, so that zero is in the middle.
_AXIS_STEP: Final = 0.25
_AXIS_TITLE: Final = "Percentage points, high- minus low-resource languages"


def draw_gaps(estimates: Sequence[Estimate], *, width: Width = PLOT_WIDTH) -> alt.LayerChart | None:
    """High-resource minus low-resource accuracy, one row a contrast and paradigm.

    A filled dot has an interval without zero; an open one can't be told apart from no gap.

    Args:
        estimates: Of any models; those that are no contrast are ignored, and of one that is known
            for several epochs the last is drawn.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where there is no contrast.
    """
    drawn = [each for each in contrasts(estimates) if not math.isnan(each.value)]
    if not drawn:
        return None
    name_models = len({each.model for each in drawn}) > 1
    headings: list[dict[str, Any]] = []
    rows: list[dict[str, Any]] = []
    height = 0
    for words in dict.fromkeys(contrast_words(each) for each in drawn):
        headings.append({"what": words, "at": height + _HEADING * 0.6})
        height += _HEADING
        for each in (each for each in drawn if contrast_words(each) == words):
            rows.append(_row(each, top=height, name_model=name_models))
            height += _ROW
    return finished(
        _layers(headings, rows, height=height, steps=_axis_steps(drawn)),
        width=width,
        height=height,
        description=(
            "Dot and interval chart: accuracy of high-resource minus low-resource languages. "
            + "; ".join(f"{row['what']} ({row['stage']}): {row['gap']}" for row in rows)
            + "."
        ),
    )


def _row(each: Estimate, *, top: int, name_model: bool) -> dict[str, Any]:
    stage = stage_words(each)
    ink = TIER_INKS["high"] if each.low > 0 else TIER_INKS["low"] if each.high < 0 else MUTED
    return {
        "what": contrast_words(each),
        "stage": f"{stage}, {each.model}" if name_model else stage,
        "gap": points_with_interval(each),
        "facts": each.n_facts,
        "value": each.value,
        "low": each.low,
        "high": each.high,
        "ink": ink,
        "fill": "#ffffff" if each.low <= 0 <= each.high else ink,
        # Words above, dot below, so that neither runs into the other on a narrow screen.
        "words_at": top + 8,
        "at": top + 26,
        "zero": 0,
        "zero_from": top + 18,
        "zero_to": top + 34,
    }


def _axis_steps(drawn: Sequence[Estimate]) -> int:
    furthest = max(abs(end) for each in drawn for end in (each.low, each.high))
    return max(1, math.ceil(furthest / _AXIS_STEP))


def _layers(
    headings: list[dict[str, Any]], rows: list[dict[str, Any]], *, height: int, steps: int
) -> list[alt.Chart]:
    reach = steps * _AXIS_STEP
    base = alt.Chart(inline(rows))
    gap = base.encode(
        x=alt.X(
            "value:Q",
            title=_AXIS_TITLE,
            scale=alt.Scale(domain=[-reach, reach], nice=False),
            axis=alt.Axis(
                values=[step * _AXIS_STEP for step in range(-steps, steps + 1)],
                labelExpr="datum.value == 0 ? '0' : format(datum.value * 100, '+d')",
                labelPadding=6,
                titlePadding=8,
                domain=False,
                ticks=False,
                grid=False,
            ),
        ),
        y=_y("at", height),
        tooltip=[
            alt.Tooltip("what:N", title="Compared"),
            alt.Tooltip("stage:N", title="Learned by"),
            alt.Tooltip("gap:N", title="Gap [95% interval]"),
            alt.Tooltip("facts:Q", title="Facts"),
        ],
    )
    ink = alt.Color("ink:N", scale=None)
    tracks = base.mark_rule(color="#e3e6e9", strokeWidth=1).encode(
        x=alt.value(0), x2=alt.value("width"), y=_y("at", height)
    )
    zeros = base.mark_rule(color=INK, strokeWidth=1.5).encode(
        x="zero:Q", y=_y("zero_from", height), y2="zero_to:Q"
    )
    intervals = gap.mark_rule(strokeWidth=4, strokeCap="round", opacity=0.45).encode(
        x="low:Q", x2="high:Q", color=ink
    )
    dots = gap.mark_point(size=120, strokeWidth=2, opacity=1).encode(
        fill=alt.Fill("fill:N", scale=None), stroke=alt.Stroke("ink:N", scale=None)
    )
    room = alt.ExprRef(f"width - {_NUMBER_WIDTH}")
    stages = base.mark_text(align="left", fontSize=12, color=MUTED, limit=room).encode(
        x=alt.value(0), y=_y("words_at", height), text="stage:N"
    )
    numbers = base.mark_text(align="right", fontSize=12).encode(
        x=alt.value("width"), y=_y("words_at", height), text="gap:N", color=ink
    )
    titles = (
        alt.Chart(inline(headings))
        .mark_text(align="left", fontSize=13, fontWeight=600, color=INK)
        .encode(x=alt.value(0), y=_y("at", height), text="what:N")
    )
    return [tracks, zeros, intervals, dots, stages, numbers, titles]


def _y(field: str, height: int) -> alt.Y:
    # In every layer: one that left the axis open would bring it back.
    scale = alt.Scale(domain=[height, 0], nice=False, zero=False)
    return alt.Y(f"{field}:Q", axis=None, scale=scale)
