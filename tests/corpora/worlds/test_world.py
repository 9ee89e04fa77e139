"""What holds for every world, whatever its seed, size and languages."""

import hashlib
import json
import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.core import Corpus, Fact, InputError, Problem, get_language
from isoglot.corpora import check_world_languages, make_world, world_languages, world_relations
from isoglot.corpora._terms import terms
from isoglot.corpora.worlds._data import relations, taken_names, wordings
from isoglot.corpora.worlds._names import latin_spelling
from isoglot.judges import normalise

SEEDS = st.integers(min_value=-(2**63), max_value=2**63 - 1)
LANGUAGES = st.lists(st.sampled_from(world_languages()), min_size=1, max_size=6, unique=True)
SIZES = st.integers(min_value=1, max_value=60)
FIVE = ("en", "es", "zh", "sw", "cy")


def named(question: str, templates: tuple[str, ...], language: str) -> tuple[str, int]:
    """The name in a question, in Latin letters, and which of the templates was filled with it."""
    found = set()
    for number, template in enumerate(templates):
        before, after = template.split("{name}")
        if question.startswith(before) and question.endswith(after):
            name = question[len(before) : len(question) - len(after)]
            latin = latin_spelling(name, get_language(language).script)
            if latin is not None:
                assert question.count(name) == 1
                found.add((latin, number))
    assert len(found) == 1, (question, found)
    return found.pop()


def meaning(fact: Fact, language: str) -> tuple[str, str]:
    """The items that the answer and the rival are, read from a language's words."""
    items = terms(language)[relations()[fact.relation].answers]
    by_wording = {wording.forms: item for item, wording in items.items()}
    text = fact.texts[language]
    assert text.rival is not None
    return by_wording[text.answer.forms], by_wording[text.rival.forms]


