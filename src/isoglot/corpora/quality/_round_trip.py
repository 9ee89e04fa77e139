"""Does it come back? Translated back into the reference language, it should say what that said."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from isoglot.core import MissingExtraError, Problem, get_language, stream_seed
from isoglot.corpora.quality._encoders import Embed
from isoglot.corpora.quality._records import Example, Measure, kept, not_measured
from isoglot.corpora.quality._view import View

# Translation is slow and may cost money; 50 give a mean similarity to about 0.03.
MOST_SENT_BACK = 50
_WORST = 10

NAMES = ("round_trip_similarity", "round_trip_chrf")


class BackTranslator(Protocol):
    """Translates; any translator of `isoglot.corpora.translation` is one."""

    @property
    def name(self) -> str:
        """How it is called in messages."""
        ...

    def check(self, source: str, target: str) -> Sequence[Problem]:
        """Why it can't translate from one language to another; empty where it can."""
        ...

    def translate(self, texts: Sequence[str], *, source: str, target: str) -> Sequence[Any]:
        """A string for every text, or something else where it failed."""
        ...


class RoundTrip:
    """The round trip through one translator.

    Args:
        translator: From any language of the corpus to the reference.
        similarity: Encodes texts in the reference language; `None` where that can't be done.
        why_no_similarity: Why it can't.
        seed: Draws the questions.
    """

    def __init__(
        self,
        translator: BackTranslator,
        *,
        similarity: Embed | None,
        why_no_similarity: str = "",
        seed: int,
    ) -> None:
        self._translator = translator
        self._similarity = similarity
        self._why = why_no_similarity
        self._seed = seed

    def measures(self, view: View, reference: View) -> dict[str, Measure]:
        """`round_trip_similarity`: mean cosine; `round_trip_chrf`: mean chrF, from 0 to 1.

        The examples are the worst. What the translator failed on counts for nothing.
        """
        keys = [each.key for each in view.distinct() if each.key in reference.by_key]
        rng = np.random.default_rng(stream_seed(self._seed, "quality", "round trip"))
        drawn = [keys[index] for index in sorted(rng.permutation(len(keys))[:MOST_SENT_BACK])]
        said, why = self._back([view.by_key[key].text for key in drawn], view, reference)
        back = [
            (key, text)
            for key, text in zip(drawn, said, strict=True)
            if isinstance(text, str) and text.strip()
        ]
        if not back:
            return dict.fromkeys(NAMES, not_measured(why))
        ids = [fact_id for (fact_id, _), _ in back]
        originals = [reference.by_key[key].text for key, _ in back]
        returned = [text for _, text in back]
        return {
            "round_trip_similarity": self._similarities(ids, originals, returned),
            "round_trip_chrf": _chrf(ids, originals, returned),
        }

    def _back(self, texts: list[str], view: View, reference: View) -> tuple[Sequence[Any], str]:
        """What comes back for every text, and why, should that be nothing."""
        source, target = view.language, reference.language
        nothing = [None] * len(texts)
        try:
            if problems := self._translator.check(source, target):
                return nothing, "; ".join(problem.message for problem in problems)
            said = self._translator.translate(texts, source=source, target=target)
        except MissingExtraError as error:
            return nothing, str(error)
        why = f"{self._translator.name} translated nothing from {get_language(source).name}"
        return said, why

    def _similarities(self, ids: list[str], originals: list[str], returned: list[str]) -> Measure:
        if self._similarity is None:
            return not_measured(self._why)
        one, other = self._similarity(originals), self._similarity(returned)
        return _mean(ids, originals, returned, np.sum(one * other, axis=1).tolist())


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
