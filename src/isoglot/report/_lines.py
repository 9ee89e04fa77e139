"""One line a language over the stages of teaching: what all curves of the report share."""

import itertools
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

import altair as alt

from isoglot.core import Estimate, get_language
from isoglot.report._numbers import NOT_ASKED, Numbers
from isoglot.report._palette import TIER_INKS, series_styles
from isoglot.report._theme import Width, finished, inline
from isoglot.report._words import (
    TIER_WORDS,
    in_order,
    language_label,
    listed,
    percent_with_interval,
)

# As many languages as one chart can show with their intervals: no tier has more.
MOST_LINES: Final = 11
_LEAST_HEIGHT: Final = 380
_LABEL_HEIGHT: Final = 17


class Stages(NamedTuple):
    """The upright places of a chart of lines.

    Attributes:
        title: What stands below the axis.
        one: What one of the stages is, in a tooltip.
        labels: The words for each place, from left to right.
    """

    title: str
    one: str
    labels: Mapping[int, str]


class Placed(NamedTuple):
    """An estimate at one of the places."""

    place: int
    each: Estimate


class Curves(NamedTuple):
    """What one chart of lines shows.

    Attributes:
        placed: Estimates of one model, paradigm and measure, also the missing ones.
        stages: Where they stand.
        of: What the shares are of: the title of the upright axis.
        description: What a screen reader says before the numbers at the ends of the lines.
    """

    placed: Sequence[Placed]
    stages: Stages
    of: str
    description: str


def draw_lines(curves: Curves | None, *, width: Width) -> alt.LayerChart | None:
    """Shares over stages, one line a language, with 95% intervals.

    The points of one stage stand side by side, so that their intervals can be seen. Each line has
    its language's name at the end; pointing at a line brings it out. With more than `MOST_LINES`
    languages, intervals would hide the lines, and only that of the line pointed at is shown.

    Args:
        curves: What to draw.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where all is missing.
    """
    if curves is None or all(math.isnan(each.value) for _, each in curves.placed):
        return None
    codes = in_order(each.languages["taught"] for _, each in _answered(curves))
    points = _points(curves, codes)
    height = max(_LEAST_HEIGHT, _LABEL_HEIGHT * len(codes))
    ends = _line_ends(points, codes, height=height)
    tiers = dict.fromkeys(get_language(code).tier for code in codes)
    return finished(
        [*_curves(points, curves, codes), *_labels(ends, codes)],
        width=width,
        height=height,
        description=(
            f"Line chart: {curves.description}, one line a language "
            f"({listed(TIER_WORDS[tier] for tier in tiers)}). "
            f"At the last {curves.stages.one.lower()}: "
            + "; ".join(f"{end['language']} {end['share']}" for end in ends)
            + "."
        ),
    )


def line_numbers(curves: Curves | None) -> Numbers:
    """Languages by stages; what was not asked is a dash."""
    if curves is None:
        return Numbers(head=(), body=())
    cells = {
        (each.languages["taught"], place): percent_with_interval(each)
        for place, each in curves.placed
    }
    places = sorted({place for _, place in cells})
    one, labels = curves.stages.one, curves.stages.labels
    return Numbers(
        head=("Language", *(f"{one} {labels[place]}" for place in places)),
        body=tuple(
            (language_label(code), *(cells.get((code, place), NOT_ASKED) for place in places))
            for code in in_order(code for code, _ in cells)
        ),
    )


def spread(wanted: Sequence[float], *, gap: float) -> list[float]:
    """Places as near to the wanted ones as can be, `gap` apart, within 0 and 1 if they fit.

    Args:
        wanted: From high to low.
        gap: The least distance between two places.
    """
    if not wanted:
        return []
    # Down from the top, then up from the bottom: each pass moves only what stands too near.
    places = list(wanted)
    for index in range(1, len(places)):
        places[index] = min(places[index], places[index - 1] - gap)
    floor = min(0.0, 1 - gap * (len(places) - 1))
    places[-1] = max(places[-1], floor)
    for index in range(len(places) - 2, -1, -1):
        places[index] = max(places[index], places[index + 1] + gap)
    return [round(place, 4) for place in places]


def _answered(curves: Curves) -> list[Placed]:
    return [placed for placed in curves.placed if not math.isnan(placed.each.value)]


def _points(curves: Curves, codes: Sequence[str]) -> list[dict[str, Any]]:
    drawn = _answered(curves)
    step = _dodge(sorted({place for place, _ in drawn}), len(codes))
    return [
        {
            "language": language_label(code),
            "ink": TIER_INKS[get_language(code).tier],
            "stage": curves.stages.labels[place],
            "place": place,
            "at": round(place + (codes.index(code) - (len(codes) - 1) / 2) * step, 4),
            "value": each.value,
            "low": each.low,
            "high": each.high,
            "share": percent_with_interval(each),
            "facts": each.n_facts,
        }
        for place, each in drawn
        for code in [each.languages["taught"]]
    ]


