"""Shows how far a run is: a bar in a terminal, a line every 30 seconds elsewhere."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    ProgressColumn,
    SpinnerColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

SECONDS_BETWEEN_LINES = 30.0


class _Work:
    """What is left: lessons and probes; together they are the unit of the bar."""

    def __init__(self) -> None:
        self.lessons = 0
        self.probes = 0

    @property
    def left(self) -> int:
        return self.lessons + self.probes


class _ProbesLeft(ProgressColumn):
    def __init__(self, work: _Work) -> None:
        super().__init__()
        self._work = work

    def render(self, task: Task) -> Text:  # noqa: ARG002 - the work is what counts
        return Text(f"{self._work.probes:,} probes left", style="progress.remaining")


class BarProgress:
    """A rich progress bar. See `isoglot.study.Progress`."""

    def __init__(self, bar: Progress, work: _Work) -> None:
        self._bar = bar
        self._work = work
        self._task = bar.add_task("starting", total=None)

    def begin(self, *, lessons: int, probes: int) -> None:
        """Sets the bar's length."""
        self._work.lessons, self._work.probes = lessons, probes
        self._bar.update(self._task, total=self._work.left or None)

    def phase(self, text: str) -> None:
        """Names what is being done."""
        self._bar.update(self._task, description=text)

    def taught(self, lessons: int) -> None:
        """Moves the bar."""
        self._work.lessons -= lessons
        self._bar.advance(self._task, lessons)

    def asked(self, probes: int) -> None:
        """Moves the bar."""
        self._work.probes -= probes
        self._bar.advance(self._task, probes)


class LineProgress:
    """A line now and then, for logs. See `isoglot.study.Progress`.

    Args:
        stream: Where the lines go.
        clock: Seconds, rising.
    """

    def __init__(self, stream: TextIO, clock: Callable[[], float] = time.monotonic) -> None:
        self._stream = stream
        self._clock = clock
        self._work = _Work()
        self._total = 0
        self._phase = "starting"
        self._began = self._said = clock()

    def begin(self, *, lessons: int, probes: int) -> None:
        """Says how much there is to do."""
        self._work.lessons, self._work.probes = lessons, probes
        self._total = self._work.left
        self._began = self._clock()
        self._say(f"to do: {lessons:,} lessons, {probes:,} probes")

    def phase(self, text: str) -> None:
        """Names what is being done; said with the next line."""
        self._phase = text
        self._tick()

    def taught(self, lessons: int) -> None:
        """Counts, and says so if it is time."""
        self._work.lessons -= lessons
        self._tick()

    def asked(self, probes: int) -> None:
        """Counts, and says so if it is time."""
        self._work.probes -= probes
        self._tick()

    def _tick(self) -> None:
        if self._clock() - self._said >= SECONDS_BETWEEN_LINES:
            self._say(f"{self._phase}; {self._work.probes:,} probes left{self._remaining()}")

    def _remaining(self) -> str:
        done = self._total - self._work.left
        if done <= 0:
            return ""
        seconds = (self._clock() - self._began) / done * self._work.left
        return f", about {int(seconds) // 60}:{int(seconds) % 60:02d} min"

    def _say(self, text: str) -> None:
        print(f"isoglot: {text}", file=self._stream, flush=True)
        self._said = self._clock()


@contextmanager
def shown_progress() -> Iterator[BarProgress | LineProgress]:
    """A bar on the terminal's error stream, or lines where that is no terminal."""
    console = Console(stderr=True)
    if not console.is_terminal:
        yield LineProgress(sys.stderr)
        return
    work = _Work()
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        _ProbesLeft(work),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, transient=True) as bar:
        yield BarProgress(bar, work)
