"""Runs whose facts come from a file or were known before, reported from the run's folder alone."""

import json
import math
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fact_files import guard, knowing, write_lines
from processes import tables
from tiny_studies import write_study

import isoglot as ig
from isoglot.core import InputError, RunFolderError
from isoglot.corpora import make_world
from isoglot.study import NothingKnownError, read_study, study_corpus

WriteStudy = Callable[..., Path]

FACTS = [
    guard("f1", "Alda", en="lion", cy="llew"),
    guard("f2", "Bela", en="bear", cy="arth"),
    guard("f3", "Cora", en="wolf", cy="blaidd"),
]


class TestFromAFile:
    @pytest.fixture
    def study(self, tiny_study: WriteStudy, tmp_path: Path) -> Path:
        write_lines(tmp_path / "facts.jsonl", FACTS)
        return tiny_study(facts={"file": "facts.jsonl"})

    def test_the_facts_are_the_runs(self, study: Path, tmp_path: Path) -> None:
        run = ig.run(study, out=tmp_path / "run")
        assert run.corpus.facts == study_corpus(read_study(study)).facts
        assert (run.corpus.name, run.corpus.languages) == ("tiny", ("en", "cy"))
        assert run.known == {}
        # Asked in the language taught, a parrot knows all three.
        own = [each.value for each in run.estimates() if each.measure == "accuracy"]
        assert own.count(1.0) == 8  # 2 paradigms · 2 languages, for each of the two questions

    def test_a_report_needs_neither_the_file_nor_the_place(
        self, study: Path, tmp_path: Path
    ) -> None:
        run = ig.run(study, out=tmp_path / "run")
        before = tables(run.folder)
        (tmp_path / "facts.jsonl").unlink()
        study.unlink()
        moved = tmp_path / "elsewhere" / "moved"
        moved.parent.mkdir()
        shutil.move(run.folder, moved)
        shutil.rmtree(moved / "tables")
        (moved / "report.html").unlink()
        again = ig.open_run(moved)
        page = again.report()
        assert tables(moved) == before
        assert page.parent == moved
        # The examples of prompts come from the run's own facts, too.
        assert "Who guards Alda?" in page.read_text(encoding="utf-8")

    def test_to_go_on_it_needs_the_file(self, study: Path, tmp_path: Path) -> None:
        ig.run(study, out=tmp_path / "run")
        (tmp_path / "facts.jsonl").unlink()
        with pytest.raises(InputError, match=r"facts\.jsonl: can't be read \(no such file"):
            ig.run(study, out=tmp_path / "run")

    def test_a_file_that_changed_is_refused(self, study: Path, tmp_path: Path) -> None:
        ig.run(study, out=tmp_path / "run")
        before = tables(tmp_path / "run")
        write_lines(
            tmp_path / "facts.jsonl", [*FACTS[:2], guard("f3", "Cora", en="cat", cy="cath")]
        )
        with pytest.raises(RunFolderError, match=r"run: holds other facts"):
            ig.run(study, out=tmp_path / "run")
        assert tables(tmp_path / "run") == before


@pytest.fixture(scope="module")
def gappy(tmp_path_factory: pytest.TempPathFactory) -> ig.Run:
    """A finished run of one fact in English and another one in Welsh."""
    folder = tmp_path_factory.mktemp("gappy")
    facts = [guard("f1", "Alda", en="lion"), guard("f2", "Bela", cy="arth")]
    write_lines(folder / "facts.jsonl", facts)
    study = write_study(folder / "tiny.yaml", facts={"file": "facts.jsonl", "allow_missing": True})
    return ig.run(study, out=folder / "run")


class TestMissingTexts:
    """No fact has a text in both languages: what is taught in one can't be asked in the other."""

    def test_what_was_not_asked_is_nan_and_rests_on_nothing(self, gappy: ig.Run) -> None:
        cells = {
            (each.paradigm, each.languages["taught"], each.languages["asked"]): each
            for each in gappy.estimates()
            if (each.question, each.measure) == ("transfer", "accuracy")
        }
        assert len(cells) == 2 * 4
        for (_, taught, asked), each in cells.items():
            if taught == asked:
                assert (each.value, each.n_facts) == (1.0, 1)
            else:
                assert all(map(math.isnan, (each.value, each.low, each.high)))
                assert each.n_facts == 0

    def test_it_is_empty_in_the_tables(self, gappy: ig.Run) -> None:
        table = gappy.table("transfer")
        across = table[(table["measure"] == "accuracy") & (table["taught"] != table["asked"])]
        assert len(across) == 4
        assert across["value"].isna().all()
        assert (across["n_facts"] == 0).all()
        lines = (gappy.folder / "tables" / "transfer.csv").read_text(encoding="utf-8").splitlines()
        head = lines[0].split(",")
        (row,) = [
            dict(zip(head, line.split(","), strict=True))
            for line in lines
            if line.startswith("transfer,in-context,scripted/parrot,accuracy,en,,,cy,")
        ]
        assert (row["value"], row["low"], row["high"], row["n_facts"]) == ("", "", "", "0")

    def test_it_is_null_in_the_summary(self, gappy: ig.Run) -> None:
        summary = json.loads((gappy.folder / "summary.json").read_text(encoding="utf-8"))
        (cell,) = [
            each
            for each in summary["estimates"]
            if each["measure"] == "accuracy"
            and each["paradigm"] == "fine-tuning"
            and each["languages"] == {"taught": "cy", "asked": "en"}
        ]
        assert (cell["value"], cell["low"], cell["high"], cell["n_facts"]) == (None, None, None, 0)
        assert summary["failures"] == 0

    def test_the_page_is_written_and_the_run_is_finished(self, gappy: ig.Run) -> None:
        page = (gappy.folder / "report.html").read_text(encoding="utf-8")
        assert "The run is unfinished" not in page


