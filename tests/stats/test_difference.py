import math
from random import Random

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from statsmodels.stats.proportion import confint_proportions_2indep

from isoglot.stats import Interval, clustered_difference, clustered_proportion

ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 6)), min_size=1, max_size=40)
Rows = list[tuple[int, int]]


def _paired(both: int, only_a: int, only_b: int, neither: int) -> Interval:
    """One answer a fact on each side, from the four counts of the paired table."""
    a = [1] * both + [1] * only_a + [0] * only_b + [0] * neither
    b = [1] * both + [0] * only_a + [1] * only_b + [0] * neither
    return clustered_difference(a, range(len(a)), b, range(len(b)))


@pytest.mark.parametrize(
    ("counts", "value", "low", "high"),
    [
        # Newcombe's interval for the examples of Fagerland, Lydersen & Laake, "Statistical analysis
        # of contingency tables" (2017), chapter 8: Cavo et al. (2012), Bentur et al. (2009).
        ((59, 6, 16, 80), -10 / 161, -0.1186, -0.0046),
        ((1, 1, 7, 12), -6 / 21, -0.5069, -0.0256),
    ],
)
def test_published_paired_intervals(
    counts: tuple[int, int, int, int], value: float, low: float, high: float
) -> None:
    interval = _paired(*counts)
    assert interval.value == pytest.approx(value)
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=5e-5)
    assert interval.n_clusters == sum(counts)


def test_no_fact_in_common_is_the_published_independent_interval() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 873-890, table II, method 10: 56/70 minus 48/80.
    a, b = [1] * 56 + [0] * 14, [1] * 48 + [0] * 32
    interval = clustered_difference(a, range(70), b, range(100, 180))
    assert interval.value == pytest.approx(0.2)
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.0524, 0.3339)
    assert (interval.low, interval.high) == pytest.approx(
        confint_proportions_2indep(56, 70, 48, 80, method="newcomb")
    )
    assert interval.n_clusters == 150


def test_a_negative_correlation_by_hand() -> None:
    # 10 facts: 2 right in both, 4 in a only, 3 in b only, 1 in neither. pa = .6, pb = .5,
    #   r = (2*1 - 4*3) / sqrt(6*4*5*5) = -10 / sqrt(600) = -.40825 (no correction below 0).
    #   Wilson: a .31267 to .83182, b .23659 to .76341.
    #   low:  .1 - sqrt(.28733^2 + 2*.40825*.28733*.26341 + .26341^2) = .1 - sqrt(.213742)
    #   high: .1 + sqrt(.23182^2 + 2*.40825*.23182*.26341 + .26341^2) = .1 + sqrt(.172984)
    interval = _paired(2, 4, 3, 1)
    assert interval.value == pytest.approx(0.1)
    assert (interval.low, interval.high) == pytest.approx((-0.36232, 0.51591), abs=2e-5)


def test_facts_that_only_one_side_has_cannot_cancel() -> None:
    # a has facts 0 to 7, b facts 4 to 11, agreeing on the four that they share: 1, 1, 0, 0. The
    # residuals of a and b are +-1/2 each, so r = (4 * 1/4) / (8 * 1/4) = 1/2 (over the shared
    # facts alone it would be 1), less 1 / (2 * 8 * 1/4) = 1/4 for continuity: 1/4.
    #   Wilson of 4/8 is .5 +- .28479; both bounds are sqrt(2 - 2/4) * .28479 = .34879 from 0.
    a, b = [1, 0, 1, 0, 1, 1, 0, 0], [1, 1, 0, 0, 1, 0, 1, 0]
    interval = clustered_difference(a, range(8), b, range(4, 12))
    assert (interval.value, interval.n_clusters) == (0, 12)
    assert (interval.low, interval.high) == pytest.approx((-0.34879, 0.34879), abs=2e-5)


@pytest.mark.parametrize("b", [[0] * 6, [1] * 6])
def test_without_variance_on_one_side_nothing_is_correlated(b: list[int]) -> None:
    a = [1, 0, 0, 1, 1, 0]
    paired = clustered_difference(a, range(6), b, range(6))
    apart = clustered_difference(a, range(6), b, range(10, 16))
    assert (paired.low, paired.high) == (apart.low, apart.high)


def test_pairing_narrows_the_interval_of_facts_that_are_hard_for_both() -> None:
    # 60 facts in two languages on each side; a fact is right in all four or wrong in all four,
    # save six facts that only side a has right.
    a, b = np.repeat([1, 0], 60), np.repeat([1, 0], [48, 72])
    facts = np.repeat(range(60), 2)
    paired = clustered_difference(a, facts, b, facts)
    apart = clustered_difference(a, facts, b, facts + 60)
    assert paired.value == apart.value == pytest.approx(0.1)
    assert apart.low < 0 < paired.low


def test_unanswered_are_left_out() -> None:
    with_missing = clustered_difference([1, math.nan, 0], [*"abc"], [1, 0, None], [*"abd"])
    assert with_missing == clustered_difference([1, 0], ["a", "c"], [1, 0], ["a", "b"])
    assert with_missing.n_clusters == 3


