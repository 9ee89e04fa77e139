"""From the probe table to estimates: reads what the questions declare, and measures it."""

import math
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations, pairwise
from typing import Final, cast, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from isoglot.analysis._outcomes import at_stages, outcomes, with_right_before
from isoglot.analysis._planned import cell_table, teachings
from isoglot.core import TIERS, Estimate, Gives, Paradigm, Probe, Untaught, known_languages
from isoglot.questions import Column, Measure, Question
from isoglot.stats import (
    Interval,
    clustered_difference,
    clustered_proportion,
    weighted_proportion,
)

_PARADIGMS: Final[tuple[Paradigm, ...]] = get_args(Paradigm)
_UNTAUGHT: Final[tuple[Untaught, ...]] = get_args(Untaught)
_STAGE: Final = ("epoch", "times_shown", "facts_in_context")

Found = tuple[dict[str, str], pd.DataFrame, Interval]
"""What of languages an estimate is, the rows that it is from, and the number."""


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
        (in the order of the known languages), tiers from high to low, and stage. An estimate's
        `epoch` is the one that all its probes share, or `None`, and so are its `times_shown` and
        `facts_in_context`. `languages` holds the columns of
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
    # What was planned stands beside what was answered, with no outcome, so that a combination
    # without answers is still a group.
    cells = cell_table(planned)
    every = with_right_before(pd.concat([table, cells]) if len(cells) else table)
    parts = dict(list(every.groupby(["model", "paradigm", teachings(every)], sort=False)))
    nothing = every.iloc[:0]
    return [
        each
        for question in questions
        for measure in question.measures
        for model in sorted(every["model"].unique())
        for paradigm in (_UNTAUGHT if question.of_untaught else _PARADIGMS)
        for each in _measured(
            parts.get((model, paradigm, question.teaches), nothing),
            question=question.name,
            measure=measure,
            model=model,
            paradigm=paradigm,
        )
    ]


def _measured(
    table: pd.DataFrame,
    *,
    question: str,
    measure: Measure,
    model: str,
    paradigm: Paradigm | Untaught,
) -> Iterator[Estimate]:
    rows = _cells(at_stages(table, measure), measure)
    rows = _balanced(rows.assign(outcome=outcomes(rows, measure)), measure)
    for group, part in _groups(rows, measure.by):
        for languages, of, interval in _found(part, measure):
            yield Estimate(
                question=question,
                paradigm=paradigm,
                model=model,
                measure=measure.name,
                languages={**group, **languages},
                **{column: _shared(of, column) for column in _STAGE},
                value=float(interval.value),
                low=float(interval.low),
                high=float(interval.high),
                n_facts=int(interval.n_clusters),
            )


def _found(part: pd.DataFrame, measure: Measure) -> Iterator[Found]:
    if measure.contrast == "direction":
        yield from _directions(part)
    elif measure.contrast is not None:
        yield from _contrasted(part, measure)
    elif measure.summary != "mean":
        yield from _curve(part, measure)
    else:
        weights = _equal_cells(part, measure) if measure.over else None
        yield {}, part, _mean(part, measure, weights)


def _mean(
    part: pd.DataFrame, measure: Measure, weights: NDArray[np.float64] | None = None
) -> Interval:
    if weights is None and measure.of != "sides_with_taught":  # which has halves
        return clustered_proportion(_outcomes(part), _facts(part))
    counts = np.ones(len(part)) if weights is None else weights
    return weighted_proportion(_outcomes(part), _facts(part), counts)


def _equal_cells(part: pd.DataFrame, measure: Measure) -> NDArray[np.float64]:
    """Weights under which every combination of the measure's `over` counts the same."""
    answered = part["outcome"].notna().to_numpy(dtype=bool)
    cells = part.groupby(list(measure.over), dropna=False).ngroup().to_numpy()
    sizes = np.bincount(cells, weights=answered)
    return np.where(answered, 1 / np.maximum(sizes, 1)[cells], 0.0)


