"""Outcomes summed by cluster, and what clustering leaves of their number.

Everything is kept in whole numbers as long as possible, so that the order of the rows cannot change
a result and "no variance at all" is an exact comparison.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import stdtrit


@dataclass(frozen=True, kw_only=True, slots=True, eq=False)
class ClusterTotals:
    """How many outcomes each cluster has, and how many of them are 1.

    Attributes:
        labels: The distinct clusters with data, sorted, shape (G,).
        ones: Outcomes that are 1, by cluster, shape (G,).
        sizes: Outcomes, by cluster, shape (G,); none is 0.
    """

    labels: NDArray[np.generic]
    ones: NDArray[np.int64]
    sizes: NDArray[np.int64]

    @property
    def n(self) -> int:
        """The number of outcomes."""
        return int(self.sizes.sum())

    @property
    def mean(self) -> float:
        """The share of outcomes that are 1; `nan` without outcomes."""
        return int(self.ones.sum()) / self.n if self.n else float("nan")

    @property
    def residuals(self) -> NDArray[np.int64]:
        """By how many ones each cluster departs from the mean, times n to stay whole, shape (G,).

        These are the linearised values of the mean (its influence function summed by cluster).
        """
        return self.n * self.ones - int(self.ones.sum()) * self.sizes


def cluster_totals(outcomes: ArrayLike, clusters: ArrayLike, *, name: str = "") -> ClusterTotals:
    """Sums outcomes by cluster; `nan` (or `None`) outcomes are left out.

    Args:
        outcomes: 0, 1 or `nan`, shape (n,).
        clusters: The cluster of each outcome, shape (n,); anything that sorts.
        name: What the error messages call the two, after an underscore.

    Raises:
        ValueError: If the shapes differ or an outcome is none of 0, 1 and `nan`.
    """
    suffix = f"_{name}" if name else ""
    values = np.asarray(outcomes, dtype=np.float64)
    labels = np.asarray(clusters)
    if values.ndim != 1 or values.shape != labels.shape:
        raise ValueError(
            f"outcomes{suffix} has shape {values.shape} and clusters{suffix} {labels.shape}; "
            "give one cluster for each outcome, both one-dimensional"
        )
    answered = ~np.isnan(values)
    values, labels = values[answered], labels[answered]
    foreign = values[(values != 0) & (values != 1)]
    if foreign.size:
        raise ValueError(
            f"outcomes{suffix} has {foreign[0]:g}; an outcome is 0, 1 or nan (not answered)"
        )
    distinct, index = np.unique(labels, return_inverse=True)
    return ClusterTotals(
        labels=distinct,
        ones=np.bincount(index[values == 1], minlength=distinct.size).astype(np.int64),
        sizes=np.bincount(index, minlength=distinct.size).astype(np.int64),
    )


def effective_size(totals: ClusterTotals, *, confidence: float) -> float:
    """How many independent outcomes would tell as much about the mean as these clustered ones.

    Let v = G/(G-1) sum_g e_g^2 / n^2 be the cluster-robust variance of the mean p (e_g: the
    residuals of cluster g, summed). The same estimator gives p(1-p)/(G-1) for G independent
    outcomes. The effective size n/deff is G times the second over the first. It is n for clusters
    of one, and does not change when every outcome is repeated.

    Three bounds and one correction:

    * Without variance between clusters (as at 0 or 1) v says nothing, and the effective size is G.
    * It never exceeds n: facts that resemble each other more than chance would are not more data.
    * v is itself estimated, from G clusters. Following Korn & Graubard (1998), the size is
      multiplied by (t[n-1] / t[G-1])^2, quantiles of Student's t; here the effective size stands in
      place of n, so that the factor is 1 where the clusters are of one or wholly alike, when v is
      a function of p and nothing more is estimated.
    * That factor never takes the size below G, which clusters of wholly alike outcomes have.

    Sources: E. L. Korn & B. I. Graubard, "Confidence intervals for proportions with small expected
    number of positive counts estimated from survey data", Survey Methodology 24 (1998), 193-201;
    N. Dean & M. Pagano, "Evaluating confidence interval methods for binomial proportions in
    clustered surveys", Journal of Survey Statistics and Methodology 3 (2015), 484-503.
    """
    n_clusters = totals.labels.size
    # Squares of whole numbers this large overflow 64 bits; sums of them in floats do not.
    spread = float(np.sum(totals.residuals.astype(np.float64) ** 2))
    if spread == 0:
        return float(n_clusters)
    ones, n = int(totals.ones.sum()), totals.n
    size = min(ones * (n - ones) * n**2 / spread, float(n))
    if size <= n_clusters:
        return size
    level = (1 + confidence) / 2
    factor = float(stdtrit(size - 1, level) / stdtrit(n_clusters - 1, level))
    return max(float(n_clusters), size * factor**2)


def check_confidence(confidence: float) -> None:
    """Raises `ValueError` unless the confidence is a probability strictly between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence is {confidence:g}; give a number between 0 and 1, as 0.95")
