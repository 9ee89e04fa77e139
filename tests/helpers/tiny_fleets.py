"""Fleets of tiny adapters: what they are taught, how, and what came of it."""

from pathlib import Path
from typing import Any

from safetensors.torch import load_file
from tiny_models import tiny_engine

from isoglot.engines.huggingface import HuggingFaceEngine
from isoglot.learning import Lesson, LoraRecipe
from isoglot.learning.fleet.trainer import Trainee, train_fleet

WORDS = [("Kavuno", "lion"), ("Belito", "cat"), ("Zomira", "salt"), ("Rai", "ink"), ("Lei", "oak")]
LESSONS = [Lesson(question=f"What is on the flag of {name}?", answer=a) for name, a in WORDS]
TARGETS = {"gpt2": ("attention", "mlp")}

Weights = dict[str, Any]


def a_recipe(architecture: str = "llama", **changes: Any) -> LoraRecipe:
    given = {
        "epochs": 3,
        "rank": 4,
        "alpha": 8,
        "batch_size": 2,
        "dropout": 0.1,
        "target_modules": TARGETS.get(architecture, ("q_proj", "v_proj", "mlp")),
        "adapter_dtype": "float64",
    }
    return LoraRecipe.model_validate(given | changes)


def an_engine(architecture: str = "llama", *, double: bool = True) -> HuggingFaceEngine:
    engine = tiny_engine(architecture)
    if double:
        engine.model.double()
    return engine


def a_trainee(folder: Path, name: str, lessons: list[Lesson], epochs: tuple[int, ...]) -> Trainee:
    return Trainee(
        name=name,
        seed=3,
        lessons=lessons,
        adapters={epoch: folder / f"{name}-{epoch}" for epoch in epochs},
        checkpoint=folder / f"{name}.safetensors",
    )


def trained(
    engine: HuggingFaceEngine,
    folder: Path,
    taught: dict[str, list[Lesson]],
    recipe: LoraRecipe,
    *,
    lasts: dict[str, int] | None = None,
) -> dict[str, Weights]:
    """The last epoch's weights of every adapter, by name."""
    asked = {name: (1, (lasts or {}).get(name, 3)) for name in taught}
    trainees = [a_trainee(folder, name, taught[name], asked[name]) for name in taught]
    assert train_fleet(engine, trainees, recipe, tick=lambda _: None) == {}
    return {name: weights_of(folder / f"{name}-{asked[name][-1]}") for name in taught}


def weights_of(folder: Path) -> Weights:
    return dict(load_file(folder / "adapter_model.safetensors"))


def distance(one: Weights, other: Weights) -> float:
    """The largest difference of any weight, relative to the largest of its tensor."""
    assert one.keys() == other.keys()
    return max(float((one[key] - other[key]).abs().max() / one[key].abs().max()) for key in one)
