from pathlib import Path

from isoglot.core import Condition, Stage
from isoglot.learning import Course, Learner, Lesson, NoLearning, Taught

COURSE = Course(
    condition=Condition(model="scripted/parrot", paradigm="untaught", taught="cy", seed=5),
    lessons=(Lesson(question="Pa anifail?", answer="llew"),),
    stages=(Stage(epoch=0),),
)


def test_it_teaches_nothing_and_is_asked_once(tmp_path: Path) -> None:
    ticks: list[int] = []
    learner: Learner = NoLearning()
    assert learner.lessons_left(COURSE) == 0
    learner.prepare([COURSE], tick=ticks.append)
    taught = list(learner.teach(COURSE, tick=ticks.append))
    assert taught == [
        Taught(stage=Stage(epoch=0), context="", adapter=None, adapter_hash=None, fact_ids=None)
    ]
    assert ticks == []
    assert list(tmp_path.iterdir()) == []


def test_its_one_stage_is_the_one_before_every_epoch() -> None:
    (taught,) = NoLearning().teach(COURSE, tick=lambda _: None)
    assert taught.stage.untaught
    assert taught.stage.epoch == 0
    assert NoLearning.paradigm == "untaught"
