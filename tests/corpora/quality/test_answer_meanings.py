import numpy as np
import pytest

from isoglot.corpora.quality._answer_meanings import answers_retrieved
from isoglot.corpora.quality._view import look

ENGLISH = ["dog", "cat", "owl", "bee", "cow", "pig", "hen", "fox", "rat", "hare", "eel", "stork"]
GERMAN = [
    "Hund",
    "Katze",
    "Eule",
    "Biene",
    "Kuh",
    "Schwein",
    "Henne",
    "Fuchs",
    "Ratte",
    "Hase",
    "Aal",
    "Storch",
]


def embed(texts):
    """The same animal is the same row."""
    rows = np.zeros((len(texts), len(ENGLISH)), dtype=np.float32)
    for row, text in enumerate(texts):
        rows[row, (ENGLISH if text in ENGLISH else GERMAN).index(text)] = 1
    return rows


def measured(make, english, german, *, sample=100):
    corpus = make(
        *(
            {"en": ("a", "b", one), "de": ("c", "d", other)}
            for one, other in zip(english, german, strict=True)
        )
    )
    views = (look(corpus, each, slots=False) for each in ("de", "en"))
    return answers_retrieved(*views, embed, sample=sample, seed=0)["answers_retrieved"]


def test_answers_that_mean_the_same(make) -> None:
    # Whatever the number of facts with an answer, it counts once.
    found = measured(make, [*ENGLISH, *ENGLISH], [*GERMAN, *GERMAN])
    assert (found.value, found.of, found.chance) == (1, 12, 1 / 12)


def test_answers_that_changed_places(make) -> None:
    found = measured(make, ENGLISH, [*GERMAN[2:], *GERMAN[:2]])
    assert found.value == 0
    assert (found.examples[0].text, found.examples[0].remark) == ("Eule", "should mean: dog")
    half = measured(make, ENGLISH, [*GERMAN[1:4], GERMAN[0], *GERMAN[4:]])
    assert half.value == pytest.approx(8 / 12)


def test_few_answers_say_nothing_and_digits_are_none(make) -> None:
    found = measured(make, [*ENGLISH[:11], "7"], [*GERMAN[:11], "7"])
    assert found.why_not == "there are fewer than 12 different answers in words"


def test_of_many_answers_some_are_drawn(make) -> None:
    assert measured(make, ENGLISH, GERMAN, sample=12).of == 12
    assert not measured(make, ENGLISH, GERMAN, sample=11).measured
