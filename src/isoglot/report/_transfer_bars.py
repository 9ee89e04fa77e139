"""How much of what is taught in a language reaches others: by their tier, and in the mean."""

import math
from collections.abc import Mapping, Sequence
from typing import Any, Final

import altair as alt

from isoglot.core import TIERS, Estimate, Paradigm, Tier
from isoglot.report._dots import DotSeries, draw_dots
from isoglot.report._key import KeyItem, key_layers
from isoglot.report._language_axis import language_axis, language_places, place_scale
from isoglot.report._numbers import Numbers, by_language
from isoglot.report._palette import INK, MUTED, TIER_COLOURS
from isoglot.report._select import of_one_model, pick
from isoglot.report._theme import PLOT_WIDTH, Width, finished, inline
from isoglot.report._words import (
    PARADIGM_WORDS,
    TIER_WORDS,
    in_order,
    language_label,
    percent_with_interval,
)

_SHADE: Final = 2
# In pixels: a bar, and what is left free around the bars of a language.
_BAR: Final = 11
_ROOM: Final = 9
# Where the axis may end, so that small shares can be told apart.
_REACHES: Final = (0.1, 0.2, 0.4, 0.6, 0.8, 1.0)
_OUT: Final = "Out: taught in it"
_IN: Final = "In: asked in it"


def draw_transfer_bars(
    estimates: Sequence[Estimate], *, paradigm: Paradigm, width: Width = PLOT_WIDTH
) -> alt.LayerChart | None:
    """Mean accuracy in other languages of each tier, three bars for every language taught.

    Both paradigms have the same axis, so two of these charts can be compared.

    Args:
        estimates: Of one model; those that it does not draw are ignored.
        paradigm: Which one to draw.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where nothing was asked in another language.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    drawn = pick(estimates, "transfer", "out_transfer_by_tier", paradigm=paradigm)
    if all(math.isnan(each.value) for each in drawn):
        return None
    tiers = [tier for tier in TIERS if any(each.languages["asked_tier"] == tier for each in drawn)]
    places = language_places(in_order(each.languages["taught"] for each in drawn))
    bars = [_bar(each, tiers, places) for each in drawn]
    size = _BAR * len(tiers) + _ROOM
    return finished(
        [
            *_layers(bars, places, reach=axis_reach(estimates)),
            *key_layers([_key_item(tier) for tier in tiers]),
        ],
        width=width,
        height=round(size * (max(places.values()) + 1)),
        description=(
            f"Bar chart, {PARADIGM_WORDS[paradigm].lower()}: facts answered right in other "
            "languages of each tier, by the language they were taught in. "
            + "; ".join(f"{bar['taught']}, {bar['tier']}: {bar['share']}" for bar in bars)
            + "."
        ),
    )


def draw_transfer_means(
    estimates: Sequence[Estimate], *, paradigm: Paradigm, width: Width = PLOT_WIDTH
) -> alt.LayerChart | None:
    """What a language gives to the others and what it gets from them. See `draw_dots`.

    Args:
        estimates: Of one model; those that it does not draw are ignored.
        paradigm: Which one to draw.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where nothing was asked in another language.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    return draw_dots(
        [
            DotSeries(
                _OUT, "taught", pick(estimates, "transfer", "out_transfer", paradigm=paradigm)
            ),
            DotSeries(_IN, "asked", pick(estimates, "transfer", "in_transfer", paradigm=paradigm)),
        ],
        of="Facts answered right",
        reach=axis_reach(estimates),
        width=width,
        description=(
            f"Dot chart, {PARADIGM_WORDS[paradigm].lower()}: of facts taught in one language and "
            "asked in another, those answered right, by the language taught and by that asked"
        ),
    )


