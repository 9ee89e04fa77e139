import pytest

from isoglot.core import Fact, FactText, Verdict, Wording
from isoglot.judges import JUDGES, Judge, Match
from isoglot.testing.judges import JudgeContract


class TestContract(JudgeContract):
    @pytest.fixture
    def judge(self) -> Judge:
        return Match()


def _fact(**answers: tuple[str, ...]) -> Fact:
    """A fact with the given wordings by language, the first of each its citation form."""
    return Fact(
        id="f1",
        relation="animal",
        texts={
            language: FactText(
                teach="teach?",
                ask="ask?",
                answer=Wording(text=forms[0], aliases=forms[1:]),
                rival=Wording(text="rival"),
            )
            for language, forms in answers.items()
        },
    )


LION = _fact(
    en=("lion",),
    es=("león",),
    fr=("le lion",),
    de=("Löwe",),
    sv=("lejon", "lejonet"),
    cy=("llew",),
    mn=("арслан",),
    hi=("शेर", "सिंह"),
    th=("สิงโต",),
    ta=("சிங்கம்",),
    zh=("狮子", "獅子"),
    ja=("ライオン", "獅子"),
    ko=("사자",),
)


def _verdict(answer: str, asked: str, fact: Fact = LION) -> Verdict:
    return Match().judge(answer, fact=fact, asked=asked)


def _right_in(language: str | None, asked: str) -> Verdict:
    return Verdict(
        correct=language == asked,
        answer_language=language,
        wrong_language=language not in (None, asked),
    )


@pytest.mark.parametrize(
    ("answer", "asked"),
    [
        ("The lion.", "en"),
        ("**A LION** 🦁", "en"),
        ("El león", "es"),
        ("Lion", "fr"),
        ("LÖWE!", "de"),
        ("Lo\u0308we", "de"),
        ("Lejonet", "sv"),
        ("Y llew", "cy"),
        ("«Арслан».", "mn"),
        ("“शेर”।", "hi"),
        ("सिंह", "hi"),
        (" สิงโต ", "th"),
        ("‘சிங்கம்’", "ta"),
        ("「狮子」。", "zh"),
        ("獅子", "zh"),
        ("『ﾗｲｵﾝ』", "ja"),
        ("사자.", "ko"),
    ],
)
def test_right_in_the_asked_language(answer: str, asked: str) -> None:
    assert _verdict(answer, asked) == _right_in(asked, asked)


@pytest.mark.parametrize(
    ("answer", "asked", "language"),
    [
        ("lion", "cy", "en"),
        ("llew", "en", "cy"),
        ("สิงโต", "ta", "th"),
        ("シ", "ja", None),
        ("lions", "en", None),
        ("the lion is an animal", "en", None),
        # Asked in French, "lion" is French; asked in neither, it is the first that has it.
        ("lion", "fr", "fr"),
        ("lion", "hi", "en"),
        # 獅子 is an alias in Chinese and in Japanese.
        ("獅子", "ja", "ja"),
        ("獅子", "ko", "zh"),
    ],
)
def test_the_language_that_matched(answer: str, asked: str, language: str | None) -> None:
    assert _verdict(answer, asked) == _right_in(language, asked)


def test_the_article_is_that_of_the_language_compared() -> None:
    # "el león" has no English article, and is Spanish whatever was asked; "the león" is nothing.
    assert _verdict("el león", "en") == _right_in("es", "en")
    assert _verdict("the león", "es") == _right_in(None, "es")


@pytest.mark.parametrize("answer", ["", " ", "''", "\u200b"])
def test_a_reference_of_which_nothing_is_left_matches_nothing(answer: str) -> None:
    assert _verdict(answer, "en", _fact(en=("''",))) == _right_in(None, "en")


def test_an_answer_that_is_a_symbol_can_be_right() -> None:
    assert _verdict("+.", "en", _fact(en=("+",))) == _right_in("en", "en")
    assert _verdict("-", "en", _fact(en=("+",))) == _right_in(None, "en")


def test_an_unknown_asked_language_is_an_error() -> None:
    with pytest.raises(ValueError, match="fact 'f1' has no text in 'zu'; it has en, cy"):
        _verdict("lion", "zu", _fact(en=("lion",), cy=("llew",)))


def test_match_is_registered_under_its_name() -> None:
    assert {name: type(judge) for name, judge in JUDGES.items()}["match"] is Match
