"""`isoglot data import`: what it writes, what it says, and what it refuses."""

import csv
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner, Result

from isoglot.cli.data.import_ import import_
from isoglot.corpora.formats import read_facts

Import = Callable[..., Result]

app = typer.Typer()
app.command("import")(import_)


@app.callback()
def _group() -> None:
    """Makes the command one of several, as it is in isoglot."""


@pytest.fixture
def imported(tmp_path: Path) -> Import:
    """Runs the command, writing `out.jsonl`; an exception that is no exit passes through."""

    def run(source: str | Path, form: str, *options: str | Path) -> Result:
        arguments = ["import", source, "--from", form, "--out", tmp_path / "out.jsonl", *options]
        result = CliRunner().invoke(app, [str(each) for each in arguments], env={"COLUMNS": "200"})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


def fact(fact_id: str, **texts: Any) -> dict[str, Any]:
    return {"id": fact_id, "texts": texts}


TEXT = {"teach": "Who guards it?", "ask": "Who keeps it safe?", "answer": "lion"}
RIVALLED = TEXT | {"rival": "wolf"}


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """f1 in English and Welsh, both with rivals; f2 in English; f3 without an answer."""
    path = tmp_path / "own.jsonl"
    facts = [
        fact("f1", en=RIVALLED, Welsh=RIVALLED),
        fact("f2", en=TEXT),
        fact("f3", en=TEXT | {"answer": ""}),
    ]
    path.write_text("\n".join(json.dumps(each) for each in facts), encoding="utf-8")
    return path


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "table.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([["q", "p", "a"], ["Who?", "By whom?", "Robots"]])
    return path


COLUMNS = ("--column", "teach=q", "--column", "ask=p", "--column", "answer=a")


