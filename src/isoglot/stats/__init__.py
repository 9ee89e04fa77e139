"""Arrays in, numbers out: proportions, differences and their intervals; the power of a study.

Knows numpy, scipy and statsmodels; nothing of models, tables or files. The unit of resampling is
the cluster, which is the fact: translations of one fact are correlated.
"""

from isoglot.stats._difference import clustered_difference
from isoglot.stats._interval import Interval
from isoglot.stats._power import smallest_detectable_gap
from isoglot.stats._proportion import clustered_proportion
from isoglot.stats._weighted import weighted_proportion

__all__ = [
    "Interval",
    "clustered_difference",
    "clustered_proportion",
    "smallest_detectable_gap",
    "weighted_proportion",
]
