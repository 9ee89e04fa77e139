"""A whole run of the four questions by both paradigms with two seeds: every number by hand.

Three languages (English high-, Spanish high-, Welsh low-resource), four facts of a world, and four
facts of general knowledge that wrong answers are taught about, behind two solved examples. The
model believes what it was taught last, knows some of the general knowledge before, and what it was
taught in English helps it in every language (see `believing`).
"""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from cut_off import CutOff
from fact_files import write_lines
from rival_facts import believing, disputed
from run_rows import but_for_time, query
from tiny_studies import write_study

from isoglot.analysis import estimate, probe_table
from isoglot.core import Estimate
from isoglot.questions import QUESTIONS
from isoglot.store import Store
from isoglot.study import (
    DATABASE_FILE,
    Study,
    StudyFacts,
    StudyPlan,
    make_plan,
    planned_cells,
    read_study,
    run_study,
    study_facts,
)

FOUR = ("effectiveness", "transfer", "priority", "robustness")
LANGUAGES = ("en", "es", "cy")
N = 4  # facts, of either kind


class Finished(NamedTuple):
    study: Study
    facts: StudyFacts
    folder: Path
    asked: int
    watched: Any
    rows: list[dict[str, Any]]
    estimates: list[Estimate]


def the_study(folder: Path) -> Study:
    write_lines(folder / "wrong.jsonl", [disputed(f"r{n}", *LANGUAGES) for n in range(6)])
    return read_study(
        write_study(
            folder / "four.yaml",
            models=[{"name": "scripted/parrot", "batch_size": 24}],
            languages=list(LANGUAGES),
            facts={"world": {"size": N}},
            questions=list(FOUR),
            seeds=[1, 2],
            paradigms={
                "in-context": {"times_shown": [1, 2], "facts_in_context": [2]},
                "fine-tuning": {"epochs": 2, "ask_after": [0, 1, 2]},
            },
            robustness={"facts": {"file": "wrong.jsonl"}, "ask_after": [0, 1, 2], "shots": 2},
        )
    )


def the_model(facts: StudyFacts) -> Any:
    """Of the facts that are taught wrongly it knows all in English, three in Spanish, one in Welsh.

    That one is the last: fine-tuning's first epoch teaches the first two of the four.
    """
    first, second, third, fourth = (fact.id for fact in facts.wrong.taught)
    known = {"en": (first, second, third, fourth), "es": (first, second, third), "cy": (fourth,)}
    return believing(
        facts.by_id.values(),
        [(fact_id, language) for language, ids in known.items() for fact_id in ids],
        translates="en",
    )


def read_rows(folder: Path) -> list[dict[str, Any]]:
    store = Store(folder / DATABASE_FILE)
    try:
        return but_for_time(store.probe_rows())
    finally:
        store.close()


@pytest.fixture(scope="module")
def four(tmp_path_factory: pytest.TempPathFactory, watcher: Callable[[], Any]) -> Finished:
    base = tmp_path_factory.mktemp("four")
    study = the_study(base)
    facts = study_facts(study)
    watched = watcher()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("isoglot.engines.scripted.POLICIES", {"parrot": the_model(facts)})
        outcome = run_study(study, base / "run", progress=watched)
    assert outcome.failures == {}
    rows = read_rows(base / "run")
    found = estimate(
        probe_table({**row, "seconds": 0.0} for row in rows),
        [QUESTIONS[name] for name in FOUR],
        planned=planned_cells(study, facts, known={}),
    )
    return Finished(study, facts, base / "run", outcome.asked, watched, rows, found)


def planned(four: Finished) -> StudyPlan:
    return make_plan(four.study, four.facts)


