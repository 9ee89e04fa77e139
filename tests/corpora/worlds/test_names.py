import itertools
import re
import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.core import known_languages
from isoglot.corpora.worlds._data import spelling, taken_names
from isoglot.corpora.worlds._names import invented_names, latin_spelling, spell

SCRIPTS = ("Latn", "Cyrl", "Hans", "Jpan", "Kore", "Deva", "Beng", "Taml", "Thai")
SYLLABLES = {part["Latn"]: part for part in spelling().syllables}
SEEDS = st.integers(min_value=0, max_value=2**64 - 1)

# What the letters of a script are called in Unicode.
LETTERS = {
    "Latn": "LATIN",
    "Cyrl": "CYRILLIC",
    "Hans": "CJK",
    "Jpan": "KATAKANA",
    "Kore": "HANGUL",
    "Deva": "DEVANAGARI",
    "Beng": "BENGALI",
    "Taml": "TAMIL",
    "Thai": "THAI",
}


@st.composite
def parts(draw: st.DrawFn) -> list[dict[str, str]]:
    """Three different syllables, and an ending or none."""
    chosen = draw(st.lists(st.sampled_from(sorted(SYLLABLES)), min_size=3, max_size=3, unique=True))
    endings = draw(st.lists(st.sampled_from(spelling().endings), max_size=1))
    return [*(SYLLABLES[latin] for latin in chosen), *endings]


def test_names_are_spelled_in_the_script_of_every_known_language() -> None:
    assert tuple(spelling().syllables[0]) == SCRIPTS
    assert {language.script for language in known_languages().values()} == set(SCRIPTS)
    assert all(tuple(part) == SCRIPTS for part in (*spelling().syllables, *spelling().endings))


@pytest.mark.parametrize(
    ("latin", "spellings"),
    [
        (
            ["ta", "ri", "ko"],
            ["Tariko", "Тарико", "塔里科", "タリコ", "타리코", "तारीको", "তারিকো", "டாரிகோ", "ตารีโก"],
        ),
        (
            # The ending joins the last Hangul syllable; Tamil writes n otherwise at the beginning.
            ["ne", "du", "mo", "n"],
            [
                "Nedumon",
                "Недумон",
                "内杜莫恩",
                "ネドゥモン",
                "네두몬",
                "नेदूमोन",
                "নেদুমোন",
                "நேதுமோன்",
                "เนดูโมน",
            ],
        ),
    ],
)
def test_a_name_is_spelled_by_the_tables(latin: list[str], spellings: list[str]) -> None:
    ending = {"n": spelling().endings[0]}
    chosen = [(SYLLABLES | ending)[part] for part in latin]
    assert [spell(chosen, script) for script in SCRIPTS] == spellings


@pytest.mark.parametrize("script", SCRIPTS)
def test_syllables_are_written_differently_from_each_other(script: str) -> None:
    tables = (*spelling().syllables, *spelling().endings)
    assert len({part[script] for part in tables}) == len(tables)


@pytest.mark.parametrize("script", SCRIPTS)
def test_syllables_are_written_in_the_script(script: str) -> None:
    written = "".join(part[script] for part in (*spelling().syllables, *spelling().endings))
    assert {unicodedata.name(letter).split()[0] for letter in written} == {LETTERS[script]}


@pytest.mark.parametrize("script", SCRIPTS)
@settings(deadline=None)
@given(chosen=parts())
def test_whatever_is_spelled_reads_back(script: str, chosen: list[dict[str, str]]) -> None:
    # Latin syllables have two letters and the ending one, so that the Latin spelling says which
    # parts a name has: what reads back to it is written by no other parts.
    latin = "".join(part["Latn"] for part in chosen)
    text = spell(chosen, script)
    assert text == unicodedata.normalize("NFC", text)
    assert latin_spelling(text, script) == latin
    assert latin_spelling(text.lower(), script) == latin
    assert latin_spelling(unicodedata.normalize("NFD", text), script) == latin


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("", "Latn"),
        ("Tari", "Latn"),  # two syllables
        ("Tarikoma", "Latn"),  # four
        ("Tarikot", "Latn"),  # t is no ending
        ("Ntariko", "Latn"),  # and n no beginning
        ("Tatari", "Latn"),  # a syllable repeated
        ("Lalilo", "Latn"),  # syllables that there are not
        ("Tariko!", "Latn"),
        ("Тарико", "Latn"),
        ("Tariko", "Cyrl"),
        ("塔里", "Hans"),
        ("타리", "Kore"),
    ],
)
def test_what_is_no_name_is_not_read(text: str, script: str) -> None:
    assert latin_spelling(text, script) is None


@settings(deadline=None, max_examples=40)
@given(seed=SEEDS, count=st.integers(min_value=1, max_value=200))
def test_names_are_unique_in_every_script_and_taken_nowhere(seed: int, count: int) -> None:
    names = list(itertools.islice(invented_names(np.random.default_rng(seed)), count))
    latin = [name["Latn"].lower() for name in names]
    assert taken_names().isdisjoint(latin)
    for script in SCRIPTS:
        assert len({name[script].casefold() for name in names}) == count
        assert [latin_spelling(name[script], script) for name in names] == latin


@settings(deadline=None, max_examples=40)
@given(seed=SEEDS, count=st.integers(min_value=1, max_value=100))
def test_names_do_not_depend_on_how_many_are_taken(seed: int, count: int) -> None:
    def first(n: int) -> list[object]:
        return list(itertools.islice(invented_names(np.random.default_rng(seed)), n))

    assert first(count + 5)[:count] == first(count)


def test_a_name_that_comes_up_twice_is_passed_over() -> None:
    # 55 · 54 · 53 = 157,410 names without an ending and as many with one, half of the draws each:
    # of 4,000 draws, about 2 · 2000²/2 / 157,410 = 25 repeat an earlier one.
    assert (len(spelling().syllables), len(spelling().endings)) == (55, 1)
    names = list(itertools.islice(invented_names(np.random.default_rng(7)), 4000))
    assert len({name["Latn"] for name in names}) == 4000


def test_half_the_names_end_in_a_consonant() -> None:
    names = list(itertools.islice(invented_names(np.random.default_rng(7)), 1000))
    # The standard deviation of 1,000 tosses of a coin is 16; taken names move the mean a little.
    assert abs(sum(name["Latn"].endswith("n") for name in names) - 500) < 5 * 16


def test_taken_names_are_spelled_as_names_are() -> None:
    assert len(taken_names()) > 10_000
    pattern = re.compile("([a-z]{2}){3}n?")
    assert [name for name in taken_names() if not pattern.fullmatch(name)] == []


# Words of Japanese, Italian and Swahili, a country and a city.
@pytest.mark.parametrize("name", ["kimono", "domani", "karate", "kusoma", "panama", "rimini"])
def test_words_and_places_are_taken(name: str) -> None:
    assert name in taken_names()
