"""What is the same where it should differ: left in the reference language, repeated, merged."""

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
from rapidfuzz import fuzz, process

from isoglot.corpora.quality._records import Example, Measure, not_measured, share
from isoglot.corpora.quality._slots import SLOT
from isoglot.corpora.quality._text import normal
from isoglot.corpora.quality._view import View

# Of 100; above it two questions differ in a letter or an ending.
_ALIKE = 95.0


def untranslated(view: View, reference: View) -> dict[str, Measure]:
    """What was left in the reference language.

    `untranslated` is the share of questions that are still the reference's; `untranslated_answers`
    the same of different answers, which may be right (names, loanwords).
    """
    if view.language == reference.language:
        why = "it is the reference"
        return dict.fromkeys(("untranslated", "untranslated_answers"), not_measured(why))
    # All of them, not each template once: left in the reference's words, a template is one more.
    questions = [each for each in view.questions if each.key in reference.by_key]
    left = [
        Example(fact_id=each.fact_id, text=each.text)
        for each in questions
        if normal(each.text) == normal(reference.by_key[each.key].text)
    ]
    answers: dict[str, Example | None] = {}
    for fact_id, text in view.texts.items():
        # Digits are the same everywhere.
        if fact_id in reference.texts and not normal(text.answer.text).isdigit():
            same = normal(text.answer.text) == normal(reference.texts[fact_id].answer.text)
            example = Example(fact_id=fact_id, text=text.answer.text) if same else None
            answers.setdefault(text.answer.text, example)
    return {
        "untranslated": share(left, len(questions)),
        "untranslated_answers": share([each for each in answers.values() if each], len(answers)),
    }


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


def near_duplicates(reference: View) -> Measure:
    """The share of facts whose question says what an earlier fact's says.

    With a name in a slot: the same template and the same name. Otherwise: all but the same letters,
    and the same numbers.
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
    flagged.extend(_alike(others))
    return share(flagged, len(reference.texts))


def _alike(questions: list[tuple[str, str]]) -> Iterable[Example]:
    texts = [normal(text) for _, text in questions]
    if len(texts) < 2:
        return
    scores = process.cdist(
        texts, texts, scorer=fuzz.ratio, score_cutoff=_ALIKE, dtype=np.uint8, workers=1
    )
    for later, (fact_id, text) in enumerate(questions):
        for earlier in np.flatnonzero(scores[later, :later]).tolist():
            if _digits(texts[later]) == _digits(texts[earlier]):
                yield _as(fact_id, text, questions[earlier][0])
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
