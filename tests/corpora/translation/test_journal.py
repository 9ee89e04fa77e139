import json
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path

import pytest
from filelock import FileLock
from hypothesis import given, settings
from hypothesis import strategies as st

from isoglot.core import InputError, RunFolderError
from isoglot.corpora.translation import TranslationFailure
from isoglot.corpora.translation._journal import open_journal

KEY = ("fake", "1", "en", "sw", "lion")
OTHER = ("fake", "1", "en", "sw", "dog")
NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "j.jsonl"


def _find(path: Path, *keys: tuple[str, str, str, str, str]) -> list[str | None]:
    with open_journal(path) as journal:
        return [journal.find(key) for key in keys]


def _record(path: Path, *results: tuple) -> None:
    with open_journal(path, now=lambda: NOON) as journal:
        journal.record(results)


def test_a_line_a_text(path: Path) -> None:
    _record(path, (KEY, "simba"), (OTHER, TranslationFailure(reason="too long")))
    common = {"source": "en", "target": "sw", "provider": "fake", "version": "1"}
    time = "2026-11-22T12:00:00Z"
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == [
        {**common, "text": "lion", "translation": "simba", "time": time},
        {**common, "text": "dog", "failure": "too long", "time": time},
    ]


def test_what_is_found_is_what_the_same_translator_said(path: Path) -> None:
    _record(path, (KEY, "simba"), (OTHER, TranslationFailure(reason="too long")))
    others = [
        ("fake2", "1", "en", "sw", "lion"),
        ("fake", "2", "en", "sw", "lion"),
        ("fake", "1", "es", "sw", "lion"),
        ("fake", "1", "en", "zu", "lion"),
        ("fake", "1", "en", "sw", "Lion"),
    ]
    assert _find(path, KEY, OTHER, *others) == ["simba", None, None, None, None, None, None]


def test_it_only_grows(path: Path) -> None:
    _record(path, (OTHER, TranslationFailure(reason="too long")))
    before = path.read_bytes()
    _record(path, (OTHER, "mbwa"), (KEY, "simba"))
    assert path.read_bytes().startswith(before)
    assert _find(path, OTHER, KEY) == ["mbwa", "simba"]


def test_a_torn_last_line_is_dropped_wherever_it_was_torn(path: Path) -> None:
    _record(path, (KEY, "simba"))
    whole = path.read_bytes()
    _record(path, (OTHER, "mbwa ñ 狗"))
    line = path.read_bytes()[len(whole) :]
    for size in range(1, len(line) - 1):
        path.write_bytes(whole + line[:size])
        assert _find(path, KEY, OTHER) == ["simba", None]
        assert path.read_bytes() == whole
    _record(path, (OTHER, "mbwa"))
    assert _find(path, KEY, OTHER) == ["simba", "mbwa"]


def test_a_failures_line_is_dropped_wherever_it_was_torn(path: Path) -> None:
    _record(path, (OTHER, TranslationFailure(reason='said "no" \\ or nothing')))
    line = path.read_bytes()
    for size in range(1, len(line) - 1):
        path.write_bytes(line[:size])
        assert _find(path, OTHER) == [None]
        assert path.read_bytes() == b""


def test_a_last_line_that_only_lacks_its_end_is_kept(path: Path) -> None:
    _record(path, (KEY, "simba"))
    whole = path.read_bytes()
    path.write_bytes(whole.removesuffix(b"\n"))
    assert _find(path, KEY) == ["simba"]
    assert path.read_bytes() == whole
    _record(path, (OTHER, "mbwa"))
    assert _find(path, KEY, OTHER) == ["simba", "mbwa"]


@pytest.mark.parametrize(
    "tail",
    [
        b'{"a": 1}',
        b"nonsense",
        b"\xff",
        b'{"source": "en", "other": "x',
        b'{"target": "en',
        b'{"source": "en", "target": "sw", "text": "a", "version": "',
        b'{"source": "en"x',
        b'{"source": "en"}',
        b'{"source": 7',
        b"{\xc2",
        b'{"source": "en",\xc2',
    ],
)
@pytest.mark.parametrize("before", [False, True])
def test_what_is_no_journals_is_refused_and_left_as_it_is(
    path: Path, tail: bytes, before: bool
) -> None:
    _record(path, (KEY, "simba"))
    there = (path.read_bytes() if before else b"") + tail
    path.write_bytes(there)
    with pytest.raises(InputError, match="is no line of a translation journal") as caught:
        _find(path)
    assert caught.value.problems[0].place == f"{path}, line {2 if before else 1}"
    assert path.read_bytes() == there


def test_a_torn_line_below_another_files_is_left_as_it_is(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b'{"a": 1}\n{"source": "e')
    with pytest.raises(InputError, match=", line 1: is no line of a translation journal"):
        _find(path)
    assert path.read_bytes() == b'{"a": 1}\n{"source": "e'


@settings(deadline=None)  # a file each: a busy disk is no failure
@given(tail=st.binary(max_size=40).map(lambda data: data.replace(b"\n", b"")))
def test_nothing_is_lost_but_what_a_journal_may_begin_with(
    tmp_path_factory: pytest.TempPathFactory, tail: bytes
) -> None:
    path = tmp_path_factory.mktemp("any") / "j.jsonl"
    path.write_bytes(tail)
    with suppress(InputError):
        _find(path)
    # Forty bytes are fewer than a whole line has.
    may_be_torn = tail.startswith(b'{"source": "') or b'{"source": "'.startswith(tail)
    assert path.read_bytes() == tail or may_be_torn


@settings(deadline=None)  # a file each: a busy disk is no failure
@given(text=st.text(min_size=1), translation=st.text(min_size=1))
def test_any_text_comes_back_as_it_went_in(
    tmp_path_factory: pytest.TempPathFactory, text: str, translation: str
) -> None:
    path = tmp_path_factory.mktemp("any") / "j.jsonl"
    key = ("fake", "1", "en", "sw", text)
    _record(path, (key, translation), (KEY, "simba"))
    assert _find(path, key) == ["simba" if text == "lion" else translation]


@pytest.mark.parametrize("line", [b"nonsense", b'{"source": "en"}', b"\xff\xfe", b"[]"])
def test_a_wrong_line_is_named(path: Path, line: bytes) -> None:
    _record(path, (KEY, "simba"))
    path.write_bytes(path.read_bytes() + line + b"\n" + path.read_bytes())
    with pytest.raises(InputError) as caught:
        _find(path)
    (problem,) = caught.value.problems
    assert problem.place == f"{path}, line 2"
    assert problem.message.startswith("is no line of a translation journal")
    assert problem.remedy == (
        "if the file is no journal, move it or give another --out; else delete the line, and its "
        "text is translated again"
    )


def test_two_processes_do_not_write_one_journal(path: Path) -> None:
    path.parent.mkdir()
    with (
        FileLock(f"{path}.lock"),
        pytest.raises(RunFolderError, match=r"j\.jsonl: another isoglot process is translating"),
    ):
        _find(path)


def test_a_disk_that_refuses_is_said(path: Path) -> None:
    path.mkdir(parents=True)
    with pytest.raises(RunFolderError, match="can't be read or written"):
        _find(path)
