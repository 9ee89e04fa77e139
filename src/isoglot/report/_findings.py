"""What the estimates say, in sentences that claim no more than their intervals allow."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import Final, NamedTuple, get_args

from isoglot.analysis import told_apart
from isoglot.core import Estimate, Paradigm, Untaught
from isoglot.report._select import contrasts, of_one_model, pick
from isoglot.report._sentences import priority_sentence, robustness_sentence
from isoglot.report._words import (
    contrast_words,
    in_order,
    language_name,
    listed,
    percent_with_interval,
    points_with_interval,
)

# Where one tier is ahead of the other, by question and measure.
_CIRCUMSTANCES: Final[dict[tuple[str, str], str]] = {
    ("knowledge", "known_before_tier_gap"): "in what is known before anything is taught",
    ("effectiveness", "tier_gap"): "when facts are asked in the language they were taught in",
    ("transfer", "tier_gap_taught"): "when facts taught in them are asked in other languages",
    ("transfer", "tier_gap_asked"): "when they are asked for facts taught in other languages",
    ("robustness", "resistance_gap"): "in what stays right when wrong answers are taught",
}

# From best to worst; the last is what stays when nothing can be claimed.
MOST: Final = "more than half learned"
HALF: Final = "around half learned"
FEW: Final = "fewer than half learned"
NOT_SHOWN: Final = "not shown to be learned"
NO_ANSWERS: Final = "no answers"


class LanguageResult(NamedTuple):
    """What one language came to: before teaching, after fine-tuning, in context.

    `known` is of all facts, `before` of those that were taught.
    """

    code: str
    before: Estimate | None
    after: Estimate | None
    in_context: Estimate | None
    guess: float = 0.0
    known: Estimate | None = None

    def of(self, paradigm: Paradigm) -> Estimate | None:
        """The result of a paradigm."""
        return self.after if paradigm == "fine-tuning" else self.in_context

    def reading(self, paradigm: Paradigm) -> str:
        """What can be claimed of it, in words."""
        result = self.of(paradigm)
        if result is None or math.isnan(result.value):
            return NO_ANSWERS
        if not self._above_untaught(result):
            return NOT_SHOWN
        if result.low > 0.5:
            return MOST
        return FEW if result.high < 0.5 else HALF

    def _above_untaught(self, result: Estimate) -> bool:
        # What knowing the relation alone, or not being taught at all, gets right was not learned.
        if result.low <= self.guess:
            return False
        if self.before is None or math.isnan(self.before.value):
            return True
        return result.value > self.before.value and told_apart(result, self.before)


class Lead(NamedTuple):
    """The finding to remember."""

    number: str
    interval: str
    sentence: str


class Finding(NamedTuple):
    """What it is about, and what can be said of it."""

    about: str
    says: str


class Findings(NamedTuple):
    """The findings of one paradigm; without a lead where tiers can't be compared."""

    paradigm: Paradigm | Untaught
    epoch: int | None
    lead: Lead | None
    others: list[Finding]


def language_results(estimates: Sequence[Estimate], *, guess: float = 0.0) -> list[LanguageResult]:
    """What each language came to, high tier first. The estimates are of one model.

    Args:
        estimates: Of one model.
        guess: See `isoglot.analysis.relation_guess`: the share that shows no fact learned.
    """
    of_one_model(estimates)
    own = pick(estimates, "effectiveness", "accuracy")
    before = pick(estimates, "effectiveness", "untaught_accuracy")
    known = {e.languages["taught"]: e for e in pick(estimates, "knowledge", "known_before")}
    results = []
    for code in in_order([*known, *(each.languages["taught"] for each in own)]):
        mine = [each for each in own if each.languages["taught"] == code]
        tuned = {e.epoch: e for e in mine if e.paradigm == "fine-tuning" and e.epoch is not None}
        last = max(tuned, default=0)
        untaught = [each for each in before if each.languages["taught"] == code]
        in_context = [each for each in mine if each.paradigm == "in-context"]
        results.append(
            LanguageResult(
                code=code,
                before=tuned.get(0) or next(iter(untaught), None),
                after=tuned.get(last) if last else None,
                in_context=in_context[0] if in_context else None,
                guess=guess,
                known=known.get(code),
            )
        )
    return results


def findings(estimates: Sequence[Estimate], *, guess: float = 0.0) -> list[Findings]:
    """The findings of every paradigm that was used. See `language_results`."""
    results = language_results(estimates, guess=guess)
    found = list(_known_before(estimates, results))
    for paradigm in get_args(Paradigm):
        mine = [each for each in estimates if each.paradigm == paradigm]
        if not mine:
            continue
        gaps = [each for each in contrasts(mine) if not math.isnan(each.value)]
        epochs = {each.epoch for result in results if (each := result.of(paradigm))}
        found.append(
            Findings(
                paradigm=paradigm,
                epoch=epochs.pop() if len(epochs) == 1 else None,
                lead=_lead(gaps[0]) if gaps else None,
                others=[
                    *_learned(results, paradigm),
                    *(
                        Finding(contrast_words(each), gap_words(each))
                        for each in gaps[1:]
                        if each.question != "robustness"  # whose sentence says it
                    ),
                    *_transferred(mine),
                    *_sentences(mine, paradigm),
                ],
            )
        )
    return found


