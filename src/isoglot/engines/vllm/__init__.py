"""Models in vLLM: for many prompts on a GPU. It answers and does not train.

Importing this module imports torch; `isoglot.engines` does so only when a model is opened.
"""

from isoglot.engines.vllm._engine import VllmEngine, open_vllm
from isoglot.engines.vllm._llm import Vllm, vllm_version

__all__ = ["Vllm", "VllmEngine", "open_vllm", "vllm_version"]
