"""AdamW for a stack: small copies to the device are few, whatever the model's size."""

from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from torch.utils._python_dispatch import TorchDispatchMode  # noqa: E402

from isoglot.learning.fleet.adamw import StackedAdamW  # noqa: E402
from isoglot.learning.fleet.dropout import DropoutMasks  # noqa: E402


class Copies(TorchDispatchMode):
    """Counts tensors that are made of Python's numbers, and those that become Python's numbers."""

    to_device = 0
    from_device = 0

    def __torch_dispatch__(
        self, function: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        self.to_device += function is torch.ops.aten.lift_fresh.default
        self.from_device += function is torch.ops.aten._local_scalar_dense.default
        return function(*args, **(kwargs or {}))


class Stack:
    """Weights of three adapters, with gradients."""

    size = 3

    def __init__(self, n_modules: int) -> None:
        generator = torch.Generator().manual_seed(1)
        self._weights = {}
        for number in range(n_modules):
            weight = torch.randn(3, 4, 5, generator=generator, requires_grad=True)
            weight.grad = torch.randn(3, 4, 5, generator=generator)
            self._weights[f"module-{number}"] = weight

    def tensors(self) -> Any:
        return self._weights.items()


@pytest.mark.parametrize("n_modules", [1, 9])
def test_a_step_makes_few_copies_however_many_modules(n_modules: int) -> None:
    optimizer = StackedAdamW(Stack(n_modules), weight_decay=0.1, max_norm=1.0)
    for slots, copies in (([0, 2], 2), ([0, 2], 1), ([0, 1, 2], 2)):  # who steps, and their scalars
        with Copies() as counted:
            norms = optimizer.norms(slots)
            optimizer.step(slots, learning_rates=[0.1] * len(slots), norms=norms)
        assert counted.to_device == copies
        assert counted.from_device == 0


def test_each_adapter_is_stepped_as_torch_steps_it_alone() -> None:
    """With steps, learning rates and clipping of its own; who does not step stays as it is."""
    stack = Stack(2)
    start = {name: each.detach().clone() for name, each in stack.tensors()}
    optimizer = StackedAdamW(stack, weight_decay=0.1, max_norm=2.0)
    turns = [([0, 2], [0.1, 0.2]), ([0], [0.05]), ([2, 0], [0.3, 0.4])]
    for slots, rates in turns:
        optimizer.step(slots, learning_rates=rates, norms=optimizer.norms(slots))
    for slot in (0, 1, 2):
        alone = [each[slot].clone().requires_grad_() for each in start.values()]
        theirs = torch.optim.AdamW(alone, lr=1, weight_decay=0.1)
        for slots, rates in turns:
            if slot in slots:
                theirs.param_groups[0]["lr"] = rates[slots.index(slot)]
                for weight, (_, stacked) in zip(alone, stack.tensors(), strict=True):
                    weight.grad = stacked.grad[slot].clone()
                torch.nn.utils.clip_grad_norm_(alone, 2.0)
                theirs.step()
        for weight, (_, stacked) in zip(alone, stack.tensors(), strict=True):
            assert torch.allclose(stacked[slot], weight, rtol=1e-5, atol=1e-7)


def test_masks_are_drawn_without_a_copy_a_module() -> None:
    masks = DropoutMasks(0.1, seeds=[1, 2], device=torch.device("cpu"))
    x = torch.zeros(2, 3, 4)
    with Copies() as counted:
        for name in ("q", "v", "o"):
            masks(name, x)
    assert (counted.to_device, counted.from_device) == (0, 0)
