"""Low-rank branches of many adapters on one frozen model: each row of a batch sees its own.

For a linear module with frozen weight W (and LoRA after Hu et al., 2021)

    y = x Wᵀ + (alpha / r) · (dropout(x) A_gᵀ) B_gᵀ

where A is stacked over adapters, `[adapters, r, in]`, B is `[adapters, out, r]`, and g is the
adapter of x's row. The products are batched over rows or over groups of rows; no loop goes over
adapters.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import torch
from transformers.pytorch_utils import Conv1D

from isoglot.core import ModelError
from isoglot.engines.huggingface._placement import device_of

Masks = Callable[[str, torch.Tensor], torch.Tensor]
"""From a module's name and its input `[rows, length, in]` to what the input is multiplied with."""

ATTENTION = "attention"
MLP = "mlp"
ALL_LINEAR = "all-linear"
_ATTENTION_PARTS = frozenset({"attn", "self_attn", "attention", "self_attention"})
_MLP_PARTS = frozenset({"mlp", "feed_forward", "ffn"})
_MLP_NAMES = frozenset({"fc1", "fc2"})  # XGLM and OPT keep them beside the attention


class LoraShape(NamedTuple):
    """What adapters of a stack have in common.

    Attributes:
        modules: Qualified names of the modules with a low-rank branch.
        rank: LoRA's r.
        alpha: The branch is scaled by alpha / r.
    """

    modules: tuple[str, ...]
    rank: int
    alpha: float


def find_modules(model: Any, targets: Sequence[str], *, model_name: str) -> tuple[str, ...]:
    """The qualified names of the linear modules that targets mean, in the model's order.

    Args:
        model: A causal language model of transformers.
        targets: Last parts of names, such as `q_proj`; or `attention`, `mlp`, `all-linear`, by
            which the vocabulary projection is never meant.
        model_name: For the message.

    Raises:
        ModelError: A target that means no linear module.
    """
    head = model.get_output_embeddings()
    linear = [
        name
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D) and module is not head
    ]
    meant = {target: {name for name in linear if _means(target, name)} for target in targets}
    if nothing := [target for target, names in meant.items() if not names]:
        known = sorted({name.rpartition(".")[2] for name in linear})
        raise ModelError(
            f"paradigms.fine-tuning.target_modules: {model_name} has no linear module for "
            f"{nothing}; it has {known}, and {ATTENTION!r}, {MLP!r} and {ALL_LINEAR!r} mean several"
        )
    chosen = set().union(*meant.values())
    return tuple(name for name in linear if name in chosen)


def _means(target: str, name: str) -> bool:
    *parents, last = name.split(".")
    if target == ALL_LINEAR:
        return True
    if target == ATTENTION:
        return not _ATTENTION_PARTS.isdisjoint(parents)
    if target == MLP:
        return last in _MLP_NAMES or not _MLP_PARTS.isdisjoint(parents)
    return last == target


def peft_targets(model: Any, modules: Sequence[str]) -> list[str]:
    """The shortest names by which PEFT, and servers that take its adapters, find the modules."""
    last = {name.rpartition(".")[2] for name in modules}
    found = {
        name
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D) and name.rpartition(".")[2] in last
    }
    return sorted(last if found == set(modules) else modules)


def in_and_out(module: Any) -> tuple[int, int]:
    """The sizes of a linear module's input and output."""
    if isinstance(module, Conv1D):  # GPT-2's: the weight is the other way round
        return int(module.weight.shape[0]), int(module.weight.shape[1])
    return int(module.in_features), int(module.out_features)