def transfer_bar_numbers(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> Numbers:
    """Languages taught by tiers asked, and the means over all other languages."""
    found = pick(estimates, "transfer", "out_transfer_by_tier", paradigm=paradigm)
    columns = {
        f"Asked in {TIER_WORDS[tier]}": {
            each.languages["taught"]: percent_with_interval(each)
            for each in found
            if each.languages["asked_tier"] == tier
        }
        for tier in TIERS
    }
    return by_language("Taught in", {title: cells for title, cells in columns.items() if cells})


def transfer_mean_numbers(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> Numbers:
    """Languages by what they give and what they get."""
    columns = {
        title: {
            each.languages[side]: percent_with_interval(each)
            for each in pick(estimates, "transfer", measure, paradigm=paradigm)
        }
        for title, side, measure in (
            (_OUT, "taught", "out_transfer"),
            (_IN, "asked", "in_transfer"),
        )
    }
    return by_language("Language", columns)


def axis_reach(estimates: Sequence[Estimate]) -> float:
    """Where the axes of transfer end, in both paradigms."""
    highs = [
        each.high
        for measure in ("out_transfer_by_tier", "out_transfer", "in_transfer")
        for each in pick(estimates, "transfer", measure)
        if not math.isnan(each.high)
    ]
    return next(reach for reach in _REACHES if reach >= max(highs, default=1.0))


def _bar(each: Estimate, tiers: Sequence[Tier], places: Mapping[str, float]) -> dict[str, Any]:
    taught, tier = each.languages["taught"], each.languages["asked_tier"]
    number = next(number for number, asked in enumerate(tiers) if asked == tier)
    one = _BAR / (_BAR * len(tiers) + _ROOM)
    top = places[taught] + 0.5 + (number - len(tiers) / 2) * one
    known = not math.isnan(each.value)
    return {
        "taught": language_label(taught),
        "tier": TIER_WORDS[tiers[number]],
        "share": percent_with_interval(each),
        "facts": each.n_facts,
        "value": each.value if known else None,
        "low": each.low if known else None,
        "high": each.high if known else None,
        "top": round(top + 0.06 * one, 4),
        "centre": round(top + 0.5 * one, 4),
        "bottom": round(top + 0.94 * one, 4),
        "colour": TIER_COLOURS[tiers[number]][_SHADE],
        "zero": 0,
    }


def _layers(
    bars: list[dict[str, Any]], places: Mapping[str, float], *, reach: float
) -> list[alt.Chart]:
    scale = alt.Scale(domain=[0, reach], nice=False)
    axis = alt.Axis(format=".0%", tickCount=4, domain=False, ticks=False)

    def y(field: str) -> alt.Y:
        return alt.Y(
            f"{field}:Q",
            title="Taught in",
            scale=place_scale(places, downwards=True),
            axis=language_axis(places, orient="left"),
        )

    def x(field: str) -> alt.X:
        title = "Facts answered right"
        return alt.X(f"{field}:Q", title=title, scale=scale, axis=axis)

    base = alt.Chart(inline(bars)).encode(
        tooltip=[
            alt.Tooltip("taught:N", title="Taught in"),
            alt.Tooltip("tier:N", title="Asked in other languages that are"),
            alt.Tooltip("share:N", title="Right [95% interval]"),
            alt.Tooltip("facts:Q", title="Facts"),
        ]
    )
    drawn = base.mark_rect().encode(
        x=x("zero"), x2="value:Q", y=y("top"), y2="bottom:Q",
        color=alt.Color("colour:N", scale=None),
    )  # fmt: skip
    whiskers = base.mark_rule(strokeWidth=1.5, color=INK).encode(
        x=x("low"), x2="high:Q", y=y("centre")
    )
    missing = (
        base.transform_filter("datum.value === null")
        .mark_text(align="left", fontSize=11, color=MUTED, text="– no answers")
        .encode(x=alt.value(4), y=y("centre"))
    )
    return [drawn, whiskers, missing]


def _key_item(tier: Tier) -> KeyItem:
    colour = TIER_COLOURS[tier][_SHADE]
    return KeyItem(f"in {tier}", "square", colour, colour)
