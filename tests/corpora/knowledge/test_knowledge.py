"""General knowledge: what is right, what is left out, and what holds for any choice of it."""

import re
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.core import Corpus, Fact, InputError, Problem, Wording, get_language, known_languages
from isoglot.corpora import (
    KNOWLEDGE_RELATIONS,
    check_knowledge_languages,
    knowledge_languages,
    make_knowledge,
)
from isoglot.corpora._terms import terms
from isoglot.corpora.quality._answers import leak
from isoglot.judges import JUDGES, normalise

LANGUAGES = knowledge_languages()
SEEDS = st.integers(min_value=-(2**63), max_value=2**63 - 1)
SOME_LANGUAGES = st.lists(st.sampled_from(LANGUAGES), min_size=1, max_size=4, unique=True)
SOME_RELATIONS = st.lists(st.sampled_from(KNOWLEDGE_RELATIONS), min_size=1, max_size=6, unique=True)


@pytest.fixture(scope="module")
def everywhere() -> Corpus:
    """All there is in all languages."""
    return make_knowledge(LANGUAGES)


@pytest.fixture(scope="module")
def few() -> dict[str, Fact]:
    """All there is in English, Chinese and Swahili, by id."""
    return {fact.id: fact for fact in make_knowledge(["en", "zh", "sw"]).facts}


def rival(fact: Fact, language: str) -> Wording:
    wording = fact.texts[language].rival
    assert wording is not None
    return wording


class TestWhatThereIs:
    def test_all_languages_share_hundreds_of_facts(self, everywhere: Corpus) -> None:
        assert len(everywhere.facts) >= 400
        assert everywhere.languages == tuple(known_languages())
        assert everywhere.missing() == {}

    def test_every_relation_has_its_share(self, everywhere: Corpus) -> None:
        counts = Counter(fact.relation for fact in everywhere.facts)
        assert set(counts) == set(KNOWLEDGE_RELATIONS)
        # Sums of two numbers with a total of at most twenty: for the smaller one a = 1 to 10 there
        # are 21 - 2a of them, and 10 · 21 - 2 · 55 = 100 in all.
        assert (counts["month-after"], counts["weekday-after"], counts["sum"]) == (12, 7, 100)
        assert counts["country-continent"] >= 150
        assert counts["country-language"] >= 100
        assert counts["country-currency"] >= 40

    def test_an_id_says_what_is_asked(self, everywhere: Corpus) -> None:
        forms = {
            "country-continent": "[A-Z]{2}",
            "country-currency": "[A-Z]{2}",
            "country-language": "[A-Z]{2}",
            "month-after": "[a-z]+",
            "weekday-after": "[a-z]+day",
            "sum": "[0-9]+-[0-9]+",
        }
        for fact in everywhere.facts:
            assert re.fullmatch(f"{fact.relation}-{forms[fact.relation]}", fact.id)

    @pytest.mark.parametrize(
        "fact",
        [
            # On two continents, or on one that people disagree about.
            *(f"country-continent-{code}" for code in ("RU", "TR", "KZ", "EG", "AZ", "GE", "CY")),
            # More than one official language, or more in use than the one.
            *(f"country-language-{code}" for code in ("ZA", "CH", "BE", "CA", "IN", "SG", "FI")),
            # More than one legal tender, or one that changed the other day.
            *(f"country-currency-{code}" for code in ("PA", "ZW", "BG", "LB")),
        ],
    )
    def test_what_is_contested_is_left_out(self, few: dict[str, Fact], fact: str) -> None:
        assert fact not in few

    def test_what_its_own_question_says_is_left_out(self, few: dict[str, Fact]) -> None:
        # South Africa lies in Africa, Danish is spoken in Denmark (Danmark, dansk), and so on; left
        # out in every language, or the languages would be asked different things.
        gone = {"country-continent-ZA", "country-continent-US", "country-language-DK"}
        assert gone.isdisjoint(few)
        for language in LANGUAGES:
            assert gone.isdisjoint(fact.id for fact in make_knowledge([language]).facts)

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_no_question_says_its_answer(self, language: str) -> None:
        script = get_language(language).script
        said = {
            fact.id
            for fact in make_knowledge([language]).facts
            if leak(fact.texts[language], script=script)
        }
        # ม.ค., short for January, is also two letters that meet elsewhere.
        assert said <= ({"month-after-december"} if language == "th" else set())

    def test_every_language_knows_at_least_as_much_alone(self, everywhere: Corpus) -> None:
        shared = {fact.id for fact in everywhere.facts}
        for language in LANGUAGES:
            assert shared <= {fact.id for fact in make_knowledge([language]).facts}


