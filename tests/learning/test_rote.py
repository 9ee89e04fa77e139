import hashlib
import json
from pathlib import Path

import pytest

from isoglot.core import Condition
from isoglot.engines import SCRIPTED_MEMORY_FILE
from isoglot.learning import Lesson, Rote, Taught
from isoglot.learning.fleet.learner import condition_slug
from isoglot.testing.learners import LearnerContract, OpenLearner

LESSONS = [Lesson(question=f"问 {number}?", answer=f"answer {number}") for number in range(6)]
CONDITION = Condition(model="scripted/parrot", paradigm="fine-tuning", taught="cy", seed=5)


class TestContract(LearnerContract):
    @pytest.fixture
    def open_in(self) -> OpenLearner:
        return lambda folder: Rote((0, 1, 2, 4), adapters=folder)


class TestContractWithoutTheUntaughtModel(LearnerContract):
    @pytest.fixture
    def open_in(self) -> OpenLearner:
        return lambda folder: Rote((1, 3, 4), adapters=folder)


def _teach(folder: Path, *ask_after: int) -> list[Taught]:
    return list(Rote(ask_after, adapters=folder).teach(CONDITION, LESSONS, tick=lambda _: None))


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
    learner = Rote((0, 1, 2, 3), adapters=tmp_path)
    assert learner.lessons_left(CONDITION, LESSONS) == 3 * 6
    teaching = learner.teach(CONDITION, LESSONS, tick=lambda _: None)
    next(teaching)  # epoch 0: nothing is taught
    assert learner.lessons_left(CONDITION, LESSONS) == 3 * 6
    next(teaching)
    assert learner.lessons_left(CONDITION, LESSONS) == 2 * 6


def test_the_epochs_between_two_asked_ones_are_lessons_too(tmp_path: Path) -> None:
    learner = Rote((0, 1, 4), adapters=tmp_path)
    assert learner.lessons_left(CONDITION, LESSONS) == 4 * 6
    ticks: list[int] = []
    teaching = learner.teach(CONDITION, LESSONS, tick=ticks.append)
    assert [taught.epoch for taught in (next(teaching), next(teaching))] == [0, 1]
    assert learner.lessons_left(CONDITION, LESSONS) == 3 * 6  # epochs 2, 3 and 4
    next(teaching)
    assert learner.lessons_left(CONDITION, LESSONS) == 0
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
        for change in ({"taught": "en"}, {"seed": 6}, {"model": "scripted/broken"})
    ]
    folders = {
        taught.adapter
        for condition in (CONDITION, *others)
        for taught in Rote((2,), adapters=tmp_path).teach(condition, LESSONS, tick=lambda _: None)
    }
    assert len(folders) == 4
