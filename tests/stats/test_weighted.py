import math
from collections.abc import Sequence
from random import Random
from typing import NamedTuple

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

from isoglot.stats import Interval, clustered_proportion, weighted_proportion

BINARY = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 7)), min_size=1, max_size=60)


class Row(NamedTuple):
    outcome: float
    cluster: int
    weight: float


# Halves as well: a model may say both of two contradicting answers.
ROWS = st.lists(
    st.builds(
        Row,
        outcome=st.sampled_from([0.0, 0.5, 1.0]),
        cluster=st.integers(0, 7),
        weight=st.floats(0.05, 20),
    ),
    min_size=1,
    max_size=40,
)


def _of(rows: Sequence[Row]) -> Interval:
    outcomes, clusters, weights = zip(*rows, strict=True)
    return weighted_proportion(outcomes, clusters, weights)


def _wilson(value: float, size: float, confidence: float = 0.95) -> tuple[float, float]:
    return proportion_confint(value * size, size, alpha=1 - confidence, method="wilson")


def _numbers(interval: Interval) -> tuple[float, float, float]:
    return interval.value, interval.low, interval.high


class TestByHand:
    def test_one_answer_a_fact(self) -> None:
        # Weights 2, 1, 1 of W = 4: p = (2·1 + 1·0 + 1·1/2) / 4 = 5/8, p (1-p) = 15/64.
        # Residuals w (x - p) = 3/4, -5/8, -1/8; their squares 36/64 + 25/64 + 1/64 = 62/64.
        # Effective size: 15/64 · 16 / (62/64) = 3.87, but Kish's is 16 / (4 + 1 + 1) = 8/3.
        interval = weighted_proportion([1, 0, 0.5], ["a", "b", "c"], [2, 1, 1])
        assert (interval.value, interval.n_clusters) == (5 / 8, 3)
        assert (interval.low, interval.high) == pytest.approx(_wilson(5 / 8, 8 / 3))

    def test_halves_of_one_fact_each(self) -> None:
        # p = (1 + 1/2 + 1/2 + 0) / 4 = 1/2; residuals 1/2, 0, 0, -1/2, squares 1/2 in all.
        # 1/4 · 16 / (1/2) = 8, but there are only 4 answers.
        interval = weighted_proportion([1, 0.5, 0.5, 0], range(4), [1, 1, 1, 1])
        assert interval.value == 1 / 2
        assert (interval.low, interval.high) == pytest.approx(_wilson(1 / 2, 4))

    def test_answers_about_one_fact_stay_together(self) -> None:
        # Three facts, asked twice; the second time counts double (an epoch that stands for more).
        #   a: 1 1   b: 0 1   c: 0 0      W = 9, p = (1 + 2 + 2) / 9 = 5/9
        # Residuals: a 4/9 + 8/9 = 12/9, b -5/9 + 8/9 = 3/9, c -5/9 - 10/9 = -15/9.
        # Squares (144 + 9 + 225) / 81 = 14/3; p (1-p) W² = 20/81 · 81 = 20; size 60/14 = 4.29,
        # less than Kish's 81 / 15 = 5.4. Student's factor (t[3.29] / t[2])², about 1/2, would take
        # it below the 3 facts.
        interval = weighted_proportion(
            [1, 0, 0, 1, 1, 0], ["a", "b", "c", "a", "b", "c"], [1, 1, 1, 2, 2, 2]
        )
        assert interval.value == pytest.approx(5 / 9)
        assert (interval.low, interval.high) == pytest.approx(_wilson(5 / 9, 3))
        assert interval.n_clusters == 3

    def test_students_factor(self) -> None:
        # The example of `clustered_proportion`, each weight 3: 10 answers' worth, between 5 facts
        # and 20 answers. t[9] = 2.2622, t[4] = 2.7764, squared ratio 0.66386: 6.6386.
        outcomes = [1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
        interval = weighted_proportion(outcomes, np.repeat(range(5), 4), [3] * 20)
        assert (interval.low, interval.high) == pytest.approx(_wilson(0.5, 6.6386), abs=1e-4)

    @pytest.mark.parametrize("right", [0, 1])
    def test_all_alike_counts_the_facts(self, right: int) -> None:
        # No variance between facts says nothing: 3 facts, two answers each.
        interval = weighted_proportion([right] * 6, [0, 0, 1, 1, 2, 2], [1, 1, 2, 2, 1, 1])
        assert interval.value == right
        assert (interval.low, interval.high) == pytest.approx(_wilson(right, 3), abs=1e-12)

    def test_all_alike_is_no_more_than_the_few_that_weigh(self) -> None:
        # A mean of two cells, one with one answer, the other with 30, of other facts: half of the
        # number is one answer. W = 2, sum of squares 1 + 1/30, Kish's size 4 · 30 / 31 = 3.87.
        interval = weighted_proportion([1] * 31, range(31), [1] + [1 / 30] * 30)
        assert interval.value == pytest.approx(1)
        assert (interval.low, interval.high) == pytest.approx(_wilson(1, 120 / 31), abs=1e-9)
        assert interval.n_clusters == 31


def test_the_variance_is_that_of_a_weighted_regression_with_clusters() -> None:
    rng = np.random.default_rng(7)
    clusters = np.repeat(np.arange(40), rng.integers(2, 9, 40))
    ability = rng.beta(1.5, 1.0, 40)
    outcomes = (rng.random(clusters.size) < ability[clusters]).astype(float)
    weights = rng.uniform(1, 2, clusters.size)
    fit = sm.WLS(outcomes, np.ones(clusters.size), weights=weights).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "df_correction": False}
    )
    p, variance = float(fit.params[0]), float(fit.cov_params()[0, 0])
    size = p * (1 - p) / variance * 40 / 39  # G/(G-1) is in both, in the variance and without
    kish = weights.sum() ** 2 / (weights**2).sum()
    assert 40 < size < kish  # neither bound is at work
    size *= (student.ppf(0.975, size - 1) / student.ppf(0.975, 39)) ** 2
    interval = weighted_proportion(outcomes, clusters, weights)
    assert interval.value == pytest.approx(p)
    assert (interval.low, interval.high) == pytest.approx(_wilson(p, size))


