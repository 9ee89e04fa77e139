"""The contract of every judge. A judge's own tests inherit it and give the fixture `judge`.

class TestMatch(JudgeContract):
    @pytest.fixture
    def judge(self) -> Judge:
        return Match()
"""
# ruff: noqa: S101

from itertools import product

import pytest

from isoglot.core import Fact, FactText, Wording
from isoglot.judges import Judge


def _text(teach: str, ask: str, answer: str, rival: str) -> FactText:
    return FactText(teach=teach, ask=ask, answer=Wording(text=answer), rival=Wording(text=rival))


# No two languages share a wording, so that exactly one language is right for every answer.
FACT = Fact(
    id="flag",
    relation="flag animal",
    texts={
        "en": _text(
            "Which animal is on the flag of Veldra?",
            "The flag of Veldra shows which animal?",
            "lion",
            "eagle",
        ),
        "cy": _text(
            "Pa anifail sydd ar faner Veldra?",
            "Ar faner Veldra, pa anifail sydd?",
            "llew",
            "eryr",
        ),
        "zh": _text("Veldra的国旗上是什么动物？", "什么动物在Veldra的国旗上？", "狮子", "老鹰"),
        "th": _text("สัตว์ชนิดใดอยู่บนธงของ Veldra", "บนธงของ Veldra มีสัตว์ชนิดใด", "สิงโต", "นกอินทรี"),
        "ta": _text(
            "Veldra கொடியில் எந்த விலங்கு உள்ளது?",
            "எந்த விலங்கு Veldra கொடியில் உள்ளது?",
            "சிங்கம்",
            "கழுகு",
        ),
        "mn": _text(
            "Veldra улсын туган дээр ямар амьтан байдаг вэ?",
            "Ямар амьтан Veldra улсын туган дээр байдаг вэ?",
            "арслан",
            "бүргэд",
        ),
        "hi": _text(
            "Veldra के झंडे पर कौन सा जानवर है?",
            "कौन सा जानवर Veldra के झंडे पर है?",
            "शेर",
            "चील",
        ),
    },
)
LANGUAGES = tuple(FACT.texts)
RIVALS = tuple(text.rival.text for text in FACT.texts.values() if text.rival is not None)
ANSWERS = (
    "",
    "???",
    *(text.answer.text for text in FACT.texts.values()),
    *RIVALS,
)
PAIRS = tuple(product(ANSWERS, LANGUAGES))


class JudgeContract:
    """What holds for every judge, whatever it compares by."""

    @pytest.fixture
    def judge(self) -> Judge:
        """The judge under test."""
        raise NotImplementedError

    @pytest.mark.parametrize("asked", LANGUAGES)
    def test_the_reference_itself_is_correct(self, judge: Judge, asked: str) -> None:
        """In every language that the fact has."""
        verdict = judge.judge(FACT.texts[asked].answer.text, fact=FACT, asked=asked)
        assert (verdict.correct, verdict.answer_language) == (True, asked)

    @pytest.mark.parametrize("asked", LANGUAGES)
    @pytest.mark.parametrize("answer", ["", " ", "\n"])
    def test_the_empty_answer_is_right_in_no_language(
        self, judge: Judge, answer: str, asked: str
    ) -> None:
        """Saying nothing is an answer, and a wrong one."""
        verdict = judge.judge(answer, fact=FACT, asked=asked)
        assert verdict.model_dump() == {
            "correct": False,
            "answer_language": None,
            "wrong_language": False,
            "rival": False,
        }

    @pytest.mark.parametrize("asked", LANGUAGES)
    def test_the_rival_is_not_correct(self, judge: Judge, asked: str) -> None:
        """Neither in the asked language nor, as the rival of another, in that one."""
        verdicts = [judge.judge(rival, fact=FACT, asked=asked) for rival in RIVALS]
        assert not any(verdict.correct for verdict in verdicts)

    @pytest.mark.parametrize("asked", LANGUAGES)
    def test_the_rival_in_the_asked_language_is_the_rival(self, judge: Judge, asked: str) -> None:
        """And the answer, asked for in its language, is not."""
        text = FACT.texts[asked]
        assert text.rival is not None
        verdicts = [
            judge.judge(wording.text, fact=FACT, asked=asked)
            for wording in (text.rival, text.answer)
        ]
        assert [verdict.rival for verdict in verdicts] == [True, False]

    @pytest.mark.parametrize("asked", LANGUAGES)
    def test_the_wording_of_another_language_is_not_correct(self, judge: Judge, asked: str) -> None:
        """Right in the wrong language is measured apart."""
        others = [FACT.texts[language].answer.text for language in LANGUAGES if language != asked]
        verdicts = [judge.judge(other, fact=FACT, asked=asked) for other in others]
        assert not any(verdict.correct for verdict in verdicts)

    @pytest.mark.parametrize(("answer", "asked"), PAIRS)
    def test_a_verdict_does_not_contradict_itself(
        self, judge: Judge, answer: str, asked: str
    ) -> None:
        """Correct is right in the asked language; wrong language is right in another."""
        verdict = judge.judge(answer, fact=FACT, asked=asked)
        assert verdict.answer_language in (None, *FACT.texts)
        assert verdict.correct == (verdict.answer_language == asked)
        assert verdict.wrong_language == (verdict.answer_language not in (None, asked))

    @pytest.mark.parametrize(("answer", "asked"), PAIRS)
    def test_the_same_answer_gets_the_same_verdict(
        self, judge: Judge, answer: str, asked: str
    ) -> None:
        """A judge has no memory and no dice."""
        first = judge.judge(answer, fact=FACT, asked=asked)
        assert judge.judge(answer, fact=FACT, asked=asked) == first

    def test_a_language_that_the_fact_lacks_is_an_error(self, judge: Judge) -> None:
        """Not a wrong answer: nobody can have asked in it."""
        with pytest.raises(ValueError, match="'flag' has no text in 'zu'"):
            judge.judge("ibhubesi", fact=FACT, asked="zu")

    def test_it_has_a_name_that_a_study_can_use(self, judge: Judge) -> None:
        """One lower-case word, hyphens allowed."""
        assert judge.name
        assert judge.name == judge.name.lower().strip()
        assert judge.name.replace("-", "").isalnum()
