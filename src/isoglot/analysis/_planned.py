"""What a study set out to ask, as rows beside the answers."""

from collections.abc import Sequence

import pandas as pd

from isoglot.core import Probe, get_language


def cell_table(planned: Sequence[Probe]) -> pd.DataFrame:
    """One row a probe, with the columns that estimates are grouped by, and no outcome."""
    rows = [
        {
            "model": probe.condition.model,
            "paradigm": probe.condition.paradigm,
            "taught": probe.condition.taught,
            "asked": probe.asked,
            "epoch": probe.epoch,
            "taught_tier": get_language(probe.condition.taught).tier,
            "asked_tier": get_language(probe.asked).tier,
        }
        for probe in planned
    ]
    columns = ("model", "paradigm", "taught", "asked", "epoch", "taught_tier", "asked_tier")
    return pd.DataFrame(
        {
            column: pd.Series(
                [row[column] for row in rows], dtype="Int64" if column == "epoch" else "str"
            )
            for column in columns
        }
    )
