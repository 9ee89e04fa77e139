"""Trains many adapters on one frozen model at once, each as if it were alone.

Every adapter has its own data order, dropout, initialisation, learning rate, clipping and step
count, all from its condition's seed. It takes a slot of the fleet for its epochs and makes room for
the next one; who else is in the fleet changes nothing but rounding.
"""

import math
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.utils.checkpoint import checkpoint
from transformers.modeling_layers import GradientCheckpointingLayer
from transformers.pytorch_utils import Conv1D

from isoglot.core import ModelError, stream_seed
from isoglot.engines.huggingface import (
    AdapterStack,
    LoraShape,
    find_modules,
    in_and_out,
    peft_targets,
)
from isoglot.learning._base import Lesson, Tick
from isoglot.learning.fleet.adamw import StackedAdamW
from isoglot.learning.fleet.checkpoint import (
    finished_epochs,
    load_state,
    save_adapter,
    save_state,
)
from isoglot.learning.fleet.loss import FleetRow, backward
from isoglot.learning.fleet.memory import free_memory, plan_fleet
from isoglot.learning.fleet.recipe import LoraRecipe
from isoglot.learning.fleet.rows import Row, encode_lesson, pack
from isoglot.learning.fleet.schedule import learning_rate_at

if TYPE_CHECKING:
    from isoglot.engines.huggingface import HuggingFaceEngine

_DTYPES = {"float32": torch.float32, "float64": torch.float64}


@dataclass(frozen=True)
class Trainee:
    """One condition's adapter.

    Attributes:
        name: Its streams of randomness, and what a failure is recorded for.
        seed: The condition's.
        lessons: What it is taught.
        adapters: Where the adapter of each asked epoch goes.
        checkpoint: Where the state of the last finished epoch is kept; removed at the end.
    """

    name: str
    seed: int
    lessons: Sequence[Lesson]
    adapters: Mapping[int, Path]
    checkpoint: Path

    def stream(self, name: str) -> int:
        """The seed of one of its streams of randomness."""
        return stream_seed(self.seed, self.name, name)


def train_fleet(
    engine: "HuggingFaceEngine",
    trainees: Sequence[Trainee],
    recipe: LoraRecipe,
    *,
    tick: Tick,
) -> dict[str, str]:
    """Trains every adapter from its last finished epoch to the last one that is asked.

    Every epoch draws its order and its dropout from streams of its own, so a run that was cut off
    and goes on ends with the same weights as one that was not.

    Args:
        engine: The model, which stays frozen.
        trainees: The adapters, in the order in which they get a place in the fleet.
        recipe: How.
        tick: Told of lessons as they are taught.

    Returns:
        By trainee's name, why its training failed; the others went on untouched.

    Raises:
        ModelError: The model has no module that the recipe names, or not even one row fits into
            memory.
    """
    fleet = _Fleet(engine, trainees, recipe, tick=tick)
    with _checkpointing(engine.model, on=recipe.gradient_checkpointing):
        fleet.run()
    return fleet.failed


class _Pupil:
    """A trainee in its slot."""

    def __init__(self, trainee: Trainee, rows: Sequence[Row], done: int) -> None:
        self.trainee = trainee
        self.rows = rows
        self.epoch = done
        self.last = max(trainee.adapters)
        self.steps_an_epoch = 0
        self.batches: deque[list[Row]] = deque()

    @property
    def place(self) -> int:
        """Which step of the epoch is next, from 0."""
        return self.steps_an_epoch - len(self.batches)


