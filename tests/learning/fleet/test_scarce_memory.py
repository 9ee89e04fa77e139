"""Memory that runs out: smaller batches first, then fewer adapters, then a message."""

from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_fleets import (  # noqa: E402
    LESSONS,
    Weights,
    a_recipe,
    a_trainee,
    an_engine,
    distance,
    trained,
    weights_of,
)

from isoglot.core import ModelError  # noqa: E402
from isoglot.learning.fleet import trainer  # noqa: E402
from isoglot.learning.fleet.trainer import train_fleet  # noqa: E402

TAUGHT = {name: LESSONS[: 2 + number] for number, name in enumerate("abcd")}
LESSONS_IN_ALL = 3 * (2 + 3 + 4 + 5)
LONGEST = 1 + len("Q: What is on the flag of Kavuno?\nA: lion\n")  # one token a byte


def no_memory() -> None:
    raise torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Weights:
    """Of "b", trained with plenty."""
    return trained(an_engine(), tmp_path_factory.mktemp("b"), {"b": TAUGHT["b"]}, a_recipe())["b"]


def trained_with_little(folder: Path, expected: Weights, **changes: Any) -> None:
    """What comes of it is what comes of plenty, and every lesson is counted once."""
    trainees = [a_trainee(folder, name, lessons, (1, 3)) for name, lessons in TAUGHT.items()]
    counted: list[int] = []
    assert train_fleet(an_engine(), trainees, a_recipe(**changes), tick=counted.append) == {}
    assert distance(weights_of(folder / "b-3"), expected) < 1e-9
    assert sum(counted) == LESSONS_IN_ALL
    assert not list(folder.glob("*.safetensors"))  # no state is left over


def test_a_batch_is_halved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: Weights
) -> None:
    tried = []
    backward = trainer.backward

    def scarce(*args: Any, most_tokens: int, **more: Any) -> dict[int, float]:
        tried.append(most_tokens)
        found = backward(*args, most_tokens=most_tokens, **more)
        if most_tokens > 100:
            no_memory()  # after gradients were added
        return found

    monkeypatch.setattr(trainer, "backward", scarce)
    trained_with_little(tmp_path, expected, tokens=400)
    assert tried[:4] == [400, 200, 100, 100]


@pytest.mark.parametrize("part", ["AdapterStack", "StackedAdamW"])
def test_a_fleet_that_cant_be_built_is_halved(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: Weights, part: str
) -> None:
    sizes = []
    stack, adamw = trainer.AdapterStack, trainer.StackedAdamW

    def scarce_stack(*args: Any, size: int, **more: Any) -> Any:
        sizes.append(size)
        if part == "AdapterStack" and size > 2:
            no_memory()
        return stack(*args, size=size, **more)

    def scarce_adamw(of: Any, **more: Any) -> Any:
        if part == "StackedAdamW" and of.size > 2:
            no_memory()
        return adamw(of, **more)

    monkeypatch.setattr(trainer, "AdapterStack", scarce_stack)
    monkeypatch.setattr(trainer, "StackedAdamW", scarce_adamw)
    trained_with_little(tmp_path, expected)
    assert sizes == [4, 2]


def test_a_fleet_too_large_to_step_is_begun_anew_with_half(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, expected: Weights
) -> None:
    """After some were asked, and within an epoch: they go on from their last finished one."""
    step, sizes = trainer.StackedAdamW.step, []

    def scarce(self: Any, slots: Any, **more: Any) -> None:
        sizes.append(len(slots))
        step(self, slots, **more)
        if len(slots) == 4 and sizes.count(4) == 3:
            no_memory()  # after weights were changed

    monkeypatch.setattr(trainer.StackedAdamW, "step", scarce)
    trained_with_little(tmp_path, expected)
    assert sizes[:3] == [4] * 3
    assert max(sizes[3:]) == 2


@pytest.mark.parametrize("what", ["AdapterStack", "backward"])
def test_not_even_one_fits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str) -> None:
    tried = []

    def scarce(*_: Any, **more: Any) -> Any:
        tried.append(more.get("size", more.get("most_tokens")))
        no_memory()

    monkeypatch.setattr(trainer, what, scarce)
    trainees = [a_trainee(tmp_path, name, lessons, (1, 3)) for name, lessons in TAUGHT.items()]
    with pytest.raises(
        ModelError,
        match=r"hf/tiny-llama: memory runs out with one adapter and one row at a time "
        r"\(OutOfMemoryError: CUDA out of memory.*\); a lower rank, fewer target_modules, "
        r"gradient_checkpointing: true, or shorter rows \(repeats, packing\) take less",
    ):
        train_fleet(an_engine(), trainees, a_recipe(tokens=99), tick=lambda _: None)
    if what == "AdapterStack":
        assert tried == [4, 2, 1]
    else:
        assert tried == [99, 49, LONGEST] * 3


def test_another_error_is_no_lack_of_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("CUDA error: an illegal memory access was encountered")

    monkeypatch.setattr(trainer, "backward", broken)
    with pytest.raises(ModelError, match=r"hf/tiny-llama: training failed: CUDA error: an illegal"):
        train_fleet(
            an_engine(), [a_trainee(tmp_path, "a", LESSONS, (1,))], a_recipe(),
            tick=lambda _: None,
        )  # fmt: skip
