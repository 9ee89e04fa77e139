"""Models: prompts in, text out. Torch is imported only when a model that needs it is opened."""

from isoglot.engines._base import DType, Engine, Failure, Generation, ModelSpec
from isoglot.engines._open import (
    ResolvedModel,
    check_model,
    open_engine,
    resolve_model,
    shipped_models,
)
from isoglot.engines.scripted import ScriptedEngine

__all__ = [
    "DType",
    "Engine",
    "Failure",
    "Generation",
    "ModelSpec",
    "ResolvedModel",
    "ScriptedEngine",
    "check_model",
    "open_engine",
    "resolve_model",
    "shipped_models",
]
