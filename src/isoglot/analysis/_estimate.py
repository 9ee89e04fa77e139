"""From the probe table to estimates: reads what the questions declare, and measures it."""

from collections.abc import Iterator, Sequence
from typing import Final, cast, get_args

import numpy as np
import pandas as pd

from isoglot.analysis._planned import cell_table
from isoglot.core import (
    TIERS,
    Estimate,
    Paradigm,
    Probe,
    Untaught,
    known_languages,
)
from isoglot.questions import Measure, Question
from isoglot.stats import Interval, clustered_difference, clustered_proportion

_PARADIGMS: Final[tuple[Paradigm, ...]] = get_args(Paradigm)
_UNTAUGHT: Final[tuple[Untaught, ...]] = get_args(Untaught)
_PARADIGM: Final[list[str]] = ["model", "paradigm"]


def estimate(
    table: pd.DataFrame, questions: Sequence[Question], *, planned: Sequence[Probe] = ()
) -> list[Estimate]:
    """The estimates that the questions declare, each model and paradigm apart.

    A combination of languages and epochs that was not asked has no estimate, and neither has a
    contrast of which one tier is absent: there is nothing to compare. One that was planned and has
    no answers is missing: its value is `nan`, and it rests on no facts. The facts are the clusters
    of every interval (translations of one fact are correlated).

    Args:
        table: As `probe_table` makes it, with the verdicts of one judge.
        questions: Which questions to answer.
        planned: A probe for every combination that was to be asked, of any fact.

    Returns:
        By question and measure as declared, then model, paradigm (in-context first), languages
        (in the order of the known languages), tiers from high to low, and epoch. An estimate's
        `epoch` is the one that all its probes share, or `None`. `languages` holds the columns of
        languages and tiers that it is for; for a contrast also `high` and `low`, the languages
        that went into either side, with commas between them.

    Raises:
        ValueError: If the table holds the verdicts of several judges, which must not be pooled.
    """
    judges = sorted(table["judge"].unique())
    if len(judges) > 1:
        raise ValueError(
            f"judge: the table holds verdicts of {', '.join(judges)}; "
            "estimate one judge at a time: table[table['judge'] == NAME]"
        )
    cells = cell_table(planned)
    return [
        each
        for question in questions
        for measure in question.measures
        for model in sorted({*table["model"], *cells["model"]})
        for paradigm in (_UNTAUGHT if measure.untaught else _PARADIGMS)
        for each in _measured(
            table[(table["model"] == model) & (table["paradigm"] == paradigm)],
            cells[(cells["model"] == model) & (cells["paradigm"] == paradigm)],
            question=question.name,
            measure=measure,
            model=model,
            paradigm=paradigm,
        )
    ]


def _measured(
    table: pd.DataFrame,
    planned: pd.DataFrame,
    *,
    question: str,
    measure: Measure,
    model: str,
    paradigm: Paradigm | Untaught,
) -> Iterator[Estimate]:
    # What was planned stands beside what was answered, with no outcome, so that a combination
    # without answers is still a group.
    every = pd.concat([table, planned]) if len(planned) else table
    rows = _last_epochs(every) if measure.last_epoch_only else every
    rows = _cells(rows, measure)
    for group, part in _groups(rows, measure.by):
        found = _contrasted(part, measure) if measure.contrast else _averaged(part, measure)
        if found is None:
            continue
        interval, sides = found
        yield Estimate(
            question=question,
            paradigm=paradigm,
            model=model,
            measure=measure.name,
            languages={**group, **sides},
            epoch=_shared_epoch(part),
            value=float(interval.value),
            low=float(interval.low),
            high=float(interval.high),
            n_facts=int(interval.n_clusters),
        )


def _last_epochs(table: pd.DataFrame) -> pd.DataFrame:
    # Of the paradigm, not of each condition: a condition whose last epoch has no answers has no
    # last result, rather than an earlier one's among the others' last.
    last = table.groupby(_PARADIGM)["epoch"].transform("max")
    # Without epochs both sides are missing, and that stage is the last one there is.
    return table[(table["epoch"] == last).fillna(value=False) | table["epoch"].isna()]


def _cells(table: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    if measure.cells == "all":
        return table
    own = table["taught"] == table["asked"]
    return table[own if measure.cells == "own" else ~own]


def _groups(
    table: pd.DataFrame, by: Sequence[str]
) -> Iterator[tuple[dict[str, str], pd.DataFrame]]:
    """The language-like part of every combination that occurs, and its rows, in order."""
    if table.empty:
        return
    if not by:
        yield {}, table
        return
    parts = [
        (dict(zip(by, key, strict=True)), part)
        for key, part in table.groupby(list(by), dropna=False, sort=False)
    ]
    parts.sort(key=lambda each: [_rank(column, value) for column, value in each[0].items()])
    for key, part in parts:
        yield {column: str(value) for column, value in key.items() if column != "epoch"}, part


def _rank(column: str, value: object) -> int:
    if column == "epoch":
        epoch = cast(int, value)
        return -1 if pd.isna(epoch) else int(epoch)
    order = TIERS if column.endswith("_tier") else tuple(known_languages())
    return order.index(cast(str, value))


def _averaged(part: pd.DataFrame, measure: Measure) -> tuple[Interval, dict[str, str]] | None:
    return clustered_proportion(_outcomes(part, measure), _facts(part)), {}


def _contrasted(part: pd.DataFrame, measure: Measure) -> tuple[Interval, dict[str, str]] | None:
    column = cast(str, measure.contrast)
    answered = _answered(part)
    high, low = (answered[answered[column] == tier] for tier in ("high", "low"))
    if high.empty or low.empty:
        return None
    interval = clustered_difference(
        _outcomes(high, measure), _facts(high), _outcomes(low, measure), _facts(low)
    )
    side = column.removesuffix("_tier")
    return interval, {"high": _codes(high[side]), "low": _codes(low[side])}


def _outcomes(part: pd.DataFrame, measure: Measure) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    part = _answered(part)
    if measure.of == "right_in_any_language":
        outcome = part["correct"] | part["wrong_language"]
    else:
        outcome = part[measure.of]
    return outcome.to_numpy(dtype=np.float64)


def _facts(part: pd.DataFrame) -> np.ndarray[tuple[int], np.dtype[np.object_]]:
    return _answered(part)["fact"].to_numpy(dtype=object)


def _answered(part: pd.DataFrame) -> pd.DataFrame:
    return part[part["correct"].notna()]


def _codes(column: "pd.Series[str]") -> str:
    present = set(column)
    return ",".join(code for code in known_languages() if code in present)


def _shared_epoch(part: pd.DataFrame) -> int | None:
    epochs = part["epoch"].unique()
    return int(epochs[0]) if len(epochs) == 1 and not pd.isna(epochs[0]) else None
