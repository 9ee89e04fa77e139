"""What every estimator here returns."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True, slots=True)
class Interval:
    """An estimate with its confidence interval.

    `value`, `low` and `high` are `nan` where there was nothing to estimate from.

    Attributes:
        value: The point estimate, always within the interval.
        low: The lower bound.
        high: The upper bound.
        n_clusters: How many clusters (facts) have at least one outcome in it.
    """

    value: float
    low: float
    high: float
    n_clusters: int