class _Fleet:
    def __init__(
        self,
        engine: "HuggingFaceEngine",
        trainees: Sequence[Trainee],
        recipe: LoraRecipe,
        *,
        tick: Tick,
    ) -> None:
        self._engine = engine
        self._recipe = recipe
        self._tick = tick
        self.failed: dict[str, str] = {}
        model = engine.model
        modules = find_modules(model, recipe.target_modules, model_name=engine.name)
        self._shape = LoraShape(modules, recipe.rank, recipe.alpha)
        self._targets = peft_targets(model, modules)
        self._transposed = any(isinstance(model.get_submodule(each), Conv1D) for each in modules)
        self._waiting = deque(trainees)
        plan = plan_fleet(
            model,
            recipe,
            modules=modules,
            n_adapters=len(trainees),
            free_bytes=free_memory(next(model.parameters()).device),
        )
        self._most_tokens = plan.tokens
        dtype = _DTYPES[recipe.adapter_dtype]
        self._stack = AdapterStack(model, self._shape, size=plan.adapters, dtype=dtype)
        for _, tensor in self._stack.tensors():
            tensor.requires_grad_()
        self._optimizer = StackedAdamW(
            self._stack, weight_decay=recipe.weight_decay, max_norm=recipe.clip
        )
        self._pupils: dict[int, _Pupil] = {}

    def run(self) -> None:
        """Steps until nobody is left."""
        while True:
            for slot in range(self._stack.size):
                if slot not in self._pupils and self._waiting:
                    self._seat(slot, self._waiting.popleft())
            if not self._pupils:
                return
            self._step()

    def _seat(self, slot: int, trainee: Trainee) -> None:
        rows = [
            encode_lesson(self._engine, lesson, repeats=self._recipe.repeats)
            for lesson in trainee.lessons
        ]
        done = finished_epochs(trainee.checkpoint)
        # The adapter of an asked epoch is written before its state; one that is missing below the
        # finished epochs was removed by hand, and only training anew brings it back.
        if any(epoch <= done and not path.is_dir() for epoch, path in trainee.adapters.items()):
            done = 0
        if done:
            weights, moments = load_state(trainee.checkpoint)
            self._optimizer.put(slot, moments)
        else:
            weights = initial_weights(self._engine.model, self._shape, trainee.stream("start"))
            self._optimizer.put(slot, None)
        self._stack.put(slot, weights)
        pupil = _Pupil(trainee, rows, done)
        self._pupils[slot] = pupil
        if done >= pupil.last:  # cut off between the last state and its removal
            self._leave(slot)
        else:
            self._begin_epoch(pupil)

    def _begin_epoch(self, pupil: _Pupil) -> None:
        pupil.epoch += 1
        order = np.random.default_rng(pupil.trainee.stream(f"order {pupil.epoch}"))
        rows: Sequence[Row] = [pupil.rows[index] for index in order.permutation(len(pupil.rows))]
        if self._recipe.packing is not None:
            opening = self._engine.opening
            rows = list(pack(rows, most=self._recipe.packing, opening=opening))
        size = self._recipe.batch_size
        pupil.batches = deque(list(rows[at : at + size]) for at in range(0, len(rows), size))
        pupil.steps_an_epoch = len(pupil.batches)

    def _step(self) -> None:
        batches = {slot: pupil.batches[0] for slot, pupil in self._pupils.items()}
        losses = self._backward(
            [row for slot, batch in batches.items() for row in self._rows(slot, batch)]
        )
        slots = sorted(batches)
        norms = dict(zip(slots, self._optimizer.norms(slots), strict=True))
        sound = []
        for slot in slots:
            if math.isfinite(losses[slot]) and math.isfinite(norms[slot]):
                sound.append(slot)
            else:
                self._fail(slot, losses[slot])
        if sound:
            self._optimizer.step(
                sound,
                learning_rates=[self._learning_rate(self._pupils[slot]) for slot in sound],
                norms=[norms[slot] for slot in sound],
            )
        self._optimizer.clear()
        for slot in sound:
            self._advance(slot)

    def _advance(self, slot: int) -> None:
        pupil = self._pupils[slot]
        self._tick(sum(row.lessons for row in pupil.batches.popleft()))
        if pupil.batches:
            return
        trainee = pupil.trainee
        if pupil.epoch in trainee.adapters:
            save_adapter(
                trainee.adapters[pupil.epoch],
                self._stack.adapter(slot),
                shape=self._shape,
                dropout=self._recipe.dropout,
                base=self._engine.name,
                targets=self._targets,
                transposed=self._transposed,
            )
        save_state(
            trainee.checkpoint,
            epoch=pupil.epoch,
            weights=self._stack.adapter(slot),
            moments=self._optimizer.state(slot),
        )
        if pupil.epoch >= pupil.last:
            self._leave(slot)
        else:
            self._begin_epoch(pupil)

    def _leave(self, slot: int) -> None:
        self._pupils.pop(slot).trainee.checkpoint.unlink(missing_ok=True)

    def _fail(self, slot: int, loss: float) -> None:
        pupil = self._pupils.pop(slot)
        what = f"the loss became {loss}" if not math.isfinite(loss) else "the gradient overflowed"
        self.failed[pupil.trainee.name] = (
            f"training failed: {what} in epoch {pupil.epoch}, step {pupil.place + 1} of "
            f"{pupil.steps_an_epoch}; a lower learning_rate or a clip may help"
        )

    def _rows(self, slot: int, batch: Sequence[Row]) -> Iterator[FleetRow]:
        pupil = self._pupils[slot]
        targets = sum(len(row.targets) for row in batch)
        for number, row in enumerate(batch):
            seed = pupil.trainee.stream(f"dropout {pupil.epoch} {pupil.place} {number}")
            yield FleetRow(slot, row, 1 / targets, seed)

    def _backward(self, rows: Sequence[FleetRow]) -> dict[int, float]:
        """The losses and gradients of a step; with smaller batches where memory runs out."""
        while True:
            try:
                return backward(
                    self._engine.model,
                    self._stack,
                    rows,
                    dropout=self._recipe.dropout,
                    most_tokens=self._most_tokens,
                )
            except ModelError:
                raise
            except RuntimeError as error:
                longest = max(len(each.row.tokens) for each in rows)
                if not _out_of_memory(error) or self._most_tokens <= longest:
                    raise ModelError(f"{self._engine.name}: training failed: {error}") from error
                self._most_tokens = max(longest, self._most_tokens // 2)
            self._optimizer.clear()

    def _learning_rate(self, pupil: _Pupil) -> float:
        recipe = self._recipe
        return learning_rate_at(
            recipe.schedule,
            peak=recipe.learning_rate,
            step=(pupil.epoch - 1) * pupil.steps_an_epoch + pupil.place,
            steps_an_epoch=pupil.steps_an_epoch,
            epochs=recipe.epochs,
            decay=recipe.decay,
            warmup=recipe.warmup,
        )


def initial_weights(model: Any, shape: LoraShape, seed: int) -> dict[str, torch.Tensor]:
    """LoRA's start: A uniform within 1 / √in, as PEFT draws it, and B zero."""
    weights = {}
    for name in shape.modules:
        n_in, n_out = in_and_out(model.get_submodule(name))
        generator = torch.Generator().manual_seed(stream_seed(seed, name))
        drawn = torch.rand(shape.rank, n_in, generator=generator, dtype=torch.float64)
        weights[f"{name}.lora_A"] = (2 * drawn - 1) / math.sqrt(n_in)
        weights[f"{name}.lora_B"] = torch.zeros(n_out, shape.rank, dtype=torch.float64)
    return weights


def _out_of_memory(error: RuntimeError) -> bool:
    said = str(error).lower()
    return isinstance(error, torch.OutOfMemoryError) or "memory" in said or "alloc" in said


@contextmanager
def _checkpointing(model: Any, *, on: bool) -> Iterator[None]:
    """Computes activations again on the way back instead of keeping them."""
    if not on:
        yield
        return
    # Not by transformers' own switch, which needs layers in training mode: some families' layers
    # then drop out by themselves.
    layers = [each for each in model.modules() if isinstance(each, GradientCheckpointingLayer)]
    for layer in layers:
        layer.forward = partial(
            checkpoint, layer.forward, use_reentrant=False, preserve_rng_state=False
        )
    try:
        yield
    finally:
        for layer in layers:
            del layer.forward