def _dodge(places: Sequence[int], n_languages: int) -> float:
    """How far apart the points of one stage stand, in units of the axis."""
    if n_languages > MOST_LINES:  # which have no intervals to be kept apart
        return 0.0
    span = max(1, places[-1] - places[0])
    nearest = min((b - a for a, b in itertools.pairwise(places)), default=span)
    # No more than the eye needs, and never so far that a point could belong to the next stage.
    return min(0.01 * span, 0.6 * nearest / n_languages)


def _line_ends(
    points: Sequence[dict[str, Any]], codes: Sequence[str], *, height: int
) -> list[dict[str, Any]]:
    """The last point of every line, and where its label stands so that no two overlap."""
    last = {point["language"]: point for point in sorted(points, key=lambda each: each["at"])}
    ordered = sorted(
        (last[language_label(code)] for code in codes if language_label(code) in last),
        key=lambda point: -float(point["value"]),
    )
    heights = spread([float(point["value"]) for point in ordered], gap=_LABEL_HEIGHT / height)
    return [point | {"label_at": at} for point, at in zip(ordered, heights, strict=True)]


def _curves(points: list[dict[str, Any]], curves: Curves, codes: Sequence[str]) -> list[alt.Chart]:
    places = list(curves.stages.labels)
    outermost = max(abs(float(point["at"]) - point["place"]) for point in points)
    pad = outermost + 0.02 * max(1, places[-1] - places[0])
    hover = alt.selection_point(
        name="hover", fields=["language"], on="pointerover", clear="pointerout", nearest=True
    )
    base = alt.Chart(inline(points)).encode(
        x=alt.X(
            "at:Q",
            title=curves.stages.title,
            scale=alt.Scale(domain=[places[0] - pad, places[-1] + pad], nice=False, zero=False),
            axis=alt.Axis(
                values=places,
                tickCount=len(places),
                labelExpr=f"{json.dumps(curves.stages.labels)}[datum.value]",
                grid=False,
            ),
        ),
        y=alt.Y(
            "value:Q",
            title=curves.of,
            scale=alt.Scale(domain=[0, 1]),
            axis=alt.Axis(format=".0%", values=[0, 0.25, 0.5, 0.75, 1]),
        ),
        color=_colour(codes),
    )
    band = base.mark_area().encode(
        y=alt.Y("low:Q"),
        y2="high:Q",
        opacity=alt.when(hover, empty=False).then(alt.value(0.16)).otherwise(alt.value(0)),
    )
    bars = base.mark_rule(strokeWidth=1.5).encode(
        y=alt.Y("low:Q"),
        y2="high:Q",
        opacity=alt.when(hover).then(alt.value(0.45)).otherwise(alt.value(0.08)),
    )
    lines = base.mark_line(strokeWidth=2.25).encode(
        strokeDash=alt.StrokeDash("language:N", scale=_scale(codes, "dash"), legend=None),
        opacity=alt.when(hover).then(alt.value(1)).otherwise(alt.value(0.2)),
    )
    marks = (
        base.mark_point(filled=True, size=64, stroke="white", strokeWidth=1)
        .encode(
            shape=alt.Shape("language:N", scale=_scale(codes, "shape"), legend=None),
            opacity=alt.when(hover).then(alt.value(1)).otherwise(alt.value(0.25)),
            tooltip=alt.value({"expr": _tooltip(curves)}),
        )
        .add_params(hover)
    )
    return [band, bars, lines, marks] if len(codes) <= MOST_LINES else [band, lines, marks]


def _tooltip(curves: Curves) -> str:
    # Written out, because the area around a point that answers to the pointer has the point's data
    # one level deeper, which Vega-Lite's own tooltips forget for texts.
    fields = {
        "Language": "language",
        curves.stages.one: "stage",
        f"{curves.of} [95% interval]": "share",
        "Facts": "facts",
    }
    cells = (f"{json.dumps(name)}: (datum.datum || datum).{at}" for name, at in fields.items())
    return f"{{{', '.join(cells)}}}"


def _labels(ends: list[dict[str, Any]], codes: Sequence[str]) -> list[alt.Chart]:
    # To the right of the plot, whatever its width.
    edge = alt.value("width")
    base = alt.Chart(inline(ends)).encode(y=alt.Y("label_at:Q"))
    leaders = base.mark_rule(strokeWidth=1, opacity=0.6, x2Offset=12).encode(
        x=alt.X("at:Q"), x2=edge, y=alt.Y("value:Q"), y2="label_at:Q", color=_colour(codes)
    )
    keys = base.mark_point(filled=True, size=64, opacity=1, xOffset=17).encode(
        x=edge,
        color=_colour(codes),
        shape=alt.Shape("language:N", scale=_scale(codes, "shape"), legend=None),
    )
    names = base.mark_text(align="left", baseline="middle", fontSize=12, dx=26).encode(
        x=edge, text="language:N", color=alt.Color("ink:N", scale=None)
    )
    return [leaders, keys, names]


def _colour(codes: Sequence[str]) -> alt.Color:
    return alt.Color("language:N", scale=_scale(codes, "colour"), legend=None)


def _scale(codes: Sequence[str], of: str) -> alt.Scale:
    styles = series_styles(codes)
    return alt.Scale(
        domain=[language_label(code) for code in codes],
        range=[getattr(styles[code], of) for code in codes],
    )
