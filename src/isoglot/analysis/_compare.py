"""Comparing two estimates that no question declares a contrast for."""

import math

from isoglot.core import Estimate


def told_apart(a: Estimate, b: Estimate) -> bool:
    """Whether two shares differ by more than their intervals allow for.

    The interval of the difference is recovered from the two intervals as if they were independent,
    and must not have zero in it. Shares over the same facts are mostly correlated, so this errs
    towards "no". With a missing number it is "no" too.

    Source: R. G. Newcombe, "Interval estimation for the difference between independent
    proportions", Statistics in Medicine 17 (1998), 873-890, method 10.
    """
    if b.value > a.value:
        a, b = b, a
    # Comparisons with nan are false.
    return a.value - b.value > math.hypot(a.value - a.low, b.high - b.value)
