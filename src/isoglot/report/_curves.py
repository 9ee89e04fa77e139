"""Learning curves: accuracy in the taught language, epoch by epoch."""

import itertools
import math
from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from isoglot.core import Estimate, Paradigm, Tier, get_language
from isoglot.report._palette import TIER_INKS, series_styles
from isoglot.report._select import of_one_model, pick
from isoglot.report._theme import PLOT_WIDTH, Width, finished, inline
from isoglot.report._words import (
    TIER_WORDS,
    in_order,
    language_label,
    listed,
    percent_with_interval,
)

# As many languages as one chart can show with their intervals: no tier has more.
MOST_LINES: Final = 11
_HEIGHT: Final = 380
_LABEL_HEIGHT: Final = 17
# Written out, because the area around a point that answers to the pointer has the point's data one
# level deeper, which Vega-Lite's own tooltips forget for texts.
_TOOLTIP: Final = (
    "{'Language': (datum.datum || datum).language, 'Epoch': (datum.datum || datum).epoch, "
    "'Right [95% interval]': (datum.datum || datum).accuracy, "
    "'Facts': (datum.datum || datum).facts}"
)


def draw_learning_curves(
    estimates: Sequence[Estimate],
    *,
    paradigm: Paradigm = "fine-tuning",
    width: Width = PLOT_WIDTH,
) -> alt.LayerChart | None:
    """Accuracy over epochs, one line a language, with 95% intervals.

    The points of one epoch stand side by side, so that their intervals can be seen. Each line has
    its language's name at the end; pointing at a line brings it out. With more than `MOST_LINES`
    languages, intervals would hide the lines, and only that of the line pointed at is shown; draw
    `tier_by_tier` then as well.

    Args:
        estimates: Of one model; those that it does not draw are ignored.
        paradigm: One that has epochs.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where no epoch was asked.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    drawn = [
        each
        for each in pick(estimates, "effectiveness", "accuracy", paradigm=paradigm)
        if each.epoch is not None and not math.isnan(each.value)
    ]
    if not drawn:
        return None
    codes = in_order(each.languages["taught"] for each in drawn)
    points = _points(drawn, codes)
    ends = _line_ends(points, codes)
    tiers = dict.fromkeys(get_language(code).tier for code in codes)
    return finished(
        [*_curves(points, codes), *_labels(ends, codes)],
        width=width,
        height=_HEIGHT,
        description=(
            "Line chart: accuracy in the taught language over epochs of fine-tuning, one line a "
            f"language ({listed(TIER_WORDS[tier] for tier in tiers)}). At the last epoch: "
            + "; ".join(f"{end['language']} {end['accuracy']}" for end in ends)
            + "."
        ),
    )


def tier_by_tier(estimates: Sequence[Estimate]) -> dict[Tier, list[Estimate]]:
    """The estimates of learning curves parted by tier; empty where one chart holds them all."""
    shown = pick(estimates, "effectiveness", "accuracy")
    parts: dict[Tier, list[Estimate]] = {}
    for code in in_order(each.languages["taught"] for each in shown):
        mine = [each for each in shown if each.languages["taught"] == code]
        parts.setdefault(get_language(code).tier, []).extend(mine)
    n_languages = len({each.languages["taught"] for each in shown})
    return parts if n_languages > MOST_LINES and len(parts) > 1 else {}


def _points(drawn: Sequence[Estimate], codes: Sequence[str]) -> list[dict[str, Any]]:
    epochs = sorted({each.epoch for each in drawn if each.epoch is not None})
    step = _dodge(epochs, len(codes))
    return [
        {
            "language": language_label(code),
            "ink": TIER_INKS[get_language(code).tier],
            "epoch": each.epoch,
            "at": round((each.epoch or 0) + (codes.index(code) - (len(codes) - 1) / 2) * step, 4),
            "value": each.value,
            "low": each.low,
            "high": each.high,
            "accuracy": percent_with_interval(each),
            "facts": each.n_facts,
        }
        for each in drawn
        for code in [each.languages["taught"]]
    ]


def _dodge(epochs: Sequence[int], n_languages: int) -> float:
    """How far apart the points of one epoch stand, in epochs."""
    span = max(1, epochs[-1] - epochs[0])
    nearest = min((b - a for a, b in itertools.pairwise(epochs)), default=span)
    # No more than the eye needs, and never so far that a point could belong to the next epoch.
    return min(0.01 * span, 0.6 * nearest / n_languages)


def _line_ends(points: Sequence[dict[str, Any]], codes: Sequence[str]) -> list[dict[str, Any]]:
    """The last point of every line, and where its label stands so that no two overlap."""
    last = {point["language"]: point for point in sorted(points, key=lambda each: each["at"])}
    ordered = sorted(
        (last[language_label(code)] for code in codes if language_label(code) in last),
        key=lambda point: -float(point["value"]),
    )
    heights = spread([float(point["value"]) for point in ordered], gap=_LABEL_HEIGHT / _HEIGHT)
    return [point | {"label_at": at} for point, at in zip(ordered, heights, strict=True)]


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


def _curves(points: list[dict[str, Any]], codes: Sequence[str]) -> list[alt.Chart]:
    epochs = sorted({int(point["epoch"]) for point in points})
    pad = 0.03 * max(1, epochs[-1] - epochs[0])
    hover = alt.selection_point(
        name="hover", fields=["language"], on="pointerover", clear="pointerout", nearest=True
    )
    base = alt.Chart(inline(points)).encode(
        x=alt.X(
            "at:Q",
            title="Epochs of fine-tuning",
            scale=alt.Scale(domain=[epochs[0] - pad, epochs[-1] + pad], nice=False, zero=False),
            axis=alt.Axis(values=epochs, tickCount=len(epochs), format="d", grid=False),
        ),
        y=alt.Y(
            "value:Q",
            title="Facts answered right",
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
            tooltip=alt.value({"expr": _TOOLTIP}),
        )
        .add_params(hover)
    )
    return [band, bars, lines, marks] if len(codes) <= MOST_LINES else [band, lines, marks]


def _labels(ends: list[dict[str, Any]], codes: Sequence[str]) -> list[alt.Chart]:
    base = alt.Chart(inline(ends)).encode(y=alt.Y("label_at:Q"))
    leaders = base.mark_rule(strokeWidth=1, opacity=0.6).encode(
        x=alt.X("at:Q"), x2=_beyond(12), y=alt.Y("value:Q"), y2="label_at:Q", color=_colour(codes)
    )
    keys = base.mark_point(filled=True, size=64, opacity=1).encode(
        x=_beyond(17),
        color=_colour(codes),
        shape=alt.Shape("language:N", scale=_scale(codes, "shape"), legend=None),
    )
    names = base.mark_text(align="left", baseline="middle", fontSize=12).encode(
        x=_beyond(26), text="language:N", color=alt.Color("ink:N", scale=None)
    )
    return [leaders, keys, names]


def _beyond(pixels: int) -> Any:
    """A place to the right of the plot, whatever its width."""
    return alt.value({"expr": f"width + {pixels}"})


def _colour(codes: Sequence[str]) -> alt.Color:
    return alt.Color("language:N", scale=_scale(codes, "colour"), legend=None)


def _scale(codes: Sequence[str], of: str) -> alt.Scale:
    styles = series_styles(codes)
    return alt.Scale(
        domain=[language_label(code) for code in codes],
        range=[getattr(styles[code], of) for code in codes],
    )