class TestEveryWorld:
    @settings(deadline=None, max_examples=40)
    @given(languages=LANGUAGES, size=SIZES, seed=SEEDS)
    def test_it_has_the_asked_size_and_languages(
        self, languages: list[str], size: int, seed: int
    ) -> None:
        world = make_world(languages, size=size, seed=seed)
        assert (world.name, world.languages) == (f"world-{seed}", tuple(languages))
        assert [fact.id for fact in world.facts] == [f"f{n:04d}" for n in range(1, size + 1)]
        assert world.missing() == {}
        assert all(list(fact.texts) == languages for fact in world.facts)

    @settings(deadline=None, max_examples=40)
    @given(languages=LANGUAGES, size=SIZES, seed=SEEDS)
    def test_names_are_unique_the_same_in_every_language_and_nowhere_taken(
        self, languages: list[str], size: int, seed: int
    ) -> None:
        world = make_world(languages, size=size, seed=seed)
        names = []
        for fact in world.facts:
            asked = {
                (
                    named(text.teach, wordings(language)[fact.relation].teach, language),
                    named(text.ask, wordings(language)[fact.relation].ask, language),
                )
                for language, text in fact.texts.items()
            }
            # The same name in both questions and every language, and everywhere the same wording.
            (((name, _), (again, _)),) = asked
            assert name == again
            names.append(name)
        assert len(set(names)) == size
        assert taken_names().isdisjoint(names)

    @settings(deadline=None, max_examples=40)
    @given(languages=LANGUAGES, size=SIZES, seed=SEEDS)
    def test_no_question_stands_twice_or_has_an_empty_slot(
        self, languages: list[str], size: int, seed: int
    ) -> None:
        world = make_world(languages, size=size, seed=seed)
        for language in languages:
            questions = [
                question
                for fact in world.facts
                for question in (fact.texts[language].teach, fact.texts[language].ask)
            ]
            assert len(set(questions)) == 2 * size
            assert not [each for each in questions if "{" in each or "}" in each]

    @settings(deadline=None, max_examples=40)
    @given(languages=LANGUAGES, size=SIZES, seed=SEEDS)
    def test_a_fact_says_the_same_in_every_language(
        self, languages: list[str], size: int, seed: int
    ) -> None:
        for fact in make_world(languages, size=size, seed=seed).facts:
            ((answer, rival),) = {meaning(fact, language) for language in languages}
            assert answer != rival
            assert all(
                answer in terms(language)[relations()[fact.relation].answers]
                for language in languages
            )

    @settings(deadline=None, max_examples=40)
    @given(languages=LANGUAGES, size=SIZES, seed=SEEDS)
    def test_no_form_of_the_rival_passes_for_the_answer(
        self, languages: list[str], size: int, seed: int
    ) -> None:
        for fact in make_world(languages, size=size, seed=seed).facts:
            for language, text in fact.texts.items():
                assert text.rival is not None
                right, wrong = (
                    {normalise(form, language=language) for form in wording.forms}
                    for wording in (text.answer, text.rival)
                )
                assert right.isdisjoint(wrong)

    @settings(deadline=None, max_examples=40)
    @given(seed=SEEDS, n_relations=st.integers(1, world_relations()), size=SIZES)
    def test_the_relations_take_turns(self, seed: int, n_relations: int, size: int) -> None:
        facts = make_world(["en"], size=size, seed=seed, n_relations=n_relations).facts
        counts = Counter(fact.relation for fact in facts)
        assert len(counts) == min(n_relations, size)
        assert max(counts.values()) - min(counts.values()) <= 1
        for start in range(0, size, n_relations):
            turn = [fact.relation for fact in facts[start : start + n_relations]]
            assert len(set(turn)) == len(turn)

    @settings(deadline=None, max_examples=40)
    @given(languages=LANGUAGES, seed=SEEDS, size=SIZES, more=st.integers(1, 30))
    def test_a_smaller_one_is_the_beginning_of_a_larger_one(
        self, languages: list[str], seed: int, size: int, more: int
    ) -> None:
        larger = make_world(languages, size=size + more, seed=seed)
        assert larger.facts[:size] == make_world(languages, size=size, seed=seed).facts

    @settings(deadline=None, max_examples=30)
    @given(languages=LANGUAGES, seeds=st.lists(SEEDS, min_size=2, max_size=2, unique=True))
    def test_the_seed_decides(self, languages: list[str], seeds: list[int]) -> None:
        one, other = (make_world(languages, size=12, seed=seed) for seed in seeds)
        assert one == make_world(languages, size=12, seed=seeds[0])
        questions = [
            {text.teach for fact in world.facts for text in fact.texts.values()}
            for world in (one, other)
        ]
        # Of about 273,000 names, two dozen: that a name stands in both is rare, that all do never.
        assert questions[0] != questions[1]

    @settings(deadline=None, max_examples=40)
    @given(languages=LANGUAGES, seed=SEEDS, data=st.data())
    def test_the_order_of_the_languages_changes_no_fact(
        self, languages: list[str], seed: int, data: st.DataObject
    ) -> None:
        other = data.draw(st.permutations(languages))
        for one, two in zip(
            make_world(languages, size=20, seed=seed).facts,
            make_world(other, size=20, seed=seed).facts,
            strict=True,
        ):
            assert (one.id, one.relation, dict(one.texts)) == (
                two.id,
                two.relation,
                dict(two.texts),
            )


def test_in_all_languages_at_once_it_is_a_world_too() -> None:
    world = make_world(world_languages(), size=200, seed=3)
    for fact in world.facts:
        assert len({meaning(fact, language) for language in world.languages}) == 1
        names = {
            named(text.ask, wordings(language)[fact.relation].ask, language)
            for language, text in fact.texts.items()
        }
        assert len(names) == 1


def test_a_world_of_nothing_is_empty() -> None:
    assert make_world(["en"], size=0, seed=1).facts == ()


def test_there_are_twenty_six_relations_of_fifteen_kinds_of_answer() -> None:
    assert world_relations() == len(relations()) == 26
    assert len({relation.answers for relation in relations().values()}) == 15


def test_a_thousand_facts_are_a_thousand_different_ones() -> None:
    world = make_world(FIVE, size=1000, seed=7)
    counts = Counter(fact.relation for fact in world.facts)
    assert set(counts.values()) == {38, 39}  # 1000 = 26 · 38 + 12
    for language in FIVE:
        assert len({fact.texts[language].ask for fact in world.facts}) == 1000


