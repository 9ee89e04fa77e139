"""The peer: transformers and PEFT as a script uses them. One row a step, one question a call.

The loss is the model's own: logits of the whole vocabulary at every position, whatever it reads.
"""

import itertools
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import torch
import transformers
from transformers import AutoModelForCausalLM, StoppingCriteria, StoppingCriteriaList

from isoglot.core import ModelError
from isoglot.engines import ModelSpec, local_folder
from isoglot.learning import LoraRecipe
from isoglot.learning.fleet.rows import Row

UNREAD = -100
"""The label that transformers' loss passes over."""


def folder_of(spec: ModelSpec) -> Path:
    """Where a model is that was opened before.

    Raises:
        ModelError: It was not.
    """
    folder = local_folder(spec)
    if folder is None:
        raise ModelError(f"{spec.name!r} is not on this machine")
    return folder


def plain_model(spec: ModelSpec, like: Any) -> Any:
    """The model as transformers loads it, frozen, with the weights of another, which both read."""
    model = AutoModelForCausalLM.from_pretrained(folder_of(spec), dtype=like.dtype)
    return with_weights_of(like, model).to(like.device)


def with_weights_of(like: Any, model: Any) -> Any:
    """A model of the same architecture, frozen, that reads another's weights and has none."""
    for name, parameter in model.named_parameters():
        parameter.data = like.get_parameter(name).data
    return model.eval().requires_grad_(False)


def optimizer_of(model: Any, recipe: LoraRecipe) -> torch.optim.AdamW:
    """AdamW over an adapter's weights."""
    parameters = [each for each in model.parameters() if each.requires_grad]
    return torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=recipe.weight_decay)


def train_rows(model: Any, rows: Iterable[Row], optimizer: torch.optim.Optimizer) -> None:
    """A step a row; dropout is drawn as the adapter's configuration says."""
    model.train()
    for row in rows:
        take_step(model, row, optimizer)
    model.eval()


def take_step(model: Any, row: Row, optimizer: torch.optim.Optimizer) -> None:
    """One step of a model in training mode."""
    model(**labelled(row, model.device)).loss.backward()
    optimizer.step()
    optimizer.zero_grad()


def labelled(row: Row, device: torch.device) -> dict[str, Any]:
    """A row as a causal language model takes it: only its targets are read by the loss."""
    tokens = torch.tensor([row.tokens], device=device)
    labels = torch.full_like(tokens, UNREAD)
    labels[0, row.targets] = tokens[0, row.targets]
    return {"input_ids": tokens, "labels": labels, "use_cache": False}


def cut_rows(rows: Sequence[Row], *, size: int) -> Iterator[Row]:
    """All rows one after the other, cut wherever one is full; what is left at the end is dropped.

    So pack the scripts of Wang et al. Fewer rows than whole lessons need.
    """
    tokens = [token for row in rows for token in row.tokens]
    starts = itertools.accumulate((len(row.tokens) for row in rows), initial=0)
    read = {at + place for at, row in zip(starts, rows, strict=False) for place in row.targets}
    for start in range(0, len(tokens) - size + 1, size):
        # Nothing stands before the first token of a row that could predict it.
        targets = [place for place in range(1, size) if start + place in read]
        yield Row(tokens[start : start + size], targets)


class Asker:
    """Questions through a pipeline, one a call, greedy, ended by the end of the line.

    Args:
        model: A model or one of PEFT's.
        tokenizer: Its tokenizer.
        max_new_tokens: Where an answer without an end is cut.
    """

    def __init__(self, model: Any, tokenizer: Any, *, max_new_tokens: int) -> None:
        model.eval()
        self._pipeline = transformers.pipeline("text-generation", model=model, tokenizer=tokenizer)
        self._settings = {
            "max_new_tokens": max_new_tokens,
            "do_sample": False,
            "return_full_text": False,
        }
        self._tokenizer = tokenizer

    def __call__(self, prompt: str) -> str:
        """What the model says up to the end of the line."""
        (found,) = self._pipeline(
            prompt,
            stopping_criteria=StoppingCriteriaList([EndOfLine(self._tokenizer)]),
            **self._settings,
        )
        return str(found["generated_text"]).split("\n", 1)[0].strip()


class EndOfLine(StoppingCriteria):  # type: ignore[misc]
    """Ends every row at the token that ends its line.

    Transformers' own stop strings look through the whole vocabulary at every call.

    Args:
        tokenizer: Of the model.
    """

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def __call__(self, input_ids: torch.Tensor, _: Any, **__: Any) -> torch.Tensor:
        """Which rows have ended."""
        last = input_ids[:, -1].tolist()
        ended = ["\n" in self._tokenizer.decode([token]) for token in last]
        return torch.tensor(ended, device=input_ids.device)
