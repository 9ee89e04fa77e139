"""The keys and values of a batch: each row's own, and those of beginnings that rows share."""

from collections.abc import Sequence
from itertools import compress
from typing import Any, NamedTuple

import torch
from transformers import DynamicCache

from isoglot.engines.huggingface._packing import Packing, packed

LEAST_APART = 1024
"""Keys that rows see in a piece, together. Fewer are copied to each row's own: a product for
themselves, in every layer of every step, would cost more."""
_MOST_COPIED = 64
"""Keys that are copied to a row, of all its pieces. All rows get room for the most that one has."""


class Shared(NamedTuple):
    """A piece of a beginning, and the rows that see it.

    Attributes:
        rows: The first of them and the end; they stand together.
        start: The position of its first token.
        layers: By layer, keys and values `[heads, length, size]`.
    """

    rows: tuple[int, int]
    start: int
    layers: Sequence[tuple[torch.Tensor, torch.Tensor]]

    @property
    def length(self) -> int:
        """How many tokens it has."""
        return int(self.layers[0][0].shape[1])


class View(NamedTuple):
    """Which keys the queries of a step see.

    Attributes:
        keys: Those that some query sees; the others are left out.
        seen: Which of these each query sees: `[rows, fed, keys]` of own ones, `[tokens, keys]` of a
            shared piece, for the tokens of its rows; `None`: all of them.
    """

    keys: slice
    seen: torch.Tensor | None

    def on(self, device: torch.device) -> "View":
        """The same for a layer on a device."""
        return self if self.seen is None else self._replace(seen=self.seen.to(device))


