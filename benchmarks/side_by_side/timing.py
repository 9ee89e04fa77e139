"""Seconds of work, on processors and on devices that run behind."""

import time
from collections.abc import Callable
from typing import Any

import torch


def seconds_of(work: Callable[[], Any]) -> float:
    """Wall-clock seconds until the work is done, not only asked for."""
    _wait()
    started = time.perf_counter()
    work()
    _wait()
    return time.perf_counter() - started


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