@pytest.mark.parametrize(
    ("a", "b", "n_clusters"), [([], [1, 0], 2), ([1, 0], [math.nan], 2), ([], [], 0)]
)
def test_an_empty_side_leaves_no_difference(
    a: list[float], b: list[float], n_clusters: int
) -> None:
    names_a, names_b = [f"f{i}" for i in range(len(a))], [f"f{i}" for i in range(len(b))]
    interval = clustered_difference(a, names_a, b, names_b)
    assert interval.n_clusters == n_clusters
    assert np.isnan([interval.value, interval.low, interval.high]).all()


def test_wrong_input_names_the_side() -> None:
    with pytest.raises(ValueError, match="outcomes_b has 2; an outcome is 0, 1 or nan"):
        clustered_difference([1], [1], [2], [1])
    with pytest.raises(ValueError, match=r"outcomes_a has shape \(1,\) and clusters_a \(2,\)"):
        clustered_difference([1], [1, 2], [1], [1])
    with pytest.raises(ValueError, match="confidence is 0; "):
        clustered_difference([1], [1], [1], [1], confidence=0)


@given(ROWS, ROWS)
def test_within_bounds_and_around_the_estimate(rows_a: Rows, rows_b: Rows) -> None:
    interval = _of(rows_a, rows_b)
    a, b = (clustered_proportion(*zip(*rows, strict=True)) for rows in (rows_a, rows_b))
    assert -1 <= interval.low <= interval.value <= interval.high <= 1
    assert interval.value == a.value - b.value
    assert interval.n_clusters == len({cluster for _, cluster in rows_a + rows_b})
    # Never wider than the difference of the bounds, which r = -1 would give.
    assert interval.low >= a.low - b.high - 1e-12
    assert interval.high <= a.high - b.low + 1e-12


@given(ROWS, ROWS)
def test_antisymmetric(rows_a: Rows, rows_b: Rows) -> None:
    forth, back = _of(rows_a, rows_b), _of(rows_b, rows_a)
    assert (forth.value, forth.low, forth.high) == pytest.approx(
        (-back.value, -back.high, -back.low), abs=1e-12
    )


@given(ROWS, ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows_a: Rows, rows_b: Rows, random: Random) -> None:
    shuffled = list(rows_a)
    random.shuffle(shuffled)
    assert _of(shuffled, rows_b) == _of(rows_a, rows_b)


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 1)), min_size=1, max_size=30))
def test_repeating_every_answer_adds_nothing(pairs: Rows) -> None:
    a = [(outcome, fact) for fact, (outcome, _) in enumerate(pairs)]
    b = [(outcome, fact) for fact, (_, outcome) in enumerate(pairs)]
    assert _close(_of(a * 3, b * 2), _of(a, b))


@given(ROWS)
def test_nothing_differs_from_itself(rows: Rows) -> None:
    interval = _of(rows, rows)
    assert interval.value == 0
    assert interval.low == pytest.approx(-interval.high, abs=1e-12)


@pytest.mark.parametrize(
    ("n_facts", "n_a", "n_b", "spread"),
    [(20, 1, 1, 1.0), (20, 4, 3, 2.0), (50, 1, 1, 2.0), (100, 7, 6, 2.0)],
)
def test_coverage(n_facts: int, n_a: int, n_b: int, spread: float) -> None:
    # Logistic-normal facts, log-odds 0.8 on side a and -0.8 on side b. The true means are integrals
    # over the facts, here by Gauss-Hermite quadrature. Standard error with 700 draws: 0.008.
    points, weights = np.polynomial.hermite_e.hermegauss(60)
    mean_a, mean_b = (
        np.average(expit(shift + spread * points), weights=weights) for shift in (0.8, -0.8)
    )
    rng = np.random.default_rng(21)
    facts_a, facts_b = np.repeat(range(n_facts), n_a), np.repeat(range(n_facts), n_b)
    covered = []
    for _ in range(700):
        ease = spread * rng.standard_normal(n_facts)
        a = rng.random(facts_a.size) < expit(0.8 + ease[facts_a])
        b = rng.random(facts_b.size) < expit(-0.8 + ease[facts_b])
        interval = clustered_difference(a, facts_a, b, facts_b)
        covered.append(interval.low <= mean_a - mean_b <= interval.high)
    assert 0.925 <= np.mean(covered) <= 0.985


def test_coverage_where_the_sides_share_only_some_facts() -> None:
    # 40 facts a side, 20 of them shared, and answers that depend on little but the fact. With the
    # correlation over the shared facts alone, coverage is below 90% here.
    rng = np.random.default_rng(22)
    covered = []
    for _ in range(700):
        ease = 4 * rng.standard_normal(60)
        a, b = (rng.random(40) < expit(ease[part]) for part in (slice(40), slice(20, 60)))
        interval = clustered_difference(a, range(40), b, range(20, 60))
        covered.append(interval.low <= 0 <= interval.high)
    assert 0.925 <= np.mean(covered) <= 0.985


def _of(rows_a: Rows, rows_b: Rows) -> Interval:
    return clustered_difference(*zip(*rows_a, strict=True), *zip(*rows_b, strict=True))


def _close(a: Interval, b: Interval) -> bool:
    return a.n_clusters == b.n_clusters and (a.value, a.low, a.high) == pytest.approx(
        (b.value, b.low, b.high), abs=1e-12
    )
