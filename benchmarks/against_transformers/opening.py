"""The model that both ways ask: in isoglot's engine, and as transformers loads it."""

from typing import Any, NamedTuple

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer
from transformers.utils import logging

from against_peft.peer import folder_of, plain_model, with_weights_of
from against_peft.random_llama import SIZES, PieceTokenizer, random_engine, random_model
from isoglot.core import ModelError, Record
from isoglot.engines import ModelSpec, open_engine, resolve_model
from isoglot.engines.huggingface import HuggingFaceEngine, resolve_device, resolve_dtype


class Chosen(Record):
    """Which model is measured, and with how much of the machine.

    Attributes:
        spec: The model, unless its weights are random.
        random_llama: A key of `SIZES`: such a model, in bfloat16.
        threads: Of the processor.
    """

    spec: ModelSpec
    random_llama: str | None
    threads: int


class Plain(NamedTuple):
    """A model and its tokenizer as a script has them."""

    model: Any
    tokenizer: Any


def open_ours(chosen: Chosen) -> HuggingFaceEngine:
    """Isoglot's engine.

    Raises:
        ModelError: It is no model of transformers, or can't be loaded.
    """
    torch.set_num_threads(chosen.threads)
    if chosen.random_llama:
        config = SIZES[chosen.random_llama]
        return random_engine(config, device=_device(chosen), dtype=torch.bfloat16)
    engine = open_engine(chosen.spec, resolve_model(chosen.spec))
    if not isinstance(engine, HuggingFaceEngine):
        raise ModelError(f"{chosen.spec.name!r} is no model of transformers")
    return engine


def open_theirs(chosen: Chosen) -> Plain:
    """The model alone, where isoglot's engine is not."""
    torch.set_num_threads(chosen.threads)
    logging.disable_progress_bar()
    if chosen.random_llama:
        return _random(chosen)
    device = _device(chosen)
    folder = folder_of(chosen.spec)
    model = AutoModelForCausalLM.from_pretrained(
        folder, dtype=resolve_dtype(chosen.spec.dtype, device=device)
    )
    model = model.to(device).eval().requires_grad_(False)
    return Plain(model, AutoTokenizer.from_pretrained(folder))


def open_beside(chosen: Chosen, engine: HuggingFaceEngine) -> Plain:
    """The model for work that may change it: its modules are its own, its weights the engine's."""
    if chosen.random_llama:
        model, tokenizer = _random(chosen)
        return Plain(with_weights_of(engine.model, model), tokenizer)
    tokenizer = AutoTokenizer.from_pretrained(folder_of(chosen.spec))
    return Plain(plain_model(chosen.spec, engine.model), tokenizer)


def _random(chosen: Chosen) -> Plain:
    config = SIZES[str(chosen.random_llama)]
    model = random_model(config, device=_device(chosen), dtype=torch.bfloat16)
    return Plain(model, PieceTokenizer(config))


def _device(chosen: Chosen) -> str:
    return resolve_device(chosen.spec.device)