def _balanced(rows: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    """Without the outcomes of combinations that lack one on some side (see `Measure.balanced`)."""
    side = measure.balanced
    if side is None or rows.empty:
        return rows

    def sides(column: "pd.Series[str]", within: Iterable[Column]) -> "pd.Series[int]":
        """How many values of the column there are beside each row."""
        others = [rows[each] for each in dict.fromkeys(within) if each != side]
        groups = others or [pd.Series(0, rows.index)]
        return column.groupby(groups, dropna=False).transform("nunique")

    decided = sides(rows[side].where(rows["outcome"].notna()), (*measure.by, *measure.over))
    asked = sides(rows[side], measure.by)
    return rows.assign(outcome=rows["outcome"].where(decided == asked))


def _curve(part: pd.DataFrame, measure: Measure) -> Iterator[Found]:
    """What is made of a learning curve; without two epochs there is none."""
    part = part[part["epoch"].notna()]
    epochs = sorted(int(epoch) for epoch in part["epoch"].unique())
    if len(epochs) < 2:
        return
    area = measure.summary == "area"
    yield {}, part, _area(part, epochs) if area else _first_epoch(part, measure, epochs)


def _area(part: pd.DataFrame, epochs: Sequence[int]) -> Interval:
    """The trapezoids under the curve over the whole span: the mean accuracy on the way."""
    span = epochs[-1] - epochs[0]
    share = dict.fromkeys(epochs, 0.0)
    for before, after in pairwise(epochs):
        for end in (before, after):
            share[end] += (after - before) / 2 / span
    found = _outcomes(part)
    weights = np.zeros(len(part))
    for epoch in epochs:
        answered = (part["epoch"] == epoch).to_numpy(dtype=bool) & ~np.isnan(found)
        if not answered.any():  # a curve with a hole has no area
            return Interval(value=math.nan, low=math.nan, high=math.nan, n_clusters=0)
        weights[answered] = share[epoch] / answered.sum()
    return weighted_proportion(found, _facts(part), weights)


def _first_epoch(part: pd.DataFrame, measure: Measure, epochs: Sequence[int]) -> Interval:
    """The first asked epoch that reaches the threshold; `nan`: never.

    Its bounds are the first epochs at which the upper and the lower bound of the accuracy do.
    """
    points = {epoch: _mean(part[part["epoch"] == epoch], measure) for epoch in epochs}

    def first(end: str) -> float:
        reached = (e for e in epochs if getattr(points[e], end) >= measure.threshold)
        return float(next(reached, math.nan))

    return Interval(
        value=first("value"),
        low=first("high"),
        high=first("low"),
        n_clusters=max(point.n_clusters for point in points.values()),
    )


def _directions(part: pd.DataFrame) -> Iterator[Found]:
    """For every pair of languages, one way minus the other."""
    pairs = {
        (str(taught), str(asked)): rows
        for (taught, asked), rows in part.groupby(["taught", "asked"], sort=False)
    }
    present = [code for code in known_languages() if any(code in pair for pair in pairs)]
    for one, other in combinations(present, 2):
        if (one, other) in pairs and (other, one) in pairs:
            there, back = pairs[one, other], pairs[other, one]
            interval = _difference(there, back)
            yield {"taught": one, "asked": other}, pd.concat([there, back]), interval


def _difference(a: pd.DataFrame, b: pd.DataFrame) -> Interval:
    return clustered_difference(_outcomes(a), _facts(a), _outcomes(b), _facts(b))


def _cells(table: pd.DataFrame, measure: Measure) -> pd.DataFrame:
    if measure.cells == "all":
        return table
    own = table["taught"] == table["asked"]
    return table[own if measure.cells == "own" else ~own]


def _groups(
    table: pd.DataFrame, by: Sequence[Column]
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
        yield {name: str(value) for name, value in key.items() if name not in _STAGE}, part


def _rank(column: str, value: object) -> int:
    if pd.isna(cast(str, value)):
        return -1
    if column in _STAGE:
        return int(cast(int, value))
    if column == "gives":
        return get_args(Gives).index(value)
    order = TIERS if column.endswith("_tier") else tuple(known_languages())
    return order.index(cast(str, value))


def _contrasted(part: pd.DataFrame, measure: Measure) -> Iterator[Found]:
    column = cast(str, measure.contrast)
    answered = part[part["outcome"].notna()]
    high, low = (answered[answered[column] == tier] for tier in ("high", "low"))
    if high.empty or low.empty:
        return
    side = column.removesuffix("_tier")
    sides = {"high": _codes(high[side]), "low": _codes(low[side])}
    yield sides, part, _difference(high, low)


def _outcomes(part: pd.DataFrame) -> NDArray[np.float64]:
    return part["outcome"].to_numpy(dtype=np.float64)


def _facts(part: pd.DataFrame) -> NDArray[np.object_]:
    return part["fact"].to_numpy(dtype=object)


def _codes(column: "pd.Series[str]") -> str:
    present = set(column)
    return ",".join(code for code in known_languages() if code in present)


def _shared(part: pd.DataFrame, column: str) -> int | None:
    values = part[column].unique()
    return int(values[0]) if len(values) == 1 and not pd.isna(values[0]) else None
