"""Torch's deterministic algorithms, for as long as they are wanted."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from isoglot.core import ModelError

_VARIABLE = "CUBLAS_WORKSPACE_CONFIG"


@contextmanager
def deterministic_algorithms(*, on: bool) -> Iterator[None]:
    """While it lasts, torch computes by deterministic algorithms, and raises where it has none."""
    if not on:
        yield
        return
    before = torch.are_deterministic_algorithms_enabled()
    warn_only = torch.is_deterministic_algorithms_warn_only_enabled()
    torch.use_deterministic_algorithms(True)
    try:
        yield
    finally:
        torch.use_deterministic_algorithms(before, warn_only=warn_only)


def check_deterministic(device: str) -> None:
    """Finds out whether torch multiplies deterministically on a device.

    Before 2.10, torch does so on GPUs only where an environment variable says how much memory
    cuBLAS may use, and said so before the process first multiplied there. Later ones give cuBLAS
    memory of their own.

    Raises:
        ModelError: The variable is missing.
    """
    try:
        with deterministic_algorithms(on=True):
            torch.mm(torch.ones(2, 2, device=device), torch.ones(2, 2, device=device))
    # That a device is not there torch may say by an assertion, and whoever loads the model says it.
    except (RuntimeError, AssertionError) as error:
        if _VARIABLE not in str(error):
            return
        raise ModelError(
            f"deterministic: torch {torch.__version__} is deterministic on {device!r} only if "
            f"{_VARIABLE} is set before it starts; run the same command again with "
            f"{_VARIABLE}=:4096:8 before it"
        ) from error