class TestWhatIsRight:
    @pytest.mark.parametrize(
        ("fact", "answer"),
        [
            ("country-currency-JP", "Japanese Yen"),
            ("country-currency-KE", "Kenyan Shilling"),
            ("country-currency-FR", "Euro"),
            ("country-currency-CH", "Swiss Franc"),
            ("country-currency-EC", "US Dollar"),
            ("country-currency-SN", "West African CFA Franc"),
            ("country-language-BR", "Portuguese"),
            ("country-language-AT", "German"),
            ("country-language-MX", "Spanish"),
            ("country-language-EG", "Arabic"),
            ("country-language-JP", "Japanese"),
            ("country-language-IS", "Icelandic"),
            ("country-continent-KE", "Africa"),
            ("country-continent-JP", "Asia"),
            ("country-continent-PL", "Europe"),
            ("country-continent-PE", "South America"),
            ("country-continent-CA", "North America"),
            ("country-continent-MX", "North America"),
            ("country-continent-NZ", "Oceania"),
            ("country-continent-IS", "Europe"),
            ("month-after-january", "February"),
            ("month-after-february", "March"),
            ("month-after-november", "December"),
            ("month-after-december", "January"),
            ("weekday-after-monday", "Tuesday"),
            ("weekday-after-friday", "Saturday"),
            ("weekday-after-saturday", "Sunday"),
            ("weekday-after-sunday", "Monday"),
            ("sum-1-1", "2"),
            ("sum-2-7", "9"),
            ("sum-10-10", "20"),
            ("sum-1-19", "20"),
        ],
    )
    def test_some_facts_by_hand(self, few: dict[str, Fact], fact: str, answer: str) -> None:
        assert few[fact].texts["en"].answer.text == answer

    @pytest.mark.parametrize(
        ("fact", "language", "teach", "ask", "answer"),
        [
            (
                "country-currency-JP",
                "en",
                "What is the currency of the country called Japan?",
                "Which money do people use to pay in the country called Japan?",
                "Japanese Yen",
            ),
            (
                "month-after-december",
                "zh",
                "十二月之后是哪个月？",
                "紧接在十二月后面的月份叫什么？",
                "一月",
            ),
            (
                "country-continent-KE",
                "sw",
                "Nchi inayoitwa Kenya iko katika bara gani?",
                "Bara ambamo nchi inayoitwa Kenya ipo linaitwaje?",
                "Afrika",
            ),
            (
                "sum-2-7",
                "en",
                "What is 2 plus 7?",
                "What number do you get when you add 2 and 7?",
                "9",
            ),
        ],
    )
    def test_some_questions_by_hand(
        self,
        few: dict[str, Fact],
        fact: str,
        language: str,
        teach: str,
        ask: str,
        answer: str,
    ) -> None:
        text = few[fact].texts[language]
        assert (text.teach, text.ask, text.answer.text) == (teach, ask, answer)

    def test_sums_are_answered_in_digits_and_in_words(self, everywhere: Corpus) -> None:
        sums = [fact for fact in everywhere.facts if fact.relation == "sum"]
        for fact in sums:
            one, other = map(int, fact.id.removeprefix("sum-").split("-"))
            assert 1 <= one <= other
            for language, text in fact.texts.items():
                assert text.answer.text == str(one + other)
                for question in (text.teach, text.ask):
                    # In the order of the slots or not, both are there.
                    assert sorted(map(int, re.findall("[0-9]+", question))) == [one, other]
                words = list(terms(language)["numbers"].values())[one + other - 1]
                assert set(words.forms) <= set(text.answer.forms)
                assert any(not form.isdecimal() for form in text.answer.aliases)

    @pytest.mark.parametrize("relation", ["month-after", "weekday-after"])
    def test_after_the_last_comes_the_first(self, everywhere: Corpus, relation: str) -> None:
        """Who follows the answers goes round once: no item is left out, none comes twice."""
        facts = {fact.id: fact for fact in everywhere.facts if fact.relation == relation}
        items = {"month-after": "months", "weekday-after": "weekdays"}[relation]
        for language in LANGUAGES:
            names = {wording.text: item for item, wording in terms(language)[items].items()}
            item, seen = next(iter(names.values())), []
            for _ in facts:
                seen.append(item)
                item = names[facts[f"{relation}-{item}"].texts[language].answer.text]
            assert len(set(seen)) == len(facts)
            assert item == seen[0]

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_america_is_right_for_both_americas(self, language: str) -> None:
        continents = terms(language)["continents"]
        north, south, *others = (
            {form.casefold() for form in continents[item].forms}
            for item in ("north-america", "south-america", "africa", "asia", "europe", "oceania")
        )
        assert north & south
        assert all((north & south).isdisjoint(other) for other in others)

    def test_america_is_an_answer_by_hand(self, few: dict[str, Fact]) -> None:
        for country in ("BR", "CA", "MX", "PE"):
            text = few[f"country-continent-{country}"].texts
            assert "Americas" in text["en"].answer.forms
            assert "Amerika" in text["sw"].answer.forms
            assert "美洲" in text["zh"].answer.forms

    @pytest.mark.parametrize("seed", range(5))
    def test_one_america_is_never_the_rival_of_the_other(self, seed: int) -> None:
        for language in ("en", "sw"):
            corpus = make_knowledge([language], seed=seed, relations=["country-continent"])
            for fact in corpus.facts:
                named = {fact.texts[language].answer.text, rival(fact, language).text}
                americas = {
                    terms(language)["continents"][each].text
                    for each in ("north-america", "south-america")
                }
                assert named != americas


