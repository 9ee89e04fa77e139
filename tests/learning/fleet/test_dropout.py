"""Masks that depend on the row alone."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from isoglot.learning.fleet.dropout import DropoutMasks  # noqa: E402

SEEDS = [2**63 + 5, 7, 8, 12_345_678_901]


def masks(seeds, *, length=40, size=640, rate=0.25, module="q"):
    drawn = DropoutMasks(rate, seeds=seeds, device=torch.device("cpu"))
    return drawn(module, torch.zeros(len(seeds), length, size))


def test_as_many_are_dropped_as_the_rate_says() -> None:
    dropped = (masks(SEEDS) == 0).double()
    # 25,600 places a row: a standard deviation is .0027.
    assert torch.allclose(dropped.mean(dim=(1, 2)), torch.tensor(0.25).double(), atol=0.011)
    assert masks(SEEDS).unique().tolist() == pytest.approx([0, 4 / 3])


def test_company_and_padding_change_nothing() -> None:
    together = masks(SEEDS, length=40)
    alone = masks(SEEDS[2:3], length=13)
    assert torch.equal(alone[0], together[2, :13])


def test_rows_modules_and_places_are_told_apart() -> None:
    one, two = masks(SEEDS, module="q"), masks(SEEDS, module="v")
    flat = torch.stack([*one, *two]).flatten(1)
    correlations = torch.corrcoef(torch.cat([flat, flat.roll(1, dims=1), flat.roll(640, dims=1)]))
    # 25,600 places: a standard deviation is .006.
    others = correlations - torch.eye(len(correlations))
    assert others.abs().max() < 0.03
