"""The chart of how the time grows."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import altair as alt

from against_transformers.growth import Cell
from isoglot.report._theme import looks_of

COLOURS = ("#285b98", "#ab4d1c", "#13674f")
MEASURED, DISTINCT, WHOLE = "measured", "each shared token read once", "every prompt read whole"


def draw(cells: Sequence[Cell], path: Path) -> None:
    """Writes the chart; the ending of the path says which format.

    Args:
        cells: What was measured.
        path: Ends in `.svg`, `.png`, `.pdf` or `.html`.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    chart_of(cells).save(path)


def chart_of(cells: Sequence[Cell]) -> alt.LayerChart:
    """The measured seconds, and how long both kinds of tokens would take at the same pace."""
    base = alt.Chart(alt.InlineData(values=rows_of(cells))).encode(
        x=alt.X("facts:Q", title="facts in context")
        .scale(type="log", base=2, nice=False)
        .axis(values=sorted({cell.facts for cell in cells}), grid=False),
        y=alt.Y("seconds:Q", title="seconds for all questions")
        .scale(type="log", nice=False)
        .axis(tickCount=4, format=",~r"),
        color=alt.Color("questions:O", title="questions").scale(range=list(COLOURS)),
    )
    kinds = (
        alt.StrokeDash("kind:N", title=None)
        .scale(domain=[MEASURED, DISTINCT, WHOLE], range=[[1, 0], [6, 4], [1, 4]])
        .legend(labelLimit=0)
    )
    points = base.transform_filter(alt.datum.kind == MEASURED).mark_point(filled=True, size=50)
    layers = [base.mark_line().encode(strokeDash=kinds), points]
    chart = alt.LayerChart(layer=layers).properties(
        width=460,
        height=300,
        description="Seconds by facts in context, a line for each number of questions; beside "
        "them what the distinct tokens and all tokens would take at the same pace.",
    )
    return looks_of(chart)


def rows_of(cells: Sequence[Cell]) -> list[dict[str, Any]]:
    """Three rows a cell. The pace is that of all cells together, a distinct token's."""
    pace = sum(cell.seconds for cell in cells) / sum(cell.distinct_tokens for cell in cells)
    return [
        {"facts": cell.facts, "questions": cell.questions, "kind": kind, "seconds": seconds}
        for cell in cells
        for kind, seconds in (
            (MEASURED, cell.seconds),
            (DISTINCT, pace * cell.distinct_tokens),
            (WHOLE, pace * cell.all_tokens),
        )
    ]
