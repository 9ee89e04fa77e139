"""What is taught when, worked out from given orders."""

import numpy as np
import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")

from isoglot.learning.fleet.rows import Row
from isoglot.learning.fleet.timetable import Timetable

LENGTHS = [5, 4, 3, 3, 5]
ROWS = [Row(list(range(length)), [length - 1]) for length in LENGTHS]


def a_timetable(*, packing: int | None = None, batch_size: int = 1, epochs: int = 3) -> Timetable:
    return Timetable(
        ROWS,
        order_seed=lambda epoch: 100 + epoch,
        epochs=epochs,
        batch_size=batch_size,
        packing=packing,
        opening=None,
    )


def order(epoch: int) -> list[int]:
    return [LENGTHS[at] for at in np.random.default_rng(100 + epoch).permutation(len(LENGTHS))]


def test_rows_come_in_the_epochs_order_so_many_a_step() -> None:
    found = a_timetable(batch_size=2)
    for epoch in (1, 2, 3):
        lengths = order(epoch)
        assert [[len(row.tokens) for row in batch] for batch in found.batches(epoch)] == [
            lengths[:2], lengths[2:4], lengths[4:],
        ]  # fmt: skip
    assert (found.steps, found.longest) == (9, 5)
    assert [found.steps_before(epoch) for epoch in (1, 2, 3)] == [0, 3, 6]


def test_epochs_whose_rows_pack_otherwise_have_other_steps() -> None:
    """Into rows of 8, as a person would pack them."""
    by_hand = [
        ([4, 5, 3, 5, 3], [4, 8, 8]),
        ([3, 5, 4, 3, 5], [8, 7, 5]),
        ([5, 5, 3, 3, 4], [5, 8, 7]),
        ([5, 3, 3, 4, 5], [8, 7, 5]),
        ([5, 4, 5, 3, 3], [5, 4, 8, 3]),
    ]
    found = a_timetable(packing=8, epochs=5)
    for epoch, (lengths, packed) in enumerate(by_hand, 1):
        assert order(epoch) == lengths
        assert [len(row.tokens) for (row,) in found.batches(epoch)] == packed
    assert [found.steps_before(epoch) for epoch in range(1, 6)] == [0, 3, 6, 9, 12]
    assert (found.steps, found.longest) == (16, 8)
