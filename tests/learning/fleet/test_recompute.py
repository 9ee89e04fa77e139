"""Gradient checkpointing: it does compute again, and gives the same gradients."""

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_fleets import LESSONS, an_engine  # noqa: E402

from isoglot.core import ModelError  # noqa: E402
from isoglot.engines.huggingface import AdapterStack, LoraShape, find_modules  # noqa: E402
from isoglot.learning.fleet.loss import FleetRow, backward  # noqa: E402
from isoglot.learning.fleet.recompute import computing_again  # noqa: E402
from isoglot.learning.fleet.rows import encode_lesson  # noqa: E402

LAYERS = 3


def gradients(architecture: str, *, again: bool) -> tuple[int, dict[str, torch.Tensor]]:
    """How often an attention was computed in one step of two adapters, and their gradients."""
    engine = an_engine(architecture, double=False)  # XGLM can't be had in double precision
    model = engine.model
    shape = LoraShape(find_modules(model, ["attention"], model_name="x"), 4, 8)
    stack = AdapterStack(model, shape, size=2, dtype=torch.float32)
    generator = torch.Generator().manual_seed(1)
    for _, tensor in stack.tensors():
        tensor.copy_(0.1 * torch.randn(tensor.shape, generator=generator)).requires_grad_()
    rows = [
        FleetRow(slot, row, 1 / (2 * len(row.targets)), seed)
        for seed, (slot, lesson) in enumerate(zip((0, 0, 1, 1), LESSONS, strict=False))
        for row in [encode_lesson(engine, lesson)]
    ]
    calls = []
    attentions = [
        module for name, module in model.named_modules() if name.endswith((".self_attn", ".attn"))
    ]
    assert len(attentions) == LAYERS
    for attention in attentions:
        attention.register_forward_hook(lambda *_: calls.append(1))
    with computing_again(model, on=again, model_name="x"):
        backward(model, stack, rows, dropout=0.1, most_tokens=4096)
    return len(calls), {name: tensor.grad for name, tensor in stack.tensors()}


# XGLM drops out and skips layers in training mode, which transformers' own switch asks for.
@pytest.mark.parametrize("architecture", ["llama", "gpt2", "xglm"])
def test_layers_are_computed_twice_and_the_gradients_are_the_same(architecture: str) -> None:
    once, plain = gradients(architecture, again=False)
    twice, recomputed = gradients(architecture, again=True)
    assert (once, twice) == (LAYERS, 2 * LAYERS)
    assert plain.keys() == recomputed.keys()
    for name, expected in plain.items():
        assert expected.abs().max() > 0
        assert torch.allclose(recomputed[name], expected, rtol=1e-5, atol=1e-8)


def test_afterwards_nothing_is_computed_again() -> None:
    model = an_engine().model
    before = [layer.forward for layer in model.model.layers]
    with computing_again(model, on=True, model_name="x"):
        assert all(layer.forward not in before for layer in model.model.layers)
    assert [layer.forward for layer in model.model.layers] == before


def test_a_model_whose_layers_cant_be_told_is_refused() -> None:
    with (
        pytest.raises(
            ModelError,
            match=r"paradigms.fine-tuning.gradient_checkpointing: hf/odd has no layers that can be "
            r"computed again; leave it out",
        ),
        computing_again(torch.nn.Linear(1, 1), on=True, model_name="hf/odd"),
    ):
        pass
