import hashlib
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import yaml
from tiny_studies import write_study

from isoglot.core import InputError, RunFolderError
from isoglot.engines import ResolvedModel, ScriptedEngine
from isoglot.engines._fingerprint import model_fingerprint
from isoglot.store import Store
from isoglot.study import (
    DATABASE_FILE,
    STUDY_FILE,
    Resolved,
    RunOutcome,
    Silent,
    Study,
    make_plan,
    read_run_study,
    read_study,
    run_study,
    study_corpus,
)
from isoglot.study._folder import only_process, write_run_study
from isoglot.study._run import _resolve

WriteStudy = Callable[..., Path]
PARROT = ScriptedEngine("scripted/parrot").fingerprint


@pytest.fixture
def study(tiny_study: WriteStudy) -> Study:
    return read_study(tiny_study())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "run"


@pytest.fixture
def open_store(folder: Path) -> Iterator[Callable[[], Store]]:
    opened: list[Store] = []

    def open_one() -> Store:
        opened.append(Store(folder / DATABASE_FILE))
        return opened[-1]

    yield open_one
    for store in opened:
        store.close()


OpenStore = Callable[[], Store]


def _query(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection:
        return connection.execute(statement).fetchall()


def _but_for_time(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows without what may differ between two runs."""
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]


class Whole(NamedTuple):
    """A run that was not cut off. Its folder is only looked at."""

    study: Study
    folder: Path
    outcome: RunOutcome
    watched: Any
    rows: list[dict[str, Any]]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory, watcher: Callable[[], Any]) -> Whole:
    folder = tmp_path_factory.mktemp("whole")
    study = read_study(write_study(folder / "tiny.yaml"))
    watched = watcher()
    outcome = run_study(study, folder / "run", progress=watched)
    store = Store(folder / "run" / DATABASE_FILE)
    rows = list(store.probe_rows())
    store.close()
    return Whole(study, folder / "run", outcome, watched, rows)


class TestAWholeRun:
    def test_every_planned_probe_is_asked_once(self, whole: Whole) -> None:
        study, outcome, watched, rows = whole.study, whole.outcome, whole.watched, whole.rows
        planned = sum(part.probes for part in make_plan(study).parts)
        assert planned == 12 + 24
        assert (outcome.asked, outcome.failures) == (planned, {})
        assert (watched.announced["probes"], watched.probes) == (planned, planned)
        assert watched.announced["lessons"] == watched.lessons
        cells = Counter(
            (row["paradigm"], row["taught"], row["asked"], row["epoch"]) for row in rows
        )
        assert cells == {
            ("in-context", taught, asked, None): 3
            for taught in ("en", "cy")
            for asked in ("en", "cy")
        } | {
            ("fine-tuning", taught, asked, epoch): 3
            for taught in ("en", "cy")
            for asked, epoch in [
                (taught, 0),
                (taught, 1),
                (taught, 3),
                ({"en": "cy", "cy": "en"}[taught], 3),
            ]
        }

    def test_a_parrot_is_right_about_what_it_was_taught_in_the_same_language(
        self, whole: Whole
    ) -> None:
        """It repeats what it saw, so it knows nothing untaught and nothing in another language.

        Rote learning: one of three facts is known after one epoch of three, and all at the end.
        """
        right: Counter[tuple[object, ...]] = Counter()
        for row in whole.rows:
            if row["correct"]:
                right[row["paradigm"], row["taught"], row["asked"], row["epoch"]] += 1
        assert right == {
            ("in-context", "en", "en", None): 3,
            ("in-context", "cy", "cy", None): 3,
            ("fine-tuning", "en", "en", 1): 1,
            ("fine-tuning", "cy", "cy", 1): 1,
            ("fine-tuning", "en", "en", 3): 3,
            ("fine-tuning", "cy", "cy", 3): 3,
        }

    def test_the_prompt_is_context_then_question(self, whole: Whole) -> None:
        facts = {fact.id: fact for fact in study_corpus(whole.study).facts}
        statement = (
            "SELECT paradigm, taught, asked, fact, contexts.text, question FROM probes "
            "JOIN answers ON key = answer JOIN contexts ON hash = context"
        )
        asked_with = _query(whole.folder, statement)
        assert len(asked_with) == 36
        for paradigm, taught, asked, fact, context, question in asked_with:
            assert question == f"Q: {facts[fact].texts[asked].ask}\nA:"
            lessons = [
                f"Q: {each.texts[taught].teach}\nA: {each.texts[taught].answer.text}\n"
                for each in facts.values()
            ]
            if paradigm == "fine-tuning":
                assert context == ""
            else:
                assert all(lesson in context for lesson in lessons)

    def test_what_the_key_is_made_of_is_in_the_database(self, whole: Whole) -> None:
        """Keys can be checked without isoglot: rule 1 of the design."""
        statement = (
            "SELECT key, model, adapter, contexts.text, question, decoding, seed FROM answers "
            "JOIN contexts ON hash = context"
        )
        answers = _query(whole.folder, statement)
        assert len(answers) == 36
        for key, model, adapter, context, question, decoding, seed in answers:
            parts = {
                "adapter": adapter,
                "decoding": json.loads(decoding),
                "model": model,
                "prompt": context + question,
                "seed": seed,
            }
            text = json.dumps(parts, ensure_ascii=False)
            assert key == hashlib.sha256(text.encode()).hexdigest()
            assert (model, seed) == (PARROT, 3)

    def test_the_resolved_study_stands_in_the_folder(self, whole: Whole) -> None:
        there = read_run_study(whole.folder)
        assert there.asks_the_same(whole.study)
        assert there.resolved is not None
        assert [model.model_dump() for model in there.resolved.models] == [
            {"name": "scripted/parrot", "dtype": "text", "fingerprint": PARROT}
        ]
        assert {"isoglot", "python", "numpy"} <= set(there.resolved.versions)

    def test_two_runs_give_the_same_answers(
        self, whole: Whole, study: Study, folder: Path, open_store: OpenStore
    ) -> None:
        run_study(study, folder, progress=Silent())
        assert _but_for_time(open_store().probe_rows()) == _but_for_time(whole.rows)

    def test_batches_change_nothing(
        self, whole: Whole, tiny_study: WriteStudy, folder: Path, open_store: OpenStore
    ) -> None:
        small = read_study(tiny_study(models=[{"name": "scripted/parrot", "batch_size": 2}]))
        run_study(small, folder, progress=Silent())
        assert _but_for_time(open_store().probe_rows()) == _but_for_time(whole.rows)

    def test_phases_say_what_is_taught_and_asked(self, whole: Whole) -> None:
        assert whole.watched.phases == [
            "looking up the models",
            "teaching English (in-context)",
            "asking: taught English (in-context)",
            "teaching Welsh (in-context)",
            "asking: taught Welsh (in-context)",
            "teaching English (fine-tuning)",
            "asking: taught English (fine-tuning after epoch 0)",
            "asking: taught English (fine-tuning after epoch 1)",
            "asking: taught English (fine-tuning after epoch 3)",
            "teaching Welsh (fine-tuning)",
            "asking: taught Welsh (fine-tuning after epoch 0)",
            "asking: taught Welsh (fine-tuning after epoch 1)",
            "asking: taught Welsh (fine-tuning after epoch 3)",
            "judging",
        ]


class TestGoingOn:
    def test_a_second_call_asks_nothing(
        self, study: Study, folder: Path, open_store: OpenStore, watcher: Callable[[], Any]
    ) -> None:
        run_study(study, folder, progress=Silent())
        before = list(open_store().probe_rows())
        watched = watcher()
        outcome = run_study(study, folder, progress=watched)
        assert (outcome.asked, outcome.failures) == (0, {})
        assert watched.announced == {"lessons": 0, "probes": 0}
        assert (watched.lessons, watched.probes) == (0, 0)
        assert list(open_store().probe_rows()) == before

    @pytest.mark.parametrize("asked_before", [1, 14, 35])
    def test_a_run_that_was_cut_off_asks_the_rest_only(
        self,
        whole: Whole,
        tiny_study: WriteStudy,
        folder: Path,
        open_store: OpenStore,
        watcher: Callable[[], Any],
        asked_before: int,
    ) -> None:
        class CutOff(Silent):
            left = asked_before

            def asked(self, probes: int) -> None:
                self.left -= probes
                if self.left <= 0:
                    raise KeyboardInterrupt

        # One probe a batch, so that a cut may come after any of the 36.
        study = read_study(tiny_study(models=[{"name": "scripted/parrot", "batch_size": 1}]))
        with pytest.raises(KeyboardInterrupt):
            run_study(study, folder, progress=CutOff())
        watched = watcher()
        outcome = run_study(study, folder, progress=watched)
        assert outcome.asked == watched.probes == watched.announced["probes"] == 36 - asked_before
        assert _but_for_time(open_store().probe_rows()) == _but_for_time(whole.rows)

    def test_answers_without_verdicts_are_judged(
        self, study: Study, folder: Path, open_store: OpenStore
    ) -> None:
        run_study(study, folder, progress=Silent())
        before = list(open_store().probe_rows())
        with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection, connection:
            connection.execute("DELETE FROM verdicts")
        assert run_study(study, folder, progress=Silent()).asked == 0
        assert list(open_store().probe_rows()) == before

    def test_answers_with_verdicts_are_not_judged_again(
        self, study: Study, folder: Path, open_store: OpenStore
    ) -> None:
        run_study(study, folder, progress=Silent())
        with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection, connection:
            connection.execute("UPDATE verdicts SET correct = 1")
        run_study(study, folder, progress=Silent())
        assert [row["correct"] for row in open_store().probe_rows()] == [True] * 36

    def test_changed_weights_are_refused(self, study: Study, folder: Path) -> None:
        run_study(study, folder, progress=Silent())
        values = yaml.safe_load((folder / STUDY_FILE).read_text(encoding="utf-8"))
        values["resolved"]["models"][0]["fingerprint"] = "of other weights"
        (folder / STUDY_FILE).write_text(yaml.safe_dump(values), encoding="utf-8")
        expected = (
            f"--out {folder}: the weights of 'scripted/parrot' are not those that the run began "
            "with; give another --out, or bring the weights back"
        )
        with pytest.raises(RunFolderError, match=f"^{re.escape(expected)}$"):
            run_study(study, folder, progress=Silent())

    @pytest.mark.skipif(find_spec("torch") is None, reason="needs the extra 'local'")
    def test_a_run_keeps_the_dtype_that_it_began_with(
        self, tiny_study: WriteStudy, folder: Path, tmp_path: Path
    ) -> None:
        # Where the dtype is known nobody asks torch what the machine would now choose.
        weights = tmp_path / "weights"
        weights.mkdir()
        (weights / "model.safetensors").write_bytes(b"weights")
        study = read_study(tiny_study(models=[f"hf/{weights}"]))
        model = ResolvedModel(
            name=f"hf/{weights}",
            dtype="float16",
            fingerprint=model_fingerprint(weights, dtype="float16"),
        )
        folder.mkdir()
        resolved = Resolved(versions={}, models=(model,))
        write_run_study(folder, study.model_copy(update={"resolved": resolved}))
        assert _resolve(study, folder).models == (model,)

    def test_another_study_is_refused_and_nothing_changes(
        self, study: Study, folder: Path, tiny_study: WriteStudy
    ) -> None:
        run_study(study, folder, progress=Silent())
        before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
        with pytest.raises(InputError, match=r"holds another study .*what differs: seed"):
            run_study(read_study(tiny_study(seed=4)), folder, progress=Silent())
        assert {p: p.stat().st_mtime_ns for p in folder.rglob("*") if p.is_file()} == before

    def test_a_second_process_is_refused(self, study: Study, folder: Path) -> None:
        with (
            only_process(folder),
            pytest.raises(RunFolderError, match="another isoglot process is working"),
        ):
            run_study(study, folder, progress=Silent())
        assert not (folder / DATABASE_FILE).exists()


class TestFailures:
    """`scripted/broken` fails on every prompt whose SHA-256 begins with a byte divisible by 5.

    Asked after epoch 0 alone, the untaught model is given the bare questions: 2 · 20 prompts.
    """

    @pytest.fixture
    def broken(self, tiny_study: WriteStudy) -> Study:
        return read_study(
            tiny_study(
                models=["scripted/broken"],
                facts={"world": {"size": 20}},
                paradigms={"fine-tuning": {"ask_after": [0]}},
                questions=["effectiveness"],
            )
        )

    @pytest.fixture
    def failing(self, broken: Study) -> set[str]:
        """The probes that fail, by the rule above."""
        return {
            f"scripted/broken|fine-tuning|{language}|3|0|{fact.id}|{language}"
            for fact in study_corpus(broken).facts
            for language in ("en", "cy")
            if hashlib.sha256(f"Q: {fact.texts[language].ask}\nA:".encode()).digest()[0] % 5 == 0
        }

    def test_failures_are_counted_and_are_no_answers(
        self, broken: Study, failing: set[str], folder: Path, open_store: OpenStore
    ) -> None:
        assert 0 < len(failing) < 40
        outcome = run_study(broken, folder, progress=Silent())
        message = "BrokenPolicyError: this scripted model is out of order"
        assert outcome.failures == dict.fromkeys(failing, message)
        assert open_store().failures() == outcome.failures
        judged = {
            f"{row['model']}|{row['paradigm']}|{row['taught']}|3|{row['epoch']}|{row['fact']}|"
            f"{row['asked']}"
            for row in open_store().probe_rows()
        }
        assert judged.isdisjoint(failing)
        assert len(judged) == 40 - len(failing)

    def test_failures_are_tried_again_by_the_next_run(
        self,
        broken: Study,
        failing: set[str],
        folder: Path,
        watcher: Callable[[], Any],
    ) -> None:
        run_study(broken, folder, progress=Silent())
        answered = _query(folder, "SELECT id, answer FROM probes ORDER BY id")
        for attempts in (2, 3):
            watched = watcher()
            outcome = run_study(broken, folder, progress=watched)
            assert outcome.asked == watched.announced["probes"] == len(failing)
            assert outcome.failures.keys() == failing
            assert set(_query(folder, "SELECT probe, attempts FROM failures")) == {
                (probe, attempts) for probe in failing
            }
        assert _query(folder, "SELECT id, answer FROM probes ORDER BY id") == answered

    def test_what_does_not_fail_any_more_is_answered(
        self,
        broken: Study,
        failing: set[str],
        folder: Path,
        open_store: OpenStore,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        run_study(broken, folder, progress=Silent())
        monkeypatch.setattr("isoglot.engines.scripted.POLICIES", {"broken": lambda p, m: "mended"})
        outcome = run_study(broken, folder, progress=Silent())
        assert (outcome.asked, outcome.failures) == (len(failing), {})
        rows = list(open_store().probe_rows())
        assert sum(row["answer"] == "mended" for row in rows) == len(failing)
        assert len(rows) == 40
