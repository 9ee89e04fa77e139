"""The learning rate at every step."""

import math
from typing import Literal

Schedule = Literal["exponential", "cosine", "constant"]


def learning_rate_at(
    schedule: Schedule,
    *,
    peak: float,
    step: int,
    steps_an_epoch: int,
    epochs: int,
    decay: float,
    warmup: float,
) -> float:
    """The learning rate of a step.

    Args:
        schedule: `exponential`: times `decay` after every epoch; it never looks at how many epochs
            there are. `cosine`: half a wave down to 0 at the end of `epochs`. `constant`: `peak`.
        peak: The highest learning rate.
        step: From 0, over all epochs.
        steps_an_epoch: How many steps an epoch has.
        epochs: How many epochs are planned.
        decay: Of `exponential`.
        warmup: The share of all planned steps over which the rate rises in a line. No step has
            rate 0: in a short training it would be a large part.
    """
    planned = steps_an_epoch * epochs
    rising = math.ceil(warmup * planned)
    if step < rising:
        return peak * (step + 1) / rising
    if schedule == "exponential":
        return peak * decay ** (step // steps_an_epoch)
    if schedule == "constant":
        return peak
    done = (step - rising) / max(1, planned - rising)
    return peak * 0.5 * (1 + math.cos(math.pi * done))
