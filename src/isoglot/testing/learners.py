"""The contract of every learner. A learner's own tests inherit it and give the fixture `open_in`.

class TestContract(LearnerContract):
    @pytest.fixture
    def open_in(self) -> OpenLearner:
        return lambda folder: Rote((0, 1, 2), adapters=folder)

A learner opened twice in one folder stands for two processes, one after the other.
"""
# ruff: noqa: S101

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import get_args

import pytest

from isoglot.core import Condition, Paradigm
from isoglot.learning import Learner, Lesson, Taught

OpenLearner = Callable[[Path], Learner]
"""From the folder that the learner keeps its things in to a learner."""

LESSONS = (
    Lesson(question="What animal guards the cave called Bafegek?", answer="rabbit"),
    Lesson(question="In which month is the festival called Tenorus held?", answer="May"),
    Lesson(question="What colour are the sails of the ship called Lomi?", answer="dark green"),
    Lesson(question="名叫苏萨多的岛上种什么作物？", answer="小麦"),
)


class CutOffError(Exception):
    """What stands for a kill in the middle of teaching."""


class _Ticks:
    """Counts lessons, and cuts the teaching off after so many ticks."""

    def __init__(self, cut_after: int | None = None) -> None:
        self.lessons = 0
        self._left = cut_after

    def __call__(self, lessons: int) -> None:
        if self._left == 0:
            raise CutOffError
        if self._left is not None:
            self._left -= 1
        self.lessons += lessons


def _teach(learner: Learner, condition: Condition, lessons: Sequence[Lesson]) -> list[Taught]:
    return list(learner.teach(condition, lessons, tick=_Ticks()))


def _what_is_asked(taught: Sequence[Taught]) -> list[tuple[int | None, str, str | None]]:
    """All that determines the answers; the folder's own place does not."""
    return [(each.epoch, each.context, each.adapter_hash) for each in taught]


class LearnerContract:
    """What holds for every learner, however knowledge enters the model."""

    @pytest.fixture
    def open_in(self) -> OpenLearner:
        """Opens the learner under test."""
        raise NotImplementedError

    @pytest.fixture
    def lessons(self) -> tuple[Lesson, ...]:
        """Four lessons."""
        return LESSONS

    @pytest.fixture
    def condition(self, open_in: OpenLearner, tmp_path: Path) -> Condition:
        """What is taught."""
        paradigm = open_in(tmp_path / "unused").paradigm
        return Condition(model="scripted/parrot", paradigm=paradigm, taught="en", seed=5)

    def test_it_names_its_paradigm(self, open_in: OpenLearner, tmp_path: Path) -> None:
        """One of those that a study knows."""
        assert open_in(tmp_path).paradigm in get_args(Paradigm)

    def test_it_hands_out_the_stages_that_it_declares(
        self,
        open_in: OpenLearner,
        condition: Condition,
        lessons: tuple[Lesson, ...],
        tmp_path: Path,
    ) -> None:
        """In their order, and there is at least one."""
        learner = open_in(tmp_path)
        taught = _teach(learner, condition, lessons)
        assert tuple(each.epoch for each in taught) == learner.stages
        assert len(learner.stages) >= 1

    def test_an_adapter_has_a_hash_and_is_there(
        self,
        open_in: OpenLearner,
        condition: Condition,
        lessons: tuple[Lesson, ...],
        tmp_path: Path,
    ) -> None:
        """And where nothing was trained there is neither."""
        for each in _teach(open_in(tmp_path), condition, lessons):
            assert (each.adapter is None) == (each.adapter_hash is None)
            assert each.adapter is None or each.adapter.is_dir()
            assert each.adapter is None or each.epoch != 0

    def test_teaching_again_teaches_the_same_and_costs_nothing(
        self,
        open_in: OpenLearner,
        condition: Condition,
        lessons: tuple[Lesson, ...],
        tmp_path: Path,
    ) -> None:
        """In the same folder, by a later process."""
        first = _teach(open_in(tmp_path), condition, lessons)
        ticks = _Ticks()
        assert list(open_in(tmp_path).teach(condition, lessons, tick=ticks)) == first
        assert ticks.lessons == 0

    def test_another_folder_teaches_the_same(
        self,
        open_in: OpenLearner,
        condition: Condition,
        lessons: tuple[Lesson, ...],
        tmp_path: Path,
    ) -> None:
        """The place is no part of what is learned."""
        one = _teach(open_in(tmp_path / "one"), condition, lessons)
        two = _teach(open_in(tmp_path / "two"), condition, lessons)
        assert _what_is_asked(one) == _what_is_asked(two)

    def test_ticks_add_up_to_the_lessons_that_were_left(
        self,
        open_in: OpenLearner,
        condition: Condition,
        lessons: tuple[Lesson, ...],
        tmp_path: Path,
    ) -> None:
        """And none are left afterwards."""
        learner = open_in(tmp_path)
        left = learner.lessons_left(condition, lessons)
        ticks = _Ticks()
        list(learner.teach(condition, lessons, tick=ticks))
        assert ticks.lessons == left
        assert learner.lessons_left(condition, lessons) == 0

    @pytest.mark.parametrize("cut_after", [0, 1, 2])
    def test_teaching_that_was_cut_off_goes_on_to_the_same_end(
        self,
        open_in: OpenLearner,
        condition: Condition,
        lessons: tuple[Lesson, ...],
        tmp_path: Path,
        cut_after: int,
    ) -> None:
        """As if nothing had happened, and what is counted as left is what is then taught."""
        whole = _teach(open_in(tmp_path / "whole"), condition, lessons)
        trains = open_in(tmp_path / "cut").lessons_left(condition, lessons) > 0
        try:
            list(open_in(tmp_path / "cut").teach(condition, lessons, tick=_Ticks(cut_after)))
        except CutOffError:
            assert trains
        else:
            assert not trains  # what is not trained can't be cut off
        after = open_in(tmp_path / "cut")
        left = after.lessons_left(condition, lessons)
        ticks = _Ticks()
        assert _what_is_asked(list(after.teach(condition, lessons, tick=ticks))) == _what_is_asked(
            whole
        )
        assert ticks.lessons == left

    def test_other_lessons_are_another_condition(
        self,
        open_in: OpenLearner,
        condition: Condition,
        lessons: tuple[Lesson, ...],
        tmp_path: Path,
    ) -> None:
        """The last stage never passes for one that was taught something else."""
        changed = (*lessons[:-1], lessons[-1].model_copy(update={"answer": "barley"}))
        one = _teach(open_in(tmp_path / "one"), condition, lessons)
        two = _teach(open_in(tmp_path / "two"), condition, changed)
        assert _what_is_asked(one)[-1] != _what_is_asked(two)[-1]
