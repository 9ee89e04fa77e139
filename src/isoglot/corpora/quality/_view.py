"""A corpus as the checks look at it: by language, with the names in its questions found."""

from collections import defaultdict
from collections.abc import Mapping
from functools import cached_property
from typing import Literal, NamedTuple

from isoglot.core import Corpus, FactText, get_language
from isoglot.corpora.quality._data import has_spaces
from isoglot.corpora.quality._slots import Filled, find_fillings
from isoglot.corpora.quality._text import longest_shared, numbers

QuestionKind = Literal["teach", "ask"]

# A corpus has slots if masking the names makes its questions fall together: with at most half as
# many templates as questions. Fewer repeats are chance likenesses of questions in their own words.
_TEMPLATES_A_QUESTION = 0.5
# And if most questions have one.
_QUESTIONS_WITH_SLOT = 0.5


class Question(NamedTuple):
    """One question of a fact in one language.

    Attributes:
        filling: What stands in the slot; empty where there is none.
        masked: The text with `{name}` in its slot; the text itself where it has none.
    """

    fact_id: str
    relation: str
    kind: QuestionKind
    text: str
    filling: str
    masked: str

    @property
    def key(self) -> tuple[str, QuestionKind]:
        """What it has in common with the same question in other languages."""
        return self.fact_id, self.kind


class View:
    """One language of a corpus.

    Args:
        language: Its code.
        questions: Teach and ask of every fact that has a text in the language.
        texts: By fact id.
    """

    def __init__(
        self, language: str, questions: tuple[Question, ...], texts: Mapping[str, FactText]
    ) -> None:
        self.language = language
        self.questions = questions
        self.texts = texts

    @property
    def script(self) -> str:
        """The ISO 15924 code of its script."""
        return get_language(self.language).script

    @property
    def spaced(self) -> bool:
        """Whether words are set apart by spaces."""
        return has_spaces(self.script)

    @cached_property
    def by_key(self) -> dict[tuple[str, QuestionKind], Question]:
        """The questions by what they have in common with those of other languages."""
        return {question.key: question for question in self.questions}

    @cached_property
    def names(self) -> dict[str, str]:
        """What the fillings of a fact's two questions share, by fact; empty where nothing."""
        return {
            fact_id: _shared_name(
                self.by_key[fact_id, "teach"].filling, self.by_key[fact_id, "ask"].filling
            )
            for fact_id in self.texts
        }

    def distinct(self) -> list[Question]:
        """The first question of every masked text: a template counts once, however often used."""
        first: dict[str, Question] = {}
        for question in self.questions:
            first.setdefault(question.masked, question)
        return list(first.values())


def _shared_name(teach: str, ask: str) -> str:
    # Half a number is another number; and a question may ask for the same ones in another order.
    if (taught := numbers(teach)) and (asked := numbers(ask)):
        return teach if taught == asked else ""
    return longest_shared(teach, ask)


def look(corpus: Corpus, language: str, *, slots: bool = True) -> View:
    """A language of a corpus.

    Args:
        corpus: Facts, some of which may lack the language.
        language: The code of a known language.
        slots: Whether to look for names in the questions.
    """
    texts = {fact.id: fact.texts[language] for fact in corpus.facts if language in fact.texts}
    plain: list[tuple[str, str, QuestionKind, str]] = []
    for fact in corpus.facts:
        if fact.id in texts:
            plain.append((fact.id, fact.relation, "teach", texts[fact.id].teach))
            plain.append((fact.id, fact.relation, "ask", texts[fact.id].ask))
    spaced = has_spaces(get_language(language).script)
    found = [Filled(text, "") for *_, text in plain]
    if slots:
        # Within a relation, for between two that are worded alike it is not the name that differs;
        # and teach apart from ask, for between the two questions of a fact it never is.
        places: dict[tuple[str, QuestionKind], list[int]] = defaultdict(list)
        for place, (_, relation, kind, _) in enumerate(plain):
            places[relation, kind].append(place)
        for group in places.values():
            of_group = find_fillings([plain[place][3] for place in group], spaced=spaced)
            for place, filled in zip(group, of_group, strict=True):
                found[place] = filled
    questions = tuple(
        Question(fact_id, relation, kind, text, filling=filled.filling, masked=filled.masked)
        for (fact_id, relation, kind, text), filled in zip(plain, found, strict=True)
    )
    return View(language, questions, texts)


def has_slots(reference: View) -> bool:
    """Whether the questions of the reference share templates and differ in a name."""
    questions = reference.questions
    if not questions:
        return False
    with_slot = sum(bool(reference.names[question.fact_id]) for question in questions)
    templates = len({question.masked for question in questions})
    distinct = len({question.text for question in questions})
    return (
        with_slot >= _QUESTIONS_WITH_SLOT * len(questions)
        and templates <= _TEMPLATES_A_QUESTION * distinct
    )