class TestKnownOnly:
    @pytest.fixture
    def study(self, tiny_study: WriteStudy) -> Path:
        return tiny_study(
            facts={"world": {"size": 6}, "known_only": True},
            untaught={"shots": 0},
            paradigms={"fine-tuning": {"epochs": 1, "ask_after": [1]}},
        )

    @pytest.fixture
    def knows(self, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
        corpus = make_world(["en", "cy"], size=6, seed=3)

        def know(**known: list[str]) -> None:
            policies = {"parrot": knowing(corpus, known)}
            monkeypatch.setattr("isoglot.engines.scripted.POLICIES", policies)

        return know

    def test_a_run_says_what_was_known(
        self, study: Path, tmp_path: Path, knows: Callable[..., None]
    ) -> None:
        knows(en=["f0001", "f0002", "f0004"], cy=["f0002", "f0004", "f0005", "f0006"])
        run = ig.run(study, out=tmp_path / "run")
        assert run.known == {"scripted/parrot": {"f0002", "f0004"}}
        assert len(run.corpus.facts) == 6
        before = {
            each.languages["taught"]: (each.value, each.n_facts)
            for each in run.estimates()
            if each.measure == "known_before"
        }
        assert before == {"en": (3 / 6, 6), "cy": (4 / 6, 6)}
        assert {each.n_facts for each in run.estimates() if each.measure == "accuracy"} == {2}
        assert list(run.table("knowledge")["measure"]) == [
            "known_before",
            "known_before",
            "known_before_tier_gap",
        ]
        page = (run.folder / "report.html").read_text(encoding="utf-8")
        assert "Only facts that scripted/parrot knew before were taught to it: 2 of 6" in page
        assert "The run is unfinished" not in page

    def test_the_gap_of_what_was_known_is_high_minus_low(
        self, study: Path, tmp_path: Path, knows: Callable[..., None]
    ) -> None:
        knows(en=["f0001", "f0002", "f0004"], cy=["f0002"])
        (gap,) = [
            each
            for each in ig.run(study, out=tmp_path / "run").estimates()
            if each.measure == "known_before_tier_gap"
        ]
        # English is of the high tier and Welsh of the low one.
        assert gap.value == pytest.approx(3 / 6 - 1 / 6)
        assert (gap.paradigm, gap.languages) == ("untaught", {"high": "en", "low": "cy"})

    def test_where_nothing_is_known_the_report_shows_what_was_asked(
        self, study: Path, tmp_path: Path, knows: Callable[..., None]
    ) -> None:
        knows(en=["f0001"], cy=["f0002"])
        with pytest.raises(NothingKnownError, match="answers none of the 6 facts right"):
            ig.run(study, out=tmp_path / "run")
        run = ig.open_run(tmp_path / "run")
        assert run.known == {"scripted/parrot": frozenset()}
        assert (run.n_answered, run.failures) == (12, {})
        values = {each.measure: each.value for each in run.estimates() if each.n_facts}
        assert values == {"known_before": 1 / 6, "known_before_tier_gap": 0}
        # The rest was planned, and nothing of it can be asked.
        assert all(math.isnan(each.value) for each in run.estimates() if not each.n_facts)
        assert (run.folder / "report.html").is_file()
        assert (run.folder / "tables" / "knowledge.csv").is_file()

    def test_while_a_probe_has_failed_it_is_unknown_what_is_known(
        self, study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        corpus = make_world(["en", "cy"], size=6, seed=3)
        failing = corpus.facts[0].texts["en"].ask

        def policy(prompt: str, memory: dict[str, str]) -> str:
            if failing in prompt:
                raise RuntimeError("out of order")
            return "unknown"

        monkeypatch.setattr("isoglot.engines.scripted.POLICIES", {"parrot": policy})
        run = ig.run(study, out=tmp_path / "run")
        assert run.known == {}
        assert (run.n_answered, len(run.failures)) == (11, 1)
        # What would be taught is not asked yet, so it is not missing: 12 lie before it, and at most
        # (2 · 6 + 6) · 2 behind: both own epochs, 0 and 1, and the other language after epoch 1.
        page = (run.folder / "report.html").read_text(encoding="utf-8")
        assert "The run is unfinished: 36 of 48 probes were not asked yet." in page
        assert {each.question for each in run.estimates()} == {"knowledge"}


class TestOnlyAsked:
    """A study of what is known before, which teaches nothing."""

    def test_it_needs_no_paradigm(self, tiny_study: WriteStudy, tmp_path: Path) -> None:
        study = tiny_study(questions=["knowledge"], paradigms=None, untaught={"shots": 0})
        run = ig.run(study, out=tmp_path / "run")
        assert {row.paradigm for row in run.probes.itertuples()} == {"untaught"}
        assert len(run.probes) == 6
        assert [each.value for each in run.estimates()] == [0, 0, 0]
        assert not (run.folder / "adapters").exists()
        with pytest.raises(InputError, match="known: knowledge, probes"):
            run.table("transfer")

    def test_a_paradigm_that_nothing_asks_is_not_taught(
        self, tiny_study: WriteStudy, tmp_path: Path, watcher: Callable[[], Any]
    ) -> None:
        watched = watcher()
        run = ig.run(tiny_study(questions=["knowledge"]), out=tmp_path / "run", progress=watched)
        assert watched.announced == {"lessons": 0, "probes": 6}
        assert (watched.lessons, watched.probes) == (0, 6)
        assert not (run.folder / "adapters").exists()