@given(BINARY, st.floats(1e-6, 1e6))
def test_equal_weights_are_none(rows: list[tuple[int, int]], weight: float) -> None:
    outcomes, clusters = zip(*rows, strict=True)
    weighted = weighted_proportion(outcomes, clusters, [weight] * len(rows))
    plain = clustered_proportion(outcomes, clusters)
    assert _numbers(weighted) == pytest.approx(_numbers(plain), abs=1e-9)
    assert weighted.n_clusters == plain.n_clusters


def test_equal_weights_are_none_with_many_facts() -> None:
    # 30,000 facts in 10 languages, 60 of the answers right: little variance is not none.
    outcomes = np.zeros(300_000)
    outcomes[::5_000] = 1
    clusters = np.repeat(np.arange(30_000), 10)
    weighted = weighted_proportion(outcomes, clusters, np.ones(300_000))
    assert _numbers(weighted) == pytest.approx(
        _numbers(clustered_proportion(outcomes, clusters)), rel=1e-9
    )


@given(ROWS)
def test_within_bounds_and_around_the_weighted_mean(rows: list[Row]) -> None:
    interval = _of(rows)
    assert 0 <= interval.low <= interval.value <= interval.high <= 1
    outcomes, clusters, weights = zip(*rows, strict=True)
    assert interval.value == pytest.approx(np.average(outcomes, weights=weights))
    assert interval.n_clusters == len(set(clusters))


@given(ROWS, st.floats(1e-3, 1e3))
def test_only_the_shares_of_the_weights_matter(rows: list[Row], factor: float) -> None:
    scaled = _of([row._replace(weight=factor * row.weight) for row in rows])
    assert _numbers(scaled) == pytest.approx(_numbers(_of(rows)), abs=1e-9)


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[Row], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert _numbers(_of(shuffled)) == pytest.approx(_numbers(_of(rows)), abs=1e-9)


@given(ROWS)
def test_wrong_instead_of_right_mirrors_the_interval(rows: list[Row]) -> None:
    value, low, high = _numbers(_of([row._replace(outcome=1 - row.outcome) for row in rows]))
    assert (1 - value, 1 - high, 1 - low) == pytest.approx(_numbers(_of(rows)), abs=1e-9)


@given(ROWS)
def test_repeating_every_answer_adds_nothing(rows: list[Row]) -> None:
    # Save where the answers are the bound, of which there are then twice as many.
    outcomes, clusters, weights = (np.array(column) for column in zip(*rows, strict=True))
    p = np.average(outcomes, weights=weights)
    sums = np.bincount(clusters, weights=weights * (outcomes - p))
    spread = (sums**2).sum() / weights.sum() ** 2
    kish = weights.sum() ** 2 / (weights**2).sum()
    if spread < 1e-20:
        assume(kish >= len(set(clusters)))
    else:
        assume(p * (1 - p) / spread <= kish)
    assert _numbers(_of(rows * 2)) == pytest.approx(_numbers(_of(rows)), abs=1e-9)


