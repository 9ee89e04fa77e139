"""Finds general knowledge whose question has its answer in it."""

from collections.abc import Iterator

from isoglot.core import Fact, get_language
from isoglot.corpora import knowledge_languages, make_knowledge
from isoglot.judges import normalise

# Words are not told apart by blanks in these scripts: an answer is looked for anywhere.
UNSPACED = frozenset({"Hans", "Jpan", "Thai"})


def given_away() -> list[str]:
    """The ids of the facts that give themselves away in any language, sorted."""
    return sorted({fact.id for language in knowledge_languages() for fact in _found(language)})


def _found(language: str) -> Iterator[Fact]:
    spaced = get_language(language).script not in UNSPACED
    for fact in make_knowledge([language]).facts:
        text = fact.texts[language]
        # The numbers of a sum may be its result's digits, and months and weekdays share words.
        if not fact.relation.startswith("country"):
            continue
        said = [f" {normalise(each, language=language)} " for each in (text.teach, text.ask)]
        for form in text.answer.forms:
            word = normalise(form, language=language)
            word = f" {word} " if spaced else word
            if any(word in question for question in said):
                yield fact
                break
