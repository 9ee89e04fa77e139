"""AdamW for a stack of adapters: every adapter has its own step count, learning rate and clipping.

The update is elementwise, so that adapters that are stepped together do not meet: Loshchilov and
Hutter (2019), with the bias corrections of Kingma and Ba (2015), as torch.optim.AdamW computes it.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch

if TYPE_CHECKING:
    from isoglot.engines.huggingface import AdapterStack

_BETA1, _BETA2 = 0.9, 0.999
_EPSILON = 1e-8
_CLIP_EPSILON = 1e-6  # as torch.nn.utils.clip_grad_norm_ has it

STEP = "step"


class StackedAdamW:
    """The moments of every weight of a stack, and the update.

    Args:
        stack: The adapters; their gradients are read from the weights.
        weight_decay: Decoupled.
        max_norm: The norm that an adapter's gradient is clipped to, if any.
    """

    def __init__(
        self, stack: "AdapterStack", *, weight_decay: float, max_norm: float | None
    ) -> None:
        self._weights = dict(stack.tensors())
        self._decay = weight_decay
        self._max_norm = max_norm
        self._first = {name: torch.zeros_like(each) for name, each in self._weights.items()}
        self._second = {name: torch.zeros_like(each) for name, each in self._weights.items()}
        self._steps = [0] * stack.size
        self._devices = {each.device for each in self._weights.values()}
        self._indexed: tuple[list[int], dict[torch.device, torch.Tensor]] | None = None

    def state(self, slot: int) -> dict[str, torch.Tensor]:
        """One adapter's moments, as views, and its number of steps."""
        found = {STEP: torch.tensor(float(self._steps[slot]))}
        for name in self._weights:
            found[f"exp_avg|{name}"] = self._first[name][slot]
            found[f"exp_avg_sq|{name}"] = self._second[name][slot]
        return found

    def put(self, slot: int, state: Mapping[str, torch.Tensor] | None) -> None:
        """Puts back what `state` gave; `None` begins anew."""
        self._steps[slot] = int(state[STEP]) if state else 0
        for name in self._weights:
            for moment, key in ((self._first, "exp_avg"), (self._second, "exp_avg_sq")):
                if state:
                    moment[name][slot].copy_(state[f"{key}|{name}"])
                else:
                    moment[name][slot].zero_()

    @torch.no_grad()
    def norms(self, slots: Sequence[int]) -> list[float]:
        """The Euclidean norm of each adapter's whole gradient."""
        index = self._index(slots)
        squares = [
            gradient.index_select(0, index[gradient.device])
            .to(_accurate(gradient))
            .square()
            .flatten(1)
            .sum(1)
            for gradient in self._gradients()
        ]
        together = [each.to(squares[0].device) for each in squares]
        found: list[float] = torch.stack(together).sum(0).sqrt().tolist()
        return found

    @torch.no_grad()
    def step(
        self, slots: Sequence[int], *, learning_rates: Sequence[float], norms: Sequence[float]
    ) -> None:
        """Updates the adapters in `slots` and leaves the others as they are.

        Args:
            slots: Different ones.
            learning_rates: One a slot.
            norms: Of the gradients, as `norms` gives them.
        """
        for slot in slots:
            self._steps[slot] += 1
        indices = self._index(slots)
        scalars = self._scalars(slots, learning_rates, norms)
        for name, weight in self._weights.items():
            if weight.grad is None:
                continue
            index = indices[weight.device]
            shrink, decay, second_left, pace = scalars[weight.device]
            gradient = weight.grad.index_select(0, index) * shrink
            first = self._first[name].index_select(0, index).lerp_(gradient, 1 - _BETA1)
            second = self._second[name].index_select(0, index).mul_(_BETA2)
            second.addcmul_(gradient, gradient, value=1 - _BETA2)
            size = second.sqrt().div_(second_left).add_(_EPSILON)
            moved = weight.index_select(0, index).mul_(decay)
            moved.sub_(first.div(size).mul_(pace))
            weight.index_copy_(0, index, moved)
            self._first[name].index_copy_(0, index, first)
            self._second[name].index_copy_(0, index, second)

    def clear(self) -> None:
        """Forgets the gradients."""
        for weight in self._weights.values():
            weight.grad = None

    def _gradients(self) -> list[torch.Tensor]:
        return [each.grad for each in self._weights.values() if each.grad is not None]

    def _scalars(
        self, slots: Sequence[int], learning_rates: Sequence[float], norms: Sequence[float]
    ) -> dict[torch.device, tuple[torch.Tensor, ...]]:
        """`[slots, 1, 1]` each: of the gradient, the weight, the second moment and the update."""
        first_left = [1 - _BETA1 ** self._steps[slot] for slot in slots]
        second_left = [(1 - _BETA2 ** self._steps[slot]) ** 0.5 for slot in slots]
        decay = [1 - rate * self._decay for rate in learning_rates]
        pace = [rate / left for rate, left in zip(learning_rates, first_left, strict=True)]
        shrink = [1.0] * len(slots)
        if self._max_norm is not None:
            shrink = [min(1.0, self._max_norm / (norm + _CLIP_EPSILON)) for norm in norms]
        dtype = next(iter(self._weights.values())).dtype
        # One copy to a device: each one, however small, makes it wait.
        values = [shrink, decay, second_left, pace]
        return {
            device: torch.tensor(values, dtype=dtype, device=device)[:, :, None, None].unbind()
            for device in self._devices
        }

    def _index(self, slots: Sequence[int]) -> dict[torch.device, torch.Tensor]:
        """The slots as a tensor; the last one is kept, as who is in the fleet seldom changes."""
        if self._indexed is None or self._indexed[0] != list(slots):
            self._indexed = (
                list(slots),
                {device: torch.tensor(slots, device=device) for device in self._devices},
            )
        return self._indexed[1]


def _accurate(tensor: torch.Tensor) -> torch.dtype:
    """What sums are taken in: float32 at least."""
    return torch.promote_types(tensor.dtype, torch.float32)
