import math
from collections.abc import Sequence
from random import Random

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import assume, given
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

from isoglot.stats import Interval, clustered_proportion

ROWS = st.lists(st.tuples(st.integers(0, 1), st.integers(0, 7)), min_size=1, max_size=60)


def _wilson(value: float, size: float, confidence: float = 0.95) -> tuple[float, float]:
    return proportion_confint(value * size, size, alpha=1 - confidence, method="wilson")


def _robust_variance(outcomes: NDArray[np.float64], clusters: NDArray[np.int64]) -> float:
    """The cluster-robust variance of the mean by another implementation, G/(G-1) included."""
    fit = sm.OLS(outcomes, np.ones(len(outcomes))).fit(
        cov_type="cluster", cov_kwds={"groups": clusters, "df_correction": False}
    )
    # statsmodels also multiplies by (n-1)/(n-k), which is 1 for the one column of ones.
    return float(fit.cov_params()[0, 0])


@pytest.mark.parametrize(("ones", "n"), [(0, 10), (1, 10), (3, 10), (10, 10), (1, 1), (81, 263)])
def test_one_answer_a_fact_is_the_plain_wilson_interval(ones: int, n: int) -> None:
    interval = clustered_proportion([1] * ones + [0] * (n - ones), [f"f{i}" for i in range(n)])
    low, high = _wilson(ones / n, n)
    assert interval.value == ones / n
    assert interval.n_clusters == n
    assert (interval.low, interval.high) == pytest.approx((low, high), abs=1e-12)


def test_published_wilson_interval() -> None:
    # Newcombe (1998), Statistics in Medicine 17, 857-872, table I: 81/263 is 0.2553 to 0.3662.
    interval = clustered_proportion([1] * 81 + [0] * 182, range(263))
    assert (round(interval.low, 4), round(interval.high, 4)) == (0.2553, 0.3662)


def test_answers_that_are_wholly_alike_count_once_a_fact() -> None:
    # 4 facts asked in 5 languages, each right in all or in none: the evidence of 4 answers.
    interval = clustered_proportion([1] * 10 + [0] * 10, np.repeat([0, 1, 2, 3], 5))
    assert (interval.low, interval.high) == pytest.approx(_wilson(0.5, 4))


