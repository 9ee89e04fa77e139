"""The probe table: one row a probe and judge, typed, in an order that never varies."""

from collections.abc import Iterable, Mapping
from typing import Final

import pandas as pd

from isoglot.core import get_language

# Column -> dtype. Stages are nullable: in-context learning has no epochs, fine-tuning no contexts.
_DTYPES: Final[dict[str, str]] = {
    "model": "str",
    "paradigm": "str",
    "taught": "str",
    "gives": "str",
    "against": "str",
    "seed": "Int64",
    "asked": "str",
    "epoch": "Int64",
    "times_shown": "Int64",
    "facts_in_context": "Int64",
    "fact": "str",
    "relation": "str",
    "question": "str",
    "reference": "str",
    "rival_reference": "str",
    "answer": "str",
    "correct": "bool",
    "answer_language": "str",
    "wrong_language": "bool",
    "rival": "bool",
    "judge": "str",
    "key": "str",
    "tokens": "Int64",
    "seconds": "float64",
}
PROBE_COLUMNS: Final[tuple[str, ...]] = tuple(_DTYPES)
_CONDITION: Final = ("model", "paradigm", "taught", "gives", "against", "seed")
_STAGE: Final = ("epoch", "times_shown", "facts_in_context")
_ORDER: Final[list[str]] = [*_CONDITION, *_STAGE, "asked", "fact", "judge"]


def probe_table(rows: Iterable[Mapping[str, object]]) -> pd.DataFrame:
    """The typed table of judged probes, with the tiers of both languages.

    Args:
        rows: One mapping a probe and judge, with the keys `PROBE_COLUMNS`; others are ignored.
            Failed probes do not belong here: a failure is not an answer.

    Returns:
        The columns of `PROBE_COLUMNS`, then `taught_tier` and `asked_tier`, sorted by condition,
        stage (none first), asked, fact and judge. With no rows, the same columns of the same types.

    Raises:
        KeyError: If a row lacks a column.
        UnknownLanguageError: If a language has no known tier.
    """
    rows = list(rows)
    table = pd.DataFrame(
        {
            column: pd.Series([row[column] for row in rows], dtype=dtype)
            for column, dtype in _DTYPES.items()
        }
    )
    for side in ("taught", "asked"):
        tiers = {code: get_language(code).tier for code in table[side].unique()}
        table[f"{side}_tier"] = table[side].map(tiers).astype("str")
    return table.sort_values(_ORDER, kind="stable", na_position="first", ignore_index=True)