class TestWhatIsAsked:
    def test_the_plan_by_hand(self, four: Finished) -> None:
        """With one seed, 3 + 4 + 3 conditions: facts, two pairs both ways round, wrong answers.

        In context. Facts: the own language untaught, with 2 of the facts, shown once and shown
        twice, and then the other two languages as well: 6 times 4 probes, 3 conditions. A conflict:
        two languages untaught, three at the end: 5 times 4, 4 conditions. Wrong answers: before and
        after: 2 times 4, 3 conditions. 72 + 80 + 24 = 176.

        Fine-tuned. Facts: the own language after 0, 1, 2 epochs, then the other two: 5 times 4,
        3 conditions. A conflict: as in context. Wrong answers: after 0, 1, 2 epochs: 3 times 4,
        3 conditions. 60 + 80 + 36 = 176. Lessons: 4 for 2 epochs in 3 conditions, 8 in 4, 4 in 3:
        24 + 64 + 24 = 112.
        """
        assert [
            part.model_dump(exclude={"prompt_tokens", "whole_tokens"})
            for part in planned(four).parts
        ] == [
            {
                "model": "scripted/parrot",
                "paradigm": paradigm,
                "conditions": 2 * 10,
                "lessons": 2 * lessons,
                "probes": 2 * 176,
            }
            for paradigm, lessons in (("in-context", 0), ("fine-tuning", 112))
        ]

    def test_what_is_planned_is_what_is_run(self, four: Finished) -> None:
        parts = planned(four).parts
        assert Counter(row["paradigm"] for row in four.rows) == {
            part.paradigm: part.probes for part in parts
        }
        everything = {
            "lessons": sum(part.lessons for part in parts),
            "probes": sum(part.probes for part in parts),
        }
        assert four.watched.announced == everything
        assert {"lessons": four.watched.lessons, "probes": four.watched.probes} == everything
        conditions = {
            (row["paradigm"], row["taught"], row["gives"], row["against"], row["seed"])
            for row in four.rows
        }
        assert Counter(paradigm for paradigm, *_ in conditions) == {
            part.paradigm: part.conditions for part in parts
        }

    def test_planned_tokens_are_a_fourth_of_the_bytes_of_the_prompts(self, four: Finished) -> None:
        """Every context counts once a condition and stage, the questions behind it each."""
        asked = query(
            four.folder,
            "SELECT paradigm, taught, gives, against, probes.seed, epoch, times_shown, "
            "facts_in_context, contexts.text, question "
            "FROM probes JOIN answers ON key = answer JOIN contexts ON hash = context",
        )
        for part in planned(four).parts:
            own = [row for row in asked if row[0] == part.paradigm]
            questions = sum(len(row[-1].encode()) for row in own)
            contexts = sum(len(text.encode()) for *_, text in {row[:-1] for row in own})
            assert part.prompt_tokens == (questions + contexts) // 4

    def test_what_is_asked_twice_is_answered_once(self, four: Finished) -> None:
        distinct = query(four.folder, "SELECT count(DISTINCT answer), count(*) FROM probes")
        assert distinct == [(four.asked, 704)]
        # Untaught: 4 facts and 4 others in 3 languages, whoever asks, with either seed.
        untaught = "FROM probes WHERE epoch = 0 OR times_shown = 0"
        assert query(four.folder, f"SELECT count(DISTINCT answer) {untaught}") == [(2 * 3 * N,)]
        # What is learned by heart does not depend on the seed. Facts: the own language after one
        # epoch, all three after two; a conflict: all three; wrong answers: after one, after two.
        tuned = "FROM probes WHERE epoch > 0"
        assert query(four.folder, f"SELECT count(DISTINCT answer), count(*) {tuned}") == [
            (N * (3 * 4 + 4 * 3 + 3 * 2), 2 * N * (3 * 4 + 4 * 3 + 3 * 2))
        ]


