"""Trains one LoRA adapter over all epochs, keeping those that will be asked.

The vocabulary projection is computed only where the loss reads it: rows are aligned at their ends,
where the answers are, and logits are taken of the last few positions. In a small model of many
languages the projection is larger than all layers together.
"""

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from peft import LoraConfig
from torch.nn.functional import cross_entropy

from isoglot.core import ModelError, stream_seed
from isoglot.learning._base import Lesson, Tick
from isoglot.learning.fleet.checkpoint import finished_epochs, load_state, save_state
from isoglot.learning.fleet.recipe import LoraRecipe
from isoglot.learning.prompts import answer_text, ask_prompt

if TYPE_CHECKING:
    from isoglot.engines.huggingface import HuggingFaceEngine

_IGNORED = -100  # cross_entropy's default for positions without a target


def train(
    engine: "HuggingFaceEngine",
    lessons: Sequence[Lesson],
    recipe: LoraRecipe,
    *,
    seed: int,
    stream: str,
    adapters: Mapping[int, Path],
    checkpoint: Path,
    tick: Tick,
) -> None:
    """Trains an adapter from its last finished epoch to the last one in `adapters`.

    Every epoch draws its order and its dropout from streams of its own, so a run that was cut off
    and goes on ends with the same weights as one that was not.

    Args:
        engine: The model, which stays frozen.
        lessons: What is taught.
        recipe: How.
        seed: The condition's seed.
        stream: Names the condition's streams of randomness.
        adapters: Where the adapter of each asked epoch goes.
        checkpoint: Where the state of the last finished epoch is kept; removed at the end.
        tick: Told of lessons as they are taught.

    Raises:
        ModelError: The model has no module that the recipe names.
    """
    rows = [encode_lesson(engine, lesson) for lesson in lessons]
    with torch.random.fork_rng():
        _seed(seed, stream, "initialisation")
        with _adapter_in_training(engine, recipe) as model:
            parameters = {
                name: parameter
                for name, parameter in model.named_parameters()
                if parameter.requires_grad
            }
            optimizer = torch.optim.AdamW(
                parameters.values(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
            )
            done = finished_epochs(checkpoint)
            # The adapter of an asked epoch is written before its state; one that is missing below
            # the finished epochs was removed by hand, and only training anew brings it back.
            if any(epoch <= done and not folder.is_dir() for epoch, folder in adapters.items()):
                done = 0
            if done:
                load_state(checkpoint, parameters=parameters, optimizer=optimizer)
            for epoch in range(done + 1, max(adapters, default=0) + 1):
                _seed(seed, stream, f"dropout {epoch}")
                _set_learning_rate(optimizer, recipe.learning_rate * recipe.decay ** (epoch - 1))
                rng = np.random.default_rng(stream_seed(seed, stream, f"order {epoch}"))
                _epoch(engine, model, rows, recipe, optimizer, rng, tick)
                if epoch in adapters:
                    _save_adapter(engine, adapters[epoch])
                save_state(checkpoint, epoch=epoch, parameters=parameters, optimizer=optimizer)
    checkpoint.unlink(missing_ok=True)


def encode_lesson(engine: "HuggingFaceEngine", lesson: Lesson) -> tuple[list[int], int]:
    """The tokens of question and answer, and how many at the end belong to the answer.

    Encoded as one text, as the model will meet it; what differs from the encoded question alone is
    the answer.
    """
    prompt = ask_prompt(lesson.question)
    asked = engine.encode(prompt)
    whole = engine.encode(prompt + answer_text(lesson.answer))
    shared = next(
        (place for place, (a, b) in enumerate(zip(asked, whole, strict=False)) if a != b),
        len(asked),
    )
    return whole, len(whole) - shared


def _adapter_in_training(engine: "HuggingFaceEngine", recipe: LoraRecipe) -> Any:
    names = {name.rpartition(".")[2] for name, _ in engine.model.named_modules()}
    if missing := set(recipe.target_modules) - names:
        linear = sorted(
            {
                name.rpartition(".")[2]
                for name, module in engine.model.named_modules()
                if isinstance(module, torch.nn.Linear)
            }
        )
        raise ModelError(
            f"paradigms.fine-tuning.target_modules: {engine.name} has no module named "
            f"{sorted(missing)}; its linear modules are {linear}"
        )
    return engine.rack.training(
        LoraConfig(
            r=recipe.rank,
            lora_alpha=recipe.alpha,
            lora_dropout=recipe.dropout,
            target_modules=list(recipe.target_modules),
            task_type="CAUSAL_LM",
        )
    )


def _epoch(
    engine: "HuggingFaceEngine",
    model: Any,
    rows: Sequence[tuple[list[int], int]],
    recipe: LoraRecipe,
    optimizer: torch.optim.Optimizer,
    rng: np.random.Generator,
    tick: Tick,
) -> None:
    model.train()
    order = rng.permutation(len(rows))
    for start in range(0, len(order), recipe.batch_size):
        batch = [rows[index] for index in order[start : start + recipe.batch_size]]
        loss = _loss(engine, batch)
        loss.backward()  # type: ignore[no-untyped-call]
        optimizer.step()
        optimizer.zero_grad()
        tick(len(batch))


def _loss(engine: "HuggingFaceEngine", batch: Sequence[tuple[list[int], int]]) -> torch.Tensor:
    """The mean over the batch's answer tokens of the negative log-likelihood, in nats."""
    longest = max(len(tokens) for tokens, _ in batch)
    answers = max(answer for _, answer in batch)
    pad = engine.tokenizer.pad_token_id or 0
    device = engine.model.device
    inputs = torch.tensor(
        [[pad] * (longest - len(tokens)) + tokens for tokens, _ in batch], device=device
    )
    mask = torch.tensor(
        [[0] * (longest - len(tokens)) + [1] * len(tokens) for tokens, _ in batch], device=device
    )
    targets = torch.tensor(
        [
            [_IGNORED] * (answers - answer) + tokens[len(tokens) - answer :]
            for tokens, answer in batch
        ],
        device=device,
    )
    # An index tensor, not a number: it gathers the positions into one dense block, and the matrix
    # product of a dense block is an order of magnitude faster on a processor.
    predicting = torch.arange(longest - answers - 1, longest - 1, device=device)
    logits = engine.model(
        inputs,
        attention_mask=mask,
        position_ids=(mask.cumsum(-1) - 1).clamp(min=0),
        use_cache=False,
        logits_to_keep=predicting,
    ).logits
    return cross_entropy(logits.float().flatten(0, 1), targets.flatten())


def _save_adapter(engine: "HuggingFaceEngine", folder: Path) -> None:
    scratch = folder.with_name(folder.name + ".partial")
    shutil.rmtree(scratch, ignore_errors=True)
    engine.rack.save_training(scratch)
    shutil.rmtree(folder, ignore_errors=True)
    scratch.replace(folder)


def _set_learning_rate(optimizer: torch.optim.Optimizer, learning_rate: float) -> None:
    for group in optimizer.param_groups:
        group["lr"] = learning_rate


def _seed(seed: int, *names: str) -> None:
    """Seeds torch's global generator, which PEFT and dropout draw from; the caller forked it."""
    torch.manual_seed(stream_seed(seed, *names))
