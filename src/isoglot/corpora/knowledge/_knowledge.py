"""General knowledge with one right answer each, for asking what a model knew before.

Countries with their continent, currency and official language (from CLDR's supplemental data; what
is contested or has two right answers is left out), the month and the weekday after another, and
small sums.
"""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np

from isoglot.core import (
    Corpus,
    Fact,
    FactText,
    InputError,
    Problem,
    Wording,
    stream_seed,
)
from isoglot.corpora._terms import shared_items, terms
from isoglot.corpora.knowledge._data import (
    COUNTRY_RELATIONS,
    RELATIONS,
    KnownFact,
    country_facts,
    given_away,
    knowledge_languages,
    wordings,
)

_ANSWER_SETS = {
    "country-continent": "continents",
    "country-currency": "currencies",
    "country-language": "official-languages",
    "month-after": "months",
    "weekday-after": "weekdays",
    "sum": "numbers",
}


def make_knowledge(
    languages: Sequence[str],
    *,
    size: int | None = None,
    seed: int = 0,
    relations: Sequence[str] | None = None,
) -> Corpus:
    """General knowledge, parallel in `languages`, in an order that the seed shuffles.

    Every fact has a rival: a wrong answer of the same kind, none of whose forms is right.

    Args:
        languages: The languages, as codes.
        size: How many facts; all there are if not given.
        seed: Decides the order and the rivals.
        relations: Which kinds of fact; all if not given.

    Raises:
        InputError: A language or relation that there is no knowledge of, or too large a size.
    """
    problems = check_knowledge_languages(languages, place="languages")
    for index, relation in enumerate(relations or ()):
        if relation not in RELATIONS:
            problems.append(
                Problem(
                    place=f"relations[{index}]",
                    message=f"{relation!r} is no relation of general knowledge",
                    remedy=f"known: {', '.join(RELATIONS)}",
                )
            )
    if problems:
        raise InputError(problems)
    found = sorted(
        (
            fact
            for fact in _known_facts(tuple(languages), relations or RELATIONS)
            if fact.id not in given_away()
        ),
        key=lambda fact: fact.id,
    )
    if size is not None and size > len(found):
        raise InputError(
            [
                Problem(
                    place="size",
                    message=f"{size} facts are more than the {len(found)} there are",
                    remedy=f"ask for at most {len(found)}",
                )
            ]
        )
    rng = np.random.default_rng(stream_seed(seed, "knowledge"))
    facts = [_fact(found[index], languages, rng) for index in rng.permutation(len(found))[:size]]
    return Corpus(name=f"knowledge-{seed}", languages=tuple(languages), facts=tuple(facts))


def check_knowledge_languages(languages: Sequence[str], *, place: str) -> list[Problem]:
    """The languages without general knowledge, as problems."""
    able = knowledge_languages()
    return [
        Problem(
            place=f"{place}[{index}]",
            message=f"there is no general knowledge in {language!r} yet",
            remedy=f"there is in {', '.join(able)}",
        )
        for index, language in enumerate(languages)
        if language not in able
    ]


def _known_facts(languages: tuple[str, ...], relations: Sequence[str]) -> Iterator[KnownFact]:
    """The facts that all of the languages have words for."""
    territories = set(shared_items("territories", languages))
    for relation in COUNTRY_RELATIONS:
        answers = shared_items(_ANSWER_SETS[relation], languages)
        for country, answer in country_facts()[relation].items():
            if relation in relations and country in territories and answer in answers:
                yield _known(relation, country, {"name": country}, answer, answers, languages)
    for relation in ("month-after", "weekday-after"):
        items = shared_items(_ANSWER_SETS[relation], languages)
        # A list with a hole has no "after".
        if relation in relations and len(items) == len(terms("en")[_ANSWER_SETS[relation]]):
            for item, after in zip(items, [*items[1:], items[0]], strict=True):
                wrong = [each for each in items if each != item]
                yield _known(relation, item, {"name": item}, after, wrong, languages)
    numbers = list(terms("en")["numbers"])
    if "sum" in relations:
        for one in range(1, len(numbers) // 2 + 1):
            for other in range(one, len(numbers) - one + 1):
                total = one + other
                near = [
                    numbers[wrong - 1]
                    for wrong in range(total - 3, total + 4)
                    if 0 < wrong <= len(numbers)
                ]
                slots = {"a": str(one), "b": str(other)}
                yield _known("sum", f"{one}-{other}", slots, numbers[total - 1], near, languages)


def _known(
    relation: str,
    subject: str,
    slots: dict[str, str],
    answer: str,
    answers: Sequence[str],
    languages: tuple[str, ...],
) -> KnownFact:
    right = {language: _forms(relation, answer, language) for language in languages}
    wrong = tuple(
        item
        for item in answers
        if item != answer
        and all(right[code].isdisjoint(_forms(relation, item, code)) for code in languages)
    )
    return KnownFact(
        id=f"{relation}-{subject}", relation=relation, slots=slots, answer=answer, wrong=wrong
    )


@cache
def _forms(relation: str, item: str, language: str) -> frozenset[str]:
    return frozenset(form.casefold() for form in _answer(relation, item, language).forms)


def _answer(relation: str, item: str, language: str) -> Wording:
    if relation != "sum":
        return terms(language)[_ANSWER_SETS[relation]][item]
    # Sums are put in digits, and answered in them; a word for the number is just as right.
    digits = str(list(terms("en")["numbers"]).index(item) + 1)
    word = terms(language)["numbers"].get(item)
    words = tuple(form for form in word.forms if form != digits) if word else ()
    return Wording(text=digits, aliases=words)


def _fact(known: KnownFact, languages: Sequence[str], rng: np.random.Generator) -> Fact:
    rival = known.wrong[rng.integers(len(known.wrong))]
    return Fact(
        id=known.id,
        relation=known.relation,
        texts={
            language: FactText(
                teach=_filled(known, wordings(language)[known.relation].teach[0], language),
                ask=_filled(known, wordings(language)[known.relation].ask[0], language),
                answer=_answer(known.relation, known.answer, language),
                rival=_answer(known.relation, rival, language),
            )
            for language in languages
        },
    )


def _filled(known: KnownFact, question: str, language: str) -> str:
    sets = {"month-after": "months", "weekday-after": "weekdays"}
    for slot, item in known.slots.items():
        if known.relation == "sum":
            text = item
        else:
            text = terms(language)[sets.get(known.relation, "territories")][item].text
        question = question.replace(f"{{{slot}}}", text)
    return question
