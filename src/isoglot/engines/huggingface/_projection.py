"""The vocabulary projection, the other way round where that is faster.

For a handful of positions, `x Wᵀ` with a quarter of a million rows in W is a product that the
processor's library does badly; `(W xᵀ)ᵀ` is the same product, up to rounding, in half the time
(LOG.md has the measurement).
"""

from typing import Any

import torch
from torch.nn.functional import linear

_LARGE_VOCABULARY = 65_536
_HANDFUL = range(8, 33)
"""So many positions at once are worth turning round; fewer or more are faster as they are."""


def speed_up_projection(model: Any) -> None:
    """Turns a model's vocabulary projection round, if it is a plain large one on a processor."""
    projection = model.get_output_embeddings()
    if (
        type(projection) is torch.nn.Linear
        and not hasattr(projection, "_hf_hook")  # which is a forward of its own
        and projection.bias is None
        and projection.weight.device.type == "cpu"
        and projection.weight.dtype == torch.float32
        and projection.out_features >= _LARGE_VOCABULARY
    ):
        projection.forward = lambda hidden: project(hidden, projection.weight)


def project(hidden: torch.Tensor, weight: torch.Tensor) -> torch.Tensor:
    """`hidden` `[..., size]` times `weight` `[vocabulary, size]` transposed."""
    flat = hidden.reshape(-1, hidden.shape[-1])
    if flat.shape[0] not in _HANDFUL:
        return linear(hidden, weight)
    return (weight @ flat.T).T.reshape(*hidden.shape[:-1], weight.shape[0])
