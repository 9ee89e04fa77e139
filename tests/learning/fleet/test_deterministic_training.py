"""Training on a deterministic engine: weights that are the same to the last bit in any company."""

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_fleets import LESSONS, a_recipe, a_trainee, trained, weights_of  # noqa: E402
from tiny_models import tiny_engine  # noqa: E402

from isoglot.core import ModelError  # noqa: E402
from isoglot.engines.huggingface import HuggingFaceEngine  # noqa: E402
from isoglot.learning import LoraRecipe  # noqa: E402
from isoglot.learning.fleet import trainer  # noqa: E402
from isoglot.learning.fleet.recipe import FEWEST_TOKENS  # noqa: E402
from isoglot.learning.fleet.trainer import train_fleet  # noqa: E402

TAUGHT = {name: LESSONS[: 2 + number] for number, name in enumerate("abcd")}
GIGA = 2**30


def an_engine() -> HuggingFaceEngine:
    engine = tiny_engine("llama", deterministic=True)
    engine.model.bfloat16()
    return engine


def the_recipe(**changes: Any) -> LoraRecipe:
    return a_recipe(adapter_dtype="float32", clip=0.5, **changes)


def test_weights_do_not_show_who_else_is_trained(tmp_path: Path) -> None:
    together = trained(an_engine(), tmp_path / "together", TAUGHT, the_recipe(fleet=3))
    for name, lessons in TAUGHT.items():
        alone = trained(an_engine(), tmp_path / name, {name: lessons}, the_recipe())[name]
        assert alone.keys() == together[name].keys()
        for key, tensor in alone.items():
            assert torch.equal(tensor, together[name][key])


def test_weights_do_not_show_how_much_memory_there_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One adapter at a time, and as many tokens at once as on the smallest machine."""
    seen: list[tuple[int, int, bool]] = []
    backward = trainer.backward

    def watched(model: Any, stack: Any, *args: Any, most_tokens: int, **more: Any) -> Any:
        deterministic = torch.are_deterministic_algorithms_enabled()
        seen.append((stack.size, most_tokens, deterministic))
        return backward(model, stack, *args, most_tokens=most_tokens, **more)

    monkeypatch.setattr(trainer, "backward", watched)
    found = []
    for free in (GIGA, 64 * GIGA):
        monkeypatch.setattr(trainer, "free_beside", lambda *_, free=free: free)
        found.append(trained(an_engine(), tmp_path / str(free), TAUGHT, the_recipe()))
    assert set(seen) == {(1, FEWEST_TOKENS, True)}
    assert not torch.are_deterministic_algorithms_enabled()
    for name in TAUGHT:
        assert all(torch.equal(found[0][name][key], found[1][name][key]) for key in found[0][name])


def test_cut_off_it_ends_with_the_same_weights(tmp_path: Path) -> None:
    class StoppedError(Exception):
        pass

    steps: list[int] = []

    def tick(lessons: int) -> None:
        steps.append(lessons)
        # "a" has one step an epoch, "b" two: this is within the second epoch of "b".
        if len(steps) == 3 * 1 + 2 + 1:
            raise StoppedError

    whole = trained(an_engine(), tmp_path / "whole", TAUGHT, the_recipe())
    folder = tmp_path / "cut"
    trainees = [a_trainee(folder, name, lessons, (1, 3)) for name, lessons in TAUGHT.items()]
    with pytest.raises(StoppedError):
        train_fleet(an_engine(), trainees, the_recipe(), tick=tick)
    assert not torch.are_deterministic_algorithms_enabled()
    left = [each for each in trainees if each.name != "a"]
    assert train_fleet(an_engine(), left, the_recipe(), tick=lambda _: None) == {}
    for name, weights in whole.items():
        found = weights_of(folder / f"{name}-3")
        assert all(torch.equal(found[key], tensor) for key, tensor in weights.items())


def test_where_memory_runs_out_nothing_is_halved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """That would round sums otherwise than on a machine with more of it."""
    tried = []

    def scarce(*_: Any, most_tokens: int, **__: Any) -> Any:
        tried.append(most_tokens)
        raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")

    monkeypatch.setattr(trainer, "backward", scarce)
    trainees = [a_trainee(tmp_path, name, lessons, (1, 3)) for name, lessons in TAUGHT.items()]
    with pytest.raises(
        ModelError,
        match=r"^hf/tiny-llama: memory runs out with one adapter and 400 tokens at a time "
        r"\(OutOfMemoryError: CUDA out of memory.*\); fewer tokens, a lower rank, fewer "
        r"target_modules, gradient_checkpointing: true, or shorter rows \(repeats, packing\) "
        r"take less$",
    ):
        train_fleet(an_engine(), trainees, the_recipe(tokens=400), tick=lambda _: None)
    assert tried == [400]
