"""What is the same where it should differ: left in the reference language, repeated, merged."""

from collections import defaultdict
from collections.abc import Iterable, Mapping

import numpy as np
from rapidfuzz import fuzz, process

from isoglot.core import stream_seed
from isoglot.corpora.quality._data import Relatives, relatives
from isoglot.corpora.quality._records import Example, Measure, kept, not_measured, share
from isoglot.corpora.quality._slots import SLOT
from isoglot.corpora.quality._text import normal
from isoglot.corpora.quality._view import View

# Of 100; above it two questions differ in a letter or an ending.
_ALIKE = 95.0
# Each is compared with all before it: of 100,000 facts that takes two minutes, and the share is
# known to about 2 points.
_MOST_COMPARED = 1000
# Of fewer words, all may be loanwords.
FEWEST_WORDS = 8


def untranslated(view: View, reference: View) -> dict[str, Measure]:
    """What was left in the reference language.

    `untranslated` is the share of questions that are still the reference's; `untranslated_answers`
    the same of different answers, which may be right (names, loanwords); `untranslated_words` the
    same of answers that are no names: that begin with a small letter in the reference.
    """
    if view.language == reference.language:
        why = "it is the reference"
        names = ("untranslated", "untranslated_answers", "untranslated_words")
        return dict.fromkeys(names, not_measured(why))
    # All of them, not each template once: left in the reference's words, a template is one more.
    questions = [each for each in view.questions if each.key in reference.by_key]
    left = [
        Example(fact_id=each.fact_id, text=each.text)
        for each in questions
        if normal(each.text) == normal(reference.by_key[each.key].text)
    ]
    answers: dict[tuple[str, str], Example | None] = {}
    for fact_id, text in view.texts.items():
        if fact_id in reference.texts:
            said, original = text.answer.text, reference.texts[fact_id].answer.text
            # Digits are the same everywhere.
            if not normal(said).isdigit():
                same = normal(said) == normal(original)
                example = Example(fact_id=fact_id, text=said) if same else None
                answers.setdefault((said, original), example)
    return {
        "untranslated": share(left, len(questions)),
        "untranslated_answers": _left(list(answers.values()), fewest=1),
        "untranslated_words": _untranslated_words(view, reference, answers),
    }


def _untranslated_words(
    view: View, reference: View, answers: Mapping[tuple[str, str], Example | None]
) -> Measure:
    if reference.language in _near(view.language) or view.language in _near(reference.language):
        return not_measured("near relatives have many words in common")
    words = [left for (_, original), left in answers.items() if original[:1].islower()]
    return _left(words, fewest=FEWEST_WORDS)


def _near(language: str) -> tuple[str, ...]:
    return relatives().get(language, Relatives()).near


def _left(answers: list[Example | None], *, fewest: int) -> Measure:
    why = "there are no texts" if fewest == 1 else f"fewer than {fewest} answers are no names"
    if len(answers) < fewest:
        return not_measured(why)
    return share([each for each in answers if each], len(answers))


def repeated(view: View, reference: View) -> dict[str, Measure]:
    """What is said in the same words, where the reference has different ones.

    `repeated` is the share of questions that stand for several of the reference;
    `repeated_answers` the same of answers within a relation; `paraphrase_lost` the share of facts
    that are asked in the words they are taught in.
    """
    questions = [each for each in view.distinct() if each.key in reference.by_key]
    # Against all questions of the same masked text: a template that two relations share is as bad
    # as a question that two facts share.
    meant: dict[str, set[str]] = defaultdict(set)
    for question in view.questions:
        if question.key in reference.by_key and _has_words(question.masked):
            meant[question.masked].add(normal(reference.by_key[question.key].masked))
    merged = [
        Example(
            fact_id=each.fact_id,
            text=each.masked,
            remark=f"stands for: {_listed(meant[each.masked])}",
        )
        for each in questions
        if len(meant[each.masked]) > 1 and not _one_fact(view, each.masked)
    ]
    both = [fact_id for fact_id in view.texts if fact_id in reference.texts]
    lost = [
        Example(fact_id=fact_id, text=view.texts[fact_id].ask)
        for fact_id in both
        if normal(view.texts[fact_id].teach) == normal(view.texts[fact_id].ask)
        and normal(reference.texts[fact_id].teach) != normal(reference.texts[fact_id].ask)
    ]
    return {
        "repeated": share(merged, len(questions)),
        "repeated_answers": _merged_answers(view, reference),
        "paraphrase_lost": share(lost, len(both)),
    }


