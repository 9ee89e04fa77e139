"""A fake vLLM in the place of the real one, and a model for both."""

import sys
from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")

from fake_vllm import LLM, fake_modules
from tiny_models import save_tiny_model

from isoglot.engines.vllm import _llm


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model that vLLM's kernels can compute, too."""
    return save_tiny_model(tmp_path_factory.mktemp("model"), "wide-llama")


@pytest.fixture
def fake_vllm(monkeypatch: pytest.MonkeyPatch) -> type[LLM]:
    """While it lasts, `import vllm` brings the fake one."""
    for name, module in fake_modules().items():
        monkeypatch.setitem(sys.modules, name, module)
    for name in _llm._ENVIRONMENT:
        monkeypatch.setenv(name, "the user's")  # so that it is as before in the end
    monkeypatch.setattr(_llm, "_RUNNING", [])
    return LLM
