"""The tree of prompts: what is shared is a node, and nothing else is."""

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")

from hypothesis import given
from hypothesis import strategies as st

from isoglot.engines.huggingface._planning import Limits, batches, path
from isoglot.engines.huggingface._tree import Node, shared_beginnings

# Few tokens, so that prompts often begin alike.
PROMPTS = st.lists(st.lists(st.integers(0, 2), min_size=1, max_size=12), max_size=12)


def test_prompts_that_share_a_context_hang_from_it() -> None:
    tree = shared_beginnings([[1, 2, 3, 4], [1, 2, 3, 5], [9]], least=2, saved=1)
    assert tree.nodes == (Node((1, 2, 3), None),)
    assert tree.of == (0, 0, None)


def test_a_question_within_a_context_is_a_node_of_its_own() -> None:
    """Context 1 2, in it two questions, 3 3 and 4 4, each with two endings."""
    prompts = [[1, 2, 3, 3, 5], [1, 2, 4, 4, 6], [1, 2, 3, 3, 6], [1, 2, 4, 4, 5]]
    tree = shared_beginnings(prompts, least=2, saved=1)
    assert sorted(tree.nodes) == sorted(
        [Node((1, 2), None), Node((1, 2, 3, 3), 0), Node((1, 2, 4, 4), 0)]
    )
    assert [tree.nodes[node or 0].tokens for node in tree.of] == [
        tuple(prompt[:4]) for prompt in prompts
    ]


def test_what_is_too_short_is_no_node() -> None:
    """Alone, or beyond its parent."""
    assert shared_beginnings([[1, 2], [1, 3]], least=2, saved=1).nodes == ()
    tree = shared_beginnings([[1, 2, 3, 4], [1, 2, 3, 5], [1, 2, 9]], least=2, saved=1)
    assert tree.nodes == (Node((1, 2), None),)


def test_what_saves_too_little_is_no_node() -> None:
    """Two tokens, which three prompts share, save four."""
    prompts = [[1, 2, 3], [1, 2, 4], [1, 2, 5]]
    assert shared_beginnings(prompts, least=1, saved=4).nodes == (Node((1, 2), None),)
    assert shared_beginnings(prompts, least=1, saved=5).nodes == ()


@pytest.mark.parametrize("prompts", [[[1, 2, 3]] * 2, [[1, 2, 3], [1, 2, 3, 4]]])
def test_every_prompt_keeps_a_token_of_its_own(prompts: list[list[int]]) -> None:
    assert shared_beginnings(prompts, least=1, saved=1).nodes == (Node((1, 2), None),)


def test_no_prompts_no_tree() -> None:
    assert shared_beginnings([]) == ((), ())


@given(prompts=PROMPTS, least=st.integers(1, 4))
def test_a_node_is_the_longest_beginning_that_two_prompts_share(
    prompts: list[list[int]], least: int
) -> None:
    tree = shared_beginnings(prompts, least=least, saved=1)
    for place, node in enumerate(tree.nodes):
        before = () if node.parent is None else tree.nodes[node.parent].tokens
        assert node.parent is None or node.parent < place
        assert node.tokens[: len(before)] == before
        assert len(node.tokens) - len(before) >= least
        under = [n for n in range(len(prompts)) if place in path(tree.nodes, tree.of[n])]
        assert len(under) >= 2
    for prompt, node in zip(prompts, tree.of, strict=True):
        tokens = () if node is None else tree.nodes[node].tokens
        assert tuple(prompt[: len(tokens)]) == tokens
        assert len(prompt) > len(tokens)


@given(prompts=PROMPTS)
def test_with_nothing_too_short_nothing_shared_is_read_twice(prompts: list[list[int]]) -> None:
    """All nodes and rests have as many tokens as there are different beginnings, but for last ones:
    every prompt reads its own last token."""
    tree = shared_beginnings(prompts, least=1, saved=1)
    read = sum(
        len(node.tokens) - (0 if node.parent is None else len(tree.nodes[node.parent].tokens))
        for node in tree.nodes
    )
    read += sum(
        len(prompt) - (0 if node is None else len(tree.nodes[node].tokens))
        for prompt, node in zip(prompts, tree.of, strict=True)
    )
    inner = {tuple(prompt[:end]) for prompt in prompts for end in range(1, len(prompt))}
    assert read == len(inner) + len(prompts)


@given(
    prompts=PROMPTS,
    limits=st.builds(Limits, *[st.integers(1, n) for n in (5, 30, 3)]),
    data=st.data(),
)
def test_batches_hold_every_prompt_once_and_those_of_a_node_together(
    prompts: list[list[int]], limits: Limits, data: st.DataObject
) -> None:
    tree = shared_beginnings(prompts, least=1, saved=1)
    # A node belongs to an adapter: all that are under it are read behind that.
    roots = [path(tree.nodes, node)[:1] for node in tree.of]
    drawn = {root: data.draw(st.integers(0, 3)) for root in {root for root in roots if root}}
    adapters = [drawn[root] if root else data.draw(st.integers(0, 3)) for root in roots]
    lengths = [
        len(prompt) - (0 if node is None else len(tree.nodes[node].tokens))
        for prompt, node in zip(prompts, tree.of, strict=True)
    ]
    found = list(batches(tree, lengths, adapters, lambda: limits))
    order = [place for batch in found for place in batch]
    assert sorted(order) == list(range(len(prompts)))
    for batch in found:
        assert len(batch) <= limits.rows
        longest = max(lengths[place] for place in batch)
        assert len(batch) == 1 or len(batch) * longest <= limits.tokens
        assert len({adapters[place] for place in batch}) <= limits.adapters
    for node in range(len(tree.nodes)):
        under = [at for at, n in enumerate(order) if node in path(tree.nodes, tree.of[n])]
        assert under == list(range(under[0], under[-1] + 1))


def test_a_batch_breaks_where_it_would_need_another_adapter() -> None:
    tree = shared_beginnings([[1], [2], [3], [4]])
    limits = Limits(rows=9, tokens=99, adapters=1)
    assert list(batches(tree, [1, 1, 1, 1], ["a", "b", "a", None], lambda: limits)) == [
        [0, 2],
        [1],
        [3],
    ]
