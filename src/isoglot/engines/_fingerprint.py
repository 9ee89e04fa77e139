"""What a model in a folder is, as a hash. Needs no torch."""

import hashlib
import json
from pathlib import Path

_IDENTITY_FILES = (
    "*.safetensors",
    "config.json",
    "tokenizer*",
    "*.model",
    "vocab.*",
    "merges.txt",
    "added_tokens.json",
    "special_tokens_map.json",
    "chat_template*",
)
_ADAPTER_CONFIG_KEYS = (
    "peft_type",
    "r",
    "lora_alpha",
    "use_rslora",
    "use_dora",
    "alpha_pattern",
    "rank_pattern",
)


def file_sha256(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def model_fingerprint(folder: Path, *, dtype: str) -> str:
    """The hash of a model folder's weights, configuration, tokenizer and chat template, and dtype.

    File names count, modification times and the folder's own place do not.
    """
    digest = hashlib.sha256(f"dtype={dtype}\n".encode())
    files = {path for pattern in _IDENTITY_FILES for path in folder.glob(pattern)}
    for path in sorted(files):
        digest.update(f"{path.name}={file_sha256(path)}\n".encode())
    return digest.hexdigest()


def adapter_hash(folder: Path) -> str:
    """The hash of an adapter's weights and of the configuration that changes what they do.

    The configuration's path to the base model, its versions and the order of its keys do not count:
    they differ between machines.
    """
    config = json.loads((folder / "adapter_config.json").read_text(encoding="utf-8"))
    parts: dict[str, object] = {key: config.get(key) for key in _ADAPTER_CONFIG_KEYS}
    parts["target_modules"] = sorted(config.get("target_modules") or [])
    digest = hashlib.sha256(json.dumps(parts, sort_keys=True).encode())
    digest.update(file_sha256(folder / "adapter_model.safetensors").encode())
    return digest.hexdigest()
