"""Which prompts go through the model together, and in which order."""

from collections.abc import Callable, Hashable, Iterator, Sequence
from typing import NamedTuple

from isoglot.engines.huggingface._tree import Node, Tree


class Limits(NamedTuple):
    """How much a batch may hold.

    Attributes:
        rows: Prompts.
        tokens: Of the rests, each counted as long as the longest; but one row at least.
        adapters: Different ones; the weights of all of them are on while a batch is read.
    """

    rows: int
    tokens: int
    adapters: int


def path(nodes: Sequence[Node], node: int | None) -> tuple[int, ...]:
    """The places of a node's parents and its own, from the first on."""
    found: list[int] = []
    while node is not None:
        found.append(node)
        node = nodes[node].parent
    return tuple(reversed(found))


def batches(
    tree: Tree,
    lengths: Sequence[int],
    adapters: Sequence[Hashable],
    limits_now: Callable[[], Limits],
) -> Iterator[list[int]]:
    """Batches of prompts that share what they can; within a node the shortest rests first.

    Args:
        tree: Of the prompts.
        lengths: Of the prompts' rests.
        adapters: By prompt, which one it is read behind.
        limits_now: Of the next batch. Asked when it is begun: memory may have run out before.

    Yields:
        The places of the prompts of a batch. Those under a node stand together, and within a node
        those behind an adapter.
    """
    numbers = {adapter: number for number, adapter in enumerate(dict.fromkeys(adapters))}
    keys = sorted(
        (path(tree.nodes, node), numbers[adapter], length, place)
        for place, (node, adapter, length) in enumerate(
            zip(tree.of, adapters, lengths, strict=True)
        )
    )
    batch: list[int] = []
    there: set[int] = set()
    longest = 0
    limits = limits_now()
    for _, adapter, length, place in keys:
        longer = max(longest, length)
        full = (
            len(batch) == limits.rows
            or (len(batch) + 1) * longer > limits.tokens
            or len(there | {adapter}) > limits.adapters
        )
        if batch and full:
            yield batch
            batch, there, longer = [], set(), length
            limits = limits_now()
        batch.append(place)
        there.add(adapter)
        longest = longer
    if batch:
        yield batch
