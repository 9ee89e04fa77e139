from pathlib import Path

from isoglot.core import Condition
from isoglot.learning import Learner, Lesson, NoLearning, Taught

CONDITION = Condition(model="scripted/parrot", paradigm="untaught", taught="cy", seed=5)
LESSONS = [Lesson(question="Pa anifail?", answer="llew")]


def test_it_teaches_nothing_and_is_asked_once(tmp_path: Path) -> None:
    ticks: list[int] = []
    learner: Learner = NoLearning()
    assert learner.lessons_left(CONDITION, LESSONS) == 0
    taught = list(learner.teach(CONDITION, LESSONS, tick=ticks.append))
    assert taught == [Taught(epoch=0, context="", adapter=None, adapter_hash=None)]
    assert ticks == []
    assert list(tmp_path.iterdir()) == []


def test_its_one_stage_is_the_one_before_every_epoch() -> None:
    assert NoLearning.stages == (0,)
    assert NoLearning.paradigm == "untaught"
