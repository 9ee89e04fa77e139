"""Facts: one piece of knowledge, parallel across languages."""

from collections.abc import Mapping

from pydantic import model_validator

from isoglot.core._record import Record


class Wording(Record):
    """An answer in one language: its citation form, and other forms that are just as right."""

    text: str
    aliases: tuple[str, ...] = ()

    @property
    def forms(self) -> tuple[str, ...]:
        """The citation form, then the aliases."""
        return (self.text, *self.aliases)


class FactText(Record):
    """A fact in one language.

    Attributes:
        teach: The question that the fact is taught with.
        ask: A paraphrase of it, that the fact is asked with.
        answer: The right answer.
        rival: A conflicting answer of the same kind.
    """

    teach: str
    ask: str
    answer: Wording
    rival: Wording


class Fact(Record):
    """One fact in several languages (keys of `texts`: language codes)."""

    id: str
    relation: str
    texts: Mapping[str, FactText]

    def answers(self) -> dict[str, Wording]:
        """The right answer in every language of the fact."""
        return {language: text.answer for language, text in self.texts.items()}


class Corpus(Record):
    """Facts that are parallel in `languages`."""

    name: str
    languages: tuple[str, ...]
    facts: tuple[Fact, ...]

    @model_validator(mode="after")
    def _every_fact_in_every_language(self) -> "Corpus":
        for fact in self.facts:
            missing = set(self.languages) - set(fact.texts)
            if missing:
                raise ValueError(f"fact {fact.id!r} has no text in {sorted(missing)}")
        if len({fact.id for fact in self.facts}) != len(self.facts):
            raise ValueError(f"corpus {self.name!r} has two facts with the same id")
        return self
