import pytest

from isoglot.corpora.quality._answers import answers, holds
from isoglot.corpora.quality._view import look


@pytest.mark.parametrize(
    ("question", "answer", "script", "spaced", "expected"),
    [
        ("Is the Lion king?", "lion", "Latn", True, True),
        ("Is the dandelion yellow?", "lion", "Latn", True, False),
        ("Who is the sea lion here?", "Sea Lion", "Latn", True, True),
        ("Is it a or b?", "a", "Latn", True, False),
        ("Are there 13 towers?", "3", "Latn", True, False),
        ("Are there 3 towers?", "3", "Latn", True, True),
        ("有3座塔吗？", "3", "Hans", False, True),
        ("这是三月吗？", "三月", "Hans", False, True),
        ("这是三月吗？", "三", "Hans", False, False),
        ("사자는 어디 있나요?", "사자", "Kore", True, True),
        ("바다사자는 어디 있나요?", "사자", "Kore", True, False),
        ("सिंहासन कहाँ है?", "सिंह", "Deva", True, False),
        ("सिंह कहाँ है?", "सिंह", "Deva", True, True),
        ("What is it?", "!", "Latn", True, False),
    ],
)
def test_holding_an_answer(question, answer, script, spaced, expected) -> None:
    assert holds(question, answer, script=script, spaced=spaced) is expected


def test_shares(make) -> None:
    corpus = make(
        {"en": ("Who is the lion?", "Say who!", "lion", "Lion")},
        {"en": ("Who is it?", "Say!", "dog", "cat")},
        {"en": ("Who was it?", "Tell!", "dog")},
    )
    found = answers(look(corpus, "en", slots=False))
    assert found["leaks"].value == pytest.approx(1 / 3)
    assert found["leaks"].examples[0].remark == "holds 'lion'"
    # Of the two facts that have a rival.
    assert (found["answer_is_rival"].value, found["answer_is_rival"].of) == (0.5, 2)


def test_without_rivals_nothing_is_measured(make) -> None:
    found = answers(look(make({"en": ("a", "b", "x")}), "en", slots=False))
    assert found["answer_is_rival"].why_not == "no fact has a rival"
