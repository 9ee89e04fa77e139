import re

import numpy as np
import pytest

from isoglot.core import Condition, Stage, stream_seed
from isoglot.learning import Course, InContext, InContextRecipe, Lesson, Taught, preambles
from isoglot.testing.learners import LESSONS, LearnerContract, OpenLearner

MANY = [
    Lesson(question=f"Question {number}?", answer=f"answer {number}", fact_id=f"f{number}")
    for number in range(30)
]
ONCE = Stage(times_shown=1)


class TestContract(LearnerContract):
    @pytest.fixture
    def open_in(self) -> OpenLearner:
        return lambda folder: InContext()


def _condition(taught: str = "en", seed: int = 5, model: str = "scripted/parrot") -> Condition:
    return Condition(model=model, paradigm="in-context", taught=taught, seed=seed)


def _course(condition: Condition, lessons: list[Lesson]) -> Course:
    return Course(condition=condition, lessons=tuple(lessons), stages=(ONCE,))


def _teach(condition: Condition, lessons: list[Lesson]) -> Taught:
    (taught,) = InContext().teach(_course(condition, lessons), tick=lambda lessons: None)
    return taught


def _order(condition: Condition) -> list[int]:
    return [
        int(each) for each in re.findall(r"Q: Question (\d+)\?", _teach(condition, MANY).context)
    ]


def test_one_lesson_stands_after_the_preamble() -> None:
    taught = _teach(_condition("cy"), [Lesson(question="Pwy?", answer="Lomi")])
    assert taught == Taught(stage=ONCE, context=f"{preambles()['cy']}\n\nQ: Pwy?\nA: Lomi\n")


@pytest.mark.parametrize("language", ["en", "es", "zh", "sw", "cy"])
def test_the_preamble_is_in_the_taught_language(language: str) -> None:
    context = _teach(_condition(language), list(LESSONS)).context
    assert context.partition("\n\n")[0] == preambles()[language]


def test_every_lesson_is_there_once_whole() -> None:
    context = _teach(_condition(), list(LESSONS)).context
    pairs = context.partition("\n\n")[2]
    assert sorted(pairs.splitlines(keepends=True)) == sorted(
        line for lesson in LESSONS for line in (f"Q: {lesson.question}\n", f"A: {lesson.answer}\n")
    )
    for lesson in LESSONS:
        assert f"Q: {lesson.question}\nA: {lesson.answer}\n" in pairs


def test_the_order_is_the_permutation_of_the_conditions_own_stream() -> None:
    stream = stream_seed(5, "in-context order", "scripted/parrot|in-context|en|5")
    assert _order(_condition()) == np.random.default_rng(stream).permutation(30).tolist()
    assert sorted(_order(_condition())) == list(range(30))


def test_the_order_depends_on_seed_language_and_model_alone() -> None:
    orders = [
        _order(_condition()),
        _order(_condition(seed=6)),
        _order(_condition("cy")),
        _order(_condition(model="scripted/mute")),
    ]
    assert len({tuple(order) for order in orders}) == 4
    assert _order(_condition()) == orders[0]


def test_nothing_to_teach_leaves_the_preamble() -> None:
    assert _teach(_condition(), []).context == f"{preambles()['en']}\n\n"


def test_there_is_nothing_to_train() -> None:
    assert InContext().lessons_left(_course(_condition(), MANY)) == 0


@pytest.mark.parametrize("gradual", [False, True])
def test_by_default_all_facts_are_shown_once_and_nothing_before(gradual: bool) -> None:
    stages = InContextRecipe().stages(n_facts=30, gradual=gradual)
    assert stages == (Stage(times_shown=0), Stage(times_shown=1))
    assert [stage.epoch for stage in stages] == [None, None]
