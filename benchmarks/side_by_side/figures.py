"""What a benchmark found, and the line of JSON that it ends with."""

import json
from collections.abc import Iterable, Mapping

from isoglot.core import Record


class Figure(Record):
    """One quantity, measured of both.

    Attributes:
        name: What, in which unit.
        peer: `None` where there is none.
        ratio: How many times better ours is, whichever way the quantity runs; `None` without a
            peer.
        target: What the ratio should be at least; `None` where nothing was promised.
        equal_answers: The share of answers that both gave alike; `None` where none were compared.
    """

    name: str
    ours: float
    peer: float | None = None
    ratio: float | None = None
    target: float | None = None
    equal_answers: float | None = None


class Findings(Record):
    """What one part of a benchmark found.

    Attributes:
        same_answers: Whether both got the same, as far as the part says they must; `None` where it
            can't say that they must.
    """

    figures: tuple[Figure, ...]
    same_answers: bool | None


def last_line(
    benchmark: str, parts: Iterable[Findings], *, missing: Mapping[str, str] | None = None
) -> str:
    """All parts as one JSON object, for whoever collects figures.

    Args:
        benchmark: Its name.
        parts: What was found.
        missing: By what could not be measured, why; `None` where nothing can be missing.
    """
    parts = list(parts)
    found = {
        "benchmark": benchmark,
        "figures": {figure.name: _dumped(figure) for part in parts for figure in part.figures},
        "same_answers": _all_same([part.same_answers for part in parts]),
    }
    return json.dumps(found if missing is None else {**found, "missing": missing})


def _dumped(figure: Figure) -> dict[str, float | None]:
    found = figure.model_dump(include={"ours", "peer", "ratio", "target"})
    if figure.equal_answers is not None:
        found["equal_answers"] = figure.equal_answers
    return found


def _all_same(same: list[bool | None]) -> bool | None:
    if False in same:
        return False
    return None if None in same else True
