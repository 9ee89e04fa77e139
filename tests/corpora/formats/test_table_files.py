"""Files of tables, and what may be wrong with them."""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fact_tables import KINDS, ONE, WIDE, wide_row

from isoglot.corpora.formats import read_table

Said = Callable[..., list[str]]
WriteTable = Callable[..., Path]


def test_places_count_the_lines_inside_cells(table: WriteTable, said: Said) -> None:
    # The first fact takes lines 2 and 3, line 4 is blank, and line 5 has only commas.
    text = 'q,p,a\n"one\ntwo",b,c\n\n,,\nd,,e\n'
    (problem,) = said(read_table, table("csv", text), columns=ONE, languages=["en"])
    assert problem.startswith("T/facts.csv, line 6: fact 'row-0002' has no ask in 'en'; fill")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_and_byte_order_marks(end: str, table: WriteTable) -> None:
    text = f'\ufeffq,p,a{end}"say ""x"", now",b,\u2028c🦁{end}'
    (fact,) = read_table(table("csv", text), columns=ONE, languages=["en"]).facts
    assert fact.texts["en"].teach == 'say "x", now'
    assert fact.texts["en"].answer.text == "c🦁"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "T/facts.csv: is empty; check the path"),
        ("q,p,a\n", "T/facts.csv: holds no facts; check the path"),
        (
            "q,p,a\na,b\n",
            "T/facts.csv, line 2: has 2 cells where the header has 3; "
            "put a cell that holds a comma or a quote into quotes",
        ),
        (
            'q,p,a\na,b,c\nd,"e,f\ng,h,i\n',
            "T/facts.csv, line 3: is not CSV: unexpected end of data; check the quotes from there",
        ),
        (
            'q,p,a\na,"b"c,d\n',
            "T/facts.csv, line 2: is not CSV: ',' expected after '\"'; check the quotes from there",
        ),
        ("q,p,a,a\n1,2,3,4\n", "T/facts.csv, line 1: has the column 'a' twice; rename one"),
        (
            "q,p,a\na,b\0,c\n",
            "T/facts.csv, line 2, column 4: holds a NUL byte; "
            "save it as UTF-8 text (UTF-16 holds such bytes)",
        ),
        (
            b"q,p,a\nq,\xff,c\n",
            "T/facts.csv, line 2, column 3: is not UTF-8 text (byte 0xff); save it as UTF-8",
        ),
    ],
)
def test_csv_that_is_wrong(text: str | bytes, problem: str, table: WriteTable, said: Said) -> None:
    path = table("csv", text)
    assert said(read_table, path, columns=ONE, languages=["en"]) == [problem]


def test_other_separators_are_pointed_out(table: WriteTable, said: Said) -> None:
    path = table("csv", "q;p;a\na;b;c\n")
    problems = said(read_table, path, columns=ONE, languages=["en"])
    assert problems[0] == (
        "T/facts.csv: has no column 'q' (for teach); it looks as if its cells are not "
        "separated by commas; columns: q;p;a"
    )


def test_a_cell_of_ten_megabytes(table: WriteTable, said: Said) -> None:
    long = "x" * 10_000_000
    limit = csv.field_size_limit()
    path = table("csv", f"q,p,a\na,b,{long}\n")
    (fact,) = read_table(path, columns=ONE, languages=["en"]).facts
    assert fact.texts["en"].answer.text == long
    # A setting of the whole process, and so put back.
    assert csv.field_size_limit() == limit
    path = table("csv", f"q,p,{long}\na,b,c\n")
    assert all(len(each) < 300 for each in said(read_table, path, columns=ONE, languages=["en"]))


@pytest.mark.parametrize(
    ("value", "what"),
    [(True, "True"), (2030.0, "2030.0"), (["a"], "a list"), ({"b": "c"}, "an object")],
)
@pytest.mark.parametrize("kind", ["jsonl", "parquet"])
def test_cells_that_are_no_text(
    kind: str, value: Any, what: str, table: WriteTable, said: Said
) -> None:
    path = table(kind, [{"q": "a", "p": "b", "a": value}])
    place = "line 1" if kind == "jsonl" else "row 1"
    assert said(read_table, path, columns=ONE, languages=["en"]) == [
        f"T/facts.{kind}, {place}: a: must be text, not {what}; write it as text"
    ]


def test_a_nul_in_a_cell(table: WriteTable, said: Said) -> None:
    path = table("parquet", [{"q": "a", "p": "b\0", "a": "c"}])
    assert said(read_table, path, columns=ONE, languages=["en"]) == [
        "T/facts.parquet, row 1: p: 'b\\x00' holds a NUL character; mend the text"
    ]


def test_ids_are_unique(table: WriteTable, said: Said) -> None:
    path = table("csv", [wide_row(), wide_row()])
    assert said(read_table, path, columns=WIDE) == [
        "T/facts.csv, line 3: the id 'f1' is taken: T/facts.csv, line 2; give every fact its own id"
    ]


def test_json_lines_that_are_no_rows(table: WriteTable, said: Said) -> None:
    path = table("jsonl", '7\n{"q": "a"\n')
    assert said(read_table, path, columns=ONE, languages=["en"]) == [
        "T/facts.jsonl, line 2, column 10: is not JSON: expecting ',' delimiter; mend it there",
        "T/facts.jsonl, line 1: must be an object, not 7; write column: value",
    ]


@pytest.mark.parametrize("data", [b"PAR1", b"no parquet at all", b""])
def test_what_is_no_parquet(data: bytes, table: WriteTable, said: Said) -> None:
    assert said(read_table, table("parquet", data), columns=ONE, languages=["en"]) == [
        "T/facts.parquet: is not a Parquet file, or is cut off; write it again"
    ]


def test_paths(tmp_path: Path, table: WriteTable, said: Said) -> None:
    kinds = ".csv, .jsonl, .ndjson, .parquet"
    assert said(read_table, tmp_path, columns=ONE) == [f"T: is a folder; name a file ({kinds})"]
    assert said(read_table, table("cvs", "q"), columns=ONE) == [
        f"T/facts.cvs: is no table by its ending '.cvs'; did you mean '.csv'? known: {kinds}"
    ]
    for kind in KINDS:
        assert said(read_table, tmp_path / f"no.{kind}", columns=ONE) == [
            f"T/no.{kind}: can't be read (no such file or directory); check the path"
        ]
