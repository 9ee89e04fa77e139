import itertools
import re
from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.core import InputError, Problem
from isoglot.corpora import check_world_languages, make_world
from isoglot.corpora.worlds._data import answers, relations, wordings
from isoglot.corpora.worlds._names import invented_names

LANGUAGES = ("en", "es", "zh", "sw", "cy")


def _name(text: str, template: str) -> str:
    """What stands in the slot of a template."""
    before, after = template.split("{name}")
    return text.removeprefix(before).removesuffix(after)


def test_a_world_has_the_asked_size_and_languages() -> None:
    world = make_world(["cy", "en"], size=5, seed=7)
    assert (world.name, world.languages) == ("world-7", ("cy", "en"))
    assert [fact.id for fact in world.facts] == ["f0001", "f0002", "f0003", "f0004", "f0005"]
    assert all(set(fact.texts) == {"cy", "en"} for fact in world.facts)


def test_a_world_of_nothing_is_empty() -> None:
    assert make_world(["en"], size=0, seed=1).facts == ()


def test_the_relations_take_turns() -> None:
    # 30 facts of 12 relations: two whole rounds, and half a third one.
    assert len(relations()) == 12
    counts = Counter(fact.relation for fact in make_world(["en"], size=30, seed=7).facts)
    assert sorted(counts.values()) == [2] * 6 + [3] * 6


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_a_fact_says_the_same_in_every_language(seed: int) -> None:
    for fact in make_world(LANGUAGES, size=36, seed=seed).facts:
        meanings = set()
        for language, text in fact.texts.items():
            items = answers(language)[relations()[fact.relation].answers]
            meaning = {wording.text: item for item, wording in items.items()}
            meanings.add((meaning[text.answer.text], meaning[text.rival.text]))
        ((answer, rival),) = meanings
        assert answer != rival


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_both_questions_name_the_same_thing_in_the_languages_own_script(seed: int) -> None:
    for fact in make_world(LANGUAGES, size=36, seed=seed).facts:
        for language, text in fact.texts.items():
            wording = wordings(language)[fact.relation]
            name = _name(text.teach, wording.teach)
            assert name == _name(text.ask, wording.ask)
            pattern = "[一-鿿]{3,4}" if language == "zh" else "[A-Z][a-z]{5,6}"
            assert re.fullmatch(pattern, name)


@settings(max_examples=15, deadline=None, database=None)
@given(seed=st.integers(min_value=-(2**40), max_value=2**40))
def test_no_two_things_of_a_world_have_the_same_name(seed: int) -> None:
    world = make_world(["en", "zh", "cy"], size=240, seed=seed)
    for language in world.languages:
        names = {
            _name(fact.texts[language].teach, wordings(language)[fact.relation].teach)
            for fact in world.facts
        }
        assert len(names) == 240


@settings(max_examples=20, deadline=None, database=None)
@given(seed=st.integers(min_value=0), count=st.integers(min_value=1, max_value=300))
def test_names_are_unique_in_each_script_and_do_not_depend_on_how_many_are_taken(
    seed: int, count: int
) -> None:
    names = list(itertools.islice(invented_names(np.random.default_rng(seed)), count))
    for script in ("Latn", "Hans"):
        assert len({name[script] for name in names}) == count
    again = list(itertools.islice(invented_names(np.random.default_rng(seed)), count + 5))
    assert again[:count] == names


def test_a_name_that_comes_up_twice_is_passed_over() -> None:
    # 70 · 69 · 68 names without and five times as many with an ending, half of the draws each: of
    # 4,000 draws, about 4000²/2 · (1/2² + 1/2²/5) / 328,440 = 7 repeat an earlier one.
    names = list(itertools.islice(invented_names(np.random.default_rng(7)), 4000))
    for script in ("Latn", "Hans"):
        assert len({name[script] for name in names}) == 4000


def test_the_same_seed_makes_the_same_world() -> None:
    assert make_world(LANGUAGES, size=24, seed=7) == make_world(LANGUAGES, size=24, seed=7)


def test_a_smaller_world_is_the_beginning_of_a_larger_one() -> None:
    larger = make_world(LANGUAGES, size=48, seed=7).facts
    assert larger[:24] == make_world(LANGUAGES, size=24, seed=7).facts


def test_another_seed_makes_another_world() -> None:
    one, two = (make_world(["en"], size=24, seed=seed).facts for seed in (7, 8))
    assert [fact.id for fact in one] == [fact.id for fact in two]
    taught = [{fact.texts["en"].teach for fact in world} for world in (one, two)]
    assert taught[0].isdisjoint(taught[1])


@pytest.mark.parametrize(
    "languages", [("cy", "sw", "zh", "es", "en"), ("cy", "en"), ("zh",), ("sw", "es")]
)
def test_which_languages_and_in_which_order_changes_no_fact(languages: tuple[str, ...]) -> None:
    whole = make_world(LANGUAGES, size=36, seed=7).facts
    for fact, full in zip(make_world(languages, size=36, seed=7).facts, whole, strict=True):
        assert (fact.id, fact.relation) == (full.id, full.relation)
        assert fact.texts == {language: full.texts[language] for language in languages}


def test_a_thousand_facts_are_a_thousand_different_ones() -> None:
    world = make_world(LANGUAGES, size=1000, seed=7)
    counts = Counter(fact.relation for fact in world.facts)
    assert set(counts.values()) == {83, 84}  # 1000 = 12 · 83 + 4
    assert len({fact.texts["zh"].ask for fact in world.facts}) == 1000


def test_answers_are_drawn_evenly() -> None:
    # 1,200 facts: 100 of each relation. Twelve months, so 100/12 = 8.3 each on average; with a
    # standard deviation of sqrt(100 · 1/12 · 11/12) = 2.8, between 0 and 22 is five of them.
    facts = make_world(["en"], size=1200, seed=7).facts
    months = Counter(
        fact.texts["en"].answer.text for fact in facts if fact.relation == "festival-month"
    )
    assert len(months) == 12
    assert sum(months.values()) == 100
    assert 1 <= min(months.values()) <= max(months.values()) <= 22


def test_languages_that_no_world_speaks_are_all_named() -> None:
    expected = (
        "languages[1]: no world can be made in 'fr' yet; worlds speak cy, en, es, sw, zh\n"
        "languages[2]: no world can be made in 'xx' yet; worlds speak cy, en, es, sw, zh"
    )
    with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
        make_world(["en", "fr", "xx"], size=1, seed=0)


def test_problems_name_the_place_that_the_caller_gives() -> None:
    assert check_world_languages(["th"], place="s.yaml: languages") == [
        Problem(
            place="s.yaml: languages[0]",
            message="no world can be made in 'th' yet",
            remedy="worlds speak cy, en, es, sw, zh",
        )
    ]
    assert check_world_languages(["cy", "zh"], place="languages") == []
