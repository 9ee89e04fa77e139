"""The learning rate at every step."""

import math
from typing import Literal

Schedule = Literal["exponential", "cosine", "constant"]


def learning_rate_at(
    schedule: Schedule,
    *,
    peak: float,
    step: int,
    steps: int,
    epoch: int,
    decay: float,
    warmup: float,
) -> float:
    """The learning rate of a step.

    Args:
        schedule: `exponential`: times `decay` after every epoch; it never looks at how many epochs
            there are. `cosine`: half a wave down to 0 at the end of all steps. `constant`: `peak`.
        peak: The highest learning rate.
        step: From 0, over all epochs.
        steps: How many there are in all planned epochs.
        epoch: Which one the step is in, from 1.
        decay: Of `exponential`.
        warmup: The share of all planned steps over which the rate rises in a line. No step has
            rate 0: in a short training it would be a large part.
    """
    rising = math.ceil(warmup * steps)
    if step < rising:
        return peak * (step + 1) / rising
    if schedule == "exponential":
        return peak * decay ** (epoch - 1)
    if schedule == "constant":
        return peak
    done = (step - rising) / max(1, steps - rising)
    return peak * 0.5 * (1 + math.cos(math.pi * done))
