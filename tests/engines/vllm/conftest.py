"""A fake vLLM in the place of the real one, and a model for both."""

from pathlib import Path

import pytest

pytest.importorskip("torch", reason="needs the extra 'local'")

from fake_vllm import LLM, use_fake_vllm
from tiny_models import save_tiny_model


@pytest.fixture(scope="session")
def model_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A random model that vLLM's kernels can compute, too."""
    return save_tiny_model(tmp_path_factory.mktemp("model"), "wide-llama")


@pytest.fixture
def fake_vllm(monkeypatch: pytest.MonkeyPatch) -> type[LLM]:
    """See `use_fake_vllm`."""
    return use_fake_vllm(monkeypatch)
