"""Probe rows and estimates, short enough that a test can be checked by eye."""

import math
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from isoglot.core import Condition, Estimate, Probe, Stage

Row = dict[str, object]

_VERDICTS = {
    "R": {"correct": True},
    "E": {"wrong_language": True},
    "V": {"rival": True},
    "B": {"correct": True, "rival": True},
    "N": {},
}


def judged(row: Callable[..., Row], letters: str, **fields: object) -> list[Row]:
    """One row a letter, for the facts f1, f2, …; a dash is a probe without an answer.

    Right, right Elsewhere (in another language), riVal, Both answers, Neither.
    """
    nothing = {"correct": False, "wrong_language": False, "rival": False}
    return [
        row(fact=f"f{number}", **{**nothing, **_VERDICTS[letter]}, **fields)
        for number, letter in enumerate(letters, start=1)
        if letter != "-"
    ]


def in_context(times_shown: int = 1, facts_in_context: int | None = None) -> dict[str, Any]:
    """The columns of a stage of in-context learning."""
    return {
        "paradigm": "in-context",
        "epoch": None,
        "times_shown": times_shown,
        "facts_in_context": facts_in_context,
    }


def planned(asked: str, *, seed: int = 1, **fields: Any) -> Probe:
    """A planned probe of model m, fine-tuned, after epoch 12, unless told otherwise."""
    stage = {"epoch": 12, "times_shown": None, "facts_in_context": None}
    stage |= {key: fields.pop(key) for key in stage if key in fields}
    condition = {"model": "m", "paradigm": "fine-tuning", "seed": seed} | fields
    return Probe(condition=Condition(**condition), stage=Stage(**stage), fact_id="", asked=asked)


def of(found: Iterable[Estimate], measure: str, **languages: str) -> list[Estimate]:
    """The estimates of a measure that have these languages, maybe beside others."""
    return [
        each
        for each in found
        if each.measure == measure and languages.items() <= each.languages.items()
    ]


def only(found: Iterable[Estimate], measure: str, **languages: str) -> Estimate:
    """The one estimate of a measure and languages that there is."""
    (each,) = of(found, measure, **languages)
    return each


def values(found: Iterable[Estimate], measure: str) -> dict[tuple[str, ...], float]:
    """The values of a measure, by its languages in their order."""
    return {tuple(each.languages.values()): each.value for each in of(found, measure)}


def numbers(each: Any) -> tuple[float, float, float]:
    """An estimate's, or an interval's, value and bounds."""
    return each.value, each.low, each.high


def is_missing(each: Estimate) -> bool:
    """Whether it says that there is nothing to say."""
    return each.n_facts == 0 and all(map(math.isnan, numbers(each)))


def curve(row: Callable[..., Row], letters: dict[int, str], **fields: object) -> Iterator[Row]:
    """Rows by epoch."""
    for epoch, each in letters.items():
        yield from judged(row, each, epoch=epoch, **fields)