class AdapterStack:
    """The weights of several adapters of one shape, and their branches on the model.

    Attributes:
        a: By module, `[adapters, r, in]`.
        b: By module, `[adapters, out, r]`.

    Args:
        model: The model, which stays as it is.
        shape: What the adapters have in common.
        size: How many adapters there is room for. All are zero, which changes nothing.
        dtype: Of the adapters' weights.
    """

    def __init__(self, model: Any, shape: LoraShape, *, size: int, dtype: torch.dtype) -> None:
        self.shape = shape
        self.size = size
        self._model = model
        self._scale = shape.alpha / shape.rank
        self._modules = {name: model.get_submodule(name) for name in shape.modules}
        self.a: dict[str, torch.Tensor] = {}
        self.b: dict[str, torch.Tensor] = {}
        for name, module in self._modules.items():
            n_in, n_out = in_and_out(module)
            device = device_of(module)
            self.a[name] = torch.zeros(size, shape.rank, n_in, dtype=dtype, device=device)
            self.b[name] = torch.zeros(size, n_out, shape.rank, dtype=dtype, device=device)

    def tensors(self) -> Iterator[tuple[str, torch.Tensor]]:
        """Every stacked weight with a name of its own."""
        for name in self.shape.modules:
            yield f"{name}.lora_A", self.a[name]
            yield f"{name}.lora_B", self.b[name]

    def adapter(self, slot: int) -> dict[str, torch.Tensor]:
        """The weights of one adapter, as views, under the names of `tensors`."""
        return {name: tensor[slot] for name, tensor in self.tensors()}

    @torch.no_grad()
    def put(self, slot: int, weights: Mapping[str, torch.Tensor]) -> None:
        """Copies an adapter's weights, under the names of `tensors`, into a slot."""
        for name, tensor in self.tensors():
            tensor[slot].copy_(weights[name])

    @contextmanager
    def rows(self, slots: Sequence[int], *, masks: Masks | None = None) -> Iterator[None]:
        """While it lasts, row i of the model's input sees the adapter in `slots[i]`.

        Args:
            slots: One a row; or one a token, where the input is one row of as many tokens.
            masks: What the inputs of the branches are multiplied with: dropout.
        """
        groups = {
            device: _Groups(slots, device=device, size=self.size)
            for device in {each.device for each in self.a.values()}
        }
        handles = []
        try:
            for name, module in self._modules.items():
                branch = self._branch(name, groups[self.a[name].device], masks)
                handles.append(module.register_forward_hook(branch))
            yield
        finally:
            for handle in handles:
                handle.remove()

    def _branch(self, name: str, groups: "_Groups", masks: Masks | None) -> Any:
        def add(_: Any, inputs: tuple[torch.Tensor, ...], output: torch.Tensor) -> torch.Tensor:
            (x,) = inputs
            # Packed tokens are rows of one token each.
            packed = x.dim() == 3 and x.shape[0] == 1 and x.shape[1] == groups.n_rows
            x = x.transpose(0, 1) if packed else x
            if x.dim() != 3 or x.shape[0] != groups.n_rows:
                raise ModelError(
                    f"paradigms.fine-tuning.target_modules: the rows of a batch can't be told "
                    f"apart in {name!r} (a mixture of experts?); leave it out"
                )
            a, b = groups.weights(self.a[name]), groups.weights(self.b[name])
            x = x.to(a)
            if masks is not None:
                x = x * masks(name, x)
            low = torch.bmm(groups.together(x), a.transpose(1, 2))
            delta = torch.bmm(low, b.transpose(1, 2)) * self._scale
            by_row = output.transpose(0, 1) if packed else output
            added = groups.apart(delta, by_row.shape).to(output)
            return output + (added.transpose(0, 1) if packed else added)

        return add


class _Groups:
    """The rows of a batch by adapter, so that each adapter's weights are taken once.

    Where adapters have different numbers of rows, rows of zeros fill up.

    Args:
        slots: Whose each row is.
        device: Of the weights.
        size: How many adapters there are.
    """

    def __init__(self, slots: Sequence[int], *, device: torch.device, size: int) -> None:
        self.n_rows = len(slots)
        owned: dict[int, list[int]] = {}
        for row, slot in enumerate(slots):
            owned.setdefault(slot, []).append(row)
        most = max(map(len, owned.values()))
        nothing = len(slots)  # the row of zeros
        filled = [row for rows in owned.values() for row in rows + [nothing] * (most - len(rows))]
        back = [0] * len(slots)
        for place, row in enumerate(filled):
            if row != nothing:
                back[row] = place
        self._n_groups = len(owned)
        every = list(owned) == list(range(size))
        self._slots = None if every else torch.tensor(list(owned), device=device)
        in_order = filled == list(range(len(slots)))
        self._filled = None if in_order else torch.tensor(filled, device=device)
        self._back = torch.tensor(back, device=device)

    def weights(self, stacked: torch.Tensor) -> torch.Tensor:
        """The weights `[groups, …]` of the adapters that have rows."""
        return stacked if self._slots is None else stacked.index_select(0, self._slots)

    def together(self, x: torch.Tensor) -> torch.Tensor:
        """`[groups, rows of a group · length, in]` from `[rows, length, in]`."""
        if self._filled is not None:
            x = torch.cat([x, x.new_zeros(1, *x.shape[1:])]).index_select(0, self._filled)
        return x.reshape(self._n_groups, -1, x.shape[-1])

    def apart(self, grouped: torch.Tensor, shape: torch.Size) -> torch.Tensor:
        """Undoes `together`, for a tensor whose last size may be another."""
        rows = grouped.reshape(-1, *shape[1:])
        return rows if self._filled is None else rows.index_select(0, self._back)