def test_effective_size_by_hand() -> None:
    # 5 facts of 4 answers, 4, 3, 2, 1 and 0 right: n = 20, p = 1/2, residuals 2, 1, 0, -1, -2.
    #   sum e^2 = 10, n/deff = p (1-p) n^2 / sum e^2 = 100 / 10 = 10 (between G = 5 and n = 20).
    #   Student: t[9] = 2.2622, t[4] = 2.7764, squared ratio 0.66386, so 6.6386 answers.
    outcomes = [1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    interval = clustered_proportion(outcomes, np.repeat(range(5), 4))
    assert (interval.low, interval.high) == pytest.approx(_wilson(0.5, 6.6386), abs=1e-4)


def test_effective_size_from_the_robust_variance_of_statsmodels() -> None:
    rng = np.random.default_rng(7)
    clusters = np.repeat(np.arange(40), rng.integers(1, 9, 40))
    fact_effect = rng.beta(1.5, 1.0, 40)
    outcomes = (rng.random(clusters.size) < fact_effect[clusters]).astype(float)
    p, n_clusters = outcomes.mean(), 40
    size = n_clusters * (p * (1 - p) / (n_clusters - 1)) / _robust_variance(outcomes, clusters)
    assert n_clusters < size < outcomes.size
    size *= (student.ppf(0.975, size - 1) / student.ppf(0.975, n_clusters - 1)) ** 2
    interval = clustered_proportion(outcomes, clusters)
    assert interval.value == pytest.approx(p)
    assert (interval.low, interval.high) == pytest.approx(_wilson(p, size))


def test_answers_less_alike_than_chance_are_no_more_than_independent() -> None:
    # Of 10 facts, 9 are right in one of two languages and 1 in both: nearly no variance between
    # facts (p = 11/20, e = 0.9 once and -0.1 nine times, sum 0.9, n/deff = 110), but 20 answers.
    # t[19] = 2.0930 and t[9] = 2.2622: 20 times 0.8560.
    interval = clustered_proportion([1, 0] * 9 + [1, 1], np.repeat(range(10), 2))
    assert (interval.low, interval.high) == pytest.approx(_wilson(0.55, 17.12), abs=1e-4)


@pytest.mark.parametrize("outcomes", [[0] * 6, [1] * 6, [1, 0] * 3])
def test_without_variance_between_facts_the_facts_are_counted(outcomes: list[int]) -> None:
    # Two answers about each of three facts; all wrong, all right, or one right each.
    interval = clustered_proportion(outcomes, [0, 0, 1, 1, 2, 2])
    assert (interval.low, interval.high) == pytest.approx(_wilson(np.mean(outcomes), 3), abs=1e-12)


def test_two_facts_never_count_for_less_than_two_answers() -> None:
    # 9 of 10 and 1 of 10: p = 1/2, e = 4 and -4, sum e^2 = 32, n/deff = 100 / 32 = 3.125. Student's
    # factor (t[2.125] / t[1])^2, about 0.1, would leave a third of an answer.
    interval = clustered_proportion([1] * 9 + [0] + [1] + [0] * 9, [0] * 10 + [1] * 10)
    assert (interval.low, interval.high) == pytest.approx(_wilson(0.5, 2))


def test_one_fact_is_one_answer() -> None:
    interval = clustered_proportion([1, 0, 1, 1], ["f"] * 4)
    assert interval.n_clusters == 1
    assert (interval.low, interval.high) == pytest.approx(_wilson(0.75, 1))


def test_unanswered_are_left_out() -> None:
    with_missing = clustered_proportion([1, math.nan, 0, None, 1], ["a", "a", "b", "c", "b"])
    assert with_missing == clustered_proportion([1, 0, 1], ["a", "b", "b"])
    assert with_missing.n_clusters == 2


@pytest.mark.parametrize("outcomes", [[], [math.nan, math.nan]])
def test_no_answers_are_not_zero(outcomes: list[float]) -> None:
    interval = clustered_proportion(outcomes, ["a"] * len(outcomes))
    assert interval.n_clusters == 0
    assert np.isnan([interval.value, interval.low, interval.high]).all()


def test_confidence_is_the_level() -> None:
    narrow = clustered_proportion([1, 0, 0, 1], range(4), confidence=0.5)
    assert (narrow.low, narrow.high) == pytest.approx(_wilson(0.5, 4, 0.5))


def test_booleans_are_outcomes() -> None:
    assert clustered_proportion([True, False], [1, 2]) == clustered_proportion([1, 0], [1, 2])


@pytest.mark.parametrize(
    ("outcomes", "clusters", "confidence", "message"),
    [
        ([1, 0], [1], 0.95, r"outcomes has shape \(2,\) and clusters \(1,\)"),
        ([[1, 0]], [[1, 2]], 0.95, r"outcomes has shape \(1, 2\)"),
        ([1, 0.5], [1, 2], 0.95, "outcomes has 0.5; an outcome is 0, 1 or nan"),
        ([1, 0], [1, 2], 95, "confidence is 95; give a number between 0 and 1"),
    ],
)
def test_wrong_input(outcomes: object, clusters: object, confidence: float, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        clustered_proportion(outcomes, clusters, confidence=confidence)  # type: ignore[arg-type]


@given(ROWS)
def test_within_bounds_and_around_the_estimate(rows: list[tuple[int, int]]) -> None:
    outcomes, clusters = zip(*rows, strict=True)
    interval = clustered_proportion(outcomes, clusters)
    assert 0 <= interval.low <= interval.value <= interval.high <= 1
    assert interval.value == pytest.approx(sum(outcomes) / len(outcomes))
    assert interval.n_clusters == len(set(clusters))


@given(ROWS, st.randoms(use_true_random=False))
def test_the_order_of_rows_does_not_matter(rows: list[tuple[int, int]], random: Random) -> None:
    shuffled = list(rows)
    random.shuffle(shuffled)
    assert _of(shuffled) == _of(rows)


@given(ROWS)
def test_the_names_of_facts_do_not_matter(rows: list[tuple[int, int]]) -> None:
    renamed = [(outcome, f"fact {cluster * 7 % 11}") for outcome, cluster in rows]
    assert _close(_of(renamed), _of(rows))


@given(ROWS)
def test_repeating_every_answer_adds_nothing(rows: list[tuple[int, int]]) -> None:
    # Save answers that are less alike than chance: of those, n is the bound, and it doubles.
    outcomes, clusters = (np.array(column) for column in zip(*rows, strict=True))
    sums = [outcomes[clusters == each].sum() for each in set(clusters)]
    sizes = [(clusters == each).sum() for each in set(clusters)]
    residuals = np.array(sums) - outcomes.mean() * np.array(sizes)
    spread = (residuals**2).sum()
    assume(spread < 1e-9 or spread >= outcomes.mean() * (1 - outcomes.mean()) * outcomes.size)
    assert _of(rows * 2) == _of(rows)


@given(ROWS)
def test_wrong_instead_of_right_mirrors_the_interval(rows: list[tuple[int, int]]) -> None:
    right, wrong = _of(rows), _of([(1 - outcome, cluster) for outcome, cluster in rows])
    assert (1 - wrong.value, 1 - wrong.high, 1 - wrong.low) == pytest.approx(
        (right.value, right.low, right.high), abs=1e-9
    )


@pytest.mark.parametrize(
    ("n_facts", "n_languages", "p", "icc"),
    [(10, 5, 0.5, 0.3), (20, 19, 0.5, 0.3), (50, 5, 0.1, 0.1), (100, 19, 0.5, 0.7)],
)
def test_coverage(n_facts: int, n_languages: int, p: float, icc: float) -> None:
    # Beta-binomial facts, whose answers correlate by icc. With 1,000 draws the standard error of a
    # coverage of 0.95 is 0.007; the interval that ignores facts covers 0.39 to 0.92 here.
    rng = np.random.default_rng(20)
    clusters = np.repeat(np.arange(n_facts), n_languages)
    ability = rng.beta(p * (1 / icc - 1), (1 - p) * (1 / icc - 1), (1000, n_facts))
    covered = []
    for draw in ability:
        outcomes = rng.random(clusters.size) < draw[clusters]
        interval = clustered_proportion(outcomes, clusters)
        covered.append(interval.low <= p <= interval.high)
    assert 0.925 <= np.mean(covered) <= 0.98


def _of(rows: Sequence[tuple[int, object]]) -> Interval:
    outcomes, clusters = zip(*rows, strict=True)
    return clustered_proportion(outcomes, clusters)


def _close(a: Interval, b: Interval) -> bool:
    return a.n_clusters == b.n_clusters and (a.value, a.low, a.high) == pytest.approx(
        (b.value, b.low, b.high)
    )