class TestWhatIsFound:
    @pytest.fixture
    def value(self, four: Finished) -> Callable[..., Any]:
        def look_up(question: str, measure: str, paradigm: str, **wanted: Any) -> Any:
            """The values of a measure by stage, or the only one."""
            found = [
                each
                for each in four.estimates
                if (each.question, each.measure, each.paradigm) == (question, measure, paradigm)
                and wanted.items() <= each.languages.items()
            ]
            assert found
            assert {each.n_facts for each in found} <= set(range(N + 1))
            values = {
                each.facts_in_context or (each.epoch, each.times_shown): round(each.value, 9)
                for each in found
            }
            return values if len(found) > 1 else found[0].value

        return look_up

    @pytest.mark.parametrize("language", LANGUAGES)
    def test_effectiveness(self, value: Any, language: str) -> None:
        # By heart: half of the facts after the first of two epochs.
        assert value("effectiveness", "accuracy", "fine-tuning", taught=language) == {
            (0, None): 0,
            (1, None): 1 / 2,
            (2, None): 1,
        }
        # (0 + 1/2)/2 + (1/2 + 1)/2 = 1, of 2.
        area = value("effectiveness", "area_under_curve", "fine-tuning", taught=language)
        assert area == pytest.approx(1 / 2)
        assert value("effectiveness", "first_epoch_at_80", "fine-tuning", taught=language) == 2
        shown = value("effectiveness", "accuracy_by_times_shown", "in-context", taught=language)
        assert shown == {(None, 0): 0, (None, 1): 1, (None, 2): 1}
        assert (
            value("effectiveness", "accuracy_by_facts_in_context", "in-context", taught=language)
            == 1
        )

    @pytest.mark.parametrize("paradigm", ["in-context", "fine-tuning"])
    def test_transfer(self, value: Any, paradigm: str) -> None:
        # From English into the others, though in English words; from these into none.
        for taught in LANGUAGES:
            for asked in LANGUAGES:
                right = value(
                    "transfer", "right_in_any_language", paradigm, taught=taught, asked=asked
                )
                assert right == (taught in ("en", asked)), (taught, asked)
        assert value("transfer", "accuracy", paradigm, taught="cy", asked="cy") == 1

    @pytest.mark.parametrize("paradigm", ["in-context", "fine-tuning"])
    def test_priority(self, value: Any, paradigm: str) -> None:
        """Each language is believed where it is asked, and English in Spanish, too.

        Of Spanish against Welsh nothing is said in English. English against Welsh: 1, 1 and 0.
        """
        preferences = {
            (against, asked): value(
                "priority", "preference_by_asked", paradigm, taught=against, asked=asked
            )
            for against in ("en", "es")
            for asked in ("en", "es", "cy")
            if (against, asked) != ("es", "en")
        }
        assert preferences == {
            ("en", "en"): 1,
            ("en", "es"): 1,
            ("en", "cy"): 0,
            ("es", "es"): 1,
            ("es", "cy"): 0,
        }
        assert value("priority", "pair_preference", paradigm, taught="en") == pytest.approx(2 / 3)
        assert value("priority", "pair_preference", paradigm, taught="es") == pytest.approx(1 / 2)
        assert value("priority", "undecided", paradigm, taught="en") == 0
        assert value("priority", "undecided", paradigm, taught="es") == pytest.approx(1 / 3)
        # Ten cells took a side, five of either way round: English's are 1, 1, 0, Spanish's 1, 0.
        assert value("priority", "preference", paradigm) == pytest.approx(6 / 10)
        assert value("priority", "mean_undecided", paradigm) == pytest.approx(1 / 6)
        assert value("priority", "untaught_rival", paradigm, asked="cy") == 0

    def test_robustness(self, value: Any) -> None:
        """Known: 4 in English, the first 3 in Spanish, the last in Welsh. After one epoch the first
        two are taught wrongly, after two all; in context all at once."""
        kept = {"en": 2 / 4, "es": 1 / 3, "cy": 1 / 1}
        for language, n_known in (("en", 4), ("es", 3), ("cy", 1)):
            for paradigm in ("in-context", "fine-tuning"):
                before = value("robustness", "accuracy_before", paradigm, taught=language)
                assert before == n_known / N
            tuned = {"paradigm": "fine-tuning", "taught": language}
            resistance = value("robustness", "resistance", **tuned)
            assert resistance == {(1, None): round(kept[language], 9), (2, None): 0}
            assert value("robustness", "adopted", **tuned) == {
                (0, None): 0,
                (1, None): 1 / 2,
                (2, None): 1,
            }
            assert value("robustness", "resistance", "in-context", taught=language) == 0
            assert value("robustness", "adopted_of_known", "in-context", taught=language) == 1
        # English and Spanish keep 2 + 1 of 7, Welsh 1 of 1.
        gap = value("robustness", "resistance_gap", "fine-tuning")
        assert gap == {(1, None): round(3 / 7 - 1, 9), (2, None): 0}


@pytest.mark.parametrize("asked_before", [150, 500])
def test_a_run_that_was_cut_off_goes_on_with_all_questions(
    four: Finished,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    watcher: Callable[[], Any],
    asked_before: int,
) -> None:
    """Once in the middle of the contexts, once in the middle of what was fine-tuned."""
    study = the_study(tmp_path)
    monkeypatch.setattr("isoglot.engines.scripted.POLICIES", {"parrot": the_model(four.facts)})
    with pytest.raises(KeyboardInterrupt):
        run_study(study, tmp_path / "run", progress=CutOff(asked_before))
    there = len(read_rows(tmp_path / "run"))
    assert asked_before <= there < 704
    paradigms = {row["paradigm"] for row in read_rows(tmp_path / "run")}
    assert ("fine-tuning" in paradigms) == (asked_before > 352)
    watched = watcher()
    outcome = run_study(study, tmp_path / "run", progress=watched)
    assert watched.announced["probes"] == watched.probes == 704 - there
    assert 0 < outcome.asked <= 704 - there
    assert read_rows(tmp_path / "run") == four.rows
