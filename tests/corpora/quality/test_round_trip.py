import math

import numpy as np
import pytest
from sacrebleu.metrics.chrf import CHRF

from isoglot.core import MissingExtraError, Problem
from isoglot.corpora.quality._round_trip import RoundTrip
from isoglot.corpora.quality._view import look
from isoglot.corpora.translation import TranslationFailure


class Table:
    """Translates by a table; what is not in it fails."""

    name = "table"
    version = "1"
    batch_size = 3

    def __init__(self, table, problems=()):
        self._table = table
        self._problems = list(problems)
        self.asked = []

    def check(self, source, target):
        return self._problems

    def translate(self, texts, *, source, target):
        assert (source, target) == ("de", "en")
        assert len(texts) <= self.batch_size
        self.asked.extend(texts)
        return [self._table.get(text, TranslationFailure(reason="lost")) for text in texts]


def lengths(texts):
    """Vectors of length 1 whose products can be had by hand: (1, 0) for texts with a q."""
    return np.array([[1, 0] if "q" in text else [0.6, 0.8] for text in texts], dtype=np.float32)


def measured(make, translator, similarity=lengths):
    corpus = make(
        {"en": ("a question", "a quest", "x"), "de": ("eine Frage", "ein Ritt", "x")},
        {"en": ("a quarrel", "a word", "x"), "de": ("ein Streit", "ein Wort", "x")},
    )
    views = (look(corpus, each, slots=False) for each in ("de", "en"))
    trip = RoundTrip(
        translator, similarity=similarity, why_no_similarity="no", seed=0, sleep=lambda _: None
    )
    return trip.measures(*views)


def test_means_of_what_came_back(make) -> None:
    table = {"eine Frage": "a question", "ein Streit": "a fight", "ein Wort": "a word"}
    found = measured(make, Table(table))
    # question 1, quarrel against fight .6, word 1; the quest failed and counts for nothing.
    assert found["round_trip_similarity"].value == pytest.approx((1 + 0.6 + 1) / 3)
    assert found["round_trip_similarity"].of == 3
    assert found["round_trip_similarity"].examples[0].text == "a fight"
    assert found["round_trip_failed"].value == pytest.approx(1 / 4)
    assert found["round_trip_failed"].examples[0].remark == "lost"
    fight = CHRF().sentence_score("a fight", ["a quarrel"]).score / 100
    assert found["round_trip_chrf"].value == pytest.approx((1 + fight + 1) / 3)


def test_what_the_translator_can_not_do_is_not_measured(make) -> None:
    problem = Problem(place="--with table", message="can't translate from 'de' to 'en'")
    found = measured(make, Table({}, [problem]))
    assert found["round_trip_chrf"].why_not == "can't translate from 'de' to 'en'"
    assert math.isnan(found["round_trip_similarity"].value)


def test_nothing_came_back(make) -> None:
    assert measured(make, Table({}))["round_trip_chrf"].why_not == (
        "table failed on 4 of 4 questions in German (lost)"
    )


def test_a_translator_that_is_not_installed(make) -> None:
    class Absent(Table):
        def check(self, source, target):
            raise MissingExtraError(extra="translate", needed_for="table", module="tables")

    found = measured(make, Absent({}))
    assert "pip install 'isoglot[translate]'" in found["round_trip_chrf"].why_not


def test_without_an_encoder_there_is_still_chrf(make) -> None:
    found = measured(
        make, Table({"eine Frage": "a question", "ein Ritt": "a quest"}), similarity=None
    )
    assert found["round_trip_similarity"].why_not == "no"
    assert found["round_trip_chrf"].value == pytest.approx(1)


def test_what_fails_on_most_measures_nothing(make) -> None:
    found = measured(make, Table({"eine Frage": "a question"}))
    assert found["round_trip_similarity"].why_not == (
        "table failed on 3 of 4 questions in German (lost)"
    )
    assert not any(each.measured for each in found.values())


TABLE = {"eine Frage": "a", "ein Ritt": "b", "ein Streit": "c", "ein Wort": "d"}


def test_what_fails_for_the_moment_is_tried_again(make) -> None:
    class Flaky(Table):
        def translate(self, texts, *, source, target):
            if not self.asked:
                self.asked.extend(texts)
                raise ConnectionError("gone")
            return super().translate(texts, source=source, target=target)

    translator = Flaky(TABLE)
    found = measured(make, translator)
    assert found["round_trip_failed"].value == 0
    # Three at once, the three again, then the last.
    assert len(translator.asked) == 7


def test_an_error_of_one_text_is_no_error_of_the_others(make) -> None:
    class Picky(Table):
        def translate(self, texts, *, source, target):
            if "ein Wort" in texts:
                raise ValueError("not this one")
            return super().translate(texts, source=source, target=target)

    found = measured(make, Picky(TABLE))["round_trip_failed"]
    assert found.value == pytest.approx(1 / 4)
    assert found.examples[0].remark == "ValueError: not this one"
