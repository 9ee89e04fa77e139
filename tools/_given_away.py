"""Finds general knowledge whose question has its answer in it, as `isoglot data check` would."""

from collections.abc import Iterator

from isoglot.core import Fact, get_language
from isoglot.corpora import knowledge_languages, make_knowledge
from isoglot.corpora.quality._answers import leak


def given_away() -> list[str]:
    """The ids of the facts that give themselves away in any language, sorted."""
    return sorted({fact.id for language in knowledge_languages() for fact in _found(language)})


def _found(language: str) -> Iterator[Fact]:
    script = get_language(language).script
    for fact in make_knowledge([language]).facts:
        # The numbers of a sum may be its result's digits, and months and weekdays share words.
        if fact.relation.startswith("country") and leak(fact.texts[language], script=script):
            yield fact