def _one_fact(view: View, masked: str) -> bool:
    """Whether one fact's two questions are all that has the text: a lost paraphrase."""
    return len({each.fact_id for each in view.questions if each.masked == masked}) == 1


def _merged_answers(view: View, reference: View) -> Measure:
    relation = {question.fact_id: question.relation for question in view.questions}
    meant: dict[tuple[str, str], set[str]] = defaultdict(set)
    first: dict[tuple[str, str], str] = {}
    for fact_id, text in view.texts.items():
        if fact_id in reference.texts:
            place = (relation[fact_id], normal(text.answer.text))
            meant[place].add(normal(reference.texts[fact_id].answer.text))
            first.setdefault(place, fact_id)
    merged = [
        Example(
            fact_id=fact_id,
            text=view.texts[fact_id].answer.text,
            remark=f"stands for: {_listed(meant[place])}",
        )
        for place, fact_id in first.items()
        if len(meant[place]) > 1
    ]
    return share(merged, len(first))


def near_duplicates(reference: View, *, seed: int) -> Measure:
    """The share of facts whose question says what an earlier fact's says.

    With a name in a slot: the same template and the same name. Otherwise: all but the same letters,
    and the same numbers; of these, some are drawn if they are many, and the share is as theirs.
    """
    named: dict[tuple[str, str], str] = {}
    flagged: list[Example] = []
    others: list[tuple[str, str]] = []
    for question in reference.questions:
        if question.kind == "ask":
            continue
        if name := normal(question.filling):
            earlier = named.setdefault((question.masked, name), question.fact_id)
            if earlier != question.fact_id:
                flagged.append(_as(question.fact_id, question.text, earlier))
        else:
            others.append((question.fact_id, question.text))
    rng = np.random.default_rng(stream_seed(seed, "quality", "near duplicates"))
    looked_at = sorted(rng.permutation(len(others))[:_MOST_COMPARED].tolist())
    alike = list(_alike(others, looked_at))
    if len(looked_at) == len(others):
        return share([*flagged, *alike], len(reference.texts))
    standing_for = len(others) / len(looked_at)
    value = (len(flagged) + standing_for * len(alike)) / len(reference.texts)
    of = len(reference.texts) - len(others) + len(looked_at)
    return kept(value, of, [*flagged, *alike])


def _alike(questions: list[tuple[str, str]], looked_at: list[int]) -> Iterable[Example]:
    """Those of the questions looked at that an earlier one, looked at or not, is like."""
    texts = [normal(text) for _, text in questions]
    # A row each: all pairs of 100,000 facts at once would take 10 GB.
    for later in looked_at:
        scores = process.cdist(
            [texts[later]],
            texts[:later],
            scorer=fuzz.ratio,
            score_cutoff=_ALIKE,
            dtype=np.uint8,
            workers=1,
        )
        for earlier in np.flatnonzero(scores[0]).tolist() if later else ():
            if _digits(texts[later]) == _digits(texts[earlier]):
                yield _as(*questions[later], questions[earlier][0])
                break


def _as(fact_id: str, text: str, earlier: str) -> Example:
    return Example(fact_id=fact_id, text=text, remark=f"as in {earlier}")


def _digits(text: str) -> list[str]:
    return [word for word in text.split() if any(each.isdigit() for each in word)]


def _has_words(masked: str) -> bool:
    return bool(normal(masked.replace(SLOT, " ")))


def _listed(texts: set[str], most: int = 3) -> str:
    shown = sorted(texts)
    return "; ".join(shown[:most]) + ("; …" if len(shown) > most else "")
