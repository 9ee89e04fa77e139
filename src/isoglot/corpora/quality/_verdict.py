"""From measures to a verdict with its reasons."""

import math
from collections.abc import Mapping
from typing import NamedTuple

from isoglot.core import get_language
from isoglot.corpora.quality import _thresholds as limits
from isoglot.corpora.quality._found import not_found
from isoglot.corpora.quality._records import Measure, Reason, Verdict, Weight

# Of these at least one must have looked at a language: the others can't see what a text means.
MEANING = ("retrieved_first", "round_trip_similarity")


class _Rule(NamedTuple):
    """When a measure lowers the verdict, and what is said then.

    Attributes:
        bad: Where it lowers it to bad; `inf` if it never does.
        high: Whether the figure should be high.
        percent: Whether it is said in percent.
    """

    metric: str
    says: str
    check: float
    bad: float = math.inf
    high: bool = False
    percent: bool = True


_RULES = (
    _Rule(
        "identified",
        "{value} of {of} different questions are identified as {language}",
        limits.IDENTIFIED_CHECK,
        limits.IDENTIFIED_BAD,
        high=True,
    ),
    _Rule(
        "near_relative",
        "{value} of {of} different questions are taken for a near relative of {language}",
        limits.RELATIVE_CHECK,
    ),
    _Rule(
        "identified_together",
        "read several at a time, {value} of {of} groups of questions are identified as {language}",
        limits.TOGETHER_CHECK,
        limits.TOGETHER_BAD,
        high=True,
    ),
    _Rule(
        "retrieved_by_name",
        "names and all, {value} of {of} questions are nearest to what they should mean",
        limits.BY_NAME_CHECK,
        limits.BY_NAME_BAD,
        high=True,
    ),
    _Rule(
        "round_trip_similarity",
        "translated back, {of} questions have a mean similarity of {value} to the originals",
        limits.ROUND_TRIP_CHECK,
        limits.ROUND_TRIP_BAD,
        high=True,
        percent=False,
    ),
    _Rule("missing", "{value} of {of} facts have no text", 0.0, limits.MANY),
    _Rule(
        "untranslated",
        "{value} of {of} questions are still the reference's",
        limits.FEW,
        limits.MANY,
    ),
    _Rule(
        "untranslated_answers",
        "{value} of {of} different answers are the reference's",
        limits.UNTRANSLATED_ANSWERS_CHECK,
    ),
    _Rule(
        "untranslated_words",
        "{value} of {of} different answers that are no names are the reference's",
        limits.UNTRANSLATED_ANSWERS_CHECK,
        limits.UNTRANSLATED_WORDS_BAD,
    ),
    _Rule(
        "length_outliers",
        "{value} of {of} questions are more than twice or less than half as long as usual",
        limits.OUTLIERS_CHECK,
        limits.OUTLIERS_BAD,
    ),
    _Rule(
        "repeated",
        "{value} of {of} questions stand for several that differ in the reference",
        limits.FEW,
        limits.MANY,
    ),
    _Rule(
        "repeated_answers",
        "{value} of {of} answers stand for several that differ in the reference",
        limits.FEW,
        limits.MANY,
    ),
    _Rule(
        "paraphrase_lost",
        "{value} of {of} facts are asked in the words they are taught in",
        limits.FEW,
    ),
    _Rule(
        "leaks",
        "{value} of {of} facts have a question that holds the answer",
        limits.FEW,
        limits.MANY,
    ),
    _Rule(
        "answer_is_rival",
        "{value} of {of} facts have a rival that is the answer",
        0.0,
        limits.MANY,
    ),
    _Rule(
        "wrong_script",
        "{value} of {of} texts have letters of another script",
        limits.FEW,
        limits.MANY,
    ),
    _Rule(
        "names_lost",
        "{value} of {of} facts have lost the name that tells them from others",
        limits.FEW,
        limits.MANY,
    ),
)


def judge(
    language: str, measures: Mapping[str, Measure], *, reference: str
) -> tuple[Verdict, tuple[Reason, ...]]:
    """The verdict on a language, and why: the heaviest reasons first.

    What was not measured is neither good nor bad. But a language whose meaning nothing looked at
    can't be called good: it is to be checked.
    """
    reasons = [
        reason
        for rule in _RULES
        if (reason := _apply(rule, language, measures[rule.metric])) is not None
    ]
    reasons.extend(_length_norm(measures["length_norm"]))
    reasons.extend(
        not_found(
            language,
            reference,
            questions=measures["retrieved_first"],
            answers=measures["answers_retrieved"],
        )
    )
    reasons.extend(_failed(measures["round_trip_failed"]))
    if language != reference and not any(measures[metric].measured for metric in MEANING):
        why = measures["retrieved_first"].why_not
        sentence = f"nothing looked at what the texts mean ({why})"
        reasons.append(Reason(metric="retrieved_first", weight="check", sentence=sentence))
    order: tuple[Weight, ...] = ("bad", "check", "note")
    reasons.sort(key=lambda reason: order.index(reason.weight))
    weights = {reason.weight for reason in reasons}
    verdict: Verdict = "bad" if "bad" in weights else "check" if "check" in weights else "good"
    return verdict, tuple(reasons)


def _apply(rule: _Rule, language: str, measure: Measure) -> Reason | None:
    weight = _weight(rule, measure.value)
    if weight is None:  # also for nan, with which every comparison is false
        return None
    says = rule.says.format(
        value=f"{100 * measure.value:.0f}%" if rule.percent else f"{measure.value:.2f}",
        of=measure.of,
        language=get_language(language).name,
    )
    limit = rule.bad if weight == "bad" else rule.check
    expected = f"{100 * limit:.0f}%" if rule.percent else f"{limit:.2f}"
    side = "at least" if rule.high else "at most"
    sentence = f"{says} (expected {side} {expected})"
    return Reason(metric=rule.metric, weight=weight, sentence=sentence, examples=measure.examples)


def _weight(rule: _Rule, value: float) -> Weight | None:
    sign = -1 if rule.high else 1
    if not math.isinf(rule.bad) and sign * value > sign * rule.bad:
        return "bad"
    return "check" if sign * value > sign * rule.check else None


def _length_norm(measure: Measure) -> list[Reason]:
    far = max(measure.value, 1 / measure.value) if measure.value else math.inf
    if not far > limits.NORM_CHECK:
        return []
    sentence = (
        f"questions are {measure.value:.2f} times as long as texts in the language usually are "
        f"(expected {1 / limits.NORM_CHECK:.2f} to {limits.NORM_CHECK:.2f})"
    )
    weight: Weight = "bad" if far > limits.NORM_BAD else "check"
    return [Reason(metric="length_norm", weight=weight, sentence=sentence)]


def _failed(measure: Measure) -> list[Reason]:
    """Texts that a translator fails on may be odd; it may as well have been a bad day."""
    if not measure.value > limits.ROUND_TRIP_FAILED_NOTE:
        return []
    sentence = f"the translator failed on {100 * measure.value:.0f}% of {measure.of} questions"
    return [
        Reason(
            metric="round_trip_failed", weight="note", sentence=sentence, examples=measure.examples
        )
    ]
