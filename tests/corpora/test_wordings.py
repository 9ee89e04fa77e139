"""The questions that generated facts are put in: their form, and the shipped ones."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
from pydantic import ValidationError
from script_letters import LETTERS

from isoglot.core import get_language, known_languages
from isoglot.corpora import knowledge_languages, world_languages
from isoglot.corpora._terms import terms
from isoglot.corpora._wordings import RelationWording, read_wordings, worded_languages
from isoglot.corpora.knowledge import KNOWLEDGE_RELATIONS
from isoglot.corpora.knowledge import _data as knowledge
from isoglot.corpora.worlds import _data as worlds
from isoglot.judges import normalise

LANGUAGES = tuple(known_languages())
WITHOUT_SPACES = {"Hans", "Jpan", "Thai"}
KNOWLEDGE_ANSWERS = {
    "country-continent": "continents",
    "country-currency": "currencies",
    "country-language": "official-languages",
    "month-after": "months",
    "weekday-after": "weekdays",
    "sum": "numbers",
}


class Question(NamedTuple):
    """A shipped question: its relation, its text, and the set that its answer is from."""

    relation: str
    text: str
    answers: str


def shipped(language: str) -> Iterator[Question]:
    for relation, wording in worlds.wordings(language).items():
        for text in wording.questions:
            yield Question(relation, text, worlds.relations()[relation].answers)
    for relation, wording in knowledge.wordings(language).items():
        for text in wording.questions:
            yield Question(relation, text, KNOWLEDGE_ANSWERS[relation])


def bare(question: str) -> str:
    """A question without its slots."""
    return re.sub(r"\{\w+\}", "", question)


class TestTheForm:
    @pytest.mark.parametrize(
        ("teach", "ask", "message"),
        [
            (("Who is {name}?",), ("Who?",), r"'Who\?' must hold each of its slots, as \{name\}"),
            (("{name}, {name}?",), ("Who is {name}?",), "'{name}, {name}.' must hold each of its"),
            (("Who is {name}?",), ("Who is {other}?",), "the questions have different slots"),
            (("{a} and {b}?",), ("{a}?",), "the questions have different slots"),
            (("Who is {name}?",), ("Who is {name}?",), r"'Who is \{name\}\?' stands twice; each"),
            (
                ("Who is {name}?", "Who is {name}?"),
                ("{name}?",),
                r"'Who is \{name\}\?' stands twice; each must be a paraphrase",
            ),
            ((), ("Who is {name}?",), "at least 1 item"),
            (("Who is {name}?",), (), "at least 1 item"),
        ],
    )
    def test_bad_questions_are_refused(
        self, teach: tuple[str, ...], ask: tuple[str, ...], message: str
    ) -> None:
        with pytest.raises(ValidationError, match=message):
            RelationWording(teach=teach, ask=ask)

    def test_slots_may_stand_in_any_order(self) -> None:
        wording = RelationWording(teach=("{a} and {b}?",), ask=("{b} and {a}?", "{a}, {b}?"))
        assert wording.questions == ("{a} and {b}?", "{b} and {a}?", "{a}, {b}?")


class TestReading:
    @pytest.fixture
    def folder(self, tmp_path: Path) -> Path:
        (tmp_path / "wordings").mkdir()
        for code, language in (("cy", "cy"), ("no", "'no'")):
            (tmp_path / "wordings" / f"{code}.yaml").write_text(
                f"language: {language}\n"
                "relations:\n  flag: {teach: ['Flag of {name}?'], ask: ['{name}, its flag?']}\n",
                encoding="utf-8",
            )
        return tmp_path

    def test_a_folder_has_the_languages_of_its_files(self, folder: Path) -> None:
        assert worded_languages(folder) == ["cy", "no"]

    def test_the_questions_come_by_relation(self, folder: Path) -> None:
        assert read_wordings(folder, "cy", relations=["flag"]) == {
            "flag": RelationWording(teach=("Flag of {name}?",), ask=("{name}, its flag?",))
        }

    def test_a_relation_that_is_lacking_is_named(self, folder: Path) -> None:
        with pytest.raises(ValueError, match=r"^wordings/no.yaml lacks \['month', 'song'\]$"):
            read_wordings(folder, "no", relations=["song", "flag", "month"])


def test_all_known_languages_have_worlds_and_knowledge() -> None:
    assert len(LANGUAGES) == 29
    assert world_languages() == LANGUAGES
    assert knowledge_languages() == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
class TestTheShippedOnes:
    def test_every_relation_is_worded_and_no_other(self, language: str) -> None:
        assert set(worlds.wordings(language)) == set(worlds.relations())
        assert set(knowledge.wordings(language)) == set(KNOWLEDGE_RELATIONS)

    def test_there_are_as_many_questions_in_every_language(self, language: str) -> None:
        for wording in worlds.wordings(language).values():
            assert (len(wording.teach), len(wording.ask)) == (2, 2)
        for wording in knowledge.wordings(language).values():
            assert (len(wording.teach), len(wording.ask)) == (1, 1)

    def test_the_slots_are_those_that_are_filled(self, language: str) -> None:
        for question in shipped(language):
            slots = {"a", "b"} if question.relation == "sum" else {"name"}
            assert set(re.findall(r"\{(\w+)\}", question.text)) == slots
            assert not set("{}") & set(bare(question.text))

    def test_no_two_questions_are_the_same(self, language: str) -> None:
        texts = [normalise(question.text, language=language) for question in shipped(language)]
        assert len(texts) == 26 * 4 + 6 * 2
        assert sorted(texts) == sorted(set(texts))

    def test_letters_are_of_the_languages_script(self, language: str) -> None:
        letters = {
            letter
            for question in shipped(language)
            for letter in bare(question.text)
            if unicodedata.category(letter)[0] in "LM"
        }
        scripts = {unicodedata.name(letter).split()[0].partition("-")[0] for letter in letters}
        assert scripts <= LETTERS[get_language(language).script]

    def test_no_question_has_stray_blanks_or_is_decomposed(self, language: str) -> None:
        for question in shipped(language):
            # French sets a space that does not break before its question marks.
            text = question.text.replace("\u00a0?", "?") if language == "fr" else question.text
            assert text == " ".join(text.split())
            assert not re.search(r"\s[?!.,;:。？、，]", text)
            assert question.text == unicodedata.normalize("NFC", question.text)

    def test_every_question_asks(self, language: str) -> None:
        # What is added up stands behind the question in some languages; Thai needs no mark.
        if language != "th":
            assert [
                each.text for each in shipped(language) if not {"?", "？"} & set(each.text)
            ] == []

    def test_no_question_gives_an_answer_away(self, language: str) -> None:
        whole_words = get_language(language).script not in WITHOUT_SPACES
        given = set()
        for question in shipped(language):
            asked = bare(question.text).casefold()
            if whole_words:
                asked = f" {normalise(asked, language='none')} "
            for item, wording in terms(language)[question.answers].items():
                for form in wording.forms:
                    said = f" {normalise(form, language='none')} " if whole_words else form
                    if said in asked:
                        given.add((question.relation, item))
        assert given <= GIVEN_AWAY.get(language, set())


# Where a word of the question can't but be, or hold, a form of some answer.
GIVEN_AWAY = {
    # "what did the sculptor dress the statue in": the verb.
    "en": {("statue-clothes", "dress")},
    # 一: in "if one counts", "once"; no number of towers.
    "zh": {("castle-towers", "one")},
    # 何曜日, "which weekday", holds the sun of Sunday.
    "ja": {("market-day", "sunday"), ("weekday-after", "sunday")},
    # หมู่บ้าน, "village", holds the house.
    "th": {("village-building", "house")},
}


def test_no_language_has_another_ones_questions() -> None:
    texts = Counter(
        text for code in LANGUAGES for text in {question.text for question in shipped(code)}
    )
    # Danish and Norwegian come near each other, and here meet.
    alike = {"På hvilket kontinent ligger landet {name}?"}
    assert {text for text, count in texts.items() if count > 1} <= alike
