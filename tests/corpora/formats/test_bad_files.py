"""Files that are wrong: one clear message each, with the line, and nothing long printed whole."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isoglot.corpora.formats import read_facts

WriteLines = Callable[..., Path]
Said = Callable[..., list[str]]
AsText = Callable[..., dict[str, Any]]

GOOD = '{"id": "f1", "texts": {"en": {"teach": "a?", "ask": "b?", "answer": "c"}}}'
SECOND = GOOD.replace("f1", "f2")


def write(path: Path, data: str | bytes) -> Path:
    path.write_bytes(data.encode() if isinstance(data, str) else data)
    return path


class TestBytes:
    @pytest.mark.parametrize(
        ("data", "problem"),
        [
            # Line 2 breaks after `{"id": "` (8 characters): column 9.
            (
                f"{GOOD}\n".encode() + b'{"id": "\xe9"}\n',
                "T/facts.jsonl, line 2, column 9: is not UTF-8 text (byte 0xe9); save it as UTF-8",
            ),
            (
                GOOD.encode("utf-16"),
                "T/facts.jsonl, line 1, column 1: is not UTF-8 text (byte 0xff); save it as UTF-8",
            ),
            # Without a byte order mark, every second byte of it is NUL.
            (
                GOOD.encode("utf-16-le"),
                "T/facts.jsonl, line 1, column 2: holds a NUL byte; "
                "save it as UTF-8 text (UTF-16 holds such bytes)",
            ),
            (
                f"{GOOD}\nab\0c\n",
                "T/facts.jsonl, line 2, column 3: holds a NUL byte; "
                "save it as UTF-8 text (UTF-16 holds such bytes)",
            ),
            ("", "T/facts.jsonl: is empty; check the path"),
            ("\n \n", "T/facts.jsonl: is empty; check the path"),
            (
                f"[{GOOD}]\n",
                "T/facts.jsonl: begins with '[': a JSON list; write one JSON object a line",
            ),
        ],
    )
    def test_what_is_no_text(
        self, data: str | bytes, problem: str, tmp_path: Path, said: Said
    ) -> None:
        assert said(read_facts, write(tmp_path / "facts.jsonl", data)) == [problem]

    @pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\n", "\n \r\n", "\n\ufeff"])
    def test_every_line_end_blank_lines_and_byte_order_marks_are_fine(
        self, end: str, tmp_path: Path
    ) -> None:
        path = write(tmp_path / "facts.jsonl", f"\ufeff{GOOD}{end}{SECOND}{end}")
        assert [fact.id for fact in read_facts(path).facts] == ["f1", "f2"]

    def test_the_line_end_of_the_last_line_may_be_missing(self, tmp_path: Path) -> None:
        assert len(read_facts(write(tmp_path / "facts.jsonl", f"{GOOD}\n{SECOND}")).facts) == 2

    def test_a_folder_and_nothing(self, tmp_path: Path, said: Said) -> None:
        assert said(read_facts, tmp_path) == ["T: can't be read (is a directory); name a file"]
        assert said(read_facts, tmp_path / "no.jsonl") == [
            "T/no.jsonl: can't be read (no such file or directory); check the path"
        ]


class TestJson:
    @pytest.mark.parametrize(
        ("line", "problem"),
        [
            # The value is missing after the colon: `{"id":` is six characters.
            ('{"id":}', ", line 2, column 7: is not JSON: expecting value; mend it there"),
            (
                "{'id': 1}",
                ", line 2, column 2: is not JSON: expecting property name enclosed in "
                "double quotes; mend it there",
            ),
            ('{"id": NaN}', ", line 2: is not JSON: NaN is no JSON number; mend it there"),
            (
                '{"a": 1, "a": 1}',
                ", line 2: is not JSON: the key 'a' stands twice in one object; mend it there",
            ),
            ("[" * 100_000, ", line 2: is not JSON: brackets are nested too deep; mend it there"),
            (
                '{"id": ' + "1" * 5000 + "}",
                ", line 2: is not JSON: a number is too long; mend it there",
            ),
            (
                '{"id": "\\ud800"}',
                ", line 2: id: '\\ud800' holds half of a surrogate pair, which is no character; "
                "mend the text",
            ),
            (
                '{"\\udfff": 1}',
                ", line 2: the key '\\udfff' holds what is no character; mend the text",
            ),
            (
                '{"id": ["a\\u0000"]}',
                ", line 2: id[0]: 'a\\x00' holds a NUL character; mend the text",
            ),
        ],
    )
    def test_a_line_that_is_wrong(
        self, line: str, problem: str, lines: WriteLines, said: Said
    ) -> None:
        assert said(read_facts, lines(GOOD, line, SECOND)) == [f"T/facts.jsonl{problem}"]

    def test_a_whole_pair_of_surrogates_is_a_character(self, lines: WriteLines) -> None:
        path = lines(GOOD.replace('"c"', '"\\ud83e\\udd81"'))
        assert read_facts(path).facts[0].texts["en"].answer.text == "🦁"

    @pytest.mark.parametrize("kept", [10, len(GOOD) - 1, len(GOOD) - 3, len(GOOD) - 5])
    def test_a_last_line_that_is_half_written(self, kept: int, tmp_path: Path, said: Said) -> None:
        path = write(tmp_path / "facts.jsonl", f"{GOOD}\n{SECOND[:kept]}")
        (problem,) = said(read_facts, path)
        assert problem.startswith("T/facts.jsonl, line 2, column ")
        assert problem.endswith(
            ": the last line looks cut off: it has no end; "
            "write the file again, or remove that line"
        )

    def test_a_wrong_last_line_that_is_whole_is_not_called_cut_off(
        self, tmp_path: Path, said: Said
    ) -> None:
        assert said(read_facts, write(tmp_path / "facts.jsonl", f'{GOOD}\n{{"id":}}')) == [
            "T/facts.jsonl, line 2, column 7: is not JSON: expecting value; mend it there"
        ]

    def test_everything_is_said_at_once_up_to_an_end(self, lines: WriteLines, said: Said) -> None:
        # 20 are said, 5 more are counted.
        problems = said(read_facts, lines(*["{"] * 25))
        assert len(problems) == 21
        assert problems[19].startswith("T/facts.jsonl, line 20, column 2: is not JSON")
        assert problems[20] == "T/facts.jsonl: and 5 more problems; mend these first"


class TestFacts:
    def test_the_form_of_a_fact(self, lines: WriteLines, said: Said, as_text: AsText) -> None:
        path = lines(
            "7",
            {"id": 1, "texts": []},
            {"idd": "f1", "texts": {"en": "lion"}},
            {"id": "f1", "texts": {"en": as_text("a", 2030, aska="b")}},
            {"id": "f2", "texts": {"en": as_text("a", {"text": "b", "aliases": "c"}, rivel="d")}},
            {"id": "f3", "texts": {"en": as_text("a", {"text": "b", "alias": ["c"]}, rival=" ")}},
        )
        where = "T/facts.jsonl, line"
        assert said(read_facts, path) == [
            f"{where} 1: must be an object, not 7; change the value",
            f"{where} 2: id: must be text in quotes, not 1; change the value",
            f"{where} 2: texts: must be an object of languages, not a list; change the value",
            f"{where} 3: id: is missing; add it",
            f"{where} 3: texts.en: must be an object, not 'lion'; change the value",
            f"{where} 3: idd: is not a known key; did you mean 'id'? "
            "known here: id, relation, texts",
            f"{where} 4: texts.en.answer: must be an object, not 2030; change the value",
            f"{where} 4: texts.en.aska: is not a known key; did you mean 'ask'? "
            "known here: teach, ask, answer, rival",
            f"{where} 5: texts.en.answer.aliases: must be a list, not 'c'; change the value",
            f"{where} 5: texts.en.rivel: is not a known key; did you mean 'rival'? "
            "known here: teach, ask, answer, rival",
            f"{where} 6: texts.en.answer.alias: is not a known key; did you mean 'aliases'? "
            "known here: text, aliases",
        ]

    def test_ids_are_unique(self, lines: WriteLines, said: Said) -> None:
        assert said(read_facts, lines(GOOD, "", SECOND, GOOD)) == [
            "T/facts.jsonl, line 4: the id 'f1' is taken: T/facts.jsonl, line 1; "
            "give every fact its own id"
        ]

    def test_languages(self, lines: WriteLines, said: Said, as_text: AsText) -> None:
        path = lines(
            {"id": "f1", "texts": {"swa": as_text("a")}},
            {"id": "f2", "texts": {"cy": as_text("a"), "Welsh": as_text("b")}},
            {"id": "f3", "texts": {}},
        )
        assert said(read_facts, path) == [
            "T/facts.jsonl, line 1: texts: 'swa' is not a known language; did you mean 'sw'? "
            "see: isoglot languages",
            "T/facts.jsonl, line 2: texts: 'cy' and 'Welsh' are both 'cy'; keep one of them",
            "T/facts.jsonl, line 3: texts: is empty; add a language",
        ]


class TestLongLines:
    LONG = "x" * 10_000_000

    def test_ten_megabytes_in_a_line_are_read_at_once(
        self, lines: WriteLines, as_text: AsText
    ) -> None:
        path = lines({"id": "f1", "texts": {"en": as_text("a", self.LONG)}}, SECOND)
        started = time.perf_counter()
        read = read_facts(path)
        # Measured: 0.1 s; a search that starts over at every character would take hours.
        assert time.perf_counter() - started < 5
        assert read.facts[0].texts["en"].answer.text == self.LONG

    @pytest.mark.parametrize(
        "value",
        [
            LONG,
            [LONG],
            {LONG: 1},
            {"id": LONG},
            {"id": "f1", "texts": {LONG: {"teach": "a", "ask": "b", "answer": "c"}}},
            {"id": "f1", "texts": {LONG: {"teach": "a", "ask": "b", "answer": 1}}},
            {"id": "f1", "texts": {"en": LONG}},
            {LONG: {"a": "\ud800"}},
            {"id": "f1", "texts": {"en": {"answer": {"aliases": [1] * 1_000_000}}}},
            {"id": "f1", "texts": {"en": {"teach": LONG, "ask": "b", "answer": "c", LONG: 1}}},
            {"id": LONG, "texts": {"en": {"teach": "a", "ask": "b", "answer": ""}}},
        ],
    )
    def test_and_are_never_printed_whole(self, value: Any, lines: WriteLines, said: Said) -> None:
        path = lines(GOOD, json.dumps(value))
        assert all(len(problem) < 500 for problem in said(read_facts, path))

    def test_nor_is_what_is_no_json(self, lines: WriteLines, said: Said) -> None:
        (problem,) = said(read_facts, lines(GOOD, self.LONG, SECOND))
        assert problem == (
            "T/facts.jsonl, line 2, column 1: is not JSON: expecting value; mend it there"
        )

    def test_two_ids_that_are_long(self, lines: WriteLines, said: Said) -> None:
        long = GOOD.replace("f1", self.LONG)
        # Sixty characters of the id are shown.
        assert said(read_facts, lines(long, long)) == [
            f"T/facts.jsonl, line 2: the id '{'x' * 59}…' is taken: T/facts.jsonl, line 1; "
            "give every fact its own id"
        ]
