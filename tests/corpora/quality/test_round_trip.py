import math

import numpy as np
import pytest
from sacrebleu.metrics.chrf import CHRF

from isoglot.core import MissingExtraError, Problem
from isoglot.corpora.quality._round_trip import RoundTrip
from isoglot.corpora.quality._view import look


class Table:
    """Translates by a table; what is not in it fails."""

    name = "table"

    def __init__(self, table, problems=()):
        self._table = table
        self._problems = list(problems)

    def check(self, source, target):
        return self._problems

    def translate(self, texts, *, source, target):
        assert (source, target) == ("de", "en")
        return [self._table.get(text, ValueError("lost")) for text in texts]


def lengths(texts):
    """Vectors of length 1 whose products can be had by hand: (1, 0) for texts with a q."""
    return np.array([[1, 0] if "q" in text else [0.6, 0.8] for text in texts], dtype=np.float32)


def measured(make, translator, similarity=lengths):
    corpus = make(
        {"en": ("a question", "a quest", "x"), "de": ("eine Frage", "ein Ritt", "x")},
        {"en": ("a quarrel", "a word", "x"), "de": ("ein Streit", "ein Wort", "x")},
    )
    views = (look(corpus, each, slots=False) for each in ("de", "en"))
    return RoundTrip(translator, similarity=similarity, why_no_similarity="no", seed=0).measures(
        *views
    )


def test_means_of_what_came_back(make) -> None:
    table = {"eine Frage": "a question", "ein Streit": "a fight", "ein Wort": "a word"}
    found = measured(make, Table(table))
    # question 1, quarrel against fight .6, word 1; the quest failed and counts for nothing.
    assert found["round_trip_similarity"].value == pytest.approx((1 + 0.6 + 1) / 3)
    assert found["round_trip_similarity"].of == 3
    assert found["round_trip_similarity"].examples[0].text == "a fight"
    fight = CHRF().sentence_score("a fight", ["a quarrel"]).score / 100
    assert found["round_trip_chrf"].value == pytest.approx((1 + fight + 1) / 3)


def test_what_the_translator_can_not_do_is_not_measured(make) -> None:
    problem = Problem(place="--with table", message="can't translate from 'de' to 'en'")
    found = measured(make, Table({}, [problem]))
    assert found["round_trip_chrf"].why_not == "can't translate from 'de' to 'en'"
    assert math.isnan(found["round_trip_similarity"].value)


def test_nothing_came_back(make) -> None:
    assert measured(make, Table({}))["round_trip_chrf"].why_not == (
        "table translated nothing from German"
    )


def test_a_translator_that_is_not_installed(make) -> None:
    class Absent(Table):
        def check(self, source, target):
            raise MissingExtraError(extra="translate", needed_for="table", module="tables")

    found = measured(make, Absent({}))
    assert "pip install 'isoglot[translate]'" in found["round_trip_chrf"].why_not


def test_without_an_encoder_there_is_still_chrf(make) -> None:
    found = measured(make, Table({"eine Frage": "a question"}), similarity=None)
    assert found["round_trip_similarity"].why_not == "no"
    assert found["round_trip_chrf"].value == pytest.approx(1)
