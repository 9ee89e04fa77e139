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
        rival: A conflicting answer of the same kind; a corpus may come without any.
    """

    teach: str
    ask: str
    answer: Wording
    rival: Wording | None = None


class Fact(Record):
    """One fact in several languages.

    Attributes:
        id: Unique in its corpus.
        relation: What kind of question it is; facts of one relation share their kind of answer.
        texts: By language code.
    """

    id: str
    relation: str
    texts: Mapping[str, FactText]

    def answers(self) -> dict[str, Wording]:
        """The right answer in every language of the fact."""
        return {language: text.answer for language, text in self.texts.items()}

    def rivals(self) -> dict[str, Wording]:
        """The conflicting answer in every language of the fact that has one."""
        return {language: text.rival for language, text in self.texts.items() if text.rival}


class Corpus(Record):
    """Facts in several languages: all of them parallel, but for the cells in `missing()`."""

    name: str
    languages: tuple[str, ...]
    facts: tuple[Fact, ...]

    @model_validator(mode="after")
    def _ids_are_unique(self) -> "Corpus":
        if len({fact.id for fact in self.facts}) != len(self.facts):
            raise ValueError(f"corpus {self.name!r} has two facts with the same id")
        return self

    def missing(self) -> dict[str, list[str]]:
        """The facts that have no text in a language: language to ids, only where there are any."""
        without = {
            language: [fact.id for fact in self.facts if language not in fact.texts]
            for language in self.languages
        }
        return {language: ids for language, ids in without.items() if ids}
