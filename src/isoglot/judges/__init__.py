"""Judges: an answer in, a verdict out. Is it right, and in which language?

Knows facts and texts; asks no model what it thinks and stores nothing.
"""

from isoglot.judges._base import Judge
from isoglot.judges._normalise import normalise
from isoglot.judges.match import Match

JUDGES: dict[str, Judge] = {judge.name: judge for judge in (Match(),)}

__all__ = ["JUDGES", "Judge", "Match", "normalise"]
