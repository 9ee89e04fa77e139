"""Which facts a model knew before it was taught anything: all that `known_only` keeps."""

from collections.abc import Mapping

from isoglot.core import Corpus
from isoglot.store import Store


def known_facts(
    corpus: Corpus, right: Mapping[str, set[str]], *, languages: tuple[str, ...]
) -> frozenset[str]:
    """The facts that a model answers right in every language that they have a text in.

    In every one, so that the languages are compared on the same facts.

    Args:
        corpus: The facts.
        right: By language, the ids of the facts that the untaught model answered right.
        languages: The study's languages.
    """
    return frozenset(
        fact.id
        for fact in corpus.facts
        if all(
            fact.id in right.get(language, set())
            for language in languages
            if language in fact.texts
        )
    )


def read_known(
    store: Store, corpus: Corpus, *, model: str, judge: str, languages: tuple[str, ...]
) -> frozenset[str] | None:
    """The facts that a model of a run knew before; `None` if it was not asked all of them yet.

    Args:
        store: The run's database.
        corpus: The study's facts.
        model: The model's name.
        judge: Whose verdicts count.
        languages: The study's languages.
    """
    verdicts = store.untaught_verdicts(model, judge=judge)
    right: dict[str, set[str]] = {}
    for language in languages:
        facts = [fact.id for fact in corpus.facts if language in fact.texts]
        if any((fact, language) not in verdicts for fact in facts):
            return None
        right[language] = {fact for fact in facts if verdicts[fact, language]}
    return known_facts(corpus, right, languages=languages)
