"""The keys and values of beginnings that prompts share, kept within a memory budget."""

from collections import OrderedDict
from collections.abc import Hashable, Sequence
from typing import Any

import torch

from isoglot.engines.huggingface._attention import RowCache, Shared, shared_attention
from isoglot.engines.huggingface._placement import input_device

_AT_ONCE = 512
"""So many tokens of a beginning go through the model together; each sees all before it."""

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
        self.start: int = 0 if parent is None else parent.end
        self.end: int = self.start + length
        self.layers = layers

    @property
    def n_bytes(self) -> int:
        """How much memory it takes, its parents not counted."""
        return sum(each.numel() * each.element_size() for pair in self.layers for each in pair)

    def up_to(self, end: int) -> "Beginning":
        """The first so many positions, its own or a parent's."""
        if self.parent is not None and end <= self.start:
            return self.parent.up_to(end)
        if end == self.end:
            return self
        length = end - self.start
        layers = [(keys[:, :length], values[:, :length]) for keys, values in self.layers]
        return Beginning(self.parent, length, layers)

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

    def known(self, owner: Owner) -> list[tuple[int, ...]]:
        """The token ids of what is kept for an owner."""
        return [tokens for whose, tokens in self._kept if whose == owner]

    def get(self, owner: Owner, tokens: tuple[int, ...], parent: Beginning | None) -> Beginning:
        """A beginning, computed unless it is kept, or is the beginning of one that is.

        Args:
            owner: Behind what; that has to be on.
            tokens: All of it, from the first token on.
            parent: What it goes on from.
        """
        for (whose, known), kept in self._kept.items():
            if whose == owner and known[: len(tokens)] == tokens:
                self._kept.move_to_end((whose, known))
                return kept.up_to(len(tokens))
        found = self._compute(tokens[0 if parent is None else parent.end :], parent)
        self._kept[owner, tokens] = found
        return found

    def make_room(self) -> None:
        """Drops those that were not asked for longest, until the rest fits."""
        total = sum(each.n_bytes for each in self._kept.values())
        while total > self._most_bytes and self._kept:
            _, dropped = self._kept.popitem(last=False)
            total -= dropped.n_bytes

    @torch.inference_mode()
    def _compute(self, tokens: Sequence[int], parent: Beginning | None) -> Beginning:
        device = input_device(self._model)
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
        return Beginning(
            parent, len(tokens), [(keys[0], values[0]) for keys, values in cache.own()]
        )


def as_shared(beginnings: Sequence[Beginning | None]) -> list[Shared]:
    """The pieces of the rows of a batch, whose beginnings these are.

    Rows that share a piece and stand together read it together.
    """
    runs: list[Shared] = []
    open_runs: dict[int, int] = {}
    for row, beginning in enumerate(beginnings):
        still = {}
        for piece in beginning.chain() if beginning else ():
            place = open_runs.get(id(piece))
            if place is None:
                place = len(runs)
                runs.append(Shared((row, row), piece.start, piece.layers))
            runs[place] = runs[place]._replace(rows=(runs[place].rows[0], row + 1))
            still[id(piece)] = place
        open_runs = still
    return runs
