"""The keys and values of beginnings that prompts share, kept within a memory budget."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Any

import torch

from isoglot.engines.huggingface._attention import RowCache, Shared, shared_attention

_AT_ONCE = 1024
"""So many tokens of a beginning go through the model together."""

Owner = Hashable
"""Behind what a beginning was read: the same tokens behind another adapter have other keys."""


class Beginning:
    """A piece of a beginning: what it has beyond its parent.

    Attributes:
        parent: What stands before it.
        start: The position of its first token.
        end: The position behind its last one.
        layers: By layer, keys and values `[heads, length, size]`.
    """

    def __init__(
        self,
        parent: "Beginning | None",
        length: int,
        layers: Sequence[tuple[torch.Tensor, torch.Tensor]],
    ) -> None:
        self.parent = parent
        self.start = 0 if parent is None else parent.end
        self.end = self.start + length
        self.layers = layers

    @property
    def n_bytes(self) -> int:
        """How much memory it takes, its parents not counted."""
        return sum(each.numel() * each.element_size() for pair in self.layers for each in pair)

    def chain(self) -> list["Beginning"]:
        """It and all that stands before it, from the first on."""
        return [*(self.parent.chain() if self.parent else []), self]


class Beginnings:
    """Computes beginnings when they are asked for, and keeps those that were asked last.

    Args:
        model: A causal language model of transformers.
        most_bytes: How much memory they may take together. What a batch needs is kept even beyond
            it, until the next one.
    """

    def __init__(self, model: Any, *, most_bytes: int) -> None:
        self._model = model
        self._most_bytes = most_bytes
        self._kept: OrderedDict[tuple[Owner, tuple[int, ...]], Beginning] = OrderedDict()

    def clear(self) -> None:
        """Forgets all of them."""
        self._kept.clear()

    def longest(self, owner: Owner, tokens: Sequence[int]) -> tuple[int, ...] | None:
        """The longest kept beginning of a prompt that leaves it a token of its own."""
        found = [
            known
            for whose, known in self._kept
            if whose == owner
            and len(known) < len(tokens)
            and tuple(tokens[: len(known)]) == known
        ]
        return max(found, key=len, default=None)

    def get(
        self, owner: Owner, tokens: tuple[int, ...], parent: Beginning | None
    ) -> Beginning:
        """A beginning, computed unless it is kept.

        Args:
            owner: Behind what; that has to be on.
            tokens: All of it, from the first token on.
            parent: What it goes on from.
        """
        key = (owner, tokens)
        found = self._kept.get(key)
        if found is None:
            found = self._compute(tokens[0 if parent is None else parent.end :], parent)
            self._kept[key] = found
        self._kept.move_to_end(key)
        return found

    def make_room(self) -> None:
        """Drops those that were not asked for longest, until the rest fits."""
        total = sum(each.n_bytes for each in self._kept.values())
        while total > self._most_bytes and self._kept:
            _, dropped = self._kept.popitem(last=False)
            total -= dropped.n_bytes

    @torch.inference_mode()
    def _compute(self, tokens: Sequence[int], parent: Beginning | None) -> Beginning:
        device = self._model.get_input_embeddings().weight.device
        cache = RowCache(
            as_shared([parent]), [parent.end if parent else 0], room=len(tokens), device=device
        )
        with shared_attention(self._model, cache):
            for start in range(0, len(tokens), _AT_ONCE):
                part = list(tokens[start : start + _AT_ONCE])
                self._model.get_decoder()(
                    input_ids=torch.tensor([part], device=device),
                    position_ids=cache.place([len(part)]),
                    past_key_values=cache,
                    use_cache=True,
                )
        return Beginning(parent, len(tokens), [(keys[0], values[0]) for keys, values in cache.own()])


def as_shared(beginnings: Sequence[Beginning | None]) -> list[Shared]:
    """The pieces of the rows of a batch, whose beginnings these are.

    Rows that share a piece must stand together, as they do in the order of a tree.
    """
    rows: dict[int, tuple[Beginning, int, int]] = {}
    for row, beginning in enumerate(beginnings):
        for piece in beginning.chain() if beginning else ():
            _, first, end = rows.get(id(piece), (piece, row, row))
            if end != row:
                raise ValueError(f"rows {first} to {row} share a piece that row {end} has no part of")
            rows[id(piece)] = (piece, first, row + 1)
    return [Shared((first, end), piece.start, piece.layers) for piece, first, end in rows.values()]


