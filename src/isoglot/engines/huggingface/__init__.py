"""Hugging Face models: any causal language model that transformers loads, with PEFT adapters.

Importing this module imports torch; `isoglot.engines` does so only when a model is opened.
"""

from isoglot.engines.huggingface._engine import HuggingFaceEngine

__all__ = ["HuggingFaceEngine"]
