"""The keys and values of beginnings that prompts share, kept within a memory budget."""

from bisect import bisect_left, insort
from collections import OrderedDict
from collections.abc import Hashable, Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import torch

from isoglot.engines.huggingface._attention import shared_attention
from isoglot.engines.huggingface._head import SetAdapters
from isoglot.engines.huggingface._packing import packed
from isoglot.engines.huggingface._placement import input_device
from isoglot.engines.huggingface._row_cache import RowCache, Shared

_AT_ONCE = 512
"""So many tokens of a beginning go through the model together; each sees all before it."""
_TOGETHER = 2048
"""So many tokens of several beginnings."""
_MOST_KEPT = 2048
"""However small they are: all are sorted among the prompts of a call, and counted after a batch."""

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
    def held(self) -> tuple[int, int]:
        """The memory that it holds on to, its parents' not counted: where it is, and its bytes.

        A view holds all of what it is a view of.
        """
        storage = self.layers[0][0].untyped_storage()
        return storage.data_ptr(), 2 * len(self.layers) * storage.nbytes()

    def up_to(self, end: int) -> "Beginning":
        """The first so many positions, its own or a parent's."""
        piece = self
        while piece.parent is not None and end <= piece.start:
            piece = piece.parent
        if end == piece.end:
            return piece
        length = end - piece.start
        layers = [(keys[:, :length], values[:, :length]) for keys, values in piece.layers]
        return Beginning(piece.parent, length, layers)

    def chain(self) -> list["Beginning"]:
        """It and all that stands before it, from the first on."""
        found: list[Beginning] = []
        piece: Beginning | None = self
        while piece is not None:
            found.append(piece)
            piece = piece.parent
        return found[::-1]


class Wanted(NamedTuple):
    """A beginning that is asked for.

    Attributes:
        owner: Behind what it is read.
        tokens: All of it, from the first token on.
        parent: What it goes on from.
        adapter: The folder of the adapter that is on for it.
    """

    owner: Owner
    tokens: tuple[int, ...]
    parent: Beginning | None
    adapter: Path | None = None

    @property
    def new(self) -> tuple[int, ...]:
        """What it has beyond its parent."""
        return self.tokens[self.parent.end if self.parent else 0 :]


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
        self._known_to: dict[Owner, list[tuple[int, ...]]] = {}

    def clear(self) -> None:
        """Forgets all of them."""
        self._kept.clear()
        self._known_to.clear()

    def known(self, owner: Owner) -> list[tuple[int, ...]]:
        """The token ids of what is kept for an owner."""
        return list(self._known_to.get(owner, ()))

    def read(self, wanted: Sequence[Wanted], on: SetAdapters) -> list[Beginning]:
        """Beginnings, each computed unless it is kept, or is the beginning of one that is.

        Args:
            wanted: No two alike, none the parent of another.
            on: Sets adapters.
        """
        found = {place: kept for place, each in enumerate(wanted) if (kept := self._known(each))}
        missing = [place for place in range(len(wanted)) if place not in found]
        for places in _groups(missing, wanted):
            some = [wanted[place] for place in places]
            for place, each, read in zip(places, some, self._compute(some, on), strict=True):
                found[place] = read
                self._keep(each.owner, each.tokens, read)
        return [found[place] for place in range(len(wanted))]

    def _known(self, wanted: Wanted) -> Beginning | None:
        key = self._holding(wanted.owner, wanted.tokens)
        if key is None:
            return None
        self._kept.move_to_end(key)
        return self._kept[key].up_to(len(wanted.tokens))

    def _holding(
        self, owner: Owner, tokens: tuple[int, ...]
    ) -> tuple[Owner, tuple[int, ...]] | None:
        """What is kept and begins with these tokens."""
        if (owner, tokens) in self._kept:
            return owner, tokens
        # In sorted order, what begins with them stands right behind them.
        known = self._known_to.get(owner, [])
        place = bisect_left(known, tokens)
        if place < len(known) and known[place][: len(tokens)] == tokens:
            return owner, known[place]
        return None

    def _keep(self, owner: Owner, tokens: tuple[int, ...], beginning: Beginning) -> None:
        self._kept[owner, tokens] = beginning
        insort(self._known_to.setdefault(owner, []), tokens)

    def _drop_oldest(self) -> None:
        (owner, tokens), _ = self._kept.popitem(last=False)
        known = self._known_to[owner]
        del known[bisect_left(known, tokens)]
        if not known:
            del self._known_to[owner]

    def make_room(self) -> None:
        """Drops those that were not asked for longest, until the rest fits with its parents."""
        while len(self._kept) > _MOST_KEPT:
            self._drop_oldest()
        while self._kept and self._held_bytes() > self._most_bytes:
            # Several at a time, as all that is left is counted anew.
            for _ in range(max(1, len(self._kept) // 8)):
                self._drop_oldest()

    def _held_bytes(self) -> int:
        """How much memory is held by what is kept, parents that were dropped among it."""
        held: dict[int, int] = {}
        for each in self._kept.values():
            held.update(piece.held for piece in each.chain())
        return sum(held.values())

    @torch.inference_mode()
    def _compute(self, wanted: Sequence[Wanted], on: SetAdapters) -> list[Beginning]:
        """Beginnings that fit into one step, or a single longer one."""
        device = input_device(self._model)
        news = [each.new for each in wanted]
        cache = RowCache(
            as_shared([each.parent for each in wanted]),
            [each.parent.end if each.parent else 0 for each in wanted],
            room=max(map(len, news)),
            device=device,
        )
        with shared_attention(self._model, cache):
            for start in range(0, max(map(len, news)), _AT_ONCE):
                parts = [new[start : start + _AT_ONCE] for new in news]
                by_token = [
                    each.adapter for each, part in zip(wanted, parts, strict=True) for _ in part
                ]
                with on(by_token):
                    self._model.get_decoder()(
                        input_ids=packed(parts, device=device),
                        position_ids=cache.place([len(part) for part in parts]),
                        past_key_values=cache,
                        use_cache=True,
                    )
        layers = cache.own()
        # A view would keep the other rows, the padding and what was copied.
        alone = len(wanted) == 1 and not cache.n_copied
        return [
            Beginning(
                each.parent,
                len(new),
                [
                    (keys[row, :, : len(new)], values[row, :, : len(new)])
                    if alone
                    else (keys[row, :, : len(new)].clone(), values[row, :, : len(new)].clone())
                    for keys, values in layers
                ],
            )
            for row, (each, new) in enumerate(zip(wanted, news, strict=True))
        ]


def _groups(places: Sequence[int], wanted: Sequence[Wanted]) -> Iterator[list[int]]:
    """Places whose beginnings go through the model together, those of a parent side by side."""
    parents = {id(wanted[place].parent): place for place in reversed(places)}
    order = sorted(places, key=lambda n: (parents[id(wanted[n].parent)], len(wanted[n].new)))
    group: list[int] = []
    longest = 0
    for place in order:
        length = len(wanted[place].new)
        longer = max(longest, length)
        if group and (longer > _AT_ONCE or (len(group) + 1) * longer > _TOGETHER):
            yield group
            group, longer = [], length
        group.append(place)
        longest = longer
    if group:
        yield group


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