@given(ROWS, st.lists(st.tuples(st.sampled_from([0.0, 1.0]), st.integers(0, 20)), max_size=5))
def test_what_does_not_count_changes_nothing(
    rows: list[Row], more: list[tuple[float, int]]
) -> None:
    unanswered = [Row(math.nan, cluster, 1.0) for _, cluster in more]
    weightless = [Row(outcome, cluster, 0.0) for outcome, cluster in more]
    assert _of([*rows, *unanswered, *weightless]) == _of(rows)


@pytest.mark.parametrize(
    ("outcomes", "weights"), [([], []), ([math.nan, math.nan], [1, 2]), ([1, 0], [0, 0])]
)
def test_nothing_that_counts_is_not_zero(outcomes: list[float], weights: list[float]) -> None:
    interval = weighted_proportion(outcomes, ["a"] * len(outcomes), weights)
    assert interval.n_clusters == 0
    assert np.isnan(_numbers(interval)).all()


def test_one_fact_is_one_answer() -> None:
    # p = (2 + 1) / 4; all four belong to one fact, and its residuals sum to nothing.
    interval = weighted_proportion([1, 0, 1], ["f", "f", "f"], [2, 1, 1])
    assert interval.n_clusters == 1
    assert (interval.low, interval.high) == pytest.approx(_wilson(3 / 4, 1))


def test_confidence_is_the_level() -> None:
    narrow = weighted_proportion([1, 0, 0, 1], range(4), [2, 2, 2, 2], confidence=0.5)
    assert (narrow.low, narrow.high) == pytest.approx(_wilson(0.5, 4, 0.5))


@pytest.mark.parametrize(
    ("outcomes", "clusters", "weights", "confidence", "message"),
    [
        (
            [1, 0], [1], [1, 1], 0.95,
            r"^outcomes has shape \(2,\), clusters \(1,\) and weights \(2,\); "
            "give one of each for each outcome, all one-dimensional$",
        ),
        ([1, 0], [1, 2], [1], 0.95, r"clusters \(2,\) and weights \(1,\)"),
        ([[1, 0]], [[1, 2]], [[1, 1]], 0.95, r"^outcomes has shape \(1, 2\)"),
        (
            [1, 1.5], [1, 2], [1, 1], 0.95,
            "^outcomes has a number outside 0 and 1; an outcome is a share, or nan$",
        ),
        ([-0.5, 1], [1, 2], [1, 1], 0.95, "^outcomes has a number outside 0 and 1"),
        (
            [1, 0], [1, 2], [1, -1], 0.95,
            "^weights has a number that is negative or not finite; give 0 or more$",
        ),
        ([1, 0], [1, 2], [1, math.nan], 0.95, "^weights has a number that is negative or not"),
        ([1, 0], [1, 2], [1, math.inf], 0.95, "^weights has a number that is negative or not"),
        (
            [1, 0], [1, 2], [1, 1], 95,
            "^confidence is 95; give a number between 0 and 1, as 0.95$",
        ),
    ],
)  # fmt: skip
def test_wrong_input(
    outcomes: object, clusters: object, weights: object, confidence: float, message: str
) -> None:
    with pytest.raises(ValueError, match=message):
        weighted_proportion(outcomes, clusters, weights, confidence=confidence)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("n_facts", "asked", "p", "icc"),
    [
        (30, (1.0, 0.5, 0.3), 0.5, 0.3),
        (100, (1.0, 0.1), 0.3, 0.2),
        (100, (1.0, 1.0, 0.1, 0.1), 0.8, 0.2),
    ],
)
def test_coverage_of_a_mean_of_means(
    n_facts: int, asked: tuple[float, ...], p: float, icc: float
) -> None:
    # Cells with unequal numbers of answers, each cell counting the same; beta-binomial facts, whose
    # answers correlate by icc. With 600 draws the standard error of a coverage of 0.95 is 0.009.
    rng = np.random.default_rng(20)
    cells = np.repeat(np.arange(len(asked)), n_facts)
    clusters = np.tile(np.arange(n_facts), len(asked))
    ability = rng.beta(p * (1 / icc - 1), (1 - p) * (1 / icc - 1), (600, n_facts))
    covered = []
    for draw in ability:
        answered = rng.random(cells.size) < np.array(asked)[cells]
        outcomes = (rng.random(cells.size) < draw[clusters])[answered].astype(float)
        sizes = np.bincount(cells[answered], minlength=len(asked))
        weights = 1 / np.maximum(sizes, 1)[cells[answered]]
        interval = weighted_proportion(outcomes, clusters[answered], weights)
        covered.append(interval.low <= p <= interval.high)
    assert 0.925 <= np.mean(covered) <= 0.975
