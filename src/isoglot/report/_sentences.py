"""What priority and robustness came to, in one plain sentence each, for the page and the terminal.

A sentence claims no more than its intervals allow.
"""

import math
from collections.abc import Sequence
from typing import Final

from isoglot.core import TIERS, Estimate, Paradigm, get_language
from isoglot.report._select import at_last_stage, of_one_model, pick
from isoglot.report._words import (
    TIER_WORDS,
    counted,
    language_name,
    percent,
    percent_with_interval,
    points_with_interval,
)

EVEN: Final = 0.5
FEWEST_KNOWN: Final = 10
"""With fewer known facts on a side, tiers are not compared: which facts these happen to be would
decide."""


def priority_sentence(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> str | None:
    """Which side is believed where two languages contradict each other, and how often neither is.

    Args:
        estimates: Of one model; others than those of priority are ignored.
        paradigm: Of which paradigm.

    Returns:
        The sentence; `None` where no conflict was to be taught.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    found = pick(estimates, "priority", "preference", paradigm=paradigm)
    if not found:
        return None
    (mean,) = found
    neither = _neither(estimates, paradigm)
    first, other = _sides(pick(estimates, "priority", "pair_preference", paradigm=paradigm))
    if math.isnan(mean.value):
        if neither is None:
            return "Where two languages contradict each other: no answers."
        return f"No answer took a side: {neither}, so there is no preference to tell."
    if mean.low > EVEN:
        verdict = "it is believed more often"
    elif mean.high < EVEN:
        verdict = f"{other} is believed more often"
    else:
        verdict = "that can't be told apart from even"
    share = percent_with_interval(mean)
    says = f"{share} of the answers that took a side are with {first}: {verdict}"
    return f"{says}; {neither}." if neither else f"{says}."


def robustness_sentence(estimates: Sequence[Estimate], *, paradigm: Paradigm) -> str | None:
    """How much of what was known is kept while wrong answers are taught, high tier against low.

    Args:
        estimates: Of one model; others than those of robustness are ignored.
        paradigm: Of which paradigm.

    Returns:
        The sentence; `None` where no wrong answers were to be taught.

    Raises:
        ValueError: If the estimates are of several models.
    """
    of_one_model(estimates)
    measured = {
        measure: at_last_stage(pick(estimates, "robustness", measure, paradigm=paradigm))
        for measure in ("tier_resistance", "resistance_gap")
    }
    before = pick(estimates, "robustness", "accuracy_before", paradigm=paradigm)
    if not measured["tier_resistance"] and not before:
        return None
    tiers = {
        each.languages["taught_tier"]: each
        for each in measured["tier_resistance"]
        if not math.isnan(each.value)
    }
    if not tiers:
        if all(math.isnan(each.value) for each in before):
            return "Of what was known before: no answers."
        if all(each.value == 0 for each in before if not math.isnan(each.value)):
            return (
                "None of what was taught wrongly had been answered right before, so there is "
                "nothing to resist with."
            )
        return "Of what was known before: no answers after wrong answers were taught."
    shares = " and ".join(
        f"{percent_with_interval(tiers[tier])} in {TIER_WORDS[tier]} languages "
        f"(of {counted(tiers[tier].n_facts, 'fact')})"
        for tier in TIERS
        if tier in tiers
    )
    epoch = next(iter(tiers.values())).epoch
    how_long = "" if epoch is None else f" for {counted(epoch, 'epoch')}"
    says = (
        "Of what was answered right before, what stays right when wrong answers are taught"
        f"{how_long} is {shares}"
    )
    gaps = [each for each in measured["resistance_gap"] if not math.isnan(each.value)]
    fewest = min(each.n_facts for each in tiers.values())
    return f"{says}{_verdict(gaps[0], fewest=fewest)}." if gaps else f"{says}."


def _verdict(gap: Estimate, *, fewest: int) -> str:
    if fewest < FEWEST_KNOWN:
        return ": too few to compare high- and low-resource languages"
    points = points_with_interval(gap)
    if gap.low <= 0 <= gap.high:
        return f": high- and low-resource languages can't be told apart ({points})"
    ahead = "high" if gap.value > 0 else "low"
    return f": {ahead}-resource languages resist more ({points})"


def _neither(estimates: Sequence[Estimate], paradigm: Paradigm) -> str | None:
    found = pick(estimates, "priority", "mean_undecided", paradigm=paradigm)
    if not found or math.isnan(found[0].value):
        return None
    return f"{percent(found[0].value)} of all answers agree with neither"


def _sides(pairs: Sequence[Estimate]) -> tuple[str, str]:
    """What the first and the other language of all pairs are called together."""
    codes = {(each.languages["taught"], each.languages["against"]) for each in pairs}
    if len(codes) == 1:
        ((first, other),) = codes
        return language_name(first), language_name(other)
    ranks = [tuple(TIERS.index(get_language(code).tier) for code in pair) for pair in codes]
    if ranks and all(first < other for first, other in ranks):
        return "the language with more resources", "the language with fewer resources"
    return "the first language of the pair", "the other language of the pair"
