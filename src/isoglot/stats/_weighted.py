"""A mean of outcomes that do not all count the same, with an interval that knows their clusters."""

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit
from statsmodels.stats.proportion import proportion_confint

from isoglot.stats._clusters import check_confidence
from isoglot.stats._interval import Interval

# Sums of weighted outcomes are no whole numbers: a cluster's share of the variance that is smaller
# than this is the square of a rounding.
_NOTHING = 1e-24


def weighted_proportion(
    outcomes: ArrayLike, clusters: ArrayLike, weights: ArrayLike, *, confidence: float = 0.95
) -> Interval:
    """The weighted mean of outcomes between 0 and 1, with a Wilson interval for clusters.

    It serves for means of means (each cell's answers together weigh the same) and for areas under
    learning curves (each epoch's weigh as much of the axis as they stand for). With weights that
    are all equal and outcomes of 0 and 1 it is `clustered_proportion`.

    With p the weighted mean, W the sum of the weights and e_g = sum over cluster g of w (x - p),
    the cluster-robust variance of p is G/(G-1) sum_g e_g^2 / W^2 (the linearised variance of a
    ratio), and the effective size p (1-p) W^2 / sum_g e_g^2, bounded and corrected as that of
    `clustered_proportion`; in the place of the number of outcomes stands Kish's W^2 / sum w^2.

    Sources: those of `clustered_proportion`; L. Kish, "Survey Sampling" (1965), section 11.7.

    Args:
        outcomes: From 0 to 1, or `nan` (left out), shape (n,).
        clusters: The fact of each outcome, shape (n,).
        weights: What each outcome counts, 0 or more, shape (n,).
        confidence: The nominal coverage.

    Returns:
        The interval, within [0, 1]. Without outcomes that count: `nan`, and no clusters.

    Raises:
        ValueError: If the shapes differ, an outcome is not within 0 and 1, a weight is negative or
            no number, or the confidence is not between 0 and 1.
    """
    check_confidence(confidence)
    values = np.asarray(outcomes, dtype=np.float64)
    counts = np.asarray(weights, dtype=np.float64)
    labels = np.asarray(clusters)
    if values.ndim != 1 or not values.shape == labels.shape == counts.shape:
        raise ValueError(
            f"outcomes has shape {values.shape}, clusters {labels.shape} and weights "
            f"{counts.shape}; give one of each for each outcome, all one-dimensional"
        )
    if not np.all(counts >= 0) or not np.all(np.isfinite(counts)):
        raise ValueError("weights has a number that is negative or not finite; give 0 or more")
    kept = ~np.isnan(values) & (counts > 0)
    values, counts, labels = values[kept], counts[kept], labels[kept]
    if np.any((values < 0) | (values > 1)):
        raise ValueError("outcomes has a number outside 0 and 1; an outcome is a share, or nan")
    if not values.size:
        return Interval(value=math.nan, low=math.nan, high=math.nan, n_clusters=0)
    total = float(counts.sum())
    value = min(1.0, max(0.0, float(np.sum(counts * values)) / total))
    distinct, index = np.unique(labels, return_inverse=True)
    residuals = np.bincount(index, weights=counts * (values - value), minlength=distinct.size)
    size = _effective_size(
        value, residuals / total, kish=total**2 / float(np.sum(counts**2)), confidence=confidence
    )
    low, high = proportion_confint(value * size, size, alpha=1 - confidence, method="wilson")
    return Interval(
        value=value,
        low=max(0.0, min(float(low), value)),
        high=min(1.0, max(float(high), value)),
        n_clusters=int(distinct.size),
    )


def _effective_size(
    value: float, residuals: NDArray[np.float64], *, kish: float, confidence: float
) -> float:
    """See `isoglot.stats._clusters.effective_size`; the residuals are shares of all weight."""
    n_clusters = residuals.size
    spread = float(np.sum(residuals**2))
    if spread < _NOTHING * n_clusters:
        return min(float(n_clusters), kish)
    size = min(value * (1 - value) / spread, kish)
    if size <= n_clusters:
        return size
    level = (1 + confidence) / 2
    factor = float(stdtrit(size - 1, level) / stdtrit(n_clusters - 1, level))
    return max(float(n_clusters), size * factor**2)
