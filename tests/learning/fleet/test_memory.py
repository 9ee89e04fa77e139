"""How large a fleet fits, from sizes alone."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import save_tiny_model, tiny_model  # noqa: E402

from isoglot.learning import LoraRecipe  # noqa: E402
from isoglot.learning.fleet import memory  # noqa: E402
from isoglot.learning.fleet.memory import (  # noqa: E402
    LOGITS_BYTES,
    FleetPlan,
    foresee_fleet,
    plan_fleet,
)

MODULES = [f"model.layers.{layer}.self_attn.{name}_proj" for layer in range(3) for name in "qv"]
# Of the tiny Llama: 32 in; 32 out of q, 16 of v (2 key-value heads of 8).
SIZES = 3 * ((32 + 32) + (32 + 16))
GIGA = 2**30


def plan(free: int, n_adapters: int = 1000, **changes: object) -> FleetPlan:
    recipe = LoraRecipe.model_validate({"rank": 8} | changes)
    return plan_fleet(
        tiny_model("llama"), recipe, modules=MODULES, n_adapters=n_adapters, free_bytes=free
    )


def test_an_adapter_is_its_weights_gradients_and_moments() -> None:
    assert plan(GIGA).adapter_bytes == 4 * 4 * 8 * SIZES
    assert plan(GIGA, adapter_dtype="float64").adapter_bytes == 4 * 8 * 8 * SIZES


def test_more_memory_more_adapters_and_never_more_than_there_are() -> None:
    scarce = plan(LOGITS_BYTES * 2, n_adapters=100_000)
    ample = plan(LOGITS_BYTES * 4, n_adapters=100_000)
    assert 1 <= scarce.adapters < ample.adapters
    assert plan(64 * GIGA, n_adapters=7).adapters == 7


def test_it_fits_into_what_is_free() -> None:
    found = plan(2 * GIGA, n_adapters=100_000)
    assert found.peak_bytes - found.weights_bytes <= 0.61 * 2 * GIGA


def test_what_is_given_is_obeyed() -> None:
    found = plan(64 * GIGA, fleet=3, tokens=99)
    assert (found.adapters, found.tokens) == (3, 99)


def test_with_nothing_free_one_adapter_is_tried() -> None:
    found = plan(0)
    assert (found.adapters, found.tokens) == (1, 256)


def test_what_a_token_takes() -> None:
    """Of three layers in float32: 12 tensors of width 32 and 3 of width 64 each, and the branches:
    six modules with 32 inputs each, kept with their dropout masks, and 8 in the middle."""
    layers, branches = 3 * (12 * 32 + 3 * 64) * 4, 6 * (2 * 32 + 8) * 4
    assert plan(GIGA).token_bytes == layers + branches
    assert plan(GIGA, dropout=0).token_bytes == layers + 6 * (32 + 8) * 4
    again = plan(GIGA, gradient_checkpointing=True)  # three inputs of layers, and one layer
    assert again.token_bytes == 3 * 32 * 4 + (layers + branches) // 3


def test_a_little_more_memory_changes_no_batch() -> None:
    a_token = plan(GIGA).token_bytes

    def tokens(fitting: int) -> int:
        """By how many fit into half of what is used."""
        return plan(int((LOGITS_BYTES + 2 * fitting * a_token) / 0.6) + 99).tokens

    assert [tokens(each) for each in (0, 300, 511, 512, 1000, 2047, 9999)] == [
        256, 256, 256, 512, 512, 1024, 4096,
    ]  # fmt: skip


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
def test_a_machine_with_a_gpu_is_planned_for_without_one(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "model")
    found = foresee_fleet(folder, LoraRecipe(), dtype="auto", device="cuda", n_adapters=5)
    assert found.free_bytes == 0
    assert found.weights_bytes == sum(2 * each.numel() for each in tiny_model("llama").parameters())


def test_quantized_weights_are_foreseen(tmp_path: Path) -> None:
    """A row of 4 bits: half a byte a weight, a byte a block of 64, four bytes for 256 blocks, and
    1,092 of tables; of 8 bits: a byte a weight, and four a row. Embeddings, norms and head stay."""
    folder = save_tiny_model(tmp_path / "model", scale=2)

    def weights(quantization: str | None) -> int:
        return foresee_fleet(
            folder,
            LoraRecipe(),
            dtype="bfloat16",
            device="cpu",
            n_adapters=5,
            quantization=quantization,
        ).weights_bytes

    # By layer, out and in: q, k, v, o, and gate, up and down.
    layer = [(64, 64), (32, 64), (32, 64), (64, 64), (128, 64), (128, 64), (64, 128)]
    rest = 2 * 259 * 64 + (2 * 3 + 1) * 64
    plain = 3 * sum(out * each for out, each in layer)
    assert weights(None) == 2 * (plain + rest)
    eight = sum(out * each + 4 * out for out, each in layer)
    assert weights("8bit") == 3 * eight + 2 * rest
    four = sum(out * each // 2 + out * each // 64 + 4 + 1092 for out, each in layer)
    assert weights("4bit") == 3 * four + 2 * rest


def test_what_several_devices_have_left_is_added_up(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = save_tiny_model(tmp_path / "model")
    left = {torch.device("cuda", 0): 3 * GIGA, torch.device("cuda", 1): 5 * GIGA}
    monkeypatch.setattr(memory, "free_memory", left.__getitem__)
    found = foresee_fleet(
        folder,
        LoraRecipe(),
        dtype="float32",
        device="auto",
        n_adapters=5,
        device_map={"model": 0, "lm_head": "cuda:1", "model.norm": "disk"},
    )
    assert found.free_bytes == 8 * GIGA - found.weights_bytes


def test_it_is_foreseen_without_weights(tmp_path: Path) -> None:
    folder = save_tiny_model(tmp_path / "model")
    for weights in folder.glob("*.safetensors"):
        weights.unlink()
    recipe = LoraRecipe(rank=8)
    found = foresee_fleet(folder, recipe, dtype="float32", device="cpu", n_adapters=5)
    assert found.adapters == 5
    assert found.weights_bytes == sum(4 * each.numel() for each in tiny_model("llama").parameters())
    assert found.adapter_bytes == plan(GIGA).adapter_bytes
