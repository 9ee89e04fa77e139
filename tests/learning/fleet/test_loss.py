"""How rows are put into batches."""

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")

from isoglot.learning.fleet.loss import FleetRow, batches_by_length
from isoglot.learning.fleet.rows import Row


def rows(slots: dict[str, int]) -> list[FleetRow]:
    """In slots that may be any; adapter b comes first."""
    lengths = [("b", 3), ("b", 5), ("a", 5), ("a", 2)]
    return [
        FleetRow(slots[name], Row([7] * length, [length - 1]), 0.5, seed)
        for seed, (name, length) in enumerate(lengths)
    ]


@pytest.mark.parametrize("slots", [{"a": 0, "b": 1}, {"a": 1, "b": 0}])
def test_longest_first_each_adapters_together_whatever_their_slots(slots: dict[str, int]) -> None:
    def numbers(most: int) -> list[list[int]]:
        return [
            [row.seed for row in batch]
            for batch in batches_by_length(rows(slots), most_tokens=most)
        ]

    assert numbers(20) == [[1, 0, 2, 3]]
    assert numbers(15) == [[1, 0, 2], [3]]
    assert numbers(10) == [[1, 2], [0, 3]]
    assert numbers(1) == [[1], [2], [0], [3]]
