from itertools import product

import pandas as pd
import pytest

from isoglot.report._selection import listed_rows

CELL = ["paradigm", "taught", "gives", "against", "epoch", "times_shown", "asked"]


@pytest.fixture(scope="module")
def many():
    """4 cells with 100 rows each, and one with 3: a rare condition among frequent ones."""
    cells = [("en", None, "en"), ("en", None, "cy"), ("cy", None, "cy"), ("en", "cy", "en")]
    rows = [
        _row(taught, against, asked, number)
        for (taught, against, asked), number in product(cells, range(100))
    ]
    rows += [_row("cy", "en", "cy", number) for number in range(3)]
    return pd.DataFrame(rows)


def _row(taught, against, asked, number):
    return {
        "model": "m",
        "paradigm": "fine-tuning",
        "taught": taught,
        "gives": "answer",
        "against": against,
        "seed": number % 2,
        "epoch": 12,
        "times_shown": None,
        "facts_in_context": None,
        "asked": asked,
        "fact": f"f{number:02d}",
        "judge": "match",
    }


def sizes(table):
    return sorted(table.groupby(CELL, dropna=False).size())


def test_a_small_table_is_listed_whole(many):
    assert listed_rows(many, most=403) is many


def test_every_condition_has_the_same_share(many):
    # 3 of the rare one, and 40 left for the other four.
    assert sizes(listed_rows(many, most=43)) == [3, 10, 10, 10, 10]
    assert sizes(listed_rows(many, most=5)) == [1, 1, 1, 1, 1]


def test_more_conditions_than_rows_are_still_no_more_rows(many):
    assert sizes(listed_rows(many, most=3)) == [1, 1, 1]


def test_the_same_rows_every_time_in_the_order_of_the_table(many):
    listed = listed_rows(many, most=43)
    assert list(listed.index) == sorted(listed.index)
    pd.testing.assert_frame_equal(listed, listed_rows(many.copy(), most=43))


def test_the_facts_are_not_the_first_of_the_table_alone(many):
    # Ten of a hundred, four times: by chance, less than once in a million runs from the first half.
    assert max(listed_rows(many, most=43)["fact"]) >= "f50"
