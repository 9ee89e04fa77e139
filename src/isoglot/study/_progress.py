"""How a run tells what it is doing. Whoever watches implements this; the loop only reports."""

from typing import Protocol


class Progress(Protocol):
    """A watcher of a run."""

    def begin(self, *, lessons: int, probes: int) -> None:
        """The work that is left: lessons to teach (over all epochs) and probes to ask."""
        ...

    def phase(self, text: str) -> None:
        """What is being done now, such as "teaching Welsh (fine-tuning)"."""
        ...

    def taught(self, lessons: int) -> None:
        """So many lessons were just taught."""
        ...

    def asked(self, probes: int) -> None:
        """So many probes were just asked."""
        ...


class Silent:
    """A watcher that says nothing."""

    def begin(self, *, lessons: int, probes: int) -> None:
        """Ignored."""

    def phase(self, text: str) -> None:
        """Ignored."""

    def taught(self, lessons: int) -> None:
        """Ignored."""

    def asked(self, probes: int) -> None:
        """Ignored."""
