"""How the preferences of all pairs lie: a shape and a box a paradigm, with every pair a point.

The shape (a kernel density) and the box (quartiles) are made by the drawing library, of the points
that are drawn.
"""

import math
from collections.abc import Sequence
from typing import Any, Final, get_args

import altair as alt

from isoglot.core import Estimate, Paradigm
from isoglot.report._numbers import NOT_ASKED, Numbers
from isoglot.report._palette import INK, MUTED, TIER_INKS
from isoglot.report._priority import pairs
from isoglot.report._select import of_one_model, pick
from isoglot.report._theme import PLOT_WIDTH, Width, finished, inline, pixel_row
from isoglot.report._words import PARADIGM_WORDS, language_label, percent_with_interval

FEWEST_PAIRS: Final = 5
"""With fewer, a shape would show more than is there."""

# In pixels.
_ROW: Final = 138
_CENTRE: Final = 68
_HALF: Final = 38
_BOX: Final = 8
_MEAN: Final = 122
# Points stand a little above and below the middle in turn, so that equal ones can be seen.
_STEPS: Final = (0, -9, 9, -18, 18, -5, 13, -14, 5)


def draw_preferences(
    estimates: Sequence[Estimate], *, width: Width = PLOT_WIDTH
) -> alt.LayerChart | None:
    """The share that sides with the first language, over all pairs, a row a paradigm.

    Below each row stands the mean over pairs with its 95% interval.

    Args:
        estimates: Of one model; those that it does not draw are ignored.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where no answer took a side.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    points: list[dict[str, Any]] = []
    means: list[dict[str, Any]] = []
    for paradigm in get_args(Paradigm):
        found = _points(estimates, paradigm, top=_ROW * len(means))
        if found:
            points += found
            means.append(_mean(estimates, paradigm, len(found), top=_ROW * len(means)))
    if not points:
        return None
    height = _ROW * len(means)
    return finished(
        [*_shapes(points, height), *_means(means, height), _even()],
        width=width,
        height=height,
        description=(
            "Violins with boxes: the share of answers that side with the first language of a pair, "
            "over pairs. "
            + "; ".join(f"{mean['words']}, mean {mean['share']}" for mean in means)
            + "."
        ),
    )


def preference_numbers(estimates: Sequence[Estimate]) -> Numbers:
    """One row a paradigm."""
    rows = []
    for paradigm in get_args(Paradigm):
        found = {
            measure: [
                percent_with_interval(each)
                for each in pick(estimates, "priority", measure, paradigm=paradigm)
            ]
            for measure in ("preference", "mean_undecided")
        }
        if any(found.values()):
            cells = (shares[0] if shares else NOT_ASKED for shares in found.values())
            n_pairs = len(pairs(estimates, paradigm=paradigm))
            rows.append((PARADIGM_WORDS[paradigm], *cells, str(n_pairs)))
    return Numbers(
        head=("Learned by", "Sides with the first, mean of pairs", "Neither", "Pairs"),
        body=tuple(rows),
    )


def _points(estimates: Sequence[Estimate], paradigm: Paradigm, *, top: int) -> list[dict[str, Any]]:
    found = [
        pair
        for pair in pairs(estimates, paradigm=paradigm)
        if not math.isnan(pair.preference.value)
    ]
    return [
        {
            "pair": f"{language_label(pair.first)} against {language_label(pair.other)}",
            "stage": PARADIGM_WORDS[paradigm],
            "share": percent_with_interval(pair.preference),
            "value": pair.preference.value,
            "at": top + _CENTRE + _STEPS[number % len(_STEPS)],
            "centre": top + _CENTRE,
            "many": len(found) >= FEWEST_PAIRS,
        }
        for number, pair in enumerate(found)
    ]


def _mean(
    estimates: Sequence[Estimate], paradigm: Paradigm, n_pairs: int, *, top: int
) -> dict[str, Any]:
    (mean,) = pick(estimates, "priority", "preference", paradigm=paradigm)
    many = n_pairs >= FEWEST_PAIRS
    pairs_words = f"{n_pairs} pair{'s' if n_pairs > 1 else ''}"
    return {
        "words": f"{PARADIGM_WORDS[paradigm]}, {pairs_words}"
        + ("" if many else " (too few for a shape)"),
        "share": percent_with_interval(mean),
        "said": f"mean {percent_with_interval(mean)}",
        "value": mean.value,
        "low": mean.low,
        "high": mean.high,
        "words_at": top + 12,
        "at": top + _MEAN,
    }


def _shapes(points: list[dict[str, Any]], height: int) -> list[alt.Chart]:
    base = alt.Chart(inline(points))
    many = base.transform_filter("datum.many")
    violins = (
        many.transform_density(
            "value", groupby=["centre"], extent=[0, 1], steps=160, as_=["value", "density"]
        )
        .transform_joinaggregate(most="max(density)", groupby=["centre"])
        .transform_calculate(
            top=f"datum.centre - {_HALF} * datum.density / datum.most",
            bottom=f"datum.centre + {_HALF} * datum.density / datum.most",
        )
        .mark_area(color="#d3deea", tooltip=None)
        .encode(x=_x("value"), y=pixel_row("top", height), y2="bottom:Q", detail="centre:N")
    )
    quartiles = many.transform_aggregate(
        least="min(value)",
        first="q1(value)",
        median="median(value)",
        third="q3(value)",
        most="max(value)",
        groupby=["centre"],
    ).transform_calculate(top=f"datum.centre - {_BOX}", bottom=f"datum.centre + {_BOX}")
    whiskers = quartiles.mark_rule(color=INK, strokeWidth=1).encode(
        x=_x("least"), x2="most:Q", y=pixel_row("centre", height)
    )
    boxes = quartiles.mark_rect(fill="#ffffff", fillOpacity=0.75, stroke=INK).encode(
        x=_x("first"), x2="third:Q", y=pixel_row("top", height), y2="bottom:Q"
    )
    medians = quartiles.mark_rule(color=INK, strokeWidth=2.5).encode(
        x=_x("median"), y=pixel_row("top", height), y2="bottom:Q"
    )
    dots = base.mark_point(
        filled=True,
        size=40,
        color=TIER_INKS["high"],
        opacity=0.7,
        stroke="#ffffff",
        strokeWidth=0.7,
    ).encode(
        x=_x("value"),
        y=pixel_row("at", height),
        tooltip=[
            alt.Tooltip("pair:N", title="Pair"),
            alt.Tooltip("stage:N", title="Learned by"),
            alt.Tooltip("share:N", title="Sides with the first [95% interval]"),
        ],
    )
    return [violins, whiskers, boxes, medians, dots]


def _means(means: list[dict[str, Any]], height: int) -> list[alt.Chart]:
    base = alt.Chart(inline(means))
    words = base.mark_text(align="left", fontSize=13, fontWeight=600, color=INK).encode(
        x=alt.value(0), y=pixel_row("words_at", height), text="words:N"
    )
    numbers = base.mark_text(align="right", fontSize=12, color=MUTED).encode(
        x=alt.value("width"), y=pixel_row("words_at", height), text="said:N"
    )
    intervals = base.mark_rule(color=INK, strokeWidth=4, strokeCap="round", opacity=0.4).encode(
        x=_x("low"), x2="high:Q", y=pixel_row("at", height)
    )
    marks = base.mark_point(shape="diamond", filled=True, size=110, color=INK, opacity=1).encode(
        x=_x("value"), y=pixel_row("at", height)
    )
    return [words, numbers, intervals, marks]


def _even() -> alt.Chart:
    line: alt.Chart = alt.Chart(inline([{"half": 0.5}])).mark_rule(
        color=INK, strokeWidth=1, strokeDash=[4, 3]
    )
    return line.encode(x=_x("half"), y=alt.value(20), y2=alt.value("height"))


def _x(field: str) -> alt.X:
    return alt.X(
        f"{field}:Q",
        title="Sides with the first language of the pair",
        scale=alt.Scale(domain=[0, 1], nice=False),
        axis=alt.Axis(
            format=".0%", values=[0, 0.25, 0.5, 0.75, 1], domain=False, ticks=False, labelFlush=True
        ),
    )