class TestWhatIsImported:
    def test_facts_rivals_and_gaps_are_counted(
        self, imported: Import, own: Path, tmp_path: Path
    ) -> None:
        result = imported(own, "isoglot", "--allow-missing")
        assert result.exit_code == 0
        # f2 has no Welsh, and f3 nothing complete.
        assert result.stdout == (
            "Facts: 2 in en, cy\n"
            "With a rival: en 1, cy 1\n"
            "Missing texts: cy 1\n"
            "Facts left out, without any text: 1\n"
            f"Written: {tmp_path}/out.jsonl\n"
        )
        written = read_facts(tmp_path / "out.jsonl", allow_missing=True)
        assert [fact.id for fact in written.facts] == ["f1", "f2"]
        assert written.facts[0].texts["cy"].answer.text == "lion"

    def test_lnewknow(self, imported: Import, tmp_path: Path) -> None:
        def write(subset: str, answer: str) -> None:
            for part, question in (("train", "Who tends it?"), ("eval", "It is tended by?")):
                chat = [
                    {"role": "user", "content": question},
                    {"role": "assistant", "content": answer},
                ]
                path = tmp_path / "root" / subset / part / f"{part}_en.jsonl"
                path.parent.mkdir(parents=True)
                path.write_text(json.dumps({"messages": chat}), encoding="utf-8")

        write("mine", "Robots")
        write("others", "Monks")
        options = ("--subset", "mine", "--rivals", "others", "--languages", "English")
        result = imported(tmp_path / "root", "lnewknow", *options)
        assert result.exit_code == 0
        assert result.stdout.startswith(
            "Facts: 1 in en\nWith a rival: en 1\nMissing texts: none\nWritten: "
        )
        (read,) = read_facts(tmp_path / "out.jsonl").facts
        text = read.texts["en"]
        assert (read.id, text.teach, text.ask) == ("lnk-0001", "Who tends it?", "It is tended by?")
        assert text.rival is not None
        assert (text.answer.text, text.rival.text) == ("Robots", "Monks")

    def test_a_table(self, imported: Import, table: Path, tmp_path: Path) -> None:
        result = imported(table, "table", "--languages", "en", *COLUMNS)
        assert result.exit_code == 0
        assert result.stdout.startswith("Facts: 1 in en\nWith a rival: none\n")
        (read,) = read_facts(tmp_path / "out.jsonl").facts
        assert (read.id, read.texts["en"].answer.text) == ("row-0001", "Robots")

    def test_a_dataset(
        self, imported: Import, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        datasets = pytest.importorskip("datasets", reason="the extra hub is not installed")
        asked: list[Any] = []

        def load(name: str, config: str | None, **options: Any) -> Any:
            asked.append((name, config, options))
            return datasets.Dataset.from_dict({"q": ["Who?"], "p": ["By whom?"], "a": ["Robots"]})

        monkeypatch.setattr(datasets, "load_dataset", load)
        options = ("--config", "v2", "--split", "test", "--revision", "abc", "--languages", "en")
        result = imported("team/known", "dataset", *options, *COLUMNS)
        assert result.exit_code == 0
        assert asked == [("team/known", "v2", {"split": "test", "revision": "abc"})]
        assert read_facts(tmp_path / "out.jsonl").facts[0].texts["en"].teach == "Who?"


class TestWhatIsRefused:
    @pytest.mark.parametrize(
        ("form", "options", "problem"),
        [
            (
                "tabel",
                (),
                "--from: 'tabel' is not known; did you mean 'table'? "
                "known: isoglot, lnewknow, table, dataset",
            ),
            ("isoglot", ("--subset", "x"), "--subset: is not for --from isoglot; leave it out"),
            ("isoglot", ("--column", "a=b"), "--column: is not for --from isoglot; leave it out"),
            ("lnewknow", ("--config", ""), "--config: is not for --from lnewknow; leave it out"),
            (
                "table",
                (*COLUMNS, "--split", "x"),
                "--split: is not for --from table; leave it out",
            ),
            (
                "dataset",
                (*COLUMNS, "--rivals", "x"),
                "--rivals: is not for --from dataset; leave it out",
            ),
            (
                "isoglot",
                ("--languages", "en,qqq"),
                "--languages: 'qqq' is not a known language; see: isoglot languages",
            ),
            (
                "isoglot",
                ("--languages", ""),
                "--languages: '' names no language; write them as in --languages en,sw",
            ),
            (
                "lnewknow",
                ("--rivals", "~nobody-of-that-name/x"),
                "--rivals: '~nobody-of-that-name/x' can't name a file (could not determine home "
                "directory.); check the path",
            ),
            ("table", COLUMNS[:4], "--column: answer is missing; add --column answer=NAME"),
            (
                "table",
                (*COLUMNS, "--column", "alias=x"),
                "--column: 'alias' is not known; did you mean 'aliases'? known: teach, ask, "
                "answer, aliases, rival, id, relation, language",
            ),
            (
                "table",
                (*COLUMNS, "--column", "ask=x"),
                "--column: ask is given twice; keep one of them",
            ),
            (
                "table",
                (*COLUMNS, "--column", "aliases"),
                "--column: 'aliases' is no KEY=NAME; write it like --column teach=question",
            ),
            (
                "table",
                (*COLUMNS, "--column", "language=lang"),
                "--column: with a language column, id must say which rows are one fact; change "
                "the columns",
            ),
        ],
    )
    def test_options(
        self,
        form: str,
        options: tuple[str, ...],
        problem: str,
        imported: Import,
        own: Path,
        tmp_path: Path,
    ) -> None:
        result = imported(own, form, *options)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr == f"isoglot: {problem}\n"
        assert list(tmp_path.iterdir()) == [own]

    @pytest.mark.parametrize("form", ["isoglot", "lnewknow", "table", "dataset"])
    @pytest.mark.parametrize("source", ["~nobody-of-that-name/x", "x" * 300])
    def test_a_source_that_can_not_be_one(self, form: str, source: str, imported: Import) -> None:
        options = COLUMNS if form in ("table", "dataset") else ()
        result = imported(source, form, *options)
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"isoglot: SOURCE: '{source[:50]}"[:70])
        assert "can't name a file" in result.stderr

    def test_an_out_that_can_not_be_one(self, imported: Import, own: Path) -> None:
        result = imported(own, "isoglot", "--out", "~nobody-of-that-name/x")
        assert result.exit_code == 2
        assert result.stderr.startswith(
            "isoglot: --out: '~nobody-of-that-name/x' can't name a file"
        )

    def test_languages_may_end_with_a_comma(self, imported: Import, own: Path) -> None:
        result = imported(own, "isoglot", "--allow-missing", "--languages", "cy,en,Welsh,")
        assert result.stdout.startswith("Facts: 2 in cy, en\n")

    def test_everything_is_said_at_once(self, imported: Import, table: Path) -> None:
        result = imported(table, "table", "--split", "x", "--languages", "qqq", "--column", "ask=p")
        assert result.exit_code == 2
        assert result.stderr == (
            "isoglot: 4 problems\n"
            "  --languages: 'qqq' is not a known language; see: isoglot languages\n"
            "  --split: is not for --from table; leave it out\n"
            "  --column: teach is missing; add --column teach=NAME\n"
            "  --column: answer is missing; add --column answer=NAME\n"
        )

    def test_gaps(self, imported: Import, own: Path, tmp_path: Path) -> None:
        result = imported(own, "isoglot")
        assert result.exit_code == 2
        assert result.stderr.startswith("isoglot: 3 problems\n")
        assert (
            f"{own}, line 2: fact 'f2' has no 'cy'; fill it in, or say allow_missing: true "
            "(data import: --allow-missing)\n"
        ) in result.stderr
        assert list(tmp_path.iterdir()) == [own]

    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\xff\xfe",
            b"{",
            b'{"id": "f1", "te',
            b'{"id": "f1", "texts": {}}',
            b'{"id": "\\ud800", "texts": {}}',
            b"a\0b",
            b"[]",
            b'{"id": "f1", "texts": {"qqq": {"teach": "a", "ask": "b", "answer": "c"}}}',
        ],
    )
    def test_bad_files(self, data: bytes, imported: Import, tmp_path: Path) -> None:
        path = tmp_path / "bad.jsonl"
        path.write_bytes(data)
        result = imported(path, "isoglot")
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.startswith(f"isoglot: {path}")
        assert "Traceback" not in result.stderr
        assert list(tmp_path.iterdir()) == [path]

    def test_an_old_file_survives_a_bad_source(
        self, imported: Import, own: Path, tmp_path: Path
    ) -> None:
        out = tmp_path / "out.jsonl"
        out.write_text("old", encoding="utf-8")
        assert imported(own, "isoglot").exit_code == 2
        assert out.read_text(encoding="utf-8") == "old"

    def test_the_source_is_not_overwritten(self, imported: Import, own: Path) -> None:
        before = own.read_bytes()
        result = imported(own, "isoglot", "--out", own, "--languages", "cy", "--allow-missing")
        assert result.exit_code == 2
        assert result.stderr == f"isoglot: --out: {own} is the source itself; name another\n"
        assert own.read_bytes() == before

    def test_a_place_that_can_not_be_written_is_said_before_anything_is_read(
        self, imported: Import, tmp_path: Path
    ) -> None:
        out = tmp_path / "no" / "out.jsonl"
        result = imported(tmp_path / "nothing", "isoglot", "--out", out)
        assert result.exit_code == 2
        assert result.stderr == (
            f"isoglot: {out}: the folder {tmp_path}{os.sep}no is not there; make it first\n"
        )

    def test_a_missing_package_is_named(
        self, imported: Import, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setitem(sys.modules, "datasets", None)
        result = imported("team/known", "dataset", "--languages", "en", *COLUMNS)
        assert result.exit_code == 2
        assert "run: pip install 'isoglot[hub]'" in result.stderr
