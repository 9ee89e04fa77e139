"""The fine-tuning paradigm: trains what is not trained yet, and hands out the adapters to ask.

Knows folders and epochs, not tensors: where every adapter is there, torch is never imported.
"""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from isoglot.core import Condition, Paradigm
from isoglot.engines import adapter_hash
from isoglot.learning._base import Course, Taught, Tick, TrainingFailedError
from isoglot.learning.fleet.recipe import LoraRecipe

if TYPE_CHECKING:
    from isoglot.engines.huggingface import HuggingFaceEngine


class FineTuning:
    """Teaches by training an adapter a condition, many of them together, all epochs in one run.

    Args:
        recipe: How.
        open_engine: Opens the model, on first need.
        adapters: The folder for adapters of asked epochs, one folder each, in PEFT format.
        checkpoints: The folder for the state that training goes on from when it was cut off.
    """

    paradigm: Paradigm = "fine-tuning"

    def __init__(
        self,
        recipe: LoraRecipe,
        *,
        open_engine: Callable[[], "HuggingFaceEngine"],
        adapters: Path,
        checkpoints: Path,
    ) -> None:
        self._recipe = recipe
        self._open_engine = open_engine
        self._adapters = adapters
        self._checkpoints = checkpoints
        self._failed: dict[str, str] = {}

    def lessons_left(self, course: Course) -> int:
        """Lessons times the epochs that no checkpoint holds yet."""
        if not self._missing(course):
            return 0
        from isoglot.learning.fleet.checkpoint import finished_epochs

        done = finished_epochs(self._checkpoint(course.condition))
        # Nobody asks after the last asked epoch, so nothing is trained beyond it.
        return (asked_epochs(course)[-1] - done) * len(course.lessons)

    def prepare(self, courses: Sequence[Course], *, tick: Tick) -> None:
        """Trains the adapters that are missing, as many together as memory holds."""
        missing = [
            course
            for course in courses
            if self._missing(course) and course.condition.id not in self._failed
        ]
        for course in courses:
            if not self._missing(course):  # cut off between its last adapter and the end
                self._checkpoint(course.condition).unlink(missing_ok=True)
        if not missing:
            return
        from isoglot.learning.fleet.trainer import Trainee, train_fleet

        trainees = [
            Trainee(
                name=course.condition.id,
                seed=course.condition.seed,
                lessons=course.lessons,
                adapters={
                    epoch: self._adapter(course.condition, epoch)
                    for epoch in asked_epochs(course)
                    if epoch > 0
                },
                checkpoint=self._checkpoint(course.condition),
            )
            for course in missing
        ]
        self._failed |= train_fleet(self._open_engine(), trainees, self._recipe, tick=tick)

    def teach(self, course: Course, *, tick: Tick) -> Iterator[Taught]:
        """The condition after every asked epoch; also those before a failure."""
        self.prepare([course], tick=tick)
        condition = course.condition
        for stage, epoch in zip(course.stages, asked_epochs(course), strict=True):
            folder = self._adapter(condition, epoch)
            if epoch == 0:
                yield Taught(stage=stage)
            elif condition.id in self._failed and not folder.is_dir():
                raise TrainingFailedError(self._failed[condition.id])
            else:
                yield Taught(stage=stage, adapter=folder, adapter_hash=adapter_hash(folder))

    def _missing(self, course: Course) -> bool:
        return any(
            epoch > 0 and not self._adapter(course.condition, epoch).is_dir()
            for epoch in asked_epochs(course)
        )

    def _adapter(self, condition: Condition, epoch: int) -> Path:
        return self._adapters / adapter_name(condition, epoch)

    def _checkpoint(self, condition: Condition) -> Path:
        return self._checkpoints / f"{condition_slug(condition)}.safetensors"


def asked_epochs(course: Course) -> tuple[int, ...]:
    """The epochs after which a condition is asked.

    Raises:
        ValueError: A stage has none; it is another paradigm's.
    """
    epochs = tuple(stage.epoch for stage in course.stages if stage.epoch is not None)
    if len(epochs) != len(course.stages):
        raise ValueError(f"{course.condition.id}: fine-tuning has stages without an epoch")
    return epochs


def adapter_name(condition: Condition, epoch: int) -> str:
    """The name of the folder that holds a condition's adapter after an epoch."""
    return f"{condition_slug(condition)}-epoch-{epoch:02d}"


def condition_slug(condition: Condition) -> str:
    """A file name for a condition: model, what is taught, seed.

    The model's name is for people; its hash keeps models apart whose names look alike.
    """
    last = condition.model.rpartition("/")[2]
    model = "".join(char if char.isalnum() or char in "-." else "-" for char in last)
    digest = hashlib.sha256(condition.model.encode()).hexdigest()[:6]
    return f"{model}-{digest}-{condition.subject}-seed-{condition.seed}"
