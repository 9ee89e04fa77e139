import pandas as pd
import pytest

from isoglot.analysis import PROBE_COLUMNS, probe_table
from isoglot.core import UnknownLanguageError


def test_columns_and_types_are_the_same_with_and_without_rows(row):
    empty, full = probe_table([]), probe_table([row()])
    assert list(full.columns) == [*PROBE_COLUMNS, "taught_tier", "asked_tier"]
    assert empty.dtypes.equals(full.dtypes)
    assert str(full["epoch"].dtype) == "Int64"
    assert full["correct"].dtype == bool
    assert len(empty) == 0


def test_tiers_come_from_the_languages(row):
    table = probe_table([row(taught="en", asked="cy")])
    assert table.loc[0, "taught_tier"] == "high"
    assert table.loc[0, "asked_tier"] == "low"


def test_missing_epoch_and_language_stay_missing(row):
    table = probe_table([row(epoch=None, answer_language=None, correct=False)])
    assert table["epoch"].isna().all()
    assert table["answer_language"].isna().all()


def test_order_does_not_depend_on_the_order_of_the_rows(row):
    rows = [
        row(fact=fact, epoch=epoch, paradigm=paradigm)
        for fact in ("f2", "f10", "f1")
        for epoch, paradigm in ((12, "fine-tuning"), (None, "in-context"), (2, "fine-tuning"))
    ]
    table, again = probe_table(rows), probe_table(reversed(rows))
    pd.testing.assert_frame_equal(table, again)
    # Epochs are numbers (2 before 12); facts are names (f10 before f2).
    assert list(table["epoch"].dropna()) == [2, 2, 2, 12, 12, 12]
    assert list(table["fact"])[:3] == ["f1", "f10", "f2"]
    assert list(table["paradigm"])[-3:] == ["in-context"] * 3


def test_rows_may_be_an_iterator_and_may_hold_more(row):
    table = probe_table(iter([row() | {"failed": False}]))
    assert "failed" not in table.columns


def test_a_row_without_a_column_is_refused(row):
    incomplete = row()
    del incomplete["judge"]
    with pytest.raises(KeyError, match="judge"):
        probe_table([incomplete])


def test_an_unknown_language_is_refused(row):
    with pytest.raises(UnknownLanguageError, match="'xx' is not a known language"):
        probe_table([row(asked="xx")])
