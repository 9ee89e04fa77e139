"""What the encoder did not find, held against what it finds of good translations."""

from typing import Literal, NamedTuple

from isoglot.core import get_language
from isoglot.corpora.quality import _thresholds as limits
from isoglot.corpora.quality._data import Found, usually_found
from isoglot.corpora.quality._records import Measure, Reason, Weight


class _Held(NamedTuple):
    """A measure of what is found, with what it is held against.

    Attributes:
        usual: What is found of a good translation; `None` where that is not known.
        check: The share of `usual` below which it is to be looked at.
        bad: The share of `usual` below which it is bad.
        above_chance: As many times what chance finds are expected at least.
    """

    metric: str
    what: Literal["questions", "answers"]
    measure: Measure
    usual: float | None
    check: float
    bad: float
    above_chance: float


def not_found(
    language: str, reference: str, *, questions: Measure, answers: Measure
) -> list[Reason]:
    """The reasons, if any, that `retrieved_first` and `answers_retrieved` give.

    In languages that the encoder is weak in, less is expected; but never less than clearly more
    than chance. A note says where a low figure is the tool's.
    """
    usual = usually_found(language, reference)
    held = (
        _Held(
            metric="retrieved_first",
            what="questions",
            measure=questions,
            usual=usual.questions,
            check=limits.FOUND_CHECK,
            bad=limits.FOUND_BAD,
            above_chance=limits.ABOVE_CHANCE,
        ),
        _Held(
            metric="answers_retrieved",
            what="answers",
            measure=answers,
            usual=usual.answers,
            check=limits.ANSWERS_FOUND_CHECK,
            bad=limits.ANSWERS_FOUND_BAD,
            above_chance=limits.ANSWERS_ABOVE_CHANCE,
        ),
    )
    return [reason for each in held if (reason := _reason(language, each)) is not None]


def _reason(language: str, held: _Held) -> Reason | None:
    value = held.measure.value
    says = (
        f"{_percent(value)} of {held.measure.of} {held.what} are nearest to what they should mean"
    )
    name = get_language(language).name
    weight: Weight
    if held.usual is None:
        if not value < limits.FOUND_UNKNOWN:
            return None
        weight = "note"
        sentence = f"{says}; the tool finds too few of good {name}, or it is not known how many"
    else:
        chance = held.measure.chance
        check = max(held.check * held.usual, held.above_chance * chance)
        bad = max(held.bad * held.usual, chance)
        of_good = f"of good {name} the tool finds {_percent(held.usual)}"
        if value < check:
            weight = "bad" if value < bad else "check"
            sentence = f"{says} (expected at least {_percent(bad if value < bad else check)}"
            sentence += f"; {of_good})" if held.usual < Found().questions else ")"
        elif held.what == "questions" and value < limits.FOUND_CHECK * Found().questions:
            weight = "note"
            sentence = f"{says}; the tool is weak here: {of_good}"
        else:
            return None
    return Reason(
        metric=held.metric, weight=weight, sentence=sentence, examples=held.measure.examples
    )


def _percent(value: float) -> str:
    return f"{100 * value:.0f}%"
