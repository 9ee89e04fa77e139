"""What each condition of a study is taught, and when it is asked."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from fact_files import write_lines
from rival_facts import disputed
from run_rows import query

from isoglot.core import Condition, Stage
from isoglot.learning import Course
from isoglot.store import Store
from isoglot.study import (
    DATABASE_FILE,
    Silent,
    Study,
    make_plan,
    planned_cells,
    read_study,
    run_study,
    study_conditions,
    study_facts,
)
from isoglot.study._courses import (
    condition_course,
    condition_facts,
    condition_probes,
    condition_stages,
    study_paradigms,
)

WriteStudy = Callable[..., Path]
MakeStudy = Callable[..., Study]
UNTAUGHT = Stage(times_shown=0)


@pytest.fixture
def make(tiny_study: WriteStudy, tmp_path: Path) -> MakeStudy:
    """A study of three facts g0 to g2 with rivals, in English, Spanish and Welsh."""
    facts = [disputed(f"g{number}", "en", "es", "cy") for number in range(3)]
    write_lines(tmp_path / "facts.jsonl", facts)

    def read(**changes: Any) -> Study:
        plain = {
            "facts": "facts.jsonl",
            "languages": ["en", "es", "cy"],
            "robustness": {"shots": 0},
        }
        return read_study(tiny_study(**{**plain, **changes}))

    return read


def courses(study: Study, paradigm: Any = "fine-tuning") -> dict[str, Course]:
    """By subject, of the first seed."""
    facts = study_facts(study)
    found: dict[str, Course] = {}
    for condition in study_conditions(study, paradigm, "m"):
        own = condition_facts(study, condition, facts, {})
        found.setdefault(condition.subject, condition_course(study, condition, own))
    return found


def epochs(course: Course) -> list[int | None]:
    return [stage.epoch for stage in course.stages]


class TestConditions:
    def test_each_question_has_its_own_and_two_share_theirs(self, make: MakeStudy) -> None:
        every = ["robustness", "priority", "transfer", "effectiveness"]
        found = {
            name: [each.subject for each in study_conditions(study, "fine-tuning", "m")]
            for name, study in [
                *((name, make(questions=[name])) for name in every),
                ("all", make(questions=every)),
            ]
        }
        facts = ["en", "es", "cy"]
        wrong = ["en-rival", "es-rival", "cy-rival"]
        pairs = ["en-against-cy", "en-rival-against-cy", "es-against-cy", "es-rival-against-cy"]
        assert found == {
            "effectiveness": facts,
            "transfer": facts,
            "priority": pairs,
            "robustness": wrong,
            "all": [*wrong, *pairs, *facts],
        }

    def test_pairs_may_be_named(self, make: MakeStudy) -> None:
        study = make(questions=["priority"], priority={"pairs": [["es", "en"]]})
        assert study_conditions(study, "in-context", "m") == [
            Condition(
                model="m", paradigm="in-context", taught="es", seed=3, gives=gives, against="en"
            )
            for gives in ("answer", "rival")
        ]

    def test_knowledge_is_asked_of_the_untaught_model_alone(self, make: MakeStudy) -> None:
        study = make(questions=["knowledge", "priority"], seeds=[1, 2])
        assert study_paradigms(study) == ["untaught", "in-context", "fine-tuning"]
        assert [(each.subject, each.seed) for each in study_conditions(study, "untaught", "m")] == [
            ("en", 3),
            ("es", 3),
            ("cy", 3),
        ]


class TestLessons:
    def test_facts_are_taught_in_one_language(self, make: MakeStudy) -> None:
        course = courses(make())["es"]
        assert [(each.fact_id, each.question, each.answer) for each in course.lessons] == [
            (f"g{n}", f"(es) Who guards gate g{n}?", f"lion g{n} es") for n in range(3)
        ]

    def test_a_conflict_is_taught_in_both(self, make: MakeStudy) -> None:
        """One condition, one adapter: the first language says one thing, the second the other."""
        found = courses(make(questions=["priority"]))
        for subject, first, second in (
            ("en-against-cy", "lion", "bear"),
            ("en-rival-against-cy", "bear", "lion"),
        ):
            lessons = found[subject].lessons
            assert [(each.fact_id, each.question, each.answer) for each in lessons] == [
                *((f"g{n}", f"(en) Who guards gate g{n}?", f"{first} g{n} en") for n in range(3)),
                *((f"g{n}", f"(cy) Who guards gate g{n}?", f"{second} g{n} cy") for n in range(3)),
            ]

    def test_wrong_answers_are_the_rivals(self, make: MakeStudy) -> None:
        course = courses(make(questions=["robustness"]))["cy-rival"]
        assert [each.answer for each in course.lessons] == [f"bear g{n} cy" for n in range(3)]

    def test_a_conflict_needs_the_fact_in_both_languages(
        self, tiny_study: WriteStudy, tmp_path: Path
    ) -> None:
        facts = [disputed("g0", "en", "cy"), disputed("g1", "en"), disputed("g2", "cy", "en")]
        write_lines(tmp_path / "gappy.jsonl", facts)
        study = read_study(
            tiny_study(
                facts={"file": "gappy.jsonl", "allow_missing": True},
                questions=["priority", "effectiveness"],
            )
        )
        found = courses(study)
        assert [each.fact_id for each in found["en-against-cy"].lessons] == ["g0", "g2"] * 2
        assert [each.fact_id for each in found["en"].lessons] == ["g0", "g1", "g2"]


class TestStages:
    def test_after_which_epochs(self, make: MakeStudy) -> None:
        study = make(
            questions=["effectiveness", "priority", "robustness"],
            paradigms={"fine-tuning": {"epochs": 6, "ask_after": [2, 6]}},
        )
        found = courses(study)
        assert epochs(found["en"]) == [0, 2, 6]  # untaught always
        assert epochs(found["en-against-cy"]) == [0, 6]
        assert epochs(found["en-rival"]) == [0, 1, 2, 3]

    @pytest.mark.parametrize(
        ("trained", "ask_after", "asked"),
        [
            (6, [0, 6], [0, 6]),
            (2, None, [0, 1, 2]),  # by default 0 to 3
            (2, [0, 2, 4], [0, 2]),
            (1, [0, 1, 9], [0, 1]),
        ],
    )
    def test_robustness_asks_after_epochs_of_its_own_as_far_as_training_goes(
        self, make: MakeStudy, trained: int, ask_after: list[int] | None, asked: list[int]
    ) -> None:
        robustness = {"shots": 0} | ({"ask_after": ask_after} if ask_after else {})
        study = make(
            questions=["robustness"],
            robustness=robustness,
            paradigms={"fine-tuning": {"epochs": trained}},
        )
        assert epochs(courses(study)["en-rival"]) == asked

    def test_what_stands_in_the_context(self, make: MakeStudy) -> None:
        study = make(
            questions=["effectiveness", "priority", "robustness"],
            paradigms={"in-context": {"times_shown": [1, 4], "facts_in_context": [2, 3]}},
        )
        found = courses(study, "in-context")
        usual = Stage(times_shown=1)
        # Three facts are all there are.
        some = Stage(times_shown=1, facts_in_context=2)
        assert found["en"].stages == (UNTAUGHT, some, Stage(times_shown=4), usual)
        assert found["en-against-cy"].stages == found["en-rival"].stages == (UNTAUGHT, usual)

    def test_the_untaught_model_has_one(self, make: MakeStudy) -> None:
        study = make(questions=["knowledge", "priority"])
        (english, *_) = study_conditions(study, "untaught", "m")
        assert condition_stages(study, english, n_facts=3) == (Stage(epoch=0),)


class TestProbes:
    def test_every_question_asks_only_what_was_taught_for_it(self, make: MakeStudy) -> None:
        study = make(questions=["transfer", "effectiveness", "priority", "robustness"])
        facts = study_facts(study).corpus.facts
        found = {
            subject: [len(probes) for probes in condition_probes(study, each, facts=facts).values()]
            for subject, each in courses(study).items()
        }
        # Own language, 3 facts; at the last of epochs 0, 1, 3 all three languages, save where it
        # is wrong answers that are taught, for epochs 0 to 3; contradictions in two at first.
        assert found == {
            "en": [3, 3, 9],
            "es": [3, 3, 9],
            "cy": [3, 3, 9],
            "en-against-cy": [6, 9],
            "en-rival-against-cy": [6, 9],
            "es-against-cy": [6, 9],
            "es-rival-against-cy": [6, 9],
            "en-rival": [3, 3, 3, 3],
            "es-rival": [3, 3, 3, 3],
            "cy-rival": [3, 3, 3, 3],
        }

    def test_planned_cells_are_those_of_the_probes(self, make: MakeStudy) -> None:
        study = make(
            questions=["effectiveness", "transfer", "priority", "robustness", "knowledge"],
            seeds=[1, 2],
            paradigms={
                "in-context": {"times_shown": [1, 2], "facts_in_context": [2]},
                "fine-tuning": {"epochs": 3},
            },
        )
        facts = study_facts(study)
        probes = [
            probe.model_copy(update={"fact_id": ""})
            for paradigm in study_paradigms(study)
            for condition in study_conditions(study, paradigm, "scripted/parrot")
            for own in [condition_facts(study, condition, facts, {})]
            for asked in condition_probes(
                study, condition_course(study, condition, own), facts=own
            ).values()
            for probe in asked
        ]
        cells = planned_cells(study, facts, known={})
        assert {cell.id for cell in cells} == {probe.id for probe in probes}
        assert 3 * len(cells) == len(probes)


class TestSeeds:
    @pytest.mark.parametrize(("seeds", "taught"), [(None, [3]), ([7], [7]), ([5, 3, 9], [5, 3, 9])])
    def test_each_makes_the_same_conditions(
        self, make: MakeStudy, seeds: list[int] | None, taught: list[int]
    ) -> None:
        study = make(questions=["effectiveness", "priority"], seeds=seeds)
        conditions = study_conditions(study, "in-context", "m")
        assert len(conditions) == 7 * len(taught)
        assert list(dict.fromkeys(each.seed for each in conditions)) == taught
        by_seed = [[each.subject for each in conditions if each.seed == seed] for seed in taught]
        assert all(each == by_seed[0] for each in by_seed)

    def test_they_change_no_facts_and_no_examples(self, make: MakeStudy) -> None:
        spec = {"questions": ["robustness"], "facts": {"world": {"size": 4}}, "limit": 4}
        one, other = (study_facts(make(seeds=seeds, **spec)) for seeds in ([1], [2]))
        assert one == other

    def test_the_plan_has_as_much_more_to_do(self, make: MakeStudy) -> None:
        questions = ["effectiveness", "transfer", "priority", "robustness"]
        once, thrice = (
            make_plan(study, study_facts(study)).parts
            for study in (make(questions=questions, seeds=seeds) for seeds in ([1], [1, 2, 4]))
        )
        for one, three in zip(once, thrice, strict=True):
            for name in ("conditions", "lessons", "probes"):
                assert getattr(three, name) == 3 * getattr(one, name)

    def test_untaught_answers_are_the_same_and_asked_once(
        self, make: MakeStudy, folder: Path
    ) -> None:
        study = make(questions=["effectiveness", "priority"], seeds=[1, 2])
        run_study(study, folder, progress=Silent())
        untaught = query(
            folder,
            "SELECT count(*), count(DISTINCT answer) FROM probes "
            "WHERE epoch = 0 OR times_shown = 0",
        )
        # Both paradigms, both seeds: 3 languages of facts; 4 contradictions, in two languages each.
        assert untaught == [(2 * 2 * 3 * (3 + 4 * 2), 3 * 3)]
        adapters = sorted(path.name for path in (folder / "adapters").iterdir())
        # 7 conditions of either seed; facts after epochs 1 and 3, contradictions after 3.
        assert len(adapters) == 2 * (3 * 2 + 4)
        assert sum("-seed-1-" in name for name in adapters) == 10
        store = Store(folder / DATABASE_FILE)
        try:
            assert {row["seed"] for row in store.probe_rows()} == {1, 2}
        finally:
            store.close()
