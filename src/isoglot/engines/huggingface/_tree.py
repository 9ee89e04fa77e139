"""Prompts as a tree of the beginnings that they share.

A node is a beginning that at least two prompts have, long enough to be worth keeping; its parent is
the longest shorter one that is kept. What a prompt has beyond its node is its rest, never empty:
the model has to read something to go on from.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

LEAST_SHARED = 4
"""Fewer tokens than this, beyond the parent's, are computed again for every prompt."""
LEAST_SAVED = 16
"""And so are those of a node that saves less than this many tokens, over all of its prompts."""


class Node(NamedTuple):
    """A shared beginning.

    Attributes:
        tokens: All of it, from the first token on.
        parent: The place of its parent in the tree, which is before its own; `None`: it has none.
    """

    tokens: tuple[int, ...]
    parent: int | None


class Tree(NamedTuple):
    """Shared beginnings, and whose they are.

    Attributes:
        nodes: Parents before their children.
        of: By prompt, its deepest node, or `None` where it shares nothing.
    """

    nodes: tuple[Node, ...]
    of: tuple[int | None, ...]


def shared_beginnings(
    prompts: Sequence[Sequence[int]], *, least: int = LEAST_SHARED, saved: int = LEAST_SAVED
) -> Tree:
    """The tree of prompts given as token ids.

    Args:
        prompts: None of them empty.
        least: How many tokens a node must have beyond its parent.
        saved: How many tokens a node must save: they are read once instead of once a prompt.
    """
    whole = [tuple(prompt) for prompt in prompts]
    order = sorted(range(len(prompts)), key=whole.__getitem__)
    rows = [whole[place] for place in order]
    # In sorted order, what two prompts share is the least that neighbours between them share.
    alike = [0, *(_alike(one, other) for one, other in pairwise(rows))]
    nodes: list[Node] = []
    of: list[int | None] = [None] * len(prompts)
    open_ranges: list[tuple[int, int, int | None]] = [(0, len(rows), None)] if rows else []
    while open_ranges:
        first, end, parent = open_ranges.pop()
        if end - first == 1:
            of[order[first]] = parent
            continue
        shared = min(alike[first + 1 : end])
        new = shared - (0 if parent is None else len(nodes[parent].tokens))
        if new >= least and new * (end - first - 1) >= saved:
            nodes.append(Node(rows[first][:shared], parent))
            parent = len(nodes) - 1
        cuts = [place for place in range(first + 1, end) if alike[place] == shared]
        bounds = [first, *cuts, end]
        open_ranges += [(start, stop, parent) for start, stop in pairwise(bounds)]
    return Tree(tuple(nodes), tuple(of))


def _alike(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """How many first tokens both share, leaving each at least one.

    Found by bisection: a few comparisons of whole slices are faster than a loop over tokens.
    """
    known, most = 0, min(len(one), len(other)) - 1
    while known < most:
        middle = (known + most + 1) // 2
        if one[known:middle] == other[known:middle]:
            known = middle
        else:
            most = middle - 1
    return known
