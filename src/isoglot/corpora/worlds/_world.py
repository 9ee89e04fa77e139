"""A world: facts about things that do not exist, from a seed.

Answers are drawn at random from closed sets of everyday words, so they can't be guessed from the
question, and a new seed is a new world that no model can have seen.
"""

from collections.abc import Iterator, Sequence

import numpy as np

from isoglot.core import (
    Corpus,
    Fact,
    FactText,
    InputError,
    Problem,
    get_language,
    stream_seed,
)
from isoglot.corpora.worlds._data import SLOT, answers, relations, wordings, world_languages
from isoglot.corpora.worlds._names import invented_names


def make_world(languages: Sequence[str], *, size: int, seed: int) -> Corpus:
    """A world of `size` facts, parallel in `languages`.

    The relations take turns, so that each has as many facts as any other, give or take one. A
    smaller world of the same seed is the beginning of a larger one.

    Raises:
        InputError: A language that worlds can't be made in.
    """
    problems = check_world_languages(languages, place="languages")
    if problems:
        raise InputError(problems)
    facts = _facts(tuple(languages), seed)
    return Corpus(
        name=f"world-{seed}",
        languages=tuple(languages),
        facts=tuple(next(facts) for _ in range(size)),
    )


def check_world_languages(languages: Sequence[str], *, place: str) -> list[Problem]:
    """The languages that no world can be made in, as problems."""
    able = world_languages()
    return [
        Problem(
            place=f"{place}[{index}]",
            message=f"no world can be made in {language!r} yet",
            remedy=f"worlds speak {', '.join(able)}",
        )
        for index, language in enumerate(languages)
        if language not in able
    ]


def _facts(languages: tuple[str, ...], seed: int) -> Iterator[Fact]:
    names = invented_names(np.random.default_rng(stream_seed(seed, "world", "names")))
    draw = np.random.default_rng(stream_seed(seed, "world", "answers"))
    catalogue = list(relations())
    number = 0
    while True:
        for relation_index in draw.permutation(len(catalogue)):
            relation = catalogue[relation_index]
            items = _shared_items(relations()[relation].answers, languages)
            answer, rival = draw.choice(len(items), size=2, replace=False)
            name = next(names)
            number += 1
            yield Fact(
                id=f"f{number:04d}",
                relation=relation,
                texts={
                    language: _text(
                        relation,
                        language,
                        name=name[get_language(language).script],
                        answer=items[answer],
                        rival=items[rival],
                    )
                    for language in languages
                },
            )


def _shared_items(set_name: str, languages: Sequence[str]) -> list[str]:
    """The items of a set that every language has a word for, in the first language's order."""
    first, *others = (answers(language)[set_name] for language in languages)
    return [item for item in first if all(item in other for other in others)]


def _text(relation: str, language: str, *, name: str, answer: str, rival: str) -> FactText:
    wording = wordings(language)[relation]
    words = answers(language)[relations()[relation].answers]
    return FactText(
        teach=wording.teach.replace(SLOT, name),
        ask=wording.ask.replace(SLOT, name),
        answer=words[answer],
        rival=words[rival],
    )
