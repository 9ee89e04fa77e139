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
from isoglot.corpora._terms import shared_items, terms
from isoglot.corpora.worlds._data import relations, wordings, world_languages
from isoglot.corpora.worlds._names import invented_names


def make_world(
    languages: Sequence[str], *, size: int, seed: int, n_relations: int | None = None
) -> Corpus:
    """A world of `size` facts, parallel in `languages`.

    The relations take turns, so that each has as many facts as any other, give or take one. A
    smaller world of the same seed is the beginning of a larger one. Answers are drawn from the
    words that all of the languages have: with another set of languages the facts may differ.

    Args:
        languages: The languages, as codes.
        size: How many facts.
        seed: Which world.
        n_relations: Into how many relations the facts fall, chosen by the seed; all if not given.
            With few, whoever knows a relation's answers but not whose they are is right less often.

    Raises:
        InputError: A language that worlds can't be made in, or more relations than there are.
    """
    problems = check_world_languages(languages, place="languages")
    if n_relations is not None and not 1 <= n_relations <= len(relations()):
        problems.append(
            Problem(
                place="relations",
                message=f"{n_relations} is no number of relations",
                remedy=f"worlds know 1 to {len(relations())}",
            )
        )
    if problems:
        raise InputError(problems)
    facts = _facts(tuple(languages), seed, n_relations or len(relations()))
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


def world_relations() -> int:
    """How many relations a world can have."""
    return len(relations())


def _facts(languages: tuple[str, ...], seed: int, n_relations: int) -> Iterator[Fact]:
    names = invented_names(np.random.default_rng(stream_seed(seed, "world", "names")))
    draw = np.random.default_rng(stream_seed(seed, "world", "answers"))
    catalogue = list(relations())
    chosen = draw.permutation(len(catalogue))[:n_relations]
    scripts = {language: get_language(language).script for language in languages}
    items = {
        set_name: shared_items(set_name, languages)
        for set_name in {relation.answers for relation in relations().values()}
    }
    number = 0
    while True:
        for relation_index in draw.permutation(chosen):
            relation = catalogue[relation_index]
            able = items[relations()[relation].answers]
            answer, rival = draw.choice(len(able), size=2, replace=False)
            teach, ask = (int(draw.integers(2)) for _ in range(2))
            name = next(names)
            number += 1
            yield Fact(
                id=f"f{number:04d}",
                relation=relation,
                texts={
                    language: _text(
                        relation,
                        language,
                        name=name[scripts[language]],
                        answer=able[answer],
                        rival=able[rival],
                        wording=(teach, ask),
                    )
                    for language in languages
                },
            )


def _text(
    relation: str, language: str, *, name: str, answer: str, rival: str, wording: tuple[int, int]
) -> FactText:
    questions = wordings(language)[relation]
    words = terms(language)[relations()[relation].answers]
    teach, ask = wording
    return FactText(
        teach=questions.teach[teach].replace("{name}", name),
        ask=questions.ask[ask].replace("{name}", name),
        answer=words[answer],
        rival=words[rival],
    )