def test_few_relations_are_chosen_by_the_seed() -> None:
    chosen = [
        frozenset(
            fact.relation for fact in make_world(["en"], size=3, seed=seed, n_relations=3).facts
        )
        for seed in range(40)
    ]
    assert {len(each) for each in chosen} == {3}
    # Of 2,600 ways to choose three of 26, forty draws repeat one with a chance of 1 - e^-0.3.
    assert len(set(chosen)) > 30
    # Each relation has 40 · 3/26 = 4.6 of them on average; that one has none is (23/26)^40 = 0.7%.
    assert len(frozenset().union(*chosen)) > 20


def test_answers_are_drawn_evenly() -> None:
    # 2,600 facts: 100 of each relation. Twelve months, so 100/12 = 8.3 each on average; with a
    # standard deviation of sqrt(100 · 1/12 · 11/12) = 2.8, between 0 and 22 is five of them.
    facts = make_world(["en"], size=2600, seed=7).facts
    months = Counter(
        fact.texts["en"].answer.text for fact in facts if fact.relation == "festival-month"
    )
    assert len(months) == 12
    assert sum(months.values()) == 100
    assert 1 <= min(months.values()) <= max(months.values()) <= 22


def test_every_wording_is_used() -> None:
    # 400 facts, four ways to teach and ask: 100 each, with a standard deviation of 8.7.
    ways = Counter(
        (
            named(fact.texts["en"].teach, wordings("en")[fact.relation].teach, "en")[1],
            named(fact.texts["en"].ask, wordings("en")[fact.relation].ask, "en")[1],
        )
        for fact in make_world(["en"], size=400, seed=7).facts
    )
    assert len(ways) == 4
    assert 56 < min(ways.values()) <= max(ways.values()) < 144


class TestWrongWorlds:
    def test_languages_that_no_world_speaks_are_all_named(self, basque: str) -> None:
        able = ", ".join(world_languages())
        expected = (
            f"languages[1]: no world can be made in 'eu' yet; worlds speak {able}\n"
            f"languages[2]: no world can be made in 'xx' yet; worlds speak {able}"
        )
        with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
            make_world(["en", basque, "xx"], size=1, seed=0)

    def test_problems_name_the_place_that_the_caller_gives(self, basque: str) -> None:
        assert check_world_languages([basque], place="s.yaml: languages") == [
            Problem(
                place="s.yaml: languages[0]",
                message="no world can be made in 'eu' yet",
                remedy=f"worlds speak {', '.join(world_languages())}",
            )
        ]
        assert check_world_languages(world_languages(), place="languages") == []

    @pytest.mark.parametrize("n_relations", [-1, 0, 27])
    def test_there_are_no_more_relations_than_there_are(self, n_relations: int) -> None:
        expected = f"relations: {n_relations} is no number of relations; worlds know 1 to 26"
        with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
            make_world(["en"], size=1, seed=0, n_relations=n_relations)

    def test_everything_that_is_wrong_is_said_at_once(self) -> None:
        with pytest.raises(InputError, match="'xx'") as caught:
            make_world(["xx"], size=1, seed=0, n_relations=27)
        assert [each.place for each in caught.value.problems] == ["languages[0]", "relations"]


def _fingerprint(corpus: Corpus) -> str:
    text = json.dumps(corpus.model_dump(mode="json"), sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def test_the_same_seed_makes_the_same_world_on_every_machine() -> None:
    # This may change only with what docs/worlds.md says changes the worlds of all seeds: the
    # relations, their order and English or Swahili wordings, the words of these two languages, the
    # spelling tables and the taken names, or numpy's generator. CHANGELOG.md then says so, for runs
    # that were begun before can't go on.
    expected = "3db084ba96c06760e7efd6e17e7270e5fbbef51d8b6bfa0dd6473459776c1acf"
    assert _fingerprint(make_world(["en", "sw"], size=50, seed=7)) == expected
