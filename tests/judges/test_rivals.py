"""Whether an answer is the fact's rival, the answer that contradicts it."""

from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoglot.core import Fact, FactText, Verdict, Wording
from isoglot.judges import Match


def _fact(rivals: Mapping[str, tuple[str, ...]], **answers: tuple[str, ...]) -> Fact:
    """A fact with wordings by language, the first of each its citation form."""
    texts = {
        language: FactText(
            teach="teach?",
            ask="ask?",
            answer=Wording(text=forms[0], aliases=forms[1:]),
            rival=Wording(text=rivals[language][0], aliases=rivals[language][1:])
            if language in rivals
            else None,
        )
        for language, forms in answers.items()
    }
    return Fact(id="f1", relation="animal", texts=texts)


LION = _fact(
    {"en": ("eagle", "golden eagle"), "es": ("águila",), "cy": ("eryr",), "zh": ("老鹰", "鹰")},
    en=("lion",),
    es=("león",),
    cy=("llew",),
    zh=("狮子",),
)


def _verdict(answer: str, asked: str, fact: Fact = LION) -> Verdict:
    return Match().judge(answer, fact=fact, asked=asked)


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        ("eagle", "en"),
        ("The golden eagle.", "en"),
        ("El ÁGUILA", "es"),
        ("Yr eryr!", "cy"),
        ("「鹰」", "zh"),
    ],
)
def test_the_rival_in_the_asked_language(answer: str, asked: str) -> None:
    assert _verdict(answer, asked) == Verdict(
        correct=False, answer_language=None, wrong_language=False, rival=True
    )


@pytest.mark.parametrize(
    ("answer", "asked"), [("eryr", "en"), ("eagle", "cy"), ("el águila", "zh"), ("老鹰", "es")]
)
def test_the_rival_in_another_language(answer: str, asked: str) -> None:
    """It is the rival as well: whose side is taken does not depend on the language."""
    assert _verdict(answer, asked) == Verdict(
        correct=False, answer_language=None, wrong_language=False, rival=True
    )


@pytest.mark.parametrize(
    ("answer", "asked", "language"),
    [("lion", "en", "en"), ("lion", "cy", "en"), ("狮子", "zh", "zh")],
)
def test_the_answer_is_not_the_rival(answer: str, asked: str, language: str) -> None:
    assert _verdict(answer, asked) == Verdict(
        correct=language == asked,
        answer_language=language,
        wrong_language=language != asked,
        rival=False,
    )


@pytest.mark.parametrize("answer", ["", "bear", "eagles", "lion eagle", "the eagle or the lion"])
def test_neither(answer: str) -> None:
    assert _verdict(answer, "en") == Verdict(
        correct=False, answer_language=None, wrong_language=False, rival=False
    )


class TestBoth:
    """A wording that is the answer somewhere and the rival somewhere else."""

    # "simba" is Swahili for lion; here the Welsh rival is written the same.
    FACT = _fact(
        {"en": ("eagle",), "sw": ("tai",), "cy": ("simba",)},
        en=("lion",),
        sw=("simba", "tai mkubwa"),
        cy=("llew",),
    )

    def test_right_in_the_asked_language_and_the_rival_of_another(self) -> None:
        assert _verdict("simba", "sw", self.FACT) == Verdict(
            correct=True, answer_language="sw", wrong_language=False, rival=True
        )

    def test_the_rival_of_the_asked_language_and_right_in_another(self) -> None:
        assert _verdict("simba", "cy", self.FACT) == Verdict(
            correct=False, answer_language="sw", wrong_language=True, rival=True
        )

    def test_of_languages_that_were_not_asked(self) -> None:
        assert _verdict("simba", "en", self.FACT) == Verdict(
            correct=False, answer_language="sw", wrong_language=True, rival=True
        )


class TestWithoutRivals:
    def test_a_fact_without_any_has_none_to_give(self) -> None:
        fact = _fact({}, en=("lion",), cy=("llew",))
        for answer in ("lion", "llew", "eagle", ""):
            assert not _verdict(answer, "en", fact).rival

    def test_another_languages_rival_counts_where_the_asked_one_has_none(self) -> None:
        fact = _fact({"cy": ("eryr",)}, en=("lion",), cy=("llew",))
        assert _verdict("eryr", "en", fact).rival
        assert not _verdict("eagle", "en", fact).rival

    @pytest.mark.parametrize("answer", ["", "''", "."])
    def test_a_rival_of_which_nothing_is_left_matches_nothing(self, answer: str) -> None:
        assert not _verdict(answer, "en", _fact({"en": ("''",)}, en=("lion",))).rival


def test_articles_are_those_of_the_rivals_own_language() -> None:
    # "el" is no English article, and "the" no Spanish one.
    assert _verdict("el águila", "en").rival
    assert not _verdict("the águila", "es").rival


WORDINGS = st.sampled_from(["lion", "eagle", "llew", "eryr", "bear", "", "simba"])


@given(
    st.dictionaries(st.sampled_from(["en", "cy", "sw"]), st.tuples(WORDINGS, WORDINGS), min_size=1),
    WORDINGS,
    st.data(),
)
def test_a_verdict_with_answers_and_rivals_exchanged(
    wordings: dict[str, tuple[str, str]], answer: str, data: st.DataObject
) -> None:
    """What is the rival of a fact is right, somewhere, for the fact turned round."""
    asked = data.draw(st.sampled_from(sorted(wordings)))
    fact, turned = (
        _fact(
            {language: (pair[1 - side],) for language, pair in wordings.items()},
            **{language: (pair[side],) for language, pair in wordings.items()},
        )
        for side in (0, 1)
    )
    one, other = _verdict(answer, asked, fact), _verdict(answer, asked, turned)
    assert one.rival == (other.answer_language is not None)
    assert other.rival == (one.answer_language is not None)
