"""Drawing tokens at random, so that a draw depends on a prompt's seed and the place alone."""

from collections.abc import Sequence

import numpy as np
import torch

from isoglot.core import Decoding


def choose(logits: torch.Tensor, draws: Sequence[tuple[int, int]], decoding: Decoding) -> list[int]:
    """The token that is said at each position.

    Args:
        logits: `[positions, vocabulary]`.
        draws: By position, its prompt's seed and its place in the answer.
        decoding: Whether it is drawn, and how.
    """
    if decoding.temperature == 0:
        chosen: list[int] = logits.argmax(-1).tolist()
        return chosen
    if torch.are_deterministic_algorithms_enabled():
        logits = logits.cpu()  # on a GPU torch has no deterministic running sum
    numbers = [uniform(seed, place) for seed, place in draws]
    return draw(logits, numbers, temperature=decoding.temperature, top_p=decoding.top_p)


def uniform(seed: int, place: int) -> float:
    """The random number for a token of an answer, from 0 to 1 (1 excluded).

    Counted, not drawn one after the other (Philox: Salmon et al. 2011): what else is in the batch,
    and how many tokens a step brings, changes nothing.
    """
    return float(np.random.Generator(np.random.Philox(key=seed, counter=place)).random())


def draw(
    logits: torch.Tensor, numbers: Sequence[float], *, temperature: float, top_p: float
) -> list[int]:
    """A token for each position by inverse transform sampling.

    Args:
        logits: `[positions, vocabulary]`.
        numbers: One a position, from 0 to 1 (1 excluded).
        temperature: What logits are divided by.
        top_p: Of the most probable tokens those are kept that are needed to reach this share of
            the probability (nucleus sampling: Holtzman et al. 2020); 1 keeps all.
    """
    order = logits.argsort(dim=-1, descending=True, stable=True)
    shares = (logits.double() / temperature).softmax(-1).gather(1, order)
    upto = shares.cumsum(-1)
    kept = (upto - shares < top_p).sum(-1, keepdim=True)
    kept_share = upto.gather(1, kept - 1)
    drawn = torch.tensor(numbers, dtype=upto.dtype, device=upto.device)[:, None] * kept_share
    places = (upto <= drawn).sum(-1, keepdim=True)
    # Rounding may put a number at the very end behind it.
    tokens: list[int] = order.gather(1, torch.minimum(places, kept - 1))[:, 0].tolist()
    return tokens
