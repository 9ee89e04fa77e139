"""What of a judged answer is averaged, and which stages of a condition count."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from isoglot.questions import Measure

# A probe but for its stage: the same question to the same condition before and after teaching.
_ASKED = ["model", "paradigm", "taught", "gives", "against", "seed", "asked", "fact"]


def outcomes(part: pd.DataFrame, measure: Measure) -> NDArray[np.float64]:
    """The outcome of every row, from 0 to 1; `nan` where it does not count, shape (rows,)."""
    found = _outcome(part, measure.of)
    found[part["correct"].isna().to_numpy()] = np.nan  # planned, and not answered
    if measure.among == "right before":
        found[~part["right_before"].to_numpy(dtype=bool)] = np.nan
    return found


def _outcome(part: pd.DataFrame, of: str) -> NDArray[np.float64]:
    known = part["correct"].notna()
    correct, elsewhere, rival = (
        part[column].where(known, other=False).to_numpy(dtype=bool)
        for column in ("correct", "wrong_language", "rival")
    )
    answer = correct | elsewhere
    if of == "sides_with_taught":
        sides = np.where(answer & rival, 0.5, np.where(answer, 1.0, 0.0))
        sides[~answer & ~rival] = np.nan
        swapped = (part["gives"] == "rival").to_numpy(dtype=bool)
        return np.where(swapped, 1 - sides, sides)
    found: NDArray[np.bool_] = {
        "correct": correct,
        "wrong_language": elsewhere,
        "right_in_any_language": answer,
        "rival": rival,
        "undecided": ~answer & ~rival,
    }[of]
    return found.astype(np.float64)


def with_right_before(table: pd.DataFrame) -> pd.DataFrame:
    """The table with `right_before`: whether the same was answered right before teaching.

    Where nothing was answered before, it is not known to have been right.
    """
    before = table[untaught(table) & table["correct"].fillna(value=False).astype(bool)]
    right = set(before[_ASKED].fillna("").itertuples(index=False, name=None))
    probes = table[_ASKED].fillna("").itertuples(index=False, name=None)
    return table.assign(right_before=[probe in right for probe in probes])


def at_stages(table: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """The rows of the stages that a measure is of. The table is of one paradigm and one teaching.

    The last stage is that of the paradigm, not of each condition: a condition whose last epoch has
    no answers has no last result, rather than an earlier one's among the others' last.
    """
    epochs, times = table["epoch"], table["times_shown"]
    whole = table["facts_in_context"].isna()
    if measure.at == "untaught":
        chosen = untaught(table)
    elif measure.at == "times shown":
        chosen = times.notna() & whole
    elif measure.at == "facts in context":
        chosen = ~whole
    else:
        # In context every question asks with the smallest number of times that shows anything.
        usual = times.isna() | (times == times[times > 0].min()).fillna(value=False)
        last = whole & usual & (epochs.isna() | (epochs == epochs.max()).fillna(value=False))
        chosen = last if measure.at == "last" else last | epochs.notna()
        if measure.at == "taught epochs":
            chosen &= ~untaught(table)
    return table[chosen.astype(bool)]


def untaught(table: pd.DataFrame) -> "pd.Series[bool]":
    """Which rows were asked before anything was taught."""
    first = (table["epoch"] == 0).fillna(value=False) | (table["times_shown"] == 0).fillna(
        value=False
    )
    return first.astype(bool)
