"""Adapters in PEFT's format, on the model for the rows that ask for them."""

import json
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file

from isoglot.core import ModelError
from isoglot.engines.huggingface._stack import AdapterStack, LoraShape

_PREFIX = "base_model.model."
# What PEFT's LoRA can do beyond LoRA, and a stack can't.
_BEYOND = ("use_dora", "modules_to_save", "rank_pattern", "alpha_pattern", "lora_bias")


class AdapterShelf:
    """Loads adapters when rows ask for them, and keeps those that were asked last.

    Args:
        model: A causal language model of transformers.
        model_name: For messages.
        room: How many adapters are kept.
    """

    def __init__(self, model: Any, *, model_name: str, room: int) -> None:
        self._model = model
        self._model_name = model_name
        self._room = room
        self._shelves: dict[LoraShape, _Shelf] = {}
        self._shapes: dict[Path, LoraShape] = {}

    def load(self, adapters: Sequence[Path | None]) -> None:
        """Brings what a batch asks for, and checks that each new adapter changes the model.

        Raises:
            ModelError: A folder holds no adapter for this model, or one that changes nothing.
        """
        wanted = list(dict.fromkeys(each for each in adapters if each is not None))
        for adapter in wanted:
            shape = self._shapes.get(adapter)
            shelf = self._shelves.get(shape) if shape else None
            if shelf is not None and shelf.has(adapter):
                shelf.touch(adapter)
                continue
            shape, weights = _read(adapter, self._model, self._model_name)
            self._shapes[adapter] = shape
            if shape not in self._shelves:
                dtype = next(iter(weights.values())).dtype
                room = max(self._room, len(wanted))
                self._shelves[shape] = _Shelf(self._model, shape, room, dtype)
            self._shelves[shape].put(adapter, weights, keep=wanted)
            try:
                self._check_effect(adapter)
            except ModelError:
                self._shelves[shape].drop(adapter)
                raise

    @contextmanager
    def on(self, adapters: Sequence[Path | None]) -> Iterator[None]:
        """While it lasts, row i of the model's input sees `adapters[i]`, which must be loaded."""
        shapes = {self._shapes[each] for each in adapters if each is not None}
        with ExitStack() as stack:
            for shape in shapes:
                shelf = self._shelves[shape]
                stack.enter_context(shelf.on(adapters))
            yield

    @torch.inference_mode()
    def _check_effect(self, adapter: Path) -> None:
        """An adapter that is on changes the logits; one that does not was not loaded."""
        vocabulary = int(self._model.get_input_embeddings().num_embeddings)
        device = self._model.get_input_embeddings().weight.device
        tokens = torch.arange(min(8, vocabulary), device=device)[None].repeat(2, 1)
        last = torch.tensor([tokens.shape[1] - 1], device=device)
        with self.on([None, adapter]):
            without, with_adapter = self._model(tokens, logits_to_keep=last).logits
        if torch.equal(with_adapter, without):
            raise ModelError(
                f"{adapter}: the adapter is on and changes no logit of {self._model_name}; "
                "it was made for another model, or was never trained"
            )


class _Shelf:
    """The adapters of one shape. The last slot is none: it stays zero, and changes nothing."""

    def __init__(self, model: Any, shape: LoraShape, room: int, dtype: torch.dtype) -> None:
        self._stack = AdapterStack(model, shape, size=room + 1, dtype=dtype)
        self._none = room
        self._slots: dict[Path, int] = {}  # in the order in which they were last asked

    def has(self, adapter: Path) -> bool:
        return adapter in self._slots

    def touch(self, adapter: Path) -> None:
        self._slots[adapter] = self._slots.pop(adapter)

    def put(self, adapter: Path, weights: dict[str, torch.Tensor], *, keep: Sequence[Path]) -> None:
        free = set(range(self._none)) - set(self._slots.values())
        if not free:
            oldest = next(each for each in self._slots if each not in keep)
            free = {self._slots.pop(oldest)}
        slot = min(free)
        self._stack.put(slot, weights)
        self._slots[adapter] = slot

    def drop(self, adapter: Path) -> None:
        self._slots.pop(adapter, None)

    def on(self, adapters: Sequence[Path | None]) -> Any:
        slots = [self._slots.get(each, self._none) if each else self._none for each in adapters]
        return self._stack.rows(slots)


def _read(adapter: Path, model: Any, model_name: str) -> tuple[LoraShape, dict[str, torch.Tensor]]:
    try:
        config = json.loads((adapter / "adapter_config.json").read_text(encoding="utf-8"))
        tensors = load_file(adapter / "adapter_model.safetensors")
        shape, weights = _as_stacked(config, tensors)
        for name in shape.modules:
            model.get_submodule(name)
        device = model.get_input_embeddings().weight.device
        probe = AdapterStack(model, shape, size=1, dtype=torch.float32)
        probe.put(0, weights)
    except (OSError, ValueError, KeyError, RuntimeError, AttributeError, SafetensorError) as error:
        raise ModelError(f"{adapter}: not an adapter for {model_name}: {error}") from error
    return shape, {name: each.to(device) for name, each in weights.items()}


def _as_stacked(
    config: dict[str, Any], tensors: dict[str, torch.Tensor]
) -> tuple[LoraShape, dict[str, torch.Tensor]]:
    if config.get("peft_type") != "LORA":
        raise ValueError(f"it is of the kind {config.get('peft_type')!r}; isoglot takes LORA")
    if beyond := [key for key in _BEYOND if config.get(key)]:
        raise ValueError(f"it uses {', '.join(beyond)}, which isoglot does not know")
    weights = {}
    for name, tensor in tensors.items():
        inner = name.removeprefix(_PREFIX).removesuffix(".weight")
        if not inner.endswith((".lora_A", ".lora_B")):
            raise ValueError(f"it holds {name!r}, which is no low-rank branch")
        weights[inner] = tensor
    modules = dict.fromkeys(name.rpartition(".")[0] for name in weights)
    rank = int(config["r"])
    alpha = float(config["lora_alpha"])
    if config.get("use_rslora"):  # scaled by alpha / √r
        alpha *= rank**0.5
    return LoraShape(tuple(modules), rank, alpha), weights
