"""Dropout whose masks depend on the condition alone: not on the batch, nor on who else is in it.

A mask is a hash of the row's seed, the module and the place in the row (the finaliser of
MurmurHash3, twice). So all rows are drawn at once, and the same mask comes again however often it
is asked for, as when activations are computed again on the way back.
"""

from collections.abc import Sequence
from functools import cache

import torch

from isoglot.core import stream_seed

_FIRST, _SECOND = 0x85EBCA6B - 2**32, 0xC2B2AE35 - 2**32


class DropoutMasks:
    """The masks of a batch's rows.

    Args:
        rate: The share of the inputs that are dropped; the others are scaled by 1 / (1 - rate).
        seeds: One a row.
        device: Of the inputs.
    """

    def __init__(self, rate: float, *, seeds: Sequence[int], device: torch.device) -> None:
        self._rate = rate
        drawn = [_as_int32(seed) for seed in seeds]
        self._seeds = torch.tensor(drawn, dtype=torch.int32, device=device)

    def __call__(self, module: str, x: torch.Tensor) -> torch.Tensor:
        """The masks `[rows, length, in]` of a module's input."""
        rows, length, size = x.shape
        seeds = self._seeds.to(x.device) ^ _module_seed(module)
        places = torch.arange(length * size, dtype=torch.int32, device=x.device)
        drawn = _mixed(_mixed(places)[None] ^ _mixed(seeds)[:, None])
        kept = (drawn & 0x7FFFFFFF) >= int(self._rate * 2**31)
        return kept.to(x.dtype).div_(1 - self._rate).view(rows, length, size)


@cache
def _module_seed(module: str) -> int:
    return _as_int32(stream_seed(0, "dropout", module))


def _mixed(value: torch.Tensor) -> torch.Tensor:
    value = value ^ ((value >> 16) & 0xFFFF)
    value = value * _FIRST
    value = value ^ ((value >> 13) & 0x7FFFF)
    value = value * _SECOND
    return value ^ ((value >> 16) & 0xFFFF)


def _as_int32(value: int) -> int:
    low = value & 0xFFFFFFFF
    return low - 2**32 if low >= 2**31 else low