def _known_before(
    estimates: Sequence[Estimate], results: Sequence[LanguageResult]
) -> Iterator[Findings]:
    known = {result.code: result.known for result in results if result.known}
    if not known:
        return
    gaps = pick(estimates, "knowledge", "known_before_tier_gap")
    answered = {code: each for code, each in known.items() if not math.isnan(each.value)}
    ends = [
        choose(answered, key=lambda code: answered[code].value) for choose in (max, min) if answered
    ]
    says = " to ".join(
        f"{percent_with_interval(answered[code])} ({language_name(code)})"
        for code in dict.fromkeys(ends)
    )
    yield Findings(
        paradigm="untaught",
        epoch=None,
        lead=_lead(gaps[0]) if gaps and not math.isnan(gaps[0].value) else None,
        others=[Finding("Known before", says or NO_ANSWERS)],
    )


def gap_words(each: Estimate) -> str:
    """What a contrast between tiers says: nothing, where its interval has zero in it."""
    if each.low <= 0 <= each.high:
        verdict = "no difference can be told apart from zero"
    else:
        verdict = f"{'high' if each.value > 0 else 'low'}-resource languages are ahead"
    return f"{points_with_interval(each)}: {verdict}"


def _lead(each: Estimate) -> Lead:
    number, _, interval = points_with_interval(each).partition(" [")
    low, _, high = interval.removesuffix("]").partition(", ")
    where = _CIRCUMSTANCES.get((each.question, each.measure), f"in {contrast_words(each)}")
    if each.low <= 0 <= each.high:
        sentence = (
            "No difference between high- and low-resource languages can be told apart from zero "
            f"{where}."
        )
    else:
        ahead, behind = ("High", "low") if each.value > 0 else ("Low", "high")
        sentence = f"{ahead}-resource languages are ahead of {behind}-resource ones {where}."
    return Lead(number=number, interval=f"95% interval {low} to {high}", sentence=sentence)


def _learned(results: Sequence[LanguageResult], paradigm: Paradigm) -> list[Finding]:
    found = []
    for reading in (MOST, HALF, FEW, NOT_SHOWN):
        those = [result for result in results if result.reading(paradigm) == reading]
        if those:
            words = _unshown if reading == NOT_SHOWN else _share
            says = listed(words(each, paradigm) for each in those)
            found.append(Finding(reading[0].upper() + reading[1:], says))
    return found


def _share(result: LanguageResult, paradigm: Paradigm) -> str:
    each = result.of(paradigm)
    return f"{language_name(result.code)} {percent_with_interval(each)}" if each else ""


def _unshown(result: LanguageResult, paradigm: Paradigm) -> str:
    share = _share(result, paradigm)
    if result.before is None:
        return share
    return f"{share} (untaught {percent_with_interval(result.before)})"


def _transferred(estimates: Sequence[Estimate]) -> list[Finding]:
    accuracy = _between(pick(estimates, "transfer", "accuracy"))
    if not accuracy:
        return []
    lowest, highest = _extreme(accuracy, min), _extreme(accuracy, max)
    found = [
        Finding(
            "From one language to another",
            highest if lowest == highest else f"from {lowest} to {highest}",
        )
    ]
    elsewhere = _between(pick(estimates, "transfer", "wrong_language"))
    if any(each.value > 0 for each in elsewhere):
        found.append(Finding("Right, but in another language", f"up to {_extreme(elsewhere, max)}"))
    return found


def _sentences(estimates: Sequence[Estimate], paradigm: Paradigm) -> list[Finding]:
    found = {
        "When two languages contradict each other": priority_sentence(estimates, paradigm=paradigm),
        "When it is taught wrong answers": robustness_sentence(estimates, paradigm=paradigm),
    }
    return [Finding(about, says) for about, says in found.items() if says]


def _between(estimates: Sequence[Estimate]) -> list[Estimate]:
    return [
        each
        for each in estimates
        if each.languages["taught"] != each.languages["asked"] and not math.isnan(each.value)
    ]


def _extreme(estimates: Sequence[Estimate], choose: Callable[[list[float]], float]) -> str:
    extreme = choose([each.value for each in estimates])
    those = [each for each in estimates if each.value == extreme]
    pair = those[0].languages
    taught, asked = language_name(pair["taught"]), language_name(pair["asked"])
    example = "such as " if len(those) > 1 else ""
    return f"{percent_with_interval(those[0])} ({example}{taught} → {asked})"
