import hashlib
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from isoglot.engines import adapter_hash
from isoglot.engines._fingerprint import file_sha256, model_fingerprint


@pytest.fixture
def model(tmp_path: Path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"weights")
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("tokens")
    (folder / "chat_template.jinja").write_text("chat")
    (folder / "README.md").write_text("read me")
    return folder


def _fingerprint(folder: Path) -> str:
    return model_fingerprint(folder, dtype="float32")


def test_a_fingerprint_lists_dtype_and_files_by_name(model: Path) -> None:
    written = "dtype=float32\n" + "".join(
        f"{name}={hashlib.sha256(content).hexdigest()}\n"
        for name, content in [
            ("chat_template.jinja", b"chat"),
            ("config.json", b"{}"),
            ("model.safetensors", b"weights"),
            ("tokenizer.json", b"tokens"),
        ]
    )
    assert _fingerprint(model) == hashlib.sha256(written.encode()).hexdigest()


def test_a_files_hash_is_that_of_its_bytes(model: Path) -> None:
    expected = hashlib.sha256(b"weights").hexdigest()
    assert file_sha256(model / "model.safetensors") == expected


def _rename_weights(folder: Path) -> None:
    (folder / "model.safetensors").rename(folder / "other.safetensors")


def _change(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).write_text("changed")


@pytest.mark.parametrize(
    "change",
    [
        _rename_weights,
        _change("model.safetensors"),
        _change("config.json"),
        _change("tokenizer.json"),
        _change("chat_template.jinja"),
        _change("tokenizer_config.json"),
        _change("model-00002-of-00002.safetensors"),
        _change("spiece.model"),
        _change("vocab.txt"),
        _change("merges.txt"),
        _change("added_tokens.json"),
        _change("special_tokens_map.json"),
    ],
)
def test_what_determines_the_answers_changes_the_fingerprint(
    model: Path, change: Callable[[Path], object]
) -> None:
    before = _fingerprint(model)
    change(model)
    assert _fingerprint(model) != before


def test_the_dtype_changes_the_fingerprint(model: Path) -> None:
    assert model_fingerprint(model, dtype="bfloat16") != _fingerprint(model)


def test_options_of_loading_change_the_fingerprint(model: Path) -> None:
    one = model_fingerprint(model, dtype="float32", options={"quantization": "4bit"})
    other = model_fingerprint(model, dtype="float32", options={"quantization": "8bit"})
    assert len({_fingerprint(model), one, other}) == 3
    written = "dtype=float32\nquantization=4bit\n" + "".join(
        f"{name}={hashlib.sha256(content).hexdigest()}\n"
        for name, content in [
            ("chat_template.jinja", b"chat"),
            ("config.json", b"{}"),
            ("model.safetensors", b"weights"),
            ("tokenizer.json", b"tokens"),
        ]
    )
    assert one == hashlib.sha256(written.encode()).hexdigest()
    assert model_fingerprint(model, dtype="float32", options={}) == _fingerprint(model)


def test_code_counts_where_it_is_run_in_folders_too(model: Path) -> None:
    def with_code() -> str:
        return model_fingerprint(model, dtype="float32", code=True)

    before = _fingerprint(model)
    assert with_code() == before  # there is none
    (model / "parts").mkdir()
    (model / "parts" / "layers.py").write_text("one")
    one = with_code()
    (model / "parts" / "layers.py").write_text("other")
    other = with_code()
    (model / "parts" / "layers.py").rename(model / "layers.py")
    assert len({before, one, other, with_code()}) == 4
    assert _fingerprint(model) == before


def test_swapped_contents_are_another_model(model: Path) -> None:
    before = _fingerprint(model)
    (model / "config.json").write_text("tokens")
    (model / "tokenizer.json").write_text("{}")
    assert _fingerprint(model) != before


def test_time_place_and_other_files_do_not_count(model: Path, tmp_path: Path) -> None:
    before = _fingerprint(model)
    os.utime(model / "model.safetensors", (0, 0))
    (model / "README.md").write_text("read me again")
    (model / "pytorch_model.bin").write_bytes(b"never loaded")
    moved = tmp_path / "elsewhere" / "renamed"
    shutil.copytree(model, moved)
    assert _fingerprint(moved) == before


CONFIG: dict[str, Any] = {
    "peft_type": "LORA",
    "r": 32,
    "lora_alpha": 32,
    "use_rslora": False,
    "target_modules": ["q_proj", "v_proj"],
    "base_model_name_or_path": "/home/a/model",
    "peft_version": "0.18.0",
}


@pytest.fixture
def write_adapter(tmp_path: Path) -> Callable[..., Path]:
    def write(weights: bytes = b"weights", **changes: object) -> Path:
        folder = tmp_path / f"adapter-{len(list(tmp_path.iterdir()))}"
        folder.mkdir()
        (folder / "adapter_config.json").write_text(json.dumps(CONFIG | changes))
        (folder / "adapter_model.safetensors").write_bytes(weights)
        return folder

    return write


@pytest.mark.parametrize(
    "change",
    [
        {"base_model_name_or_path": "/mnt/b/model"},
        {"base_model_name_or_path": None},
        {"target_modules": ["v_proj", "q_proj"]},
        {"peft_version": "0.21.2"},
        {"inference_mode": True},
    ],
)
def test_what_differs_between_machines_is_not_in_an_adapters_hash(
    write_adapter: Callable[..., Path], change: dict[str, object]
) -> None:
    assert adapter_hash(write_adapter(**change)) == adapter_hash(write_adapter())


@pytest.mark.parametrize(
    "change",
    [
        {"weights": b"other"},
        {"r": 16},
        {"lora_alpha": 64},
        {"use_rslora": True},
        {"peft_type": "IA3"},
        {"target_modules": ["q_proj"]},
        {"target_modules": None},
        {"rank_pattern": {"q_proj": 8}},
        {"alpha_pattern": {"q_proj": 8}},
        {"use_dora": True},
    ],
)
def test_what_changes_an_adapters_effect_changes_its_hash(
    write_adapter: Callable[..., Path], change: dict[str, Any]
) -> None:
    assert adapter_hash(write_adapter(**change)) != adapter_hash(write_adapter())