class TestAnyChoice:
    @settings(deadline=None, max_examples=15)
    @given(languages=SOME_LANGUAGES, relations=SOME_RELATIONS, seed=SEEDS, share=st.floats(0, 1))
    def test_it_is_as_asked(
        self, languages: list[str], relations: list[str], seed: int, share: float
    ) -> None:
        whole = make_knowledge(languages, seed=seed, relations=relations)
        assert {fact.relation for fact in whole.facts} == set(relations)
        size = int(share * len(whole.facts))
        corpus = make_knowledge(languages, size=size, seed=seed, relations=relations)
        assert corpus.name == f"knowledge-{seed}"
        assert corpus.languages == tuple(languages)
        assert corpus.facts == whole.facts[:size]
        assert corpus.missing() == {}

    @settings(deadline=None, max_examples=10)
    @given(languages=SOME_LANGUAGES, seed=SEEDS)
    def test_a_rival_is_wrong_and_of_the_same_kind(self, languages: list[str], seed: int) -> None:
        sets = {
            "country-continent": "continents",
            "country-currency": "currencies",
            "country-language": "official-languages",
            "month-after": "months",
            "weekday-after": "weekdays",
        }
        for fact in make_knowledge(languages, seed=seed).facts:
            for language, text in fact.texts.items():
                right, wrong = (
                    {normalise(form, language=language) for form in wording.forms}
                    for wording in (text.answer, rival(fact, language))
                )
                assert "" not in right | wrong
                assert right.isdisjoint(wrong), fact.id
                if fact.relation == "sum":
                    # Near the right one, so that it can't be told by its size.
                    assert 1 <= abs(int(text.answer.text) - int(rival(fact, language).text)) <= 3
                else:
                    assert rival(fact, language) in terms(language)[sets[fact.relation]].values()

    @settings(deadline=None, max_examples=10)
    @given(languages=SOME_LANGUAGES, seed=SEEDS)
    def test_no_question_stands_twice_or_has_an_empty_slot(
        self, languages: list[str], seed: int
    ) -> None:
        facts = make_knowledge(languages, seed=seed).facts
        assert len({fact.id for fact in facts}) == len(facts)
        for language in languages:
            questions = [
                question
                for fact in facts
                for question in (fact.texts[language].teach, fact.texts[language].ask)
            ]
            assert len(set(questions)) == 2 * len(facts)
            assert not [each for each in questions if "{" in each or "}" in each]

    @settings(deadline=None, max_examples=8)
    @given(languages=SOME_LANGUAGES, seeds=st.lists(SEEDS, min_size=2, max_size=2, unique=True))
    def test_the_seed_decides_order_and_rivals_and_nothing_else(
        self, languages: list[str], seeds: list[int]
    ) -> None:
        one, other = (make_knowledge(languages, seed=seed) for seed in seeds)
        assert one == make_knowledge(languages, seed=seeds[0])
        assert [fact.id for fact in one.facts] != [fact.id for fact in other.facts]

        def told(corpus: Corpus) -> dict[str, dict[str, tuple[str, str, Wording]]]:
            return {
                fact.id: {
                    language: (text.teach, text.ask, text.answer)
                    for language, text in fact.texts.items()
                }
                for fact in corpus.facts
            }

        assert told(one) == told(other)

    @settings(deadline=None, max_examples=8)
    @given(language=st.sampled_from(LANGUAGES), others=SOME_LANGUAGES)
    def test_other_languages_change_no_question(self, language: str, others: list[str]) -> None:
        alone = {fact.id: fact.texts[language] for fact in make_knowledge([language]).facts}
        together = make_knowledge(list(dict.fromkeys([language, *others])))
        for fact in together.facts:
            text = fact.texts[language]
            assert (text.teach, text.ask, text.answer) == (
                alone[fact.id].teach,
                alone[fact.id].ask,
                alone[fact.id].answer,
            )

    def test_the_judge_finds_every_form_right_and_every_rivals_wrong(
        self, everywhere: Corpus
    ) -> None:
        judge = JUDGES["match"]
        for fact in everywhere.facts[::7]:
            for language, text in fact.texts.items():
                verdicts = [
                    judge.judge(form, fact=fact, asked=language).correct
                    for form in text.answer.forms
                ]
                assert all(verdicts)
                wrong = [
                    judge.judge(form, fact=fact, asked=language).correct
                    for form in rival(fact, language).forms
                ]
                assert not any(wrong)

    def test_an_empty_choice_of_relations_is_all_of_them(self) -> None:
        assert make_knowledge(["en"], relations=[]) == make_knowledge(["en"])

    def test_none_is_none(self) -> None:
        assert make_knowledge(["en"], size=0).facts == ()


class TestWrongChoices:
    def test_more_than_there_is(self) -> None:
        expected = "size: 8 facts are more than the 7 there are; ask for at most 7"
        with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
            make_knowledge(["cy"], size=8, relations=["weekday-after"])
        assert len(make_knowledge(["cy"], size=7, relations=["weekday-after"]).facts) == 7

    def test_what_is_wrong_is_said_at_once(self, basque: str) -> None:
        able = ", ".join(LANGUAGES)
        expected = (
            f"languages[0]: there is no general knowledge in 'eu' yet; there is in {able}\n"
            "relations[1]: 'capital' is no relation of general knowledge; known: "
            "country-continent, country-currency, country-language, month-after, weekday-after, sum"
        )
        with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
            make_knowledge([basque, "en"], relations=["sum", "capital"])

    def test_problems_name_the_place_that_the_caller_gives(self, basque: str) -> None:
        assert check_knowledge_languages(["en", basque], place="s.yaml: languages") == [
            Problem(
                place="s.yaml: languages[1]",
                message="there is no general knowledge in 'eu' yet",
                remedy=f"there is in {', '.join(LANGUAGES)}",
            )
        ]
        assert check_knowledge_languages(LANGUAGES, place="languages") == []
