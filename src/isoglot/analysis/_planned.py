"""What a study set out to ask, as rows beside the answers."""

from collections.abc import Sequence

import pandas as pd

from isoglot.core import Condition, Probe, get_language

_NUMBERS = ("seed", "epoch", "times_shown", "facts_in_context")
_TEXTS = ("model", "paradigm", "taught", "gives", "against", "asked", "taught_tier", "asked_tier")


def cell_table(planned: Sequence[Probe]) -> pd.DataFrame:
    """One row a probe, with the columns that estimates are grouped by, and no outcome."""
    rows = [
        {
            **probe.condition.model_dump(),
            **probe.stage.model_dump(),
            "asked": probe.asked,
            "taught_tier": get_language(probe.condition.taught).tier,
            "asked_tier": get_language(probe.asked).tier,
        }
        for probe in planned
    ]
    return pd.DataFrame(
        {
            column: pd.Series([row[column] for row in rows], dtype=dtype)
            for columns, dtype in ((_TEXTS, "str"), (_NUMBERS, "Int64"))
            for column in columns
        }
    )


def teachings(table: pd.DataFrame) -> "pd.Series[str]":
    """What each row's condition was taught (see `Condition.teaches`)."""
    kinds = {
        (gives, conflict): Condition(
            model="", paradigm="untaught", taught="", seed=0, gives=gives,
            against="" if conflict else None,
        ).teaches
        for gives in ("answer", "rival")
        for conflict in (False, True)
    }  # fmt: skip
    return pd.Series(
        [
            kinds[gives, not pd.isna(against)]
            for gives, against in zip(table["gives"], table["against"], strict=True)
        ],
        index=table.index,
        dtype="str",
    )
