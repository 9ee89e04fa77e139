"""Learning rates at single steps, worked out by hand."""

import pytest

from isoglot.learning.fleet.schedule import Schedule, learning_rate_at


def rates(schedule: Schedule, *, warmup: float = 0.0, decay: float = 0.5) -> list[float]:
    """Of two epochs of four steps, peak 8."""
    return [
        learning_rate_at(
            schedule, peak=8, step=step, steps=8, epoch=epoch, decay=decay, warmup=warmup
        )
        for step, epoch in enumerate([1, 1, 1, 1, 2, 2, 2, 2])
    ]


def test_exponential_falls_after_every_epoch() -> None:
    assert rates("exponential") == [8, 8, 8, 8, 4, 4, 4, 4]


def test_constant_stays() -> None:
    assert rates("constant") == [8] * 8


def test_cosine_is_half_a_wave() -> None:
    found = rates("cosine")
    assert found[0] == 8
    assert found[4] == pytest.approx(4)
    assert found == sorted(found, reverse=True)
    assert found[2] + found[6] == pytest.approx(8)  # the wave is symmetric about its middle


def test_warm_up_rises_in_a_line() -> None:
    assert rates("constant", warmup=0.5) == [2, 4, 6, 8, 8, 8, 8, 8]
    found = rates("cosine", warmup=0.25)
    assert found[:3] == [4, 8, 8]
    assert found[5] == pytest.approx(4)  # half of the six steps that are left
