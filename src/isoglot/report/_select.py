"""Finding estimates among many."""

from collections.abc import Sequence

from isoglot.core import Estimate, Paradigm


def pick(
    estimates: Sequence[Estimate], question: str, measure: str, *, paradigm: Paradigm | None = None
) -> list[Estimate]:
    """The estimates of a measure, of one paradigm or of all."""
    return [
        each
        for each in estimates
        if each.question == question
        and each.measure == measure
        and paradigm in (None, each.paradigm)
    ]


def at_last_stage(estimates: Sequence[Estimate]) -> list[Estimate]:
    """Those of the last epoch; without epochs, all."""
    last = max((each.epoch for each in estimates if each.epoch is not None), default=None)
    return [each for each in estimates if each.epoch == last]


def contrasts(estimates: Sequence[Estimate]) -> list[Estimate]:
    """Differences between tiers, each at the last epoch that it is known for."""
    last: dict[tuple[str, ...], Estimate] = {}
    for each in estimates:
        if not {"high", "low"} <= set(each.languages):
            continue
        within = tuple(each.languages.get(tier, "") for tier in ("taught_tier", "asked_tier"))
        key = (each.question, each.measure, each.model, each.paradigm, *within)
        if key not in last or (last[key].epoch or 0) <= (each.epoch or 0):
            last[key] = each
    return list(last.values())


def of_one_model(estimates: Sequence[Estimate]) -> None:
    """Raises `ValueError` if the estimates are of several models."""
    models = sorted({each.model for each in estimates})
    if len(models) > 1:
        raise ValueError(
            f"estimates: of {len(models)} models ({', '.join(models)}); draw one model at a time"
        )
