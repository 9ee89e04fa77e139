"""The fine-tuning paradigm: trains what is not trained yet, and hands out the adapters to ask.

Knows folders and epochs, not tensors: where every adapter is there, torch is never imported.
"""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from isoglot.core import Condition, Paradigm
from isoglot.engines import adapter_hash
from isoglot.learning._base import Lesson, Taught, Tick, TrainingFailedError
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

    @property
    def stages(self) -> tuple[int | None, ...]:
        """The recipe's `ask_after`."""
        return self._recipe.ask_after

    def lessons_left(self, condition: Condition, lessons: Sequence[Lesson]) -> int:
        """Lessons times the epochs that no checkpoint holds yet."""
        if not self._missing(condition):
            return 0
        from isoglot.learning.fleet.checkpoint import finished_epochs

        done = finished_epochs(self._checkpoint(condition))
        return (self._last_epoch - done) * len(lessons)

    def prepare(self, lessons: Mapping[Condition, Sequence[Lesson]], *, tick: Tick) -> None:
        """Trains the adapters that are missing, as many together as memory holds."""
        missing = [
            condition
            for condition in lessons
            if self._missing(condition) and condition.id not in self._failed
        ]
        for condition in lessons:
            if condition not in missing:  # cut off between its last adapter and the end
                self._checkpoint(condition).unlink(missing_ok=True)
        if not missing:
            return
        from isoglot.learning.fleet.trainer import Trainee, train_fleet

        trainees = [
            Trainee(
                name=condition.id,
                seed=condition.seed,
                lessons=lessons[condition],
                adapters={
                    epoch: self._adapter(condition, epoch)
                    for epoch in self._recipe.ask_after
                    if epoch > 0
                },
                checkpoint=self._checkpoint(condition),
            )
            for condition in missing
        ]
        self._failed |= train_fleet(self._open_engine(), trainees, self._recipe, tick=tick)

    def teach(
        self, condition: Condition, lessons: Sequence[Lesson], *, tick: Tick
    ) -> Iterator[Taught]:
        """The condition after every asked epoch; also those before a failure."""
        self.prepare({condition: lessons}, tick=tick)
        for epoch in self._recipe.ask_after:
            folder = self._adapter(condition, epoch)
            if epoch == 0:
                yield Taught(epoch=0)
            elif condition.id in self._failed and not folder.is_dir():
                raise TrainingFailedError(self._failed[condition.id])
            else:
                yield Taught(epoch=epoch, adapter=folder, adapter_hash=adapter_hash(folder))

    @property
    def _last_epoch(self) -> int:
        # Nobody asks after the last asked epoch, so nothing is trained beyond it.
        return self._recipe.ask_after[-1]

    def _missing(self, condition: Condition) -> bool:
        return any(
            epoch > 0 and not self._adapter(condition, epoch).is_dir()
            for epoch in self._recipe.ask_after
        )

    def _adapter(self, condition: Condition, epoch: int) -> Path:
        return self._adapters / adapter_name(condition, epoch)

    def _checkpoint(self, condition: Condition) -> Path:
        return self._checkpoints / f"{condition_slug(condition)}.safetensors"


def adapter_name(condition: Condition, epoch: int) -> str:
    """The name of the folder that holds a condition's adapter after an epoch."""
    return f"{condition_slug(condition)}-epoch-{epoch:02d}"


def condition_slug(condition: Condition) -> str:
    """A file name for a condition: model, taught language, seed.

    The model's name is for people; its hash keeps models apart whose names look alike.
    """
    last = condition.model.rpartition("/")[2]
    model = "".join(char if char.isalnum() or char in "-." else "-" for char in last)
    digest = hashlib.sha256(condition.model.encode()).hexdigest()[:6]
    return f"{model}-{digest}-{condition.taught}-seed-{condition.seed}"
