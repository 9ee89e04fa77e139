"""One adapter trained by both ways from the same start, in the same order, by the same recipe.

Dropout must be 0: both draw it, but not the same.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from peft import PeftModel

from against_peft.peer import optimizer_of, train_rows
from isoglot.core import ModelError
from isoglot.engines.huggingface import (
    HuggingFaceEngine,
    LoraShape,
    find_modules,
    peft_targets,
)
from isoglot.learning import Lesson, LoraRecipe
from isoglot.learning.fleet.checkpoint import save_adapter
from isoglot.learning.fleet.rows import Row, encode_lesson, pack
from isoglot.learning.fleet.trainer import Trainee, initial_weights, train_fleet


def trainee(folder: Path, number: int, taught: Sequence[Lesson], *, epochs: int) -> Trainee:
    """An adapter that is saved after the last epoch."""
    name = f"adapter-{number}"
    return Trainee(name, number, taught, {epochs: folder / name}, folder / f"{name}.safetensors")


def train(engine: HuggingFaceEngine, fleet: Sequence[Trainee], recipe: LoraRecipe) -> None:
    """Trains a fleet; a benchmark of failures would be none."""
    if failed := train_fleet(engine, fleet, recipe, tick=lambda _: None):
        raise ModelError(f"training failed: {failed}")


def by_the_fleet(
    engine: HuggingFaceEngine, pupil: Trainee, recipe: LoraRecipe, *, start: Path
) -> Path:
    """Trains it; the weights that it begins with go to `start`."""
    modules = find_modules(engine.model, recipe.target_modules, model_name=engine.name)
    shape = LoraShape(modules, recipe.rank, recipe.alpha)
    save_adapter(
        start,
        initial_weights(engine.model, shape, pupil.stream("start")),
        shape=shape,
        dropout=recipe.dropout,
        base=engine.name,
        targets=peft_targets(engine.model, modules),
        transposed=False,
    )
    train(engine, [pupil], recipe)
    return pupil.adapters[recipe.epochs]


def by_peft(
    plain: Any, engine: HuggingFaceEngine, pupil: Trainee, recipe: LoraRecipe, *, start: Path
) -> Any:
    """PEFT's model after the same rows in the same order from the same start.

    Args:
        plain: The peer's model; it keeps PEFT's modules.
        engine: Encodes the lessons.
        pupil: Whose lessons and order.
        recipe: Of one row a step, with an exponential schedule.
        start: Where the weights it begins with are.
    """
    model = PeftModel.from_pretrained(plain, start, is_trainable=True)
    optimizer = optimizer_of(model, recipe)
    for epoch in range(1, recipe.epochs + 1):
        train_rows(model, rows_of_epoch(engine, pupil, recipe, epoch), optimizer)
        for group in optimizer.param_groups:
            group["lr"] *= recipe.decay
    return model


def rows_of_epoch(
    engine: HuggingFaceEngine, pupil: Trainee, recipe: LoraRecipe, epoch: int
) -> list[Row]:
    """What the fleet trains a pupil on in an epoch, in its order."""
    rows = [encode_lesson(engine, each, repeats=recipe.repeats) for each in pupil.lessons]
    order = np.random.default_rng(pupil.stream(f"order {epoch}"))
    ordered = [rows[index] for index in order.permutation(len(rows))]
    if recipe.packing is None:
        return ordered
    return list(pack(ordered, most=recipe.packing, opening=engine.tokenizer.bos_token_id))
