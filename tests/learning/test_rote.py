import hashlib
import json
from pathlib import Path

import pytest

from isoglot.core import Condition, Stage
from isoglot.engines import SCRIPTED_MEMORY_FILE
from isoglot.learning import Course, Lesson, Rote, Taught
from isoglot.learning.fleet.learner import condition_slug
from isoglot.testing.learners import LearnerContract, OpenLearner

LESSONS = tuple(
    Lesson(question=f"问 {number}?", answer=f"answer {number}", fact_id=f"f{number}")
    for number in range(6)
)
CONDITION = Condition(model="scripted/parrot", paradigm="fine-tuning", taught="cy", seed=5)


class TestContract(LearnerContract):
    @pytest.fixture
    def open_in(self) -> OpenLearner:
        return lambda folder: Rote(adapters=folder)


class TestContractWithoutTheUntaughtModel(LearnerContract):
    @pytest.fixture
    def open_in(self) -> OpenLearner:
        return lambda folder: Rote(adapters=folder)

    @pytest.fixture
    def stages(self) -> tuple[Stage, ...]:
        return _stages(1, 3, 4)


def _stages(*ask_after: int) -> tuple[Stage, ...]:
    return tuple(Stage(epoch=epoch) for epoch in ask_after)


def _course(*ask_after: int, condition: Condition = CONDITION) -> Course:
    return Course(condition=condition, lessons=LESSONS, stages=_stages(*ask_after))


def _teach(folder: Path, *ask_after: int) -> list[Taught]:
    return list(Rote(adapters=folder).teach(_course(*ask_after), tick=lambda _: None))


@pytest.mark.parametrize(
    ("ask_after", "known"),
    [
        ((0, 1, 2, 3), [0, 2, 4, 6]),  # 6 lessons · epoch / 3
        ((1, 4), [1, 6]),  # 6 · 1/4 = 1.5, rounded down
        ((0, 12), [0, 6]),
    ],
)
def test_after_epoch_e_of_n_the_first_e_nths_are_known(
    tmp_path: Path, ask_after: tuple[int, ...], known: list[int]
) -> None:
    memories = [
        json.loads((each.adapter / SCRIPTED_MEMORY_FILE).read_text(encoding="utf-8"))
        if each.adapter
        else {}
        for each in _teach(tmp_path, *ask_after)
    ]
    assert memories == [
        {lesson.question: lesson.answer for lesson in LESSONS[:count]} for count in known
    ]


def test_an_adapters_hash_is_that_of_its_file(tmp_path: Path) -> None:
    _, taught = _teach(tmp_path, 0, 2)
    assert taught.adapter == tmp_path / f"{condition_slug(CONDITION)}-epoch-02"
    content = (taught.adapter / SCRIPTED_MEMORY_FILE).read_bytes()
    assert taught.adapter_hash == hashlib.sha256(content).hexdigest()


def test_lessons_left_are_counted_for_each_missing_adapter(tmp_path: Path) -> None:
    learner, course = Rote(adapters=tmp_path), _course(0, 1, 2, 3)
    assert learner.lessons_left(course) == 3 * 6
    teaching = learner.teach(course, tick=lambda _: None)
    next(teaching)  # epoch 0: nothing is taught
    assert learner.lessons_left(course) == 3 * 6
    next(teaching)
    assert learner.lessons_left(course) == 2 * 6


def test_the_epochs_between_two_asked_ones_are_lessons_too(tmp_path: Path) -> None:
    learner, course = Rote(adapters=tmp_path), _course(0, 1, 4)
    assert learner.lessons_left(course) == 4 * 6
    ticks: list[int] = []
    teaching = learner.teach(course, tick=ticks.append)
    assert [taught.stage.epoch for taught in (next(teaching), next(teaching))] == [0, 1]
    assert learner.lessons_left(course) == 3 * 6  # epochs 2, 3 and 4
    next(teaching)
    assert learner.lessons_left(course) == 0
    assert ticks == [6, 3 * 6]


def test_what_a_kill_left_half_written_is_written_anew(tmp_path: Path) -> None:
    scratch = tmp_path / f"{condition_slug(CONDITION)}-epoch-01.partial"
    scratch.mkdir()
    (scratch / SCRIPTED_MEMORY_FILE).write_text('{"half')
    (taught,) = _teach(tmp_path, 1)
    assert taught.adapter is not None
    memory = json.loads((taught.adapter / SCRIPTED_MEMORY_FILE).read_text(encoding="utf-8"))
    assert len(memory) == 6
    assert not scratch.exists()


def test_conditions_do_not_share_adapters(tmp_path: Path) -> None:
    others = [
        CONDITION.model_copy(update=change)
        for change in (
            {"taught": "en"},
            {"seed": 6},
            {"model": "scripted/broken"},
            {"gives": "rival"},
            {"against": "en"},
            {"gives": "rival", "against": "en"},
        )
    ]
    folders = {
        taught.adapter
        for condition in (CONDITION, *others)
        for taught in Rote(adapters=tmp_path).teach(
            _course(2, condition=condition), tick=lambda _: None
        )
    }
    assert len(folders) == 7
