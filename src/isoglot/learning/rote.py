"""Fine-tuning for scripted models: the adapter is a list of what was learned by heart.

After epoch e of E the first e/E of the lessons are known, so that a test can derive every answer.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path

from isoglot.core import Condition, Paradigm
from isoglot.engines import SCRIPTED_MEMORY_FILE
from isoglot.learning._base import Course, Taught, Tick
from isoglot.learning.fleet.learner import adapter_name, asked_epochs


class Rote:
    """Teaches a scripted model, one epoch after the other."""

    paradigm: Paradigm = "fine-tuning"

    def __init__(self, *, adapters: Path) -> None:
        self._adapters = adapters

    def lessons_left(self, course: Course) -> int:
        """Lessons times the epochs that lead to an asked one whose adapter is missing."""
        return sum(
            len(course.lessons) * epochs
            for epoch, epochs in _epochs_before(course).items()
            if not self._folder(course.condition, epoch).is_dir()
        )

    def prepare(self, courses: Sequence[Course], *, tick: Tick) -> None:
        """Nothing takes time."""

    def teach(self, course: Course, *, tick: Tick) -> Iterator[Taught]:
        """The condition after every asked epoch."""
        epochs = asked_epochs(course)
        for stage, epoch in zip(course.stages, epochs, strict=True):
            if epoch == 0:
                yield Taught(stage=stage)
                continue
            folder = self._folder(course.condition, epoch)
            known = course.lessons[: len(course.lessons) * epoch // epochs[-1]]
            memory = json.dumps(
                {lesson.question: lesson.answer for lesson in known}, ensure_ascii=False, indent=1
            )
            if not folder.is_dir():
                scratch = folder.with_name(folder.name + ".partial")
                scratch.mkdir(parents=True, exist_ok=True)
                (scratch / SCRIPTED_MEMORY_FILE).write_text(memory, encoding="utf-8")
                scratch.replace(folder)
                tick(len(course.lessons) * _epochs_before(course)[epoch])
            digest = hashlib.sha256(memory.encode()).hexdigest()
            yield Taught(stage=stage, adapter=folder, adapter_hash=digest)

    def _folder(self, condition: Condition, epoch: int) -> Path:
        return self._adapters / adapter_name(condition, epoch)


def _epochs_before(course: Course) -> dict[int, int]:
    """For each asked epoch but 0, how many epochs lie between it and the one asked before."""
    return {
        epoch: epoch - before for before, epoch in pairwise((0, *asked_epochs(course))) if epoch
    }
