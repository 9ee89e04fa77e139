"""`run`, `plan` and `report` of studies whose facts come from a file or were known before."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fact_files import guard, knowing, write_lines
from printed_tables import table_rows
from typer.testing import Result

from isoglot.corpora import make_world

Invoke = Callable[..., Result]
WriteStudy = Callable[..., Path]

FACTS = [guard("f1", "Alda", en="lion", cy="llew"), guard("f2", "Bela", en="bear", cy="arth")]
KNOWN_ONLY: dict[str, Any] = {
    "facts": {"world": {"size": 6}, "known_only": True},
    "untaught": {"shots": 0},
    "paradigms": {"fine-tuning": {"epochs": 1, "ask_after": [1]}},
}


class TestAFile:
    @pytest.mark.parametrize("command", [["plan"], ["run", "--out", "OUT"]])
    def test_a_mistake_in_it_is_said_with_file_and_line(
        self, invoke: Invoke, tiny_study: WriteStudy, tmp_path: Path, command: list[str]
    ) -> None:
        path = write_lines(tmp_path / "facts.jsonl", [*FACTS, {"id": "f3", "texts": {"en": {}}}])
        study = tiny_study(facts={"file": "facts.jsonl"})
        before = sorted(tmp_path.rglob("*"))
        name, *options = command
        result = invoke(name, study, *(each.replace("OUT", f"{tmp_path}/run") for each in options))
        assert (result.exit_code, result.stdout) == (2, "")
        assert result.stderr.splitlines() == [
            "isoglot: 3 problems",
            *(
                f"  {study}: {path}, line 3: texts.en.{key}: is missing; add it"
                for key in ("teach", "ask", "answer")
            ),
        ]
        assert sorted(tmp_path.rglob("*")) == before

    def test_bytes_that_are_no_text_have_a_line_and_a_column(
        self, invoke: Invoke, tiny_study: WriteStudy, tmp_path: Path
    ) -> None:
        path = write_lines(tmp_path / "facts.jsonl", FACTS)
        path.write_bytes(path.read_bytes() + b'{"id": "\xe9"}\n')
        study = tiny_study(facts={"file": "facts.jsonl"})
        result = invoke("run", study, "--out", tmp_path / "run")
        assert result.exit_code == 2
        # {"id": " are eight letters.
        assert result.stderr == (
            f"isoglot: {study}: {path}, line 3, column 9: is not UTF-8 text (byte 0xe9); "
            "save it as UTF-8\n"
        )
        assert not (tmp_path / "run").exists()

    def test_it_is_planned_run_and_reported(
        self, invoke: Invoke, tiny_study: WriteStudy, tmp_path: Path
    ) -> None:
        write_lines(tmp_path / "facts.jsonl", FACTS)
        study = tiny_study(facts={"file": "facts.jsonl"})
        planned = invoke("plan", study)
        # Two facts: in context (2 · 2 + 2) · 2; fine-tuned (3 · 2 + 2) · 2; 2 · 3 · 2 lessons.
        assert [row[1:5] for row in table_rows(planned.stdout)] == [
            ["in-context", "2", "0", "12"],
            ["fine-tuning", "2", "12", "16"],
        ]
        assert "At most" not in planned.stdout
        result = invoke("run", study, "--out", tmp_path / "run")
        assert result.exit_code == 0
        assert result.stderr == "isoglot: to do: 12 lessons, 28 probes\n"
        # The run has its own copy of the facts: moved and without the file, it can be reported.
        (tmp_path / "facts.jsonl").unlink()
        shutil.move(tmp_path / "run", tmp_path / "moved")
        before = (tmp_path / "moved" / "tables" / "transfer.csv").read_bytes()
        (tmp_path / "moved" / "tables" / "transfer.csv").unlink()
        assert invoke("report", tmp_path / "moved").exit_code == 0
        assert (tmp_path / "moved" / "tables" / "transfer.csv").read_bytes() == before

    def test_a_study_with_gaps_ends_well(
        self, invoke: Invoke, tiny_study: WriteStudy, tmp_path: Path
    ) -> None:
        write_lines(tmp_path / "facts.jsonl", [*FACTS, guard("f3", "Cora", en="wolf")])
        study = tiny_study(facts={"file": "facts.jsonl", "allow_missing": True})
        result = invoke("run", study, "--out", tmp_path / "run")
        assert result.exit_code == 0
        # Wilson's interval of 3 of 3 begins at 44%, that of 2 of 2 at 1 - z²/(2 + z²) = 34%.
        assert table_rows(result.stdout) == [
            ["English (en)", "high", "0% [0, 56]", "100% [44, 100]", "100% [44, 100]"],
            ["Welsh (cy)", "low", "0% [0, 66]", "100% [34, 100]", "100% [34, 100]"],
        ]


class TestKnownOnly:
    @pytest.fixture
    def knows(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
        corpus = make_world(["en", "cy"], size=6, seed=3)

        def know(**known: list[str]) -> None:
            policies = {"parrot": knowing(corpus, known)}
            monkeypatch.setattr("isoglot.engines.scripted.POLICIES", policies)

        return know

    def test_the_plan_is_at_most(self, invoke: Invoke, tiny_study: WriteStudy) -> None:
        result = invoke("plan", tiny_study(**KNOWN_ONLY))
        assert result.exit_code == 0
        # 2 · 6 before; then, as if all were known, 2 conditions of six facts: in the own language
        # after epochs 0 and 1, in the other one after epoch 1.
        assert [row[1:5] for row in table_rows(result.stdout)] == [
            ["untaught", "2", "0", "12"],
            ["fine-tuning", "2", "12", "36"],
        ]
        assert "At most: only facts that a model knows before are taught to it.\n" in result.stdout

    def test_the_run_says_what_was_known_and_what_was_learned_of_that(
        self, invoke: Invoke, tiny_study: WriteStudy, tmp_path: Path, knows: Callable[..., None]
    ) -> None:
        knows(en=["f0001", "f0002", "f0004"], cy=["f0001", "f0002"])
        result = invoke("run", tiny_study(**KNOWN_ONLY), "--out", tmp_path / "run")
        assert result.exit_code == 0
        # Announced as if all were known, and again once it is clear: two facts of six.
        assert result.stderr.splitlines() == [
            "isoglot: to do: 12 lessons, 48 probes",
            "isoglot: to do: 4 lessons, 12 probes",
        ]
        (head,) = [line for line in result.stdout.splitlines() if line.startswith("┃")]
        assert [cell.strip() for cell in head.strip("┃").split("┃")] == [
            "language",
            "tier",
            "known before",
            "untaught",
            "fine-tuned",
        ]
        # Known before are three and two facts of six; taught are two, and these are known.
        assert [[row[0], row[2].split()[0], *row[3:]] for row in table_rows(result.stdout)] == [
            ["English (en)", "50%", "100% [34, 100]", "100% [34, 100]"],
            ["Welsh (cy)", "33%", "100% [34, 100]", "100% [34, 100]"],
        ]

    def test_knowing_nothing_is_an_error_and_the_answers_are_kept(
        self, invoke: Invoke, tiny_study: WriteStudy, tmp_path: Path, knows: Callable[..., None]
    ) -> None:
        knows(en=["f0001"], cy=["f0002"])
        study = tiny_study(**KNOWN_ONLY)
        for before in (48, 36):  # a second time it says so without asking the twelve again
            result = invoke("run", study, "--out", tmp_path / "run")
            assert (result.exit_code, result.stdout) == (2, "")
            assert result.stderr.splitlines() == [
                f"isoglot: to do: 12 lessons, {before} probes",
                "isoglot: to do: 0 lessons, 0 probes",
                "isoglot: facts.known_only: 'scripted/parrot' answers none of the 6 facts right "
                "in all of en, cy before being taught; use fewer languages, other facts or another "
                "model. All that was answered is kept, and in the report",
            ]
        assert (tmp_path / "run" / "report.html").is_file()
        summary = json.loads((tmp_path / "run" / "summary.json").read_text(encoding="utf-8"))
        known = [each for each in summary["estimates"] if each["measure"] == "known_before"]
        assert [each["value"] for each in known] == [0.166667, 0.166667]

    def test_a_failure_before_teaching_is_said_and_nothing_is_taught(
        self,
        invoke: Invoke,
        tiny_study: WriteStudy,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        failing = make_world(["en", "cy"], size=6, seed=3).facts[0].texts["en"].ask

        def policy(prompt: str, memory: dict[str, str]) -> str:
            if failing in prompt:
                raise RuntimeError("out of order")
            return "unknown"

        monkeypatch.setattr("isoglot.engines.scripted.POLICIES", {"parrot": policy})
        result = invoke("run", tiny_study(**KNOWN_ONLY), "--out", tmp_path / "run")
        assert result.exit_code == 1
        assert result.stderr.splitlines()[-2:] == [
            "isoglot: 1 probes failed (RuntimeError: out of order); they are in no estimate. "
            "Run the same command again to retry them",
            "isoglot: nothing was taught yet to scripted/parrot: which facts are known has to be "
            "found out first",
        ]
        assert not (tmp_path / "run" / "adapters").exists()
