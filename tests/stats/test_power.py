import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.power import NormalIndPower

from isoglot.stats import clustered_difference, smallest_detectable_gap


def test_by_hand() -> None:
    # z[.975] + z[.8] = 1.95996 + 0.84162 = 2.80159; variance of a fact's difference
    # .25 * (1/7 + 1/6) = .077381; over 100 facts sqrt(.00077381) = .0278175.
    gap = smallest_detectable_gap(100, n_high=7, n_low=6)
    assert gap == pytest.approx(2.80159 * 0.0278175, rel=1e-5)


def test_what_the_answers_about_a_fact_share_cancels() -> None:
    # A correlation of 0.75 leaves a quarter of the variance, half of the gap.
    plain = smallest_detectable_gap(100, n_high=3, n_low=3)
    assert smallest_detectable_gap(100, n_high=3, n_low=3, correlation=0.75) == pytest.approx(
        plain / 2
    )


@pytest.mark.parametrize(
    ("n_facts", "n_high", "n_low", "base", "correlation", "alpha", "power"),
    [(100, 7, 6, 0.5, 0.0, 0.05, 0.8), (50, 2, 9, 0.3, 0.4, 0.01, 0.9)],
)
def test_statsmodels_finds_that_gap_with_that_power(
    n_facts: int,
    n_high: int,
    n_low: int,
    base: float,
    correlation: float,
    alpha: float,
    power: float,
) -> None:
    gap = smallest_detectable_gap(
        n_facts,
        n_high=n_high,
        n_low=n_low,
        base=base,
        correlation=correlation,
        alpha=alpha,
        power=power,
    )
    deviation = math.sqrt(base * (1 - base) * (1 - correlation) * (1 / n_high + 1 / n_low))
    # ratio=0: one sample, of the differences.
    found = NormalIndPower().power(gap / deviation, nobs1=n_facts, alpha=alpha, ratio=0)
    assert found == pytest.approx(power, abs=1e-4)


def test_clustered_difference_finds_that_gap_with_that_power() -> None:
    # 1,000 draws of independent answers, whose standard error of a power of 0.8 is 0.013.
    n_facts, n_high, n_low = 100, 3, 2
    gap = smallest_detectable_gap(n_facts, n_high=n_high, n_low=n_low)
    rng = np.random.default_rng(23)
    high, low = np.repeat(range(n_facts), n_high), np.repeat(range(n_facts), n_low)
    found = [
        clustered_difference(
            rng.random(high.size) < 0.5 + gap / 2, high, rng.random(low.size) < 0.5 - gap / 2, low
        ).low
        > 0
        for _ in range(1000)
    ]
    assert np.mean(found) == pytest.approx(0.8, abs=0.05)


def test_no_gap_is_large_enough_for_too_few_facts() -> None:
    # One fact in two languages: 2.80159 * sqrt(.25 * 2) is nearly 2.
    assert smallest_detectable_gap(1, n_high=1, n_low=1) == math.inf
    # Midway at 2%, the gap is 4% at the most; 30 facts give 2.80159 * sqrt(.0196 * 2 / 30) = 10%.
    assert smallest_detectable_gap(30, n_high=1, n_low=1, base=0.02) == math.inf


@pytest.mark.parametrize(
    "counts", [(0, 2, 2), (10, 0, 2), (10, 2, 0)], ids=["no facts", "no high", "no low"]
)
def test_without_both_groups_there_is_no_gap(counts: tuple[int, int, int]) -> None:
    n_facts, n_high, n_low = counts
    assert math.isnan(smallest_detectable_gap(n_facts, n_high=n_high, n_low=n_low))


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"n_facts": -1}, "n_facts is -1; give 0 or more"),
        ({"n_low": -2}, "n_low is -2; give 0 or more"),
        ({"base": 1.0}, "base is 1; give a number between 0 and 1"),
        ({"alpha": 5.0}, "alpha is 5; give a number between 0 and 1"),
        ({"power": 80.0}, "power is 80; give a number between 0 and 1"),
        ({"power": 0.01}, "power is 0.01; give more than alpha, which is 0.05"),
        ({"correlation": 1.0}, "correlation is 1; give a number from 0 to under 1"),
        ({"correlation": -0.1}, "correlation is -0.1; "),
    ],
)
def test_wrong_input(changed: dict[str, float], message: str) -> None:
    arguments = {"n_facts": 10, "n_high": 2, "n_low": 2} | changed
    with pytest.raises(ValueError, match=message):
        smallest_detectable_gap(**arguments)  # type: ignore[arg-type]


@given(st.integers(30, 5000), st.integers(1, 12), st.integers(1, 12), st.floats(0, 0.9))
def test_four_times_the_facts_halve_the_gap(
    n_facts: int, n_high: int, n_low: int, correlation: float
) -> None:
    gap, smaller = (
        smallest_detectable_gap(n, n_high=n_high, n_low=n_low, correlation=correlation)
        for n in (n_facts, 4 * n_facts)
    )
    assert gap == pytest.approx(2 * smaller)
    swapped = smallest_detectable_gap(n_facts, n_high=n_low, n_low=n_high, correlation=correlation)
    assert swapped == pytest.approx(gap)
