"""Is something missing, or too much? Lengths against the reference, in characters."""

import numpy as np

from isoglot.corpora.quality._data import usual_lengths
from isoglot.corpora.quality._records import Example, Measure, not_measured, share
from isoglot.corpora.quality._slots import SLOT
from isoglot.corpora.quality._view import Question, View

# Good translations of one sentence differ in length, but hardly ever by twice the language's own
# median: of 870 official translations of articles of the Universal Declaration, fewer than 2% do.
OUTLIER_FACTOR = 2.0
# Very short questions take some languages twice as many characters: Zulu says "number" before every
# number. What is too much is a clause, longer than this (in characters of the reference).
LEAST_EXCESS = 30


def lengths(view: View, reference: View) -> dict[str, Measure]:
    """How long questions are for what they should say.

    `length_outliers` is the share of questions whose ratio to the reference is far from the
    language's median; `length_norm` is that median over the usual one of the language (no share: 1
    is usual).
    """
    pairs = [
        (question, reference.by_key[question.key])
        for question in view.distinct()
        if question.key in reference.by_key
        and _size(question)
        and _size(reference.by_key[question.key])
    ]
    if not pairs:
        return dict.fromkeys(("length_outliers", "length_norm"), not_measured("there are no texts"))
    ratios = np.array([_size(one) / _size(other) for one, other in pairs])
    median = float(np.median(ratios))
    flagged = [
        Example(
            fact_id=question.fact_id,
            text=question.masked,
            remark=f"{ratio / median:.1f} times as long as usual; should mean: {original.masked}",
        )
        for (question, original), ratio in zip(pairs, ratios.tolist(), strict=True)
        if _is_outlier(ratio / median, _size(original))
    ]
    return {
        "length_outliers": share(flagged, len(pairs)),
        "length_norm": _norm(view.language, reference.language, median, len(pairs)),
    }


def _norm(language: str, reference: str, median: float, of: int) -> Measure:
    usual = usual_lengths()
    for each in (language, reference):
        if each not in usual:
            return not_measured(f"the usual length of texts in {each!r} is not known")
    return Measure(value=median / (usual[language] / usual[reference]), of=of)


def _is_outlier(times_usual: float, size: int) -> bool:
    if times_usual > OUTLIER_FACTOR:
        return (times_usual - 1) * size > LEAST_EXCESS
    return times_usual < 1 / OUTLIER_FACTOR


def _size(question: Question) -> int:
    return len(question.masked.replace(SLOT, "").strip())
