"""A cache of keys and values with room for the whole answer.

transformers' own cache makes a new, longer copy of everything for every token. Behind a long
shared prefix that copy is most of the work; here a token is written into room kept for it.
"""

import torch
from transformers import DynamicCache
from transformers.cache_utils import DynamicLayer


class RoomyLayer(DynamicLayer):  # type: ignore[misc] # transformers has no types
    """One layer's keys and values.

    Args:
        keys: `[rows, heads, room, size]`, filled up to `length`.
        values: The same of the values.
        length: How many positions are filled.
    """

    keys: torch.Tensor
    values: torch.Tensor

    def __init__(self, keys: torch.Tensor, values: torch.Tensor, length: int) -> None:
        super().__init__()
        self.lazy_initialization(keys, values)
        self._all_keys = keys
        self._all_values = values
        self._show(length)

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        *_: object,
        **__: object,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Writes the new positions and returns all filled ones."""
        start = self.get_seq_length()
        end = start + key_states.shape[-2]
        if end > self._all_keys.shape[-2]:  # longer than was foreseen: as transformers does it
            self.keys = torch.cat([self.keys, key_states], dim=-2)
            self.values = torch.cat([self.values, value_states], dim=-2)
            return self.keys, self.values
        self._all_keys[:, :, start:end] = key_states
        self._all_values[:, :, start:end] = value_states
        self._show(end)
        return self.keys, self.values

    def batch_select_indices(self, indices: torch.Tensor) -> None:
        """Keeps these rows."""
        length = self.get_seq_length()
        self._all_keys, self._all_values = self._all_keys[indices], self._all_values[indices]
        self._show(length)

    def _show(self, length: int) -> None:
        self.keys = self._all_keys[:, :, :length]
        self.values = self._all_values[:, :, :length]


def branch(
    layers: list[tuple[torch.Tensor, torch.Tensor]], overlaps: list[int], *, room: int
) -> DynamicCache:
    """A cache with a row for each overlap, which holds the prefix less so many tokens at its end.

    Every row is padded in front to the length of the prefix; the caller masks the padding.

    Args:
        layers: The prefix's keys and values by layer, `[1, heads, length, size]` each.
        overlaps: How many of its last tokens each row gets anew.
        room: How many positions will follow the prefix.
    """
    cache = DynamicCache()
    cache.layers = [
        RoomyLayer(
            _branch_tensor(keys, overlaps, room=room),
            _branch_tensor(values, overlaps, room=room),
            keys.shape[2],
        )
        for keys, values in layers
    ]
    return cache


def _branch_tensor(tensor: torch.Tensor, overlaps: list[int], *, room: int) -> torch.Tensor:
    _, heads, length, size = tensor.shape
    branched = tensor.new_empty((len(overlaps), heads, length + room, size))
    for row, overlap in enumerate(overlaps):
        # Masked, but it must not be nan: zero weight times nan is nan.
        branched[row, :, :overlap] = 0
        branched[row, :, overlap:length] = tensor[0, :, : length - overlap]
    return branched
