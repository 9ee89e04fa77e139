"""What prompts share at the beginning is computed once, and each row of a batch branches off it.

A row is laid out as `[padding][prefix][rest]`: the padding stands in front and is masked, so the real
tokens are contiguous and at their true distances, which sliding-window attention depends on. Rests
differ in length; a row with a shorter rest gets its last prefix tokens anew instead of padding in the
middle, so that all rows feed equally many tokens.
"""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache

MIN_PREFIX = 32
"""Sharing fewer tokens than this costs more in copying than it saves in computing."""


def shared_length(rows: Sequence[Sequence[int]]) -> int:
    """How many leading tokens all rows share, leaving each at least one token of its own."""
    limit = min(len(row) for row in rows) - 1
    first = rows[0]
    for position in range(limit):
        if any(row[position] != first[position] for row in rows):
            return position
    return limit


class PrefixCache:
    """The keys and values of the prefix that was used last.

    One is enough: a study asks all the probes of a condition before the next condition's.
    """

    def __init__(self, model: Any) -> None:
        self._model = model
        self._tokens: tuple[int, ...] = ()
        self._layers: list[tuple[torch.Tensor, torch.Tensor]] = []

    @property
    def supported(self) -> bool:
        """Whether the model's memory of a prefix is keys and values of attention only.

        Recurrent states (Mamba and its kind) can't be cut back to a shorter prefix.
        """
        kinds = set(getattr(self._model.config, "layer_types", None) or [])
        return kinds <= {"full_attention", "sliding_attention"}

    def clear(self) -> None:
        """Forgets the prefix: the weights have changed."""
        self._tokens, self._layers = (), []

    @torch.inference_mode()
    def branch(self, prefix: Sequence[int], overlaps: Sequence[int]) -> DynamicCache:
        """A cache with one row for each overlap: the prefix less so many tokens at its end.

        Every row is padded in front to the length of the prefix (the padding is all zeros and to be
        masked by the caller).
        """
        self._compute(tuple(prefix))
        length = len(prefix)
        branched = DynamicCache()
        for index, (keys, values) in enumerate(self._layers):
            branched.update(
                _branch_tensor(keys, overlaps, length),
                _branch_tensor(values, overlaps, length),
                index,
            )
        return branched

    def _compute(self, prefix: tuple[int, ...]) -> None:
        if prefix == self._tokens:
            return
        # Without the model's configuration the cache keeps every position in every layer; the
        # sliding window is in the mask. A window-sized cache could not be cut back.
        cache = DynamicCache()
        self._model(
            torch.tensor([prefix], device=self._model.device),
            past_key_values=cache,
            use_cache=True,
            logits_to_keep=1,
        )
        self._layers = [(layer.keys, layer.values) for layer in cache.layers]
        self._tokens = prefix


def _branch_tensor(tensor: torch.Tensor, overlaps: Sequence[int], length: int) -> torch.Tensor:
    """`[1, heads, length, size]` becomes `[rows, heads, length, size]`, shifted right by overlap."""
    branched = tensor.new_zeros((len(overlaps), tensor.shape[1], length, tensor.shape[3]))
    for row, overlap in enumerate(overlaps):
        branched[row, :, overlap:] = tensor[0, :, : length - overlap]
    return branched
