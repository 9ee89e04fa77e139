"""What prompts share at the beginning is computed once; each row of a batch branches off it.

A row is laid out as `[padding][prefix][rest]`: the padding stands in front and is masked, so the
real tokens are contiguous and at their true distances, which sliding-window attention depends on.
Rests differ in length; a row with a shorter rest gets its last prefix tokens anew instead of
padding in the middle, so that all rows feed equally many tokens.
"""

from collections.abc import Sequence
from typing import Any

import torch
from transformers import DynamicCache

from isoglot.engines.huggingface._cache import branch

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
    def branch(self, prefix: Sequence[int], overlaps: list[int], *, room: int) -> DynamicCache:
        """A cache with one row for each overlap: the prefix less so many tokens at its end.

        See `isoglot.engines.huggingface._cache.branch`.
        """
        self._compute(tuple(prefix))
        return branch(self._layers, overlaps, room=room)

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
