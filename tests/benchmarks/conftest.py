"""Fixtures for the tests of the benchmarks, which lie beside the package."""

import importlib
import json
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def part(monkeypatch):
    """Imports a part of a benchmark by name, as the program does."""
    if not FOLDER.is_dir():
        pytest.skip("a source tree without benchmarks")
    monkeypatch.syspath_prepend(str(FOLDER))
    return importlib.import_module


@pytest.fixture
def roomy_model(tmp_path):
    """The model string of a tiny model whose context holds what is asked, byte by byte."""
    from tiny_models import save_tiny_model

    folder = save_tiny_model(tmp_path / "roomy")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"max_position_embeddings": 16_384}))
    return f"hf/{folder}"
