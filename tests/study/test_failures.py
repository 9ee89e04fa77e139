"""Probes that a model fails on: they are no answers, and the next run tries them again."""

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from run_rows import but_for_time, query

from isoglot.learning import Course, Rote, Taught, TrainingFailedError
from isoglot.store import Store
from isoglot.study import Silent, Study, read_study, run_study, study_corpus

WriteStudy = Callable[..., Path]
OpenStore = Callable[[], Store]


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
        answered = query(folder, "SELECT id, answer FROM probes ORDER BY id")
        for attempts in (2, 3):
            watched = watcher()
            outcome = run_study(broken, folder, progress=watched)
            assert outcome.asked == watched.announced["probes"] == len(failing)
            assert outcome.failures.keys() == failing
            assert set(query(folder, "SELECT probe, attempts FROM failures")) == {
                (probe, attempts) for probe in failing
            }
        assert query(folder, "SELECT id, answer FROM probes ORDER BY id") == answered

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


class TestTrainingThatFails:
    REASON = "training failed: the loss became nan in epoch 2, step 1 of 1"

    @pytest.fixture
    def study(self, tiny_study: WriteStudy) -> Study:
        return read_study(tiny_study())

    @pytest.fixture
    def welsh_fails(self, monkeypatch: pytest.MonkeyPatch) -> None:
        taught_rightly = Rote.teach

        def teach(self: Rote, course: Course, **more: Any) -> Iterator[Taught]:
            for taught in taught_rightly(self, course, **more):
                if course.condition.taught == "cy" and taught.stage.epoch == 3:
                    raise TrainingFailedError(TestTrainingThatFails.REASON)
                yield taught

        monkeypatch.setattr(Rote, "teach", teach)

    @pytest.mark.usefixtures("welsh_fails")
    def test_its_probes_fail_and_all_others_are_answered(
        self, study: Study, folder: Path, whole: Any, open_store: OpenStore, watcher: Any
    ) -> None:
        watched = watcher()
        outcome = run_study(study, folder, progress=watched)
        # Welsh after epoch 3: three facts, asked in Welsh and in English.
        assert set(outcome.failures.values()) == {self.REASON}
        assert len(outcome.failures) == 6
        assert all("|fine-tuning|cy|3|3|" in probe for probe in outcome.failures)
        assert watched.probes == len(whole.rows)
        expected = [
            row
            for row in but_for_time(whole.rows)
            if (row["paradigm"], row["taught"], row["epoch"]) != ("fine-tuning", "cy", 3)
        ]
        assert but_for_time(open_store().probe_rows()) == expected

    def test_the_next_run_tries_again(
        self, study: Study, folder: Path, whole: Any, open_store: OpenStore,
        request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch,
    ) -> None:  # fmt: skip
        request.getfixturevalue("welsh_fails")
        assert run_study(study, folder, progress=Silent()).failures
        monkeypatch.undo()
        assert run_study(study, folder, progress=Silent()).failures == {}
        assert but_for_time(open_store().probe_rows()) == but_for_time(whole.rows)
