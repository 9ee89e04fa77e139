"""The shipped data: complete, parallel, and without traps for the judge."""

from itertools import product

import pytest
from pydantic import ValidationError

from isoglot.core import get_language
from isoglot.corpora import world_languages
from isoglot.corpora.worlds._data import (
    RelationWording,
    _AnswersFile,
    answers,
    relations,
    spelling,
    wordings,
)

LANGUAGES = ("cy", "en", "es", "sw", "zh")


def test_worlds_speak_the_languages_of_the_quickstart() -> None:
    assert world_languages() == LANGUAGES


def test_there_are_at_least_eight_relations() -> None:
    assert len(relations()) >= 8


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_relation_has_a_wording_and_a_set_of_answers(language: str) -> None:
    assert set(wordings(language)) == set(relations())
    assert {relation.answers for relation in relations().values()} == set(answers(language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_set_has_at_least_twelve_answers_the_same_in_every_language(language: str) -> None:
    assert all(len(items) >= 12 for items in answers(language).values())
    # The order counts, too: answers are drawn by their place.
    assert {name: list(items) for name, items in answers(language).items()} == {
        name: list(items) for name, items in answers("en").items()
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_relations_ask_the_same(language: str) -> None:
    texts = [text for each in wordings(language).values() for text in (each.teach, each.ask)]
    assert len(set(texts)) == 2 * len(relations())


def test_a_word_means_one_answer_in_whatever_language_it_is_read() -> None:
    # Else an answer that is wrong in the asked language might pass for right in another.
    meanings: dict[tuple[str, str], set[str]] = {}
    for language in LANGUAGES:
        for set_name, items in answers(language).items():
            for item, wording in items.items():
                for form in wording.forms:
                    meanings.setdefault((set_name, form.casefold()), set()).add(item)
    assert {key: items for key, items in meanings.items() if len(items) > 1} == {}


@pytest.mark.parametrize("language", LANGUAGES)
def test_texts_are_written_in_the_languages_script(language: str) -> None:
    han = get_language(language).script == "Hans"
    texts = [wording.teach + wording.ask for wording in wordings(language).values()]
    texts += [
        form
        for items in answers(language).values()
        for word in items.values()
        for form in word.forms
    ]
    letters = {char for text in texts for char in text.replace("{name}", "") if char.isalpha()}
    assert {"一" <= letter <= "鿿" for letter in letters} == {han}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_has_stray_blanks(language: str) -> None:
    texts = [text for each in wordings(language).values() for text in (each.teach, each.ask)]
    texts += [
        form
        for items in answers(language).values()
        for word in items.values()
        for form in word.forms
    ]
    assert [text for text in texts if text != " ".join(text.split())] == []


def test_syllables_are_spelled_differently_in_every_script() -> None:
    syllables, endings = spelling()
    scripts = set(syllables[0])
    assert scripts == {get_language(code).script for code in LANGUAGES}
    for script, table in product(scripts, (syllables, endings)):
        assert len({part[script] for part in table}) == len(table)


@pytest.mark.parametrize(
    ("teach", "ask", "message"),
    [
        ("Who is {name}?", "Who?", "'Who\\?' must hold {name} exactly once"),
        ("{name}, {name}?", "Who is {name}?", "must hold {name} exactly once"),
        ("Who is {name}?", "Who is {name}?", "ask repeats teach .*; it must be a paraphrase"),
    ],
)
def test_a_bad_wording_is_refused(teach: str, ask: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        RelationWording(teach=teach, ask=ask)


@pytest.mark.parametrize(
    ("items", "message"),
    [
        ({"lion": ("lion",), "cat": ("cat", "Lion")}, "animals: 'Lion' is both 'lion' and 'cat'"),
        ({"lion": ()}, "animals.lion has no wording"),
    ],
)
def test_bad_answers_are_refused(items: dict[str, tuple[str, ...]], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        _AnswersFile(language="en", sets={"animals": items})
