"""A key above a plot: what its shapes and colours stand for."""

from collections.abc import Sequence
from typing import Final, NamedTuple

import altair as alt

from isoglot.report._palette import INK
from isoglot.report._theme import inline

# In pixels: how far above the plot, and how much room a letter, a sign and a gap take.
_ABOVE: Final = 20
_LETTER: Final = 6.4
_SIGN: Final = 12
_GAP: Final = 18


class KeyItem(NamedTuple):
    """A sign and its meaning. A fill of white is an open sign."""

    words: str
    shape: str
    stroke: str
    fill: str


def key_layers(items: Sequence[KeyItem], *, lift: int = 0) -> list[alt.Chart]:
    """The key in one line, above the left end of a plot.

    Args:
        items: From left to right.
        lift: How many pixels higher than directly above the plot.
    """
    rows = []
    at = 0.0
    for item in items:
        rows.append({**item._asdict(), "at": at + _SIGN / 2, "words_at": at + _SIGN + 4})
        at += _SIGN + 4 + _LETTER * len(item.words) + _GAP
    y = alt.value(-_ABOVE - lift)
    base = alt.Chart(inline(rows))
    signs = base.mark_point(size=80, strokeWidth=2, opacity=1).encode(
        x=alt.X("at:Q", scale=None, axis=None),
        y=y,
        shape=alt.Shape("shape:N", scale=None),
        stroke=alt.Stroke("stroke:N", scale=None),
        fill=alt.Fill("fill:N", scale=None),
    )
    words = base.mark_text(align="left", baseline="middle", fontSize=12, color=INK).encode(
        x=alt.X("words_at:Q", scale=None, axis=None), y=y, text="words:N"
    )
    return [signs, words]
