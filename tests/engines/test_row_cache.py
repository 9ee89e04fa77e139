"""What rows share and what is their own: which pieces are copied, and what is kept of a step."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from isoglot.engines.huggingface._row_cache import RowCache, Shared  # noqa: E402

HERE = torch.device("cpu")


def piece(first: int, end: int, *, start: int, length: int) -> Shared:
    """Every key is its position, every value the position's negative."""
    positions = torch.arange(start, start + length, dtype=torch.float32)
    keys = positions[None, :, None].expand(2, length, 3).clone()
    return Shared((first, end), start, [(keys, -keys)])


def cache_of(*pieces: Shared, rows: int, one_step: bool = False) -> RowCache:
    lengths = [
        max((p.start + p.length for p in pieces if p.rows[0] <= row < p.rows[1]), default=0)
        for row in range(rows)
    ]
    return RowCache(pieces, lengths, room=4, device=HERE, one_step=one_step)


@pytest.mark.parametrize(
    ("rows", "length", "apart"),
    [(31, 33, False), (32, 32, True), (2, 64, False), (2, 65, True)],
    ids=["1023 keys", "1024 keys", "64 of a row", "65 of a row"],
)
def test_small_pieces_are_copied(rows: int, length: int, apart: bool) -> None:
    cache = cache_of(piece(0, rows, start=0, length=length), rows=rows)
    assert len(cache.shared) == apart
    assert cache.n_copied == (0 if apart else length)


def test_no_row_gets_more_than_it_may_however_many_pieces_it_has() -> None:
    """Row 1 has a chain of four pieces of 30 tokens, of which two fit; row 4 has a piece, too."""
    chain = [piece(0, 4, start=start, length=30) for start in (0, 30, 60, 90)]
    cache = cache_of(*chain, piece(4, 6, start=0, length=40), rows=6)
    assert [each.start for each in cache.shared] == [60, 90]
    assert cache.n_copied == 60


def test_what_is_copied_stands_before_what_is_fed() -> None:
    cache = cache_of(
        piece(0, 2, start=0, length=2),
        piece(0, 1, start=2, length=1),
        piece(2, 3, start=0, length=1),
        rows=4,
    )
    fed = cache.place([1, 1, 1, 1])
    assert fed.tolist() == [[3, 2, 1, 0]]
    assert cache.positions.tolist() == [
        [0, 1, 2, 3],
        [0, 1, -1, 2],
        [0, -1, -1, 1],
        [-1, -1, -1, 0],
    ]
    states = torch.full((1, 2, 4, 3), 9.0)
    keys, values = cache.update(states, -states, 0)
    seen = cache.view(None, HERE).seen
    assert seen is not None
    read = [keys[row, 0, seen[row, 0], 0].tolist() for row in range(4)]
    assert read == [[0, 1, 2, 9], [0, 1, 9], [0, 9], [9]]
    assert torch.equal(values, -keys)
    (own,) = cache.own()
    assert own[0].shape == (4, 2, 1, 3)
    assert bool((own[0] == 9).all())


@pytest.mark.parametrize("one_step", [False, True])
def test_a_single_step_leaves_nothing(one_step: bool) -> None:
    cache = cache_of(piece(0, 2, start=0, length=2), rows=2, one_step=one_step)
    cache.place([1, 1])
    states = torch.ones(1, 2, 2, 3)
    keys, _ = cache.update(states, states, 0)
    assert keys.shape == (2, 2, 3, 3)
    assert len(cache.own()) == (0 if one_step else 1)