class RowCache(DynamicCache):  # type: ignore[misc] # transformers has no types
    """The keys and values of rows, which see shared pieces, too.

    Attributes:
        shared: Pieces that are read apart. Small ones are copied to the rows' own.
        filled: How many own places are filled.

    Args:
        shared: What rows share. A row sees all of a piece but what its window hides.
        lengths: By row, how many positions its pieces hold.
        room: How many positions there is room for at first, beside what is shared.
        device: Where positions are kept.
        one_step: Nothing is fed behind the first step, so no layer's keys and values are kept.
        least_apart: See `LEAST_APART`, the default.
    """

    def __init__(
        self,
        shared: Sequence[Shared],
        lengths: Sequence[int],
        *,
        room: int,
        device: torch.device,
        one_step: bool = False,
        least_apart: int | None = None,
    ) -> None:
        super().__init__()
        least = LEAST_APART if least_apart is None else least_apart
        copied = _worth_copying(shared, rows=len(lengths), least_apart=least)
        self.shared = tuple(each for each, small in zip(shared, copied, strict=True) if not small)
        self._copied = _Copied(list(compress(shared, copied)), rows=len(lengths))
        self.filled = self._copied.width
        self._room = self.filled + room
        self._one_step = one_step
        self._own: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        # Of every own place, its position; -1 where nothing is seen: padding, and what was guessed
        # and not said.
        self.positions = torch.tensor(self._copied.positions, dtype=torch.long, device=device)
        self._next = list(lengths)
        self._branch: torch.Tensor | None = None
        # By window and device, and by shared piece, too; as long as a step lasts.
        self._own_views: dict[tuple[int | None, torch.device], View] = {}
        self._shared_views: dict[tuple[int, int | None, torch.device], View | None] = {}

    def place(self, widths: Sequence[int]) -> torch.Tensor:
        """Makes place for what rows are fed, row i its first `widths[i]` tokens.

        Returns:
            The positions `[1, tokens]` of all that is fed, one row's behind the other's.
        """
        fed = self._place([range(width) for width in widths])
        self._next = [end + width for end, width in zip(self._next, widths, strict=True)]
        return fed

    def place_branches(
        self, steps: Sequence[Sequence[int]], branches: Sequence[Sequence[int]]
    ) -> torch.Tensor:
        """Makes place for rows that branch: nothing can be fed behind them.

        Args:
            steps: Of every token, how far behind what the row has seen before it stands.
            branches: Of every token, which branch it is of; 0 is the trunk, which all branches see.

        Returns:
            See `place`.
        """
        fed = self._place(steps)
        self._branch = torch.tensor(_filled_up(branches, -1), device=fed.device)
        return fed

    def _place(self, steps: Sequence[Sequence[int]]) -> torch.Tensor:
        device = self.positions.device
        fed = [[start + step for step in own] for start, own in zip(self._next, steps, strict=True)]
        self.packing = Packing([len(own) for own in fed], device=device)
        # Padding stands where the last token stands, and is never seen.
        widest = self.packing.widest
        padded = [[*own, *[max(own)] * (widest - len(own))] for own in fed]
        self._spans = [(min(own), max(own)) for own in fed]
        self._positions_fed = [position for own in fed for position in own]
        self._fed = torch.tensor(padded, device=device)
        self.filled += widest
        placed = torch.tensor(_filled_up(fed, -1), device=device)
        self.positions = torch.cat([self.positions, placed], dim=1)
        self._branch = None
        self._own_views, self._shared_views = {}, {}
        return packed(fed, device=device)

    def take_back(self, counts: Sequence[int]) -> None:
        """Forgets the last so many tokens that each row was fed in the last step."""
        if not any(counts):
            return
        self._next = [end - count for end, count in zip(self._next, counts, strict=True)]
        ends = torch.tensor(self._next, device=self.positions.device)
        self.positions = torch.where(self.positions >= ends[:, None], -1, self.positions)

    def keep(self, rows: Sequence[int]) -> None:
        """Drops all rows but these, which stay in order."""
        kept = torch.tensor(rows, device=self.positions.device)
        self.positions = self.positions[kept]
        self._next = [self._next[row] for row in rows]
        for layer, (keys, values) in self._own.items():
            there = kept.to(keys.device)  # layers may be spread over devices
            self._own[layer] = (
                keys[:, :, : self.filled].index_select(0, there),
                values[:, :, : self.filled].index_select(0, there),
            )
        place_of = {row: place for place, row in enumerate(rows)}
        narrowed = []
        for each in self.shared:
            left = [place_of[row] for row in range(*each.rows) if row in place_of]
            if left:
                narrowed.append(each._replace(rows=(left[0], left[-1] + 1)))
        self.shared = tuple(narrowed)

    def update(
        self,
        key_states: torch.Tensor,
        value_states: torch.Tensor,
        layer_idx: int,
        *_: Any,
        **__: Any,
    ) -> tuple[torch.Tensor, torch.Tensor]:
        """Writes what was fed; returns all own keys and values `[rows, heads, filled, size]`.

        Args:
            key_states: Of what was fed, packed: `[1, heads, tokens, size]`.
            value_states: Of the same.
            layer_idx: The layer.
        """
        start = self.filled - self.packing.widest
        fed_keys, fed_values = (self.packing.apart(each) for each in (key_states, value_states))
        keys, values = (
            self._with_room(layer_idx, part, states)
            for part, states in enumerate((fed_keys, fed_values))
        )
        keys[:, :, start : self.filled] = fed_keys
        values[:, :, start : self.filled] = fed_values
        if not self._one_step:
            self._own[layer_idx] = (keys, values)
        return keys[:, :, : self.filled], values[:, :, : self.filled]

    def _with_room(self, layer: int, part: int, states: torch.Tensor) -> torch.Tensor:
        old = self._own[layer][part] if layer in self._own else None
        if old is not None and old.shape[2] >= self.filled:
            return old
        room = max(self._room, self.filled) if old is None else max(2 * old.shape[2], self.filled)
        rows, heads, _, size = states.shape
        # Zeros: weight zero times nan would be nan.
        new = states.new_zeros((rows, heads, room, size))
        if old is not None:
            new[:, :, : old.shape[2]] = old
        elif self._copied.width:
            new[:, :, : self._copied.width] = self._copied.states(layer, part)
        return new

    def own(self) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """By layer, the keys and values `[rows, heads, fed, size]` of all that was fed."""
        fed = slice(self._copied.width, self.filled)
        return [
            (keys[:, :, fed], values[:, :, fed]) for _, (keys, values) in sorted(self._own.items())
        ]

    @property
    def n_copied(self) -> int:
        """How many places of every row there are for what was copied."""
        return self._copied.width

    def get_seq_length(self, *_: Any, **__: Any) -> int:
        """How many own places are filled. Positions are always given, so models don't need it."""
        return self.filled

    def view(self, window: int | None, device: torch.device) -> View:
        """What queries of a layer on a device see of their rows' own keys."""
        key = (window, device)
        if key not in self._own_views:
            self._own_views[key] = self._own_view(window).on(device)
        return self._own_views[key]

    def _own_view(self, window: int | None) -> View:
        asked, there = self._fed[:, :, None], self.positions[:, None, :]
        seen = (there >= 0) & (there <= asked)
        if window is not None:
            seen &= asked - there < window
        if self._branch is not None:
            seen[:, :, -self._branch.shape[1] :] &= self._on_one_branch(self._branch)
        first = 0
        if window is not None and self.filled >= 2 * window:
            first = int(seen.any(0).any(0).int().argmax())
        return View(slice(first, self.filled), seen[:, :, first:])

    @staticmethod
    def _on_one_branch(branch: torch.Tensor) -> torch.Tensor:
        """Which of what was fed can see which, `[rows, fed, fed]`."""
        asked, there = branch[:, :, None], branch[:, None, :]
        return (there == 0) | (there == asked)

    def shared_view(self, number: int, window: int | None, device: torch.device) -> View | None:
        """What queries of a layer on a device see of a shared piece; `None`: nothing."""
        key = (number, window, device)
        if key not in self._shared_views:
            found = self._shared_view(self.shared[number], window)
            self._shared_views[key] = found and found.on(device)
        return self._shared_views[key]

    def _shared_view(self, piece: Shared, window: int | None) -> View | None:
        length = piece.length
        if window is None:
            return View(slice(0, length), None)
        first, end = piece.rows
        lowest = min(low for low, _ in self._spans[first:end])
        highest = max(high for _, high in self._spans[first:end])
        hidden = max(0, lowest - window + 1 - piece.start)
        if hidden >= length:
            return None
        part = slice(hidden, length)
        if highest - (piece.start + hidden) < window:
            return View(part, None)
        there = torch.arange(piece.start + hidden, piece.start + length, device=self._fed.device)
        asked = torch.tensor(self._positions_fed[self.packing.tokens_of(piece.rows)])
        return View(part, asked.to(there)[:, None] - there < window)


