"""Whether knowledge goes both ways: from one language to another more than back."""

import math
from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from isoglot.core import Estimate, Paradigm, get_language
from isoglot.report._differences import ROW, difference_row, draw_differences
from isoglot.report._numbers import Numbers
from isoglot.report._palette import MUTED, TIER_INKS
from isoglot.report._select import of_one_model, pick
from isoglot.report._theme import PLOT_WIDTH, Width
from isoglot.report._words import PARADIGM_WORDS, language_label, points_with_interval

MOST_DIRECTIONS: Final = 12
"""So many pairs are drawn; 29 languages have 406."""


def draw_directions(
    estimates: Sequence[Estimate], *, paradigm: Paradigm, width: Width = PLOT_WIDTH
) -> alt.LayerChart | None:
    """The pairs of languages with the largest difference between the two ways, in rows.

    Each pair is written so that more goes the way of the arrow than back. A filled dot has an
    interval without zero.

    Args:
        estimates: Of one model; those that it does not draw are ignored.
        paradigm: Which one to draw.
        width: Of the plot in pixels, or "container".

    Returns:
        The chart, or `None` where no pair was asked both ways.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    drawn = directions(estimates, paradigm=paradigm)[:MOST_DIRECTIONS]
    drawn = [each for each in drawn if not math.isnan(each.value)]
    if not drawn:
        return None
    rows = [_row(each, top=number * ROW) for number, each in enumerate(drawn)]
    return draw_differences(
        rows,
        headings=[],
        title="Percentage points, this way minus the way back",
        tooltip={"words": "From → to", "gap": "More than back [95% interval]", "facts": "Facts"},
        width=width,
        height=ROW * len(rows),
        description=(
            f"Dot and interval chart, {PARADIGM_WORDS[paradigm].lower()}: by how much more of what "
            "is taught in one language is known in another than the other way round. "
            + "; ".join(f"{row['words']} {row['gap']}" for row in rows)
            + "."
        ),
    )


def directions(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> list[Estimate]:
    """All pairs, each turned so that it is not negative, the largest first, missing ones last."""
    turned = [
        _turned(each) if each.value < 0 else each
        for each in pick(estimates, "transfer", "asymmetry", paradigm=paradigm)
    ]
    return sorted(turned, key=lambda each: math.inf if math.isnan(each.value) else -each.value)


def direction_numbers(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> Numbers:
    """One row a pair."""
    return Numbers(
        head=("From → to", "More than back", "Facts"),
        body=tuple(
            (_words(each), points_with_interval(each), str(each.n_facts))
            for each in directions(estimates, paradigm=paradigm)
        ),
    )


def _turned(each: Estimate) -> Estimate:
    """The same difference, seen from the other side."""
    there, back = each.languages["taught"], each.languages["asked"]
    return each.model_copy(
        update={
            "languages": {"taught": back, "asked": there},
            "value": -each.value,
            "low": -each.high,
            "high": -each.low,
        }
    )


def _words(each: Estimate) -> str:
    return " → ".join(language_label(each.languages[side]) for side in ("taught", "asked"))


def _row(each: Estimate, *, top: int) -> dict[str, Any]:
    clear = not each.low <= 0 <= each.high
    ink = TIER_INKS[get_language(each.languages["taught"]).tier] if clear else MUTED
    return difference_row(each, top=top, ink=ink, words=_words(each))
