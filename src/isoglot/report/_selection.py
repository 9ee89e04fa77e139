"""Which answers a page lists where there are too many for one."""

from typing import Final

import numpy as np
import pandas as pd

MOST_LISTED: Final = 20_000
"""More would make a page slow to open and to search."""

# Of each of these the page has something; seeds and facts stand for each other.
_CELL: Final = [
    "model",
    "paradigm",
    "taught",
    "gives",
    "against",
    "epoch",
    "times_shown",
    "facts_in_context",
    "asked",
    "judge",
]


def listed_rows(table: pd.DataFrame, *, most: int = MOST_LISTED) -> pd.DataFrame:
    """At most so many rows, the same number of every condition, stage and language asked.

    Each of these has at least one row, as long as there are no more of them than rows; where there
    are, every one has the same chance. Which rows of it are taken is drawn once, from a fixed seed:
    the same table gives the same rows.

    Args:
        table: As `probe_table` makes it.
        most: How many rows at most.

    Returns:
        The rows in the order of the table; all of them if there are no more.
    """
    if len(table) <= most:
        return table
    order = np.random.default_rng(0).permutation(len(table))
    shuffled = table.iloc[order]
    cells = shuffled.groupby(_CELL, dropna=False, sort=False, observed=True)
    # The first of every cell, then the second of every one, until there are enough.
    turn = cells.cumcount().to_numpy()
    chosen = order[np.argsort(turn, kind="stable")[:most]]
    return table.iloc[np.sort(chosen)]
