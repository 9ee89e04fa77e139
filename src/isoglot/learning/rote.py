"""Fine-tuning for scripted models: the adapter is a list of what was learned by heart.

After epoch e of E the first e/E of the lessons are known, so that a test can derive every answer.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from pathlib import Path

from isoglot.core import Condition, Paradigm
from isoglot.engines import SCRIPTED_MEMORY_FILE
from isoglot.learning._base import Lesson, Taught, Tick
from isoglot.learning.fleet.learner import adapter_name


class Rote:
    """Teaches a scripted model, one epoch after the other."""

    paradigm: Paradigm = "fine-tuning"

    def __init__(self, ask_after: tuple[int, ...], *, adapters: Path) -> None:
        self._ask_after = ask_after
        self._adapters = adapters

    @property
    def stages(self) -> tuple[int | None, ...]:
        """The epochs that are asked."""
        return self._ask_after

    def lessons_left(self, condition: Condition, lessons: Sequence[Lesson]) -> int:
        """Lessons times the epochs that lead to an asked one whose adapter is missing."""
        return sum(
            len(lessons) * epochs
            for epoch, epochs in self._epochs_before().items()
            if not self._folder(condition, epoch).is_dir()
        )

    def prepare(
        self,
        lessons: Mapping[Condition, Sequence[Lesson]],
        *,
        tick: Tick,
    ) -> None:
        """Nothing takes time."""

    def teach(
        self, condition: Condition, lessons: Sequence[Lesson], *, tick: Tick
    ) -> Iterator[Taught]:
        """The condition after every asked epoch."""
        for epoch in self._ask_after:
            if epoch == 0:
                yield Taught(epoch=0)
                continue
            folder = self._folder(condition, epoch)
            known = lessons[: len(lessons) * epoch // self._ask_after[-1]]
            memory = json.dumps(
                {lesson.question: lesson.answer for lesson in known}, ensure_ascii=False, indent=1
            )
            if not folder.is_dir():
                scratch = folder.with_name(folder.name + ".partial")
                scratch.mkdir(parents=True, exist_ok=True)
                (scratch / SCRIPTED_MEMORY_FILE).write_text(memory, encoding="utf-8")
                scratch.replace(folder)
                tick(len(lessons) * self._epochs_before()[epoch])
            digest = hashlib.sha256(memory.encode()).hexdigest()
            yield Taught(epoch=epoch, adapter=folder, adapter_hash=digest)

    def _epochs_before(self) -> dict[int, int]:
        """For each asked epoch but 0, how many epochs lie between it and the one asked before."""
        return {epoch: epoch - before for before, epoch in pairwise((0, *self._ask_after)) if epoch}

    def _folder(self, condition: Condition, epoch: int) -> Path:
        return self._adapters / adapter_name(condition, epoch)
