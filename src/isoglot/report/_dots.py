"""Dots with intervals, a row a language: for shares that have no epochs to be drawn over."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, Literal, NamedTuple

import altair as alt

from isoglot.core import Estimate, get_language
from isoglot.report._key import KeyItem, key_layers
from isoglot.report._language_axis import language_axis, language_places, place_scale
from isoglot.report._palette import MUTED, TIER_COLOURS
from isoglot.report._theme import Width, finished, inline
from isoglot.report._words import in_order, language_label, percent_with_interval

# In pixels: a row of one series, and what every other series adds to it.
_ROW: Final = 26
_MORE: Final = 12
_SHAPES: Final = ("circle", "diamond", "triangle-up")
_SHADE: Final = 1


class DotSeries(NamedTuple):
    """One dot a language.

    Attributes:
        name: What the shares are, for the key and the tooltips.
        side: Which of an estimate's languages names the row.
        estimates: Of one model, paradigm and measure.
    """

    name: str
    side: Literal["taught", "asked"]
    estimates: Sequence[Estimate]


def draw_dots(
    several: Sequence[DotSeries],
    *,
    of: str,
    width: Width,
    description: str,
    reach: float = 1.0,
    why_missing: Mapping[str, str] | None = None,
) -> alt.LayerChart | None:
    """Shares with 95% intervals, a row a language; the first series filled, the others open.

    Args:
        several: At most three, told apart by their shapes.
        of: The title of the axis.
        width: Of the plot in pixels, or "container".
        description: What a screen reader says before the numbers.
        reach: Where the axis ends.
        why_missing: By language code, why a share is missing, if not for want of answers.

    Returns:
        The chart, or `None` where all is missing. A missing share is a dash at the left and
        the reason.
    """
    found = [each for series in several for each in series.estimates]
    if all(math.isnan(each.value) for each in found):
        return None
    codes = in_order(each.languages[series.side] for series in several for each in series.estimates)
    places = language_places(codes)
    rows = [
        _row(each, series, number, len(several), places, why_missing or {})
        for number, series in enumerate(several)
        for each in series.estimates
    ]
    height = round((_ROW + _MORE * (len(several) - 1)) * (max(places.values()) + 1))
    axis_x = alt.Axis(format=".0%", tickCount=5, grid=True, domain=False, ticks=False)
    base = alt.Chart(inline(rows)).encode(
        y=alt.Y(
            "at:Q",
            title=None,
            scale=place_scale(places, downwards=True),
            axis=language_axis(places, orient="left"),
        ),
        tooltip=[
            alt.Tooltip("language:N", title="Language"),
            alt.Tooltip("what:N", title="What"),
            alt.Tooltip("share:N", title="Share [95% interval]"),
            alt.Tooltip("facts:Q", title="Facts"),
        ],
    )
    x = alt.X("value:Q", title=of, scale=alt.Scale(domain=[0, reach], nice=False), axis=axis_x)
    intervals = base.mark_rule(strokeWidth=3, strokeCap="round", opacity=0.45).encode(
        x=alt.X("low:Q", title=of, scale=alt.Scale(domain=[0, reach], nice=False), axis=axis_x),
        x2="high:Q",
        color=alt.Color("ink:N", scale=None),
    )
    dots = base.mark_point(size=85, strokeWidth=2, opacity=1).encode(
        x=x,
        shape=alt.Shape("shape:N", scale=None),
        stroke=alt.Stroke("ink:N", scale=None),
        fill=alt.Fill("fill:N", scale=None),
    )
    missing = (
        base.transform_filter("datum.value === null")
        .mark_text(align="left", fontSize=12, color=MUTED)
        .encode(x=alt.value(4), text="dash:N")
    )
    key = key_layers(
        [
            KeyItem(series.name, _SHAPES[number], MUTED, _fill(number, MUTED))
            for number, series in enumerate(several)
        ]
        if len(several) > 1
        else []
    )
    said = "; ".join(f"{row['language']}, {row['what'].lower()}: {row['share']}" for row in rows)
    return finished(
        [intervals, dots, missing, *key],
        width=width,
        height=height,
        description=f"{description}. {said}.",
    )


def _row(
    each: Estimate,
    series: DotSeries,
    number: int,
    of: int,
    places: Mapping[str, float],
    why_missing: Mapping[str, str],
) -> dict[str, Any]:
    code = each.languages[series.side]
    ink = TIER_COLOURS[get_language(code).tier][_SHADE]
    known = not math.isnan(each.value)
    share = percent_with_interval(each)
    share = share if known else why_missing.get(code, share)
    return {
        "language": language_label(code),
        "what": series.name,
        "share": share,
        "dash": f"– {share}",
        "facts": each.n_facts,
        "value": each.value if known else None,
        "low": each.low if known else None,
        "high": each.high if known else None,
        "at": round(places[code] + 0.5 + (number - (of - 1) / 2) * 0.3, 3),
        "shape": _SHAPES[number],
        "ink": ink,
        "fill": _fill(number, ink),
    }


def _fill(number: int, ink: str) -> str:
    return ink if number == 0 else "#ffffff"