def _worth_copying(pieces: Sequence[Shared], *, rows: int, least_apart: int) -> list[bool]:
    """Of each piece, whether it is too small for a product of its own."""
    widths = [0] * rows
    found = []
    for piece in pieces:
        first, end = piece.rows
        longest = max(widths[first:end]) + piece.length
        small = (end - first) * piece.length < least_apart and longest <= _MOST_COPIED
        found.append(small)
        for row in range(first, end) if small else ():
            widths[row] += piece.length
    return found


class _Copied:
    """Small pieces, as the first of the rows' own places.

    Attributes:
        width: How many places each row has for them.
        positions: By row and place, the position; -1 where a row has fewer.

    Args:
        pieces: In the order of their starts for every row.
        rows: Of the batch.
    """

    def __init__(self, pieces: Sequence[Shared], *, rows: int) -> None:
        self._pieces = pieces
        positions: list[list[int]] = [[] for _ in range(rows)]
        places: list[list[int]] = [[] for _ in range(rows)]
        first = 0
        for piece in pieces:
            for row in range(*piece.rows):
                positions[row] += range(piece.start, piece.start + piece.length)
                places[row] += range(first, first + piece.length)
            first += piece.length
        self.width = max(map(len, positions))
        self.positions = _filled_up(positions, -1)
        self._places = _filled_up(places, 0)

    def states(self, layer: int, part: int) -> torch.Tensor:
        """A layer's keys (part 0) or values (1), `[rows, heads, width, size]`."""
        together = torch.cat([each.layers[layer][part] for each in self._pieces], dim=1)
        places = torch.tensor(self._places, device=together.device)
        found = together.index_select(1, places.flatten())
        return found.view(found.shape[0], *places.shape, -1).transpose(0, 1)


def _filled_up(rows: Sequence[Sequence[int]], value: int) -> list[list[int]]:
    """The rows as long as the longest, with a value at their ends."""
    longest = max(map(len, rows))
    return [[*row, *[value] * (longest - len(row))] for row in rows]
