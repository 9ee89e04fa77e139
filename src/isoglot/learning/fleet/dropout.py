"""Dropout whose masks depend on the condition alone: not on the batch, nor on who else is in it."""

from collections.abc import Sequence

import torch

from isoglot.core import stream_seed


class DropoutMasks:
    """Draws the masks of a batch's rows, a stream for every row and module.

    The same row and module get the same mask however often it is drawn, as when activations are
    computed again on the way back.

    Args:
        rate: The share of the inputs that are dropped; the others are scaled by 1 / (1 - rate).
        seeds: One a row.
        lengths: The number of tokens of each row; behind them is padding, which nobody reads.
    """

    def __init__(self, rate: float, *, seeds: Sequence[int], lengths: Sequence[int]) -> None:
        self._rate = rate
        self._seeds = seeds
        self._lengths = lengths

    def __call__(self, module: str, x: torch.Tensor) -> torch.Tensor:
        """The masks `[rows, length, in]` of a module's input."""
        masks = torch.ones_like(x)
        generator = torch.Generator(device=x.device)
        for row, (seed, length) in enumerate(zip(self._seeds, self._lengths, strict=True)):
            generator.manual_seed(stream_seed(seed, "dropout", module))
            drawn = torch.rand(
                length, x.shape[-1], generator=generator, device=x.device, dtype=torch.float32
            )
            masks[row, :length] = (drawn >= self._rate) / (1 - self._rate)
        return masks
