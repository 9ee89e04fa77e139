"""A labelled task behind solved examples, judged by the first token that would be said.

As in the scripts of Zhang et al. (Multilingual Learner): the label is the one whose words' first
tokens are most probable. The peer computes every prompt whole, with all logits, one at a time.
"""

import json
import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import torch

from isoglot.core import Record
from isoglot.engines import Failure
from isoglot.engines.huggingface import HuggingFaceEngine, first_tokens
from side_by_side.figures import Figure, Findings
from side_by_side.timing import seconds_of

TARGET = 30.0
LABELS = ("entailment", "neutral", "contradiction")


class Item(Record):
    """A pair of sentences and what the second is to the first."""

    premise: str
    hypothesis: str
    answer: str

    def prompt(self) -> str:
        """The item, up to where the label begins."""
        return f"Premise: {self.premise}\nHypothesis: {self.hypothesis}\nLabel:"

    def solved(self) -> str:
        """The item with its label."""
        return f"{self.prompt()} {self.answer}\n\n"


def read_items(path: Path) -> list[Item]:
    """The items of a file of the data set."""
    found = json.loads(path.read_text(encoding="utf-8"))
    return [Item.model_validate({name: each[name] for name in Item.model_fields}) for each in found]


def few_shot(examples: Sequence[Item], items: Sequence[Item]) -> list[str]:
    """Every item behind the same solved examples."""
    context = "".join(each.solved() for each in examples)
    return [context + each.prompt() for each in items]


class WholePeer:
    """One forward pass an item, over the whole prompt.

    Args:
        model: As transformers loads it.
        engine: Whose tokens are taken, so that both read the same.
        labels: The words of each label.
    """

    def __init__(
        self, model: Any, engine: HuggingFaceEngine, labels: Sequence[Sequence[str]]
    ) -> None:
        self._model = model
        self._engine = engine
        self._sets = [first_tokens(engine.tokenizer, words) for words in labels]

    @torch.inference_mode()
    def scores(self, prompt: str) -> list[float]:
        """The logarithm of each label's probability."""
        tokens = torch.tensor([self._engine.encode(prompt)], device=self._model.device)
        shares = self._model(tokens).logits[0, -1].float().softmax(-1)
        return [math.log(float(shares[own].sum())) for own in self._sets]


def measure_label_words(
    engine: HuggingFaceEngine,
    peer: WholePeer,
    prompts: Sequence[str],
    *,
    labels: Sequence[Sequence[str]],
    n_asked_of_peer: int,
    repeats: int,
) -> Findings:
    """The median seconds an item; the best labels must be the same, and scores to 1e-3."""
    some = range(0, len(prompts), max(1, len(prompts) // n_asked_of_peer))
    ours, theirs, same = [], [], True
    for _ in range(repeats):
        engine.forget()
        found: list[list[float] | Failure] = []
        told: list[list[float]] = []
        ours.append(
            seconds_of(lambda found=found: found.extend(engine.label_scores(prompts, labels)))
            / len(prompts)
        )
        theirs.append(
            seconds_of(lambda told=told: told.extend(peer.scores(prompts[n]) for n in some))
            / len(some)
        )
        same = same and all(
            not isinstance(one, Failure)
            and max(abs(a - b) for a, b in zip(one, other, strict=True)) < 1e-3
            for one, other in zip([found[n] for n in some], told, strict=True)
        )
    fast, slow = statistics.median(ours), statistics.median(theirs)
    print(
        f"{len(prompts)} items behind the same examples: isoglot {fast:.4f} s each, one forward "
        f"pass an item {slow:.3f} s ({len(some)} asked), ratio {slow / fast:.1f}; same: {same}",
        flush=True,
    )
    figure = Figure(
        name="seconds a labelled item", ours=fast, peer=slow, ratio=slow / fast, target=TARGET
    )
    return Findings(figures=(figure,), same_answers=same)
