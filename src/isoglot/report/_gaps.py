"""The gap chart: how far the high-resource languages are ahead of the low-resource ones."""

import math
from collections.abc import Sequence
from typing import Any, Final

import altair as alt

from isoglot.core import Estimate
from isoglot.report._differences import HEADING, ROW, difference_row, draw_differences
from isoglot.report._palette import MUTED, TIER_INKS
from isoglot.report._select import contrasts
from isoglot.report._theme import PLOT_WIDTH, Width
from isoglot.report._words import contrast_words, stage_words

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
        headings.append({"what": words, "at": height + HEADING * 0.6})
        height += HEADING
        for each in (each for each in drawn if contrast_words(each) == words):
            rows.append(_row(each, top=height, name_model=name_models))
            height += ROW
    return draw_differences(
        rows,
        headings=headings,
        title=_AXIS_TITLE,
        tooltip={
            "what": "Compared",
            "words": "Learned by",
            "gap": "Gap [95% interval]",
            "facts": "Facts",
        },
        width=width,
        height=height,
        description=(
            "Dot and interval chart: accuracy of high-resource minus low-resource languages. "
            + "; ".join(f"{row['what']} ({row['words']}): {row['gap']}" for row in rows)
            + "."
        ),
    )


def _row(each: Estimate, *, top: int, name_model: bool) -> dict[str, Any]:
    stage = stage_words(each)
    words = f"{stage}, {each.model}" if name_model else stage
    ink = TIER_INKS["high"] if each.low > 0 else TIER_INKS["low"] if each.high < 0 else MUTED
    row = difference_row(each, top=top, ink=ink, words=words)
    return row | {"what": contrast_words(each)}
