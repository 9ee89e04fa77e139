"""Does it come back? Translated back into the reference language, it should say what that said."""

import time
from collections.abc import Callable

import numpy as np

from isoglot.core import MissingExtraError, get_language, stream_seed
from isoglot.corpora.quality._encoders import Embed
from isoglot.corpora.quality._records import Example, Measure, kept, not_measured, share
from isoglot.corpora.quality._view import View
from isoglot.corpora.translation import TranslationFailure, Translator
from isoglot.corpora.translation._retry import is_transient, translate_patiently

# Translation is slow and may cost money; 50 give a mean similarity to about 0.03.
MOST_SENT_BACK = 50
_WORST = 10

NAMES = ("round_trip_similarity", "round_trip_chrf", "round_trip_failed")
# Of which share of the questions something must have come back: the others may be those that are
# too odd to translate.
_LEAST_BACK = 0.5
# A connection that is gone fails every batch, after half a minute of patience each.
_BATCHES_IN_VAIN = 3


class RoundTrip:
    """The round trip through one translator.

    Args:
        translator: From any language of the corpus to the reference.
        similarity: Encodes texts in the reference language; `None` where that can't be done.
        why_no_similarity: Why it can't.
        seed: Draws the questions.
        sleep: Waits so many seconds before a text that failed for the moment is tried again.
    """

    def __init__(
        self,
        translator: Translator,
        *,
        similarity: Embed | None,
        why_no_similarity: str = "",
        seed: int,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._translator = translator
        self._similarity = similarity
        self._why = why_no_similarity
        self._seed = seed
        self._sleep = sleep
        self._in_vain = 0

    def measures(self, view: View, reference: View) -> dict[str, Measure]:
        """`round_trip_similarity`: mean cosine; `round_trip_chrf`: mean chrF, from 0 to 1.

        The examples are the worst. `round_trip_failed` is the share that the translator failed on;
        these count for nothing else, and if they are more than half, nothing is measured.
        """
        keys = [each.key for each in view.distinct() if each.key in reference.by_key]
        rng = np.random.default_rng(stream_seed(self._seed, "quality", "round trip"))
        drawn = [keys[index] for index in sorted(rng.permutation(len(keys))[:MOST_SENT_BACK])]
        if not drawn:
            return dict.fromkeys(NAMES, not_measured("there are no texts"))
        source, target = view.language, reference.language
        try:
            if problems := self._translator.check(source, target):
                why = "; ".join(problem.message for problem in problems)
                return dict.fromkeys(NAMES, not_measured(why))
            said = self._back([view.by_key[key].text for key in drawn], source, target)
        except MissingExtraError as error:
            return dict.fromkeys(NAMES, not_measured(str(error)))
        back = [(key, each) for key, each in zip(drawn, said, strict=True) if isinstance(each, str)]
        failed = [
            Example(fact_id=key[0], text=view.by_key[key].text, remark=each.reason)
            for key, each in zip(drawn, said, strict=True)
            if isinstance(each, TranslationFailure)
        ]
        if len(back) < _LEAST_BACK * len(drawn):
            why = (
                f"{self._translator.name} failed on {len(failed)} of {len(drawn)} questions in "
                f"{get_language(source).name} ({failed[0].remark})"
            )
            return dict.fromkeys(NAMES, not_measured(why))
        ids = [fact_id for (fact_id, _), _ in back]
        originals = [reference.by_key[key].text for key, _ in back]
        returned = [text for _, text in back]
        return {
            "round_trip_similarity": self._similarities(ids, originals, returned),
            "round_trip_chrf": _chrf(ids, originals, returned),
            "round_trip_failed": share(failed, len(drawn)),
        }

    def _back(self, texts: list[str], source: str, target: str) -> list[str | TranslationFailure]:
        size = max(1, self._translator.batch_size)
        said: list[str | TranslationFailure] = []
        for start in range(0, len(texts), size):
            batch = texts[start : start + size]
            if self._in_vain >= _BATCHES_IN_VAIN:
                reason = f"not tried, after {_BATCHES_IN_VAIN} batches in vain"
                said.extend([TranslationFailure(reason=reason)] * len(batch))
                continue
            results = translate_patiently(
                self._translator, batch, source=source, target=target, sleep=self._sleep
            )
            self._in_vain = self._in_vain + 1 if all(map(is_transient, results)) else 0
            said.extend(map(_not_blank, results))
        return said

    def _similarities(self, ids: list[str], originals: list[str], returned: list[str]) -> Measure:
        if self._similarity is None:
            return not_measured(self._why)
        one, other = self._similarity(originals), self._similarity(returned)
        return _mean(ids, originals, returned, np.sum(one * other, axis=1).tolist())


def _not_blank(said: str | TranslationFailure) -> str | TranslationFailure:
    if isinstance(said, str) and not said.strip():
        return TranslationFailure(reason="the translation is empty")
    return said


def _chrf(ids: list[str], originals: list[str], returned: list[str]) -> Measure:
    try:
        from sacrebleu.metrics.chrf import CHRF
    except ModuleNotFoundError:
        missing = MissingExtraError(
            extra="translate", needed_for="chrF of the round trip", module="sacrebleu"
        )
        return not_measured(str(missing))
    metric = CHRF()
    scores = [
        metric.sentence_score(text, [original]).score / 100
        for text, original in zip(returned, originals, strict=True)
    ]
    return _mean(ids, originals, returned, scores)


def _mean(
    ids: list[str], originals: list[str], returned: list[str], scores: list[float]
) -> Measure:
    worst = sorted(range(len(scores)), key=scores.__getitem__)[:_WORST]
    examples = [
        Example(
            fact_id=ids[index],
            text=returned[index],
            remark=f"{scores[index]:.2f}, from: {originals[index]}",
        )
        for index in worst
    ]
    return kept(float(np.mean(scores)), len(scores), examples)
