"""Labels by the first token that would be said: against one forward pass an item.

As in the scripts of Zhang et al. (Multilingual Learner): the label is the one whose words' first
tokens are most probable. The peer computes every prompt whole, with all logits, one at a time.
"""

import math
from collections.abc import Callable
from typing import Any, ClassVar

import torch

from against_transformers.items import LABELS
from against_transformers.opening import Plain
from isoglot.core import Record
from isoglot.engines import Failure
from isoglot.engines.huggingface import HuggingFaceEngine, first_tokens

WORDS = tuple((label,) for label in LABELS)
TOLERANCE = 1e-3
"""Of scores in float32."""


class LabelWords(Record):
    """A labelled task.

    Attributes:
        prompts: Items behind the same examples.
        places: Of those that the peer is asked.
    """

    name: ClassVar[str] = "labels"
    quantity: ClassVar[str] = "seconds a labelled item"
    peer_is: ClassVar[str] = "a forward pass an item"
    target: ClassVar[float] = 30

    prompts: tuple[str, ...]
    places: tuple[int, ...]

    def ours(self, engine: HuggingFaceEngine) -> list[list[float] | Failure]:
        """By item, the logarithm of each label's probability."""
        return engine.label_scores(self.prompts, WORDS)

    def peer(self, plain: Plain) -> Callable[[], list[list[float]]]:
        """The same, an item at a time."""
        model, tokenizer = plain
        sets = [first_tokens(tokenizer, words) for words in WORDS]

        @torch.inference_mode()
        def scores(prompt: str) -> list[float]:
            tokens = tokenizer(prompt, return_tensors="pt").input_ids.to(model.device)
            shares = model(tokens).logits[0, -1].float().softmax(-1)
            return [math.log(float(shares[own].sum())) for own in sets]

        return lambda: [scores(self.prompts[place]) for place in self.places]

    def alike(self, one: Any, other: Any, *, exact: bool) -> bool:
        """The same label is best; in float32 the scores are the same, too."""
        return same_scores(one, other, exact=exact)


def same_scores(one: list[float] | Failure, other: list[float], *, exact: bool) -> bool:
    """Whether the same score is the highest, and in float32 each is the other's."""
    if isinstance(one, Failure) or one.index(max(one)) != other.index(max(other)):
        return False
    return not exact or max(abs(a - b) for a, b in zip(one, other, strict=True)) < TOLERANCE
