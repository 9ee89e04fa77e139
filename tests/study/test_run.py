"""A run that is not cut off: what it asks, writes, finds and tells."""

import hashlib
import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from run_rows import but_for_time, query

from isoglot.engines import ResolvedModel, ScriptedEngine
from isoglot.store import Store
from isoglot.study import (
    DATABASE_FILE,
    Silent,
    Study,
    make_plan,
    read_run_study,
    read_study,
    run_study,
    study_corpus,
)

WriteStudy = Callable[..., Path]
OpenStore = Callable[[], Store]
PARROT = ScriptedEngine("scripted/parrot").fingerprint


class TestAWholeRun:
    def test_every_planned_probe_is_asked_once(self, whole) -> None:
        study, outcome, watched, rows = whole.study, whole.outcome, whole.watched, whole.rows
        planned = sum(part.probes for part in make_plan(study, study_corpus(study)).parts)
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

    def test_a_parrot_is_right_about_what_it_was_taught_in_the_same_language(self, whole) -> None:
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

    def test_the_prompt_is_context_then_question(self, whole) -> None:
        facts = {fact.id: fact for fact in study_corpus(whole.study).facts}
        statement = (
            "SELECT paradigm, taught, asked, fact, contexts.text, question FROM probes "
            "JOIN answers ON key = answer JOIN contexts ON hash = context"
        )
        asked_with = query(whole.folder, statement)
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

    def test_what_the_key_is_made_of_is_in_the_database(self, whole) -> None:
        """Keys can be checked without isoglot: rule 1 of the design."""
        statement = (
            "SELECT key, model, adapter, contexts.text, question, decoding, seed FROM answers "
            "JOIN contexts ON hash = context"
        )
        answers = query(whole.folder, statement)
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

    def test_the_resolved_study_stands_in_the_folder(self, whole) -> None:
        there = read_run_study(whole.folder)
        assert there.asks_the_same(whole.study)
        assert there.resolved is not None
        parrot = ResolvedModel(name="scripted/parrot", dtype="text", fingerprint=PARROT)
        assert there.resolved.models == (parrot,)
        assert {"isoglot", "python", "numpy"} <= set(there.resolved.versions)

    def test_two_runs_give_the_same_answers(
        self, whole, study: Study, folder: Path, open_store: OpenStore
    ) -> None:
        run_study(study, folder, progress=Silent())
        assert but_for_time(open_store().probe_rows()) == but_for_time(whole.rows)

    def test_batches_change_nothing(
        self, whole, tiny_study: WriteStudy, folder: Path, open_store: OpenStore
    ) -> None:
        small = read_study(tiny_study(models=[{"name": "scripted/parrot", "batch_size": 2}]))
        run_study(small, folder, progress=Silent())
        assert but_for_time(open_store().probe_rows()) == but_for_time(whole.rows)

    def test_phases_say_what_is_taught_and_asked(self, whole) -> None:
        assert whole.watched.phases == [
            "preparing the models (a bundled one takes a minute the first time)",
            "asking: taught English (in-context)",
            "asking: taught Welsh (in-context)",
            "teaching English, Welsh (fine-tuning)",
            "asking what was fine-tuned",
        ]


@pytest.mark.parametrize("ask_after", [(0, 1, 3), (0,), (2,), (1, 3), (3,)])
def test_the_lessons_of_the_plan_are_those_that_are_taught(
    tiny_study: WriteStudy, folder: Path, watcher: Callable[[], Any], ask_after: tuple[int, ...]
) -> None:
    # 2 conditions of 3 lessons, up to the last asked epoch.
    paradigms = {"in-context": {}, "fine-tuning": {"epochs": 4, "ask_after": list(ask_after)}}
    study = read_study(tiny_study(paradigms=paradigms))
    watched = watcher()
    run_study(study, folder, progress=watched)
    assert (
        sum(part.lessons for part in make_plan(study, study_corpus(study)).parts)
        == 2 * 3 * ask_after[-1]
    )
    assert watched.announced["lessons"] == watched.lessons == 2 * 3 * ask_after[-1]


def test_probes_that_share_an_answer_count_each(
    tiny_study: WriteStudy, folder: Path, open_store: OpenStore, watcher: Callable[[], Any]
) -> None:
    # The untaught model is the same whatever it will be taught: the second condition's 6 probes
    # have the answers of the first one's.
    study = read_study(tiny_study(paradigms={"fine-tuning": {"ask_after": [0]}}))
    watched = watcher()
    outcome = run_study(study, folder, progress=watched)
    assert watched.announced == {"lessons": 0, "probes": 12}
    assert watched.probes == 12
    assert (outcome.asked, outcome.failures) == (6, {})
    assert len(list(open_store().probe_rows())) == 12


@pytest.mark.parametrize("name", ["who?me", "a%20b", "a#b", "a b&c=d"])
def test_a_folder_may_have_any_name(study: Study, tmp_path: Path, name: str) -> None:
    (tmp_path / "runs").mkdir()
    folder = tmp_path / "runs" / name
    assert run_study(study, folder, progress=Silent()).asked == 36
    assert [path.name for path in (tmp_path / "runs").iterdir()] == [name]
    assert (folder / DATABASE_FILE).is_file()
    assert query(folder, "SELECT count(*) FROM probes") == [(36,)]
