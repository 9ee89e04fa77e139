"""One adapter at a time on a frozen model: loaded from PEFT folders, checked, switched, dropped."""

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from peft import LoraConfig, PeftModel, get_peft_model

from isoglot.core import ModelError

_TRAINING = "adapter_in_training"


class AdapterRack:
    """Puts PEFT adapters on a model and takes them off again.

    The model's own modules are wrapped in place, so whoever holds the model sees the adapter that
    is on. With none on, the wrapped modules compute exactly what the bare ones did.
    """

    def __init__(self, model: Any, *, model_name: str) -> None:
        self._model = model
        self._model_name = model_name
        self._peft: Any = None
        self._active: Path | None = None
        self._vocabulary = int(model.get_input_embeddings().num_embeddings)

    def switch_to(self, adapter: Path | None) -> None:
        """Turns an adapter on, or all of them off.

        Raises:
            ModelError: The folder holds no adapter for this model, or the adapter changes nothing.
        """
        if adapter == self._active:
            return
        if self._peft is not None:
            self._peft.base_model.disable_adapter_layers()
        self._active = None  # what is true until the new one is on and checked
        if adapter is not None:
            try:
                self._load(adapter)
                self._check_effect(adapter)
            except ModelError:
                if self._peft is not None:
                    self._peft.base_model.disable_adapter_layers()
                raise
            self._active = adapter

    @contextmanager
    def training(self, config: LoraConfig) -> Iterator[Any]:
        """A fresh adapter to train, on for the time of the context, then dropped.

        Initialised from torch's global generator: the caller forks and seeds it.
        """
        with _quiet():
            if self._peft is None:
                self._peft = get_peft_model(self._model, config, adapter_name=_TRAINING)
            else:
                self._peft.add_adapter(_TRAINING, config)
        self._peft.peft_config[_TRAINING].base_model_name_or_path = self._model_name
        self._peft.set_adapter(_TRAINING)
        self._peft.base_model.enable_adapter_layers()
        try:
            yield self._peft
        finally:
            with _quiet():
                self._peft.delete_adapter(_TRAINING)
            self._peft.base_model.disable_adapter_layers()
            self._model.eval()
            self._active = None

    def save_training(self, folder: Path) -> None:
        """Writes the adapter in training in PEFT format: configuration and safetensors weights."""
        # The embeddings are frozen; asked whether to save them, PEFT would look for the base
        # model's configuration on the hub.
        self._peft.save_pretrained(
            folder, selected_adapters=[_TRAINING], save_embedding_layers=False
        )
        # PEFT files every adapter but its default one in a folder of its own.
        inner = folder / _TRAINING
        for path in inner.iterdir():
            path.replace(folder / path.name)
        inner.rmdir()
        (folder / "README.md").unlink(missing_ok=True)  # PEFT's model card template, all blanks

    def _load(self, adapter: Path) -> None:
        name = _peft_name(adapter)
        loaded = [] if self._peft is None else list(self._peft.peft_config)
        try:
            with _quiet():
                if self._peft is None:
                    self._peft = PeftModel.from_pretrained(self._model, adapter, adapter_name=name)
                elif name not in loaded:
                    self._peft.load_adapter(adapter, adapter_name=name)
        except (OSError, ValueError, KeyError, RuntimeError) as error:
            raise ModelError(
                f"{adapter}: not an adapter for {self._model_name}: {error}"
            ) from error
        self._peft.set_adapter(name)
        self._peft.base_model.enable_adapter_layers()
        self._peft.requires_grad_(False)
        self._peft.eval()
        for other in loaded:
            if other != name:
                with _quiet():
                    self._peft.delete_adapter(other)

    @torch.inference_mode()
    def _check_effect(self, adapter: Path) -> None:
        """An adapter that is on changes the logits; one that does not was not loaded."""
        tokens = torch.arange(min(8, self._vocabulary), device=self._model.device)[None]
        last = torch.tensor([tokens.shape[1] - 1], device=tokens.device)
        with_adapter = self._model(tokens, logits_to_keep=last).logits
        self._peft.base_model.disable_adapter_layers()
        without = self._model(tokens, logits_to_keep=last).logits
        self._peft.base_model.enable_adapter_layers()
        if torch.equal(with_adapter, without):
            raise ModelError(
                f"{adapter}: the adapter is on and changes no logit of {self._model_name}; "
                "it was made for another model, or was never trained"
            )


@contextmanager
def _quiet() -> Iterator[None]:
    """Silences what PEFT says about things that are meant: an active adapter goes, say."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category=UserWarning)
        warnings.simplefilter("ignore", category=FutureWarning)
        yield


def _peft_name(adapter: Path) -> str:
    # PEFT's adapter names become module names, which may hold no dot.
    return str(adapter.resolve()).replace(".", "_")
