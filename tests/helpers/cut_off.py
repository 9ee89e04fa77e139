"""A run that ends in the middle, as by Ctrl-C."""

from isoglot.study import Silent


class CutOff(Silent):
    """A watcher that interrupts the run once so many probes were asked."""

    def __init__(self, after: int) -> None:
        self._left = after

    def asked(self, probes: int) -> None:
        """Counts down, and interrupts."""
        self._left -= probes
        if self._left <= 0:
            raise KeyboardInterrupt
