"""Which prompts go through the model together, and in which order."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from isoglot.engines.huggingface._tree import Node, Tree


class Limits(NamedTuple):
    """How much a batch may hold.

    Attributes:
        rows: Prompts.
        tokens: Rests with padding, but one row at least.
    """

    rows: int
    tokens: int


def path(nodes: Sequence[Node], node: int | None) -> tuple[int, ...]:
    """The places of a node's parents and its own, from the first on."""
    found: list[int] = []
    while node is not None:
        found.append(node)
        node = nodes[node].parent
    return tuple(reversed(found))


def batches(tree: Tree, lengths: Sequence[int], limits: Limits) -> Iterator[list[int]]:
    """Batches of prompts that share what they can; within a node the shortest rests first.

    Args:
        tree: Of the prompts.
        lengths: Of the prompts' rests.
        limits: Of a batch.

    Yields:
        The places of the prompts of a batch. Those under a node stand together.
    """
    keys = [
        (path(tree.nodes, node), length, place)
        for place, (node, length) in enumerate(zip(tree.of, lengths, strict=True))
    ]
    batch: list[int] = []
    longest = 0
    for _, length, place in sorted(keys):
        longer = max(longest, length)
        full = len(batch) == limits.rows or (len(batch) + 1) * longer > limits.tokens
        if batch and full:
            yield batch
            batch, longer = [], length
        batch.append(place)
        longest = longer
    if batch:
        yield batch
