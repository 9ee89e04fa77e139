"""What a benchmark found, and the line of JSON that it ends with."""

import json
from collections.abc import Iterable

from isoglot.core import Record


class Figure(Record):
    """One quantity, measured of both.

    Attributes:
        name: What, in which unit.
        ratio: How many times better ours is, whichever way the quantity runs.
        target: What the ratio should be at least; `None` where nothing was promised.
    """

    name: str
    ours: float
    peer: float
    ratio: float
    target: float | None = None


class Findings(Record):
    """What one part of a benchmark found.

    Attributes:
        same_answers: Whether both got the same, as far as the part says they must.
    """

    figures: tuple[Figure, ...]
    same_answers: bool


def last_line(benchmark: str, parts: Iterable[Findings]) -> str:
    """All parts as one JSON object, for whoever collects figures."""
    parts = list(parts)
    figures = {
        figure.name: figure.model_dump(include={"ours", "peer", "ratio", "target"})
        for part in parts
        for figure in part.figures
    }
    same = all(part.same_answers for part in parts)
    return json.dumps({"benchmark": benchmark, "figures": figures, "same_answers": same})
