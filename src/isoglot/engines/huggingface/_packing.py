"""Rows of different lengths as one row of tokens, so that no layer computes padding.

All but attention looks at tokens one by one, and gets them packed, one row's behind the other's;
so does attention over what rows share. Over their own keys attention gets them apart, as rows that
are padded at their ends.
"""

from collections.abc import Sequence
from itertools import accumulate

import torch


class Packing:
    """Where the tokens of rows stand when they are packed.

    Args:
        widths: How many tokens each row has, one at least.
        device: Where tokens are packed. Layers may be on others.
    """

    def __init__(self, widths: Sequence[int], *, device: torch.device) -> None:
        self.rows = len(widths)
        self.widest = max(widths)
        self._even = min(widths) == self.widest
        self._starts = list(accumulate(widths, initial=0))
        if self._even:
            return
        packed: list[int] = []
        apart: list[int] = []
        first = 0
        for row, width in enumerate(widths):
            packed += range(row * self.widest, row * self.widest + width)
            # Padding repeats a row's last token: whatever it is, nothing sees it.
            apart += [first + min(place, width - 1) for place in range(self.widest)]
            first += width
        self._packed = torch.tensor(packed, device=device)
        self._apart = torch.tensor(apart, device=device)

    def apart(self, states: torch.Tensor) -> torch.Tensor:
        """`[rows, heads, widest, size]` from `[1, heads, tokens, size]`."""
        if not self._even:
            states = states.index_select(2, self._apart.to(states.device))
        _, heads, _, size = states.shape
        return states.reshape(heads, self.rows, self.widest, size).transpose(0, 1)

    def together(self, states: torch.Tensor) -> torch.Tensor:
        """`[1, heads, tokens, size]` from `[rows, heads, widest, size]`."""
        flat = states.transpose(0, 1).flatten(1, 2)
        if not self._even:
            flat = flat.index_select(1, self._packed.to(states.device))
        return flat[None]

    def tokens_of(self, rows: tuple[int, int]) -> slice:
        """Where the tokens of rows stand that stand together: of the first, up to the end."""
        first, end = rows
        return slice(self._starts[first], self._starts[end])


def packed(rows: Sequence[Sequence[int]], *, device: torch.device) -> torch.Tensor:
    """The tokens of all rows, `[1, tokens]`."""
    return torch.tensor([[token for row in rows for token in row]], device=device)
