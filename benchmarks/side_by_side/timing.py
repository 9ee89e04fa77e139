"""Seconds of work, on processors and on devices that run behind."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

import torch

Found = TypeVar("Found")


def seconds_of(work: Callable[[], Any]) -> float:
    """Wall-clock seconds until the work is done, not only asked for."""
    return timed(work)[0]


def timed(work: Callable[[], Found]) -> tuple[float, Found]:
    """The same, and what the work brought."""
    _wait()
    started = time.perf_counter()
    found = work()
    _wait()
    return time.perf_counter() - started, found


def begin_peak() -> None:
    """Forgets the peak of a device's memory."""
    if torch.cuda.is_available():
        torch.cuda.reset_peak_memory_stats()


def peak() -> str:
    """For a printed line: the peak of the device's memory since `begin_peak`; "" on processors."""
    if not torch.cuda.is_available():
        return ""
    return f", peak memory {torch.cuda.max_memory_allocated() / 1e9:.1f} GB"


def _wait() -> None:
    if torch.cuda.is_available():
        torch.cuda.synchronize()
