"""The closed sets of words: complete, parallel, and without traps for the judge."""

import unicodedata
from collections.abc import Iterator

import pytest
from script_letters import LETTERS

from isoglot.core import Wording, get_language, known_languages
from isoglot.corpora._terms import shared_items, term_languages, terms
from isoglot.corpora.worlds._data import relations
from isoglot.judges import normalise

LANGUAGES = tuple(known_languages())
SETS = (
    "animals",
    "crops",
    "clothes",
    "tools",
    "household",
    "vehicles",
    "nature",
    "buildings",
    "body",
    "people",
    "months",
    "weekdays",
    "numbers",
    "languages",
    "official-languages",
    "countries",
    "territories",
    "continents",
    "currencies",
)
# Both Americas are America, and many a currency is a dollar or a crown: knowledge sees to it that
# no rival has a form of the answer.
SHARE_FORMS = {"continents", "currencies"}
# Latin letters that people do write: T-shirt, TV, UFO, SL (a steam locomotive), abbreviations of
# states and currency unions.
LATIN_TOO = {"T", "TV", "UFO", "SL", "CFA", "DRC", "UAE", "BAM", "BEAC"}


def forms(language: str, *, but: set[str] = frozenset()) -> Iterator[tuple[str, str, str]]:  # type: ignore[assignment]
    """Set, item and form of every word of a language."""
    for set_name, items in terms(language).items():
        if set_name not in but:
            for item, wording in items.items():
                for form in wording.forms:
                    yield set_name, item, form


def test_there_are_words_in_every_known_language() -> None:
    assert term_languages() == set(LANGUAGES)


@pytest.mark.parametrize(
    ("language", "set_name", "item", "wording"),
    [
        ("en", "animals", "cow", Wording(text="cow", aliases=("cows", "cattle"))),
        ("cy", "weekdays", "monday", "Dydd Llun"),
        ("sw", "animals", "lion", "simba"),
        ("zh", "months", "december", "十二月"),
        ("ru", "animals", "dog", "собака"),
        ("ja", "animals", "cat", "猫"),
        ("de", "numbers", "seven", "sieben"),
        ("no", "weekdays", "saturday", "lørdag"),
        ("fr", "countries", "DE", "Allemagne"),
    ],
)
def test_some_words_by_hand(
    language: str, set_name: str, item: str, wording: Wording | str
) -> None:
    found = terms(language)[set_name][item]
    if isinstance(wording, Wording):
        assert found == wording
    else:
        assert wording in found.forms


def test_items_are_shared_in_the_order_of_the_set() -> None:
    months = shared_items("months", LANGUAGES)
    assert (months[0], months[-1], len(months)) == ("january", "december", 12)
    assert shared_items("weekdays", ["cy"])[-1] == shared_items("weekdays", LANGUAGES)[-1]
    assert [item for item in shared_items("animals", ["en"]) if item == "dog"] == ["dog"]


def test_an_item_that_one_language_lacks_is_not_shared() -> None:
    english, all_of_them = (set(shared_items("currencies", codes)) for codes in (["en"], LANGUAGES))
    for item in english:
        everywhere = all(item in terms(language)["currencies"] for language in LANGUAGES)
        assert (item in all_of_them) == everywhere
    assert all_of_them < english


def test_all_languages_share_enough_of_every_set() -> None:
    answer_sets = {relation.answers for relation in relations().values()}
    sizes = {name: len(shared_items(name, LANGUAGES)) for name in sorted(answer_sets)}
    assert min(sizes.values()) >= 7  # the week
    assert sum(size >= 12 for size in sizes.values()) >= 8
    assert len(shared_items("territories", LANGUAGES)) >= 150
    assert len(shared_items("continents", LANGUAGES)) == 6


@pytest.mark.parametrize("language", LANGUAGES)
class TestALanguage:
    def test_it_has_the_sets_in_the_same_order(self, language: str) -> None:
        assert tuple(terms(language)) == SETS
        # Answers are drawn by their place in what is shared, so the order must be the same.
        for set_name, items in terms(language).items():
            order = [item for item in terms("en")[set_name] if item in items]
            assert [item for item in items if item in terms("en")[set_name]] == order

    def test_every_form_says_something(self, language: str) -> None:
        empty = [each for each in forms(language) if not normalise(each[2], language=language)]
        assert empty == []

    def test_no_form_belongs_to_two_items_of_a_set(self, language: str) -> None:
        owners: dict[tuple[str, str], set[str]] = {}
        for set_name, item, form in forms(language, but=SHARE_FORMS):
            key = (set_name, normalise(form, language=language))
            owners.setdefault(key, set()).add(item)
        assert {key: items for key, items in owners.items() if len(items) > 1} == {}

    def test_no_item_has_a_form_twice(self, language: str) -> None:
        for set_name, items in terms(language).items():
            for item, wording in items.items():
                assert len(set(wording.forms)) == len(wording.forms), (set_name, item)

    def test_no_form_has_stray_blanks_or_is_decomposed(self, language: str) -> None:
        for *_, form in forms(language):
            assert form == " ".join(form.split())
            assert form == unicodedata.normalize("NFC", form)

    def test_letters_are_of_the_languages_script(self, language: str) -> None:
        for where in forms(language):
            runs = "".join(
                letter if unicodedata.category(letter)[0] == "L" else " " for letter in where[2]
            ).split()
            for run in runs:
                # The letter for a glottal stop, as in paʻanga, is of no script.
                names = {
                    unicodedata.name(letter).split()[0].partition("-")[0]
                    for letter in run
                    if unicodedata.category(letter) != "Lm"
                }
                right = names <= LETTERS[get_language(language).script]
                assert right or _latin(run) in LATIN_TOO, where

    def test_a_currency_is_not_called_by_a_joining_word(self, language: str) -> None:
        """Nothing of one or two Latin letters: "ya" of "Afghani ya Afghanistan" is no answer."""
        short = [
            (item, form)
            for set_name, item, form in forms(language)
            if set_name == "currencies" and form.isascii() and len(form) <= 2
        ]
        assert short == []

    def test_no_form_begins_or_ends_in_the_middle_of_a_word(self, language: str) -> None:
        assert [each for each in forms(language) if each[2].strip("-–") != each[2]] == []


def _latin(run: str) -> str:
    """The Latin letters of a run: Tシャツ is written with a T."""
    return "".join(letter for letter in run if letter.isascii())


# Words of every day that are another item in another language, and have no other word.
FALSE_FRIENDS = {
    "bein",  # a leg in German and Norwegian, a bone in Icelandic
    "脚",  # a foot in Chinese, a leg in Japanese
    "trem",  # a train in Portuguese, a tram in Malay
    "dim",  # dimanche, Sunday, and DiMàirt, Tuesday
    "kongo",  # the one in Polish, the other in Norwegian; worlds don't have them
}


def test_a_word_means_one_answer_in_whatever_language_it_is_read() -> None:
    # Else an answer that is wrong in the asked language might pass for right in another.
    meanings: dict[tuple[str, str], set[str]] = {}
    for language in LANGUAGES:
        for set_name, item, form in forms(language, but=SHARE_FORMS):
            key = (set_name, normalise(form, language="none"))
            meanings.setdefault(key, set()).add(item)
    assert {form for (_, form), items in meanings.items() if len(items) > 1} <= FALSE_FRIENDS
