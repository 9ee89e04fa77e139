import math

import pytest

from isoglot.analysis import told_apart
from isoglot.core import Estimate


def share(value: float, low: float, high: float) -> Estimate:
    return Estimate(
        question="effectiveness",
        paradigm="fine-tuning",
        model="m",
        measure="accuracy",
        languages={"taught": "cy"},
        epoch=12,
        value=value,
        low=low,
        high=high,
        n_facts=24,
    )


@pytest.mark.parametrize(
    ("a", "b", "expected"),
    [
        # 0.25 - 0 = 0.25 is more than sqrt(0.13² + 0.14²) = 0.19, although the intervals overlap.
        ((0.25, 0.12, 0.45), (0.0, 0.0, 0.14), True),
        # 0.04 is less than sqrt(0.03² + 0.14²) = 0.14.
        ((0.04, 0.01, 0.2), (0.0, 0.0, 0.14), False),
        ((0.5, 0.3, 0.7), (0.5, 0.3, 0.7), False),
        ((math.nan, math.nan, math.nan), (0.0, 0.0, 0.14), False),
    ],
)
def test_told_apart_either_way_round(a, b, expected):
    assert told_apart(share(*a), share(*b)) is expected
    assert told_apart(share(*b), share(*a)) is expected


def test_agrees_with_newcombes_worked_example():
    # 56/70 against 48/80, Newcombe (1998), Table II: the interval from 0.0524 to 0.3339. The two
    # Wilson intervals of method 10 are 0.6919 to 0.8769 and 0.4905 to 0.7003 (to four places).
    a, b = share(0.8, 0.6919, 0.8769), share(0.6, 0.4905, 0.7003)
    assert told_apart(a, b)
    low = 0.2 - math.hypot(0.8 - 0.6919, 0.7003 - 0.6)
    assert low == pytest.approx(0.0524, abs=2e-4)
