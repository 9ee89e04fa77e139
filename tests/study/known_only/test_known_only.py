"""A study that teaches only what the model knew before: `facts.known_only`."""

import json
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cut_off import CutOff
from fact_files import knowing
from known_studies import (
    ASKED_FINE_TUNED,
    ASKED_IN_CONTEXT,
    BOTH,
    CHANGES,
    FINE_TUNED,
    IN_CONTEXT,
    KNOWN,
    UNTAUGHT,
)
from run_rows import but_for_time, query

from isoglot.core import Corpus, ModelError
from isoglot.engines.scripted import parrot
from isoglot.store import Store
from isoglot.study import (
    DATABASE_FILE,
    NothingKnownError,
    Silent,
    Study,
    read_known,
    read_study,
    run_study,
)

WriteStudy = Callable[..., Path]


@pytest.fixture
def model(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Puts policies in the place of the scripted ones, until the next ones come."""

    def become(**policies: Any) -> None:
        monkeypatch.setattr("isoglot.engines.scripted.POLICIES", policies)

    return become


def rows(folder: Path) -> list[dict[str, Any]]:
    store = Store(folder / DATABASE_FILE)
    try:
        return but_for_time(store.probe_rows())
    finally:
        store.close()


def known(folder: Path, study: Study, corpus: Corpus) -> frozenset[str] | None:
    store = Store(folder / DATABASE_FILE)
    try:
        return read_known(
            store, corpus, model="scripted/parrot", judge="match", languages=study.languages
        )
    finally:
        store.close()


class TestARun:
    def test_the_untaught_model_is_asked_everything_and_the_rest_only_what_it_knew(
        self, study: Study, corpus: Corpus, folder: Path, model: Any, watcher: Callable[[], Any]
    ) -> None:
        model(parrot=knowing(corpus, KNOWN))
        watched = watcher()
        outcome = run_study(study, folder, progress=watched)
        assert outcome.asked == UNTAUGHT + ASKED_IN_CONTEXT + ASKED_FINE_TUNED
        assert outcome.failures == {}
        assert watched.probes == UNTAUGHT + IN_CONTEXT + FINE_TUNED
        # The second announcement is of what is left once it is known what will be taught.
        assert watched.announced == {"lessons": 2 * 2 * 2, "probes": IN_CONTEXT + FINE_TUNED}
        assert watched.lessons == 8
        asked = rows(folder)
        assert Counter(row["paradigm"] for row in asked) == {
            "untaught": UNTAUGHT,
            "in-context": IN_CONTEXT,
            "fine-tuning": FINE_TUNED,
        }
        untaught = [row for row in asked if row["paradigm"] == "untaught"]
        assert {(row["fact"], row["asked"]) for row in untaught if row["correct"]} == {
            (fact, language) for language, facts in KNOWN.items() for fact in facts
        }
        assert all((row["epoch"], row["taught"]) == (0, row["asked"]) for row in untaught)
        assert {row["fact"] for row in asked if row["paradigm"] != "untaught"} == BOTH
        assert known(folder, study, corpus) == BOTH

    def test_only_what_it_knew_is_taught(
        self, study: Study, corpus: Corpus, folder: Path, model: Any
    ) -> None:
        model(parrot=knowing(corpus, KNOWN))
        run_study(study, folder, progress=Silent())
        facts = {fact.id: fact for fact in corpus.facts}
        for language in study.languages:
            lessons = {facts[each].texts[language].teach for each in BOTH}
            (adapter,) = (folder / "adapters").glob(f"*-{language}-seed-3-epoch-02")
            assert set(json.loads((adapter / "memory.json").read_text("utf-8"))) == lessons
            statement = (
                "SELECT DISTINCT contexts.text FROM probes JOIN answers ON key = answer "
                "JOIN contexts ON hash = context "
                f"WHERE paradigm = 'in-context' AND taught = '{language}' AND times_shown = 1"
            )
            ((context,),) = query(folder, statement)
            others = {fact.texts[language].teach for fact in corpus.facts} - lessons
            assert all(lesson in context for lesson in lessons)
            assert not any(other in context for other in others)

    def test_its_phases_say_what_is_asked_before_teaching(
        self, study: Study, corpus: Corpus, folder: Path, model: Any, watcher: Callable[[], Any]
    ) -> None:
        model(parrot=knowing(corpus, KNOWN))
        watched = watcher()
        run_study(study, folder, progress=watched)
        assert watched.phases[1:4] == [
            "asking what is known before teaching: English",
            "asking what is known before teaching: Welsh",
            "asking: taught English (in-context)",
        ]

    def test_a_second_call_asks_nothing(
        self, study: Study, corpus: Corpus, folder: Path, model: Any, watcher: Callable[[], Any]
    ) -> None:
        model(parrot=knowing(corpus, KNOWN))
        run_study(study, folder, progress=Silent())
        before = rows(folder)
        watched = watcher()
        assert run_study(study, folder, progress=watched).asked == 0
        assert watched.announced == {"lessons": 0, "probes": 0}
        assert rows(folder) == before

    def test_the_untaught_answers_serve_where_nothing_else_was_asked(
        self, tiny_study: WriteStudy, corpus: Corpus, folder: Path, model: Any
    ) -> None:
        # After no epoch the model is the untaught one, and without examples so is the prompt.
        paradigms = {"fine-tuning": {"epochs": 2, "ask_after": [0, 2]}}
        fine_tuned = 2 * (2 + 1) * 2  # 2 taught, own language twice, the other once, 2 facts each
        model(parrot=knowing(corpus, KNOWN))
        study = read_study(tiny_study(**{**CHANGES, "paradigms": paradigms}))
        assert run_study(study, folder, progress=Silent()).asked == UNTAUGHT + fine_tuned - 2 * 2
        assert len(rows(folder)) == UNTAUGHT + fine_tuned

    def test_every_model_is_taught_what_it_knew_itself(
        self, tiny_study: WriteStudy, corpus: Corpus, folder: Path, model: Any
    ) -> None:
        models = ["scripted/parrot", "scripted/mute"]
        study = read_study(tiny_study(**{**CHANGES, "models": models}))
        model(
            parrot=knowing(corpus, KNOWN),
            mute=knowing(corpus, {"en": ["f0003"], "cy": ["f0003"]}),
        )
        run_study(study, folder, progress=Silent())
        taught = {
            name: {
                row["fact"]
                for row in rows(folder)
                if (row["model"], row["paradigm"]) == (name, "fine-tuning")
            }
            for name in models
        }
        assert taught == {"scripted/parrot": BOTH, "scripted/mute": {"f0003"}}


class TestGoingOn:
    # Of 40 probes, 32 are asked; the 13th, for one, has its answer from the untaught model.
    @pytest.mark.parametrize(
        ("asked_before", "left"),
        [
            (1, 31),
            (UNTAUGHT - 1, 21),
            (UNTAUGHT, ASKED_IN_CONTEXT + ASKED_FINE_TUNED),
            (UNTAUGHT + 1, ASKED_IN_CONTEXT + ASKED_FINE_TUNED),
            (UNTAUGHT + IN_CONTEXT, ASKED_FINE_TUNED),
            (39, 1),
        ],
    )
    def test_a_run_that_was_cut_off_ends_as_one_that_was_not(
        self,
        study: Study,
        corpus: Corpus,
        folder: Path,
        tmp_path: Path,
        model: Any,
        asked_before: int,
        left: int,
    ) -> None:
        model(parrot=knowing(corpus, KNOWN))
        run_study(study, tmp_path / "whole", progress=Silent())
        with pytest.raises(KeyboardInterrupt):
            run_study(study, folder, progress=CutOff(asked_before))
        assert run_study(study, folder, progress=Silent()).asked == left
        assert rows(folder) == rows(tmp_path / "whole")

    def test_what_was_known_is_not_found_out_again(
        self, study: Study, corpus: Corpus, folder: Path, model: Any
    ) -> None:
        """Whatever the model would say now: the answers of the first sitting decide."""
        model(parrot=knowing(corpus, KNOWN))
        with pytest.raises(KeyboardInterrupt):
            run_study(study, folder, progress=CutOff(UNTAUGHT + 3))
        assert known(folder, study, corpus) == BOTH
        model(parrot=parrot)  # knows nothing but what it is taught
        run_study(study, folder, progress=Silent())
        assert known(folder, study, corpus) == BOTH
        assert {row["fact"] for row in rows(folder) if row["paradigm"] != "untaught"} == BOTH

    def test_before_all_was_asked_nothing_is_known(
        self, study: Study, corpus: Corpus, folder: Path, model: Any
    ) -> None:
        model(parrot=knowing(corpus, KNOWN))
        with pytest.raises(KeyboardInterrupt):
            run_study(study, folder, progress=CutOff(UNTAUGHT - 1))
        assert known(folder, study, corpus) is None


class TestFailures:
    """One question of twelve fails, at first; so it is not known what the model knew."""

    @pytest.fixture
    def failing(self, corpus: Corpus) -> Any:
        knows = knowing(corpus, KNOWN)
        question = corpus.facts[2].texts["cy"].ask

        def policy(prompt: str, memory: dict[str, str]) -> str:
            if question in prompt:
                raise RuntimeError("out of order")
            return knows(prompt, memory)

        return policy

    PROBE = "scripted/parrot|untaught|cy|3|0|f0003|cy"

    def test_nothing_is_taught(
        self, study: Study, corpus: Corpus, folder: Path, model: Any, failing: Any
    ) -> None:
        model(parrot=failing)
        outcome = run_study(study, folder, progress=Silent())
        assert outcome.failures == {self.PROBE: "RuntimeError: out of order"}
        assert {row["paradigm"] for row in rows(folder)} == {"untaught"}
        assert len(rows(folder)) == UNTAUGHT - 1
        assert not (folder / "adapters").exists()
        assert known(folder, study, corpus) is None

    def test_once_it_is_answered_teaching_begins(
        self, study: Study, corpus: Corpus, folder: Path, model: Any, failing: Any
    ) -> None:
        model(parrot=failing)
        run_study(study, folder, progress=Silent())
        model(parrot=knowing(corpus, KNOWN))
        outcome = run_study(study, folder, progress=Silent())
        assert outcome.asked == 1 + ASKED_IN_CONTEXT + ASKED_FINE_TUNED
        assert outcome.failures == {}
        assert known(folder, study, corpus) == BOTH

    def test_another_model_is_taught_all_the_same(
        self, tiny_study: WriteStudy, corpus: Corpus, folder: Path, model: Any, failing: Any
    ) -> None:
        models = ["scripted/parrot", "scripted/mute"]
        study = read_study(tiny_study(**{**CHANGES, "models": models}))
        model(parrot=failing, mute=knowing(corpus, KNOWN))
        outcome = run_study(study, folder, progress=Silent())
        assert list(outcome.failures) == [self.PROBE]
        taught = {row["model"] for row in rows(folder) if row["paradigm"] != "untaught"}
        assert taught == {"scripted/mute"}


class TestNothingKnown:
    def test_it_is_an_error_and_the_answers_are_kept(
        self, study: Study, corpus: Corpus, folder: Path, model: Any
    ) -> None:
        model(parrot=knowing(corpus, {"en": ["f0001"], "cy": ["f0002"]}))
        expected = (
            r"^facts.known_only: 'scripted/parrot' answers none of the 6 facts right in all of "
            r"en, cy before being taught; use fewer languages, other facts or another model"
        )
        with pytest.raises(NothingKnownError, match=expected) as caught:
            run_study(study, folder, progress=Silent())
        assert isinstance(caught.value, ModelError)
        assert len(rows(folder)) == UNTAUGHT
        assert sum(row["correct"] for row in rows(folder)) == 2
        assert known(folder, study, corpus) == frozenset()
        assert not (folder / "adapters").exists()

    def test_the_model_that_knows_something_is_taught_before_it_is_said(
        self, tiny_study: WriteStudy, corpus: Corpus, folder: Path, model: Any
    ) -> None:
        models = ["scripted/mute", "scripted/parrot"]
        study = read_study(tiny_study(**{**CHANGES, "models": models}))
        model(parrot=knowing(corpus, KNOWN), mute=knowing(corpus, {}))
        with pytest.raises(NothingKnownError, match="'scripted/mute' answers none"):
            run_study(study, folder, progress=Silent())
        asked = Counter((row["model"], row["paradigm"]) for row in rows(folder))
        assert asked == {
            ("scripted/mute", "untaught"): UNTAUGHT,
            ("scripted/parrot", "untaught"): UNTAUGHT,
            ("scripted/parrot", "in-context"): IN_CONTEXT,
            ("scripted/parrot", "fine-tuning"): FINE_TUNED,
        }


class TestExamples:
    """With solved examples before the question, as `untaught.shots` says."""

    @pytest.fixture
    def study(self, tiny_study: WriteStudy) -> Study:
        return read_study(tiny_study(**{**CHANGES, "untaught": {"shots": 2}}))

    @pytest.fixture(autouse=True)
    def _run(self, study: Study, corpus: Corpus, folder: Path, model: Any) -> None:
        model(parrot=knowing(corpus, KNOWN))
        run_study(study, folder, progress=Silent())

    def test_the_untaught_model_sees_other_facts_solved(
        self, study: Study, corpus: Corpus, folder: Path
    ) -> None:
        statement = (
            "SELECT asked, fact, contexts.text, question FROM probes "
            "JOIN answers ON key = answer JOIN contexts ON hash = context "
            "WHERE paradigm = 'untaught'"
        )
        asked_with = query(folder, statement)
        assert len(asked_with) == UNTAUGHT
        solved = {
            language: {
                fact.id: f"Q: {fact.texts[language].ask}\nA: {fact.texts[language].answer.text}\n"
                for fact in corpus.facts
            }
            for language in study.languages
        }
        shown: dict[str, set[frozenset[str]]] = {"en": set(), "cy": set()}
        for language, fact, context, question in asked_with:
            (text,) = [each.texts[language] for each in corpus.facts if each.id == fact]
            assert question == f"Q: {text.ask}\nA:"
            examples = {other for other, pair in solved[language].items() if pair in context}
            assert len(examples) == 2
            assert len(context) == sum(len(solved[language][other]) for other in examples)
            assert fact not in examples
            shown[language].add(frozenset(examples))
        # One set of examples, and another for these: the same facts in either language.
        assert len(shown["en"]) == 2
        assert shown["en"] == shown["cy"]

    def test_the_taught_model_sees_none(self, folder: Path) -> None:
        statement = (
            "SELECT DISTINCT contexts.text FROM probes JOIN answers ON key = answer "
            "JOIN contexts ON hash = context WHERE paradigm = 'fine-tuning'"
        )
        assert query(folder, statement) == [("",)]


def test_a_moved_run_goes_on(
    study: Study, corpus: Corpus, folder: Path, tmp_path: Path, model: Any
) -> None:
    model(parrot=knowing(corpus, KNOWN))
    with pytest.raises(KeyboardInterrupt):
        run_study(study, folder, progress=CutOff(UNTAUGHT + 3))
    shutil.move(folder, tmp_path / "elsewhere")
    outcome = run_study(study, tmp_path / "elsewhere", progress=Silent())
    # In English two were answered before; the third was asked.
    assert outcome.asked == ASKED_IN_CONTEXT + ASKED_FINE_TUNED - 1
