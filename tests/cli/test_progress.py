import io

import pytest
from rich.console import Console
from rich.progress import Progress

from isoglot.cli._progress import (
    SECONDS_BETWEEN_LINES,
    BarProgress,
    LineProgress,
    _ProbesLeft,
    _Work,
    shown_progress,
)


class Clock:
    """A clock that stands until it is set."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Lines:
    """A `LineProgress` that began at 0 s, and what it said."""

    def __init__(self, *, lessons: int, probes: int) -> None:
        self._clock = Clock()
        self._stream = io.StringIO()
        self.progress = LineProgress(self._stream, clock=self._clock)
        self.progress.begin(lessons=lessons, probes=probes)

    def at(self, seconds: float) -> LineProgress:
        self._clock.now = 1000.0 + seconds
        return self.progress

    @property
    def said(self) -> list[str]:
        return self._stream.getvalue().splitlines()


class TestLines:
    def test_it_begins_with_what_there_is_to_do(self) -> None:
        lines = Lines(lessons=1440, probes=1200)
        assert lines.said == ["isoglot: to do: 1,440 lessons, 1,200 probes"]

    def test_a_line_comes_every_thirty_seconds_and_not_sooner(self) -> None:
        lines = Lines(lessons=0, probes=100)
        lines.at(0).phase("asking")
        for second in range(1, 96):
            lines.at(second).asked(1)
        # 30 of 100 in 30 s: 70 are left, a second each.
        assert lines.said[1:] == [
            "isoglot: asking; 70 probes left, about 1:10 min",
            "isoglot: asking; 40 probes left, about 0:40 min",
            "isoglot: asking; 10 probes left, about 0:10 min",
        ]

    def test_lessons_and_probes_count_alike(self) -> None:
        lines = Lines(lessons=10, probes=30)
        lines.at(10).phase("teaching Welsh (fine-tuning)")
        lines.at(20).taught(10)
        # 20 of 40 pieces of work in 30 s: 20 are left.
        lines.at(30).asked(10)
        # After a long pause: 30 of 40 in 90 s, so 10 are left at 3 s each.
        lines.at(90).asked(10)
        assert lines.said[1:] == [
            "isoglot: teaching Welsh (fine-tuning); 20 probes left, about 0:30 min",
            "isoglot: teaching Welsh (fine-tuning); 10 probes left, about 0:30 min",
        ]

    def test_before_anything_is_done_no_time_is_guessed(self) -> None:
        lines = Lines(lessons=5, probes=1000)
        lines.at(SECONDS_BETWEEN_LINES).phase("loading the model")
        assert lines.said[1:] == ["isoglot: loading the model; 1,000 probes left"]

    def test_hours_are_minutes(self) -> None:
        lines = Lines(lessons=0, probes=1000)
        # 1 of 1,000 in 30 s: 999 · 30 s = 29,970 s = 499 min 30 s.
        lines.at(30).asked(1)
        assert lines.said[1:] == ["isoglot: starting; 999 probes left, about 499:30 min"]

    def test_the_time_before_the_work_began_does_not_count(self) -> None:
        clock, stream = Clock(), io.StringIO()
        progress = LineProgress(stream, clock=clock)
        clock.now += 100  # the model was being fetched
        progress.begin(lessons=0, probes=4)
        clock.now += 30
        progress.asked(2)
        assert stream.getvalue().splitlines()[-1] == (
            "isoglot: starting; 2 probes left, about 0:30 min"
        )


class TestBar:
    @pytest.fixture
    def work(self) -> _Work:
        return _Work()

    @pytest.fixture
    def rich_bar(self, work: _Work) -> Progress:
        console = Console(file=io.StringIO(), force_terminal=True, width=100)
        return Progress("{task.description}", _ProbesLeft(work), console=console)

    def test_it_counts_lessons_and_probes(self, rich_bar: Progress, work: _Work) -> None:
        progress = BarProgress(rich_bar, work)
        (task,) = rich_bar.tasks
        assert (task.total, task.description) == (None, "starting")
        progress.begin(lessons=10, probes=1200)
        progress.phase("teaching Welsh (fine-tuning)")
        progress.taught(4)
        progress.asked(30)
        assert (task.total, task.completed) == (1210, 34)
        assert task.description == "teaching Welsh (fine-tuning)"
        assert (work.lessons, work.probes, work.left) == (6, 1170, 1176)

    def test_it_shows_how_many_probes_are_left(self, rich_bar: Progress, work: _Work) -> None:
        progress = BarProgress(rich_bar, work)
        progress.begin(lessons=10, probes=1200)
        progress.asked(30)
        (task,) = rich_bar.tasks
        assert _ProbesLeft(work).render(task).plain == "1,170 probes left"

    def test_nothing_to_do_is_no_bar_of_length_zero(self, rich_bar: Progress, work: _Work) -> None:
        BarProgress(rich_bar, work).begin(lessons=0, probes=0)
        (task,) = rich_bar.tasks
        assert task.total is None


class TestWhichOne:
    def test_without_a_terminal_lines(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.delenv("FORCE_COLOR", raising=False)
        with shown_progress() as progress:
            assert isinstance(progress, LineProgress)
            progress.begin(lessons=1, probes=2)
        captured = capsys.readouterr()
        assert (captured.out, captured.err) == ("", "isoglot: to do: 1 lessons, 2 probes\n")

    def test_in_a_terminal_a_bar_on_the_error_stream(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        monkeypatch.setenv("FORCE_COLOR", "1")  # what makes rich take the stream for a terminal
        monkeypatch.setenv("COLUMNS", "120")
        with shown_progress() as progress:
            assert isinstance(progress, BarProgress)
            progress.begin(lessons=0, probes=1200)
            progress.phase("asking: taught Welsh")
        captured = capsys.readouterr()
        assert captured.out == ""
        assert "asking: taught Welsh" in captured.err
        assert "1,200 probes left" in captured.err
