"""Fine-tuning for scripted models: the adapter is a list of what was learned by heart.

After epoch e of E the first e/E of the lessons are known, so that a test can derive every answer.
"""

import hashlib
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

from isoglot.core import Condition, Paradigm
from isoglot.engines import SCRIPTED_MEMORY_FILE
from isoglot.learning._base import Lesson, Taught, Tick
from isoglot.learning.fleet.learner import condition_slug


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
        """Lessons times the asked epochs whose adapter is missing."""
        return len(lessons) * sum(
            not self._folder(condition, epoch).is_dir() for epoch in self._ask_after if epoch
        )

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
                tick(len(lessons))
            digest = hashlib.sha256(memory.encode()).hexdigest()
            yield Taught(epoch=epoch, adapter=folder, adapter_hash=digest)

    def _folder(self, condition: Condition, epoch: int) -> Path:
        return self._adapters / f"{condition_slug(condition)}-epoch-{epoch:02d}"
