import hashlib
import re
from importlib.util import find_spec
from pathlib import Path

import pytest

from isoglot.core import InputError, MissingExtraError, ModelError
from isoglot.engines import (
    ModelSpec,
    ResolvedModel,
    ScriptedEngine,
    check_installed,
    check_model,
    open_engine,
    resolve_model,
    shipped_models,
)
from isoglot.engines import _open as module

FORMS = (
    "a model is bundled/NAME, hf/ORG/NAME, hf/PATH, vllm/ORG/NAME, vllm/PATH or scripted/NAME; "
    "see: isoglot models"
)


def _message(name: str) -> str:
    return "\n".join(str(each) for each in check_model(ModelSpec(name=name), place="models[0]"))


def test_shipped_models_are_fine() -> None:
    assert shipped_models() == [
        "bundled/gemma-3-270m",
        "scripted/parrot",
        "scripted/mute",
        "scripted/broken",
    ]
    assert _message("scripted/parrot") == ""


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-4", f"models[0]: 'gpt-4' is not a model string; {FORMS}"),
        (
            "scripted",
            f"models[0]: 'scripted' is not a model string; did you mean 'scripted/mute'? {FORMS}",
        ),
        ("hf/", f"models[0]: 'hf/' is not a model string; {FORMS}"),
        ("", f"models[0]: '' is not a model string; {FORMS}"),
        (
            "scriptd/parrot",
            "models[0]: 'scriptd/parrot' is not a model string; "
            f"did you mean 'scripted/parrot'? {FORMS}",
        ),
        (
            "gemma-3-270m",
            "models[0]: 'gemma-3-270m' is not a model string; "
            f"did you mean 'bundled/gemma-3-270m'? {FORMS}",
        ),
        (
            "scripted/parot",
            "models[0]: 'scripted/parot' is not known; "
            "scripted models are scripted/parrot, scripted/mute, scripted/broken",
        ),
        (
            "bundled/gemma-4",
            "models[0]: 'bundled/gemma-4' is not known; bundled models are bundled/gemma-3-270m",
        ),
    ],
)
def test_a_wrong_model_string_is_explained(name: str, expected: str) -> None:
    assert _message(name) == expected


@pytest.mark.parametrize(
    ("name", "extra", "module_name"),
    [
        ("hf/org/name", "local", "torch"),
        ("bundled/gemma-3-270m", "bundled", "gguf"),
        ("vllm/org/name", "vllm", "vllm"),
    ],
)
def test_a_missing_extra_is_the_exact_install_command(
    name: str, extra: str, module_name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # As on a machine without any extra: the modules that they bring are not found.
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    assert _message(name) == ""  # the string is right, whatever is installed
    (problem,) = check_installed(ModelSpec(name=name), place="models[0]")
    assert str(problem) == (
        f"models[0]: {name!r} needs the extra {extra!r} (module {module_name!r} was not found); "
        f"run: pip install 'isoglot[{extra}]'"
    )
    expected = (
        f"{name} needs the extra {extra!r} (module {module_name!r} was not found); "
        f"run: pip install 'isoglot[{extra}]'"
    )
    spec = ModelSpec(name=name, dtype="float32")
    with pytest.raises(MissingExtraError, match=f"^{re.escape(expected)}$"):
        resolve_model(spec)
    resolved = ResolvedModel(name=name, dtype="float32", fingerprint="f")
    with pytest.raises(MissingExtraError, match=f"^{re.escape(expected)}$"):
        open_engine(spec, resolved)


@pytest.mark.parametrize("device", ["cpu", "cuda:1"])
def test_vllm_chooses_its_device_itself(device: str) -> None:
    spec = ModelSpec(name="vllm/org/name", device=device)
    assert [str(each) for each in check_model(spec, place="models[0]")] == [
        f"models[0].device: {device!r} can't be given to 'vllm/org/name': vLLM takes the first GPU "
        "that it sees; leave device out; CUDA_VISIBLE_DEVICES=1 in the environment shows it the "
        "second one alone"
    ]
    assert check_model(ModelSpec(name="vllm/org/name"), place="models[0]") == []


def test_a_scripted_model_needs_no_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda _: None)
    assert check_installed(ModelSpec(name="scripted/parrot"), place="models[0]") == []


@pytest.mark.skipif(find_spec("torch") is None, reason="needs the extra 'local'")
def test_a_model_in_a_folder_resolves_to_the_hash_of_its_files(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    resolved = resolve_model(ModelSpec(name=f"hf/{tmp_path}", dtype="float32"))
    # dtype, then every file by name: see test_fingerprint.
    written = f"dtype=float32\nmodel.safetensors={hashlib.sha256(b'weights').hexdigest()}\n"
    assert resolved == ResolvedModel(
        name=f"hf/{tmp_path}",
        dtype="float32",
        fingerprint=hashlib.sha256(written.encode()).hexdigest(),
    )


@pytest.mark.skipif(find_spec("torch") is None, reason="needs the extra 'local'")
def test_an_option_that_is_not_the_default_is_in_the_fingerprint(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    plain = ModelSpec(name=f"hf/{tmp_path}", dtype="float32")
    changed = [
        plain.model_copy(update=update)
        for update in (
            {"attn_implementation": "eager"},
            {"attn_implementation": "sdpa"},
            {"trust_remote_code": True},
        )
    ]
    same = [
        plain.model_copy(update=update)
        for update in ({"device": "cuda"}, {"device_map": "auto"}, {"batch_size": 3})
    ]
    prints = [resolve_model(each).fingerprint for each in (plain, *changed)]
    assert len(set(prints)) == 4
    assert [resolve_model(each).fingerprint for each in same] == [prints[0]] * 3


@pytest.mark.skipif(find_spec("torch") is None, reason="needs the extra 'local'")
@pytest.mark.parametrize("name", ["hf/org/name", "hf/org/name@v1"])
def test_the_commit_of_a_hubs_model_is_recorded(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import huggingface_hub

    commits = {None: "a" * 40, "v1": "b" * 40}
    for commit in commits.values():
        (tmp_path / "snapshots" / commit).mkdir(parents=True)
        (tmp_path / "snapshots" / commit / "model.safetensors").write_text(commit)

    def snapshot_download(repository: str, *, revision: str | None, **_: object) -> str:
        return str(tmp_path / "snapshots" / commits.get(revision, revision or ""))

    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    spec = ModelSpec(name=name, dtype="float32")
    resolved = resolve_model(spec)
    assert resolved.revision == commits[name.partition("@")[2] or None]
    # The commit decides, and not what the name has come to mean.
    began = resolve_model(spec, revision="a" * 40)
    assert (began.revision, began == resolved) == ("a" * 40, "@" not in name)


def test_what_does_not_fit_together_does_not_resolve(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "find_spec", lambda name: name)
    spec = ModelSpec(name="hf/org/name", device="cuda:1", device_map="auto")
    with pytest.raises(InputError, match=r"models.device_map: is given beside device: 'cuda:1'"):
        resolve_model(spec)


@pytest.mark.skipif(find_spec("torch") is None, reason="needs the extra 'local'")
def test_a_model_without_weights_does_not_resolve(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="has no weights"):
        resolve_model(ModelSpec(name=f"hf/{tmp_path}", dtype="float32"))


def test_a_scripted_model_resolves_to_text() -> None:
    spec = ModelSpec(name="scripted/parrot")
    resolved = resolve_model(spec)
    assert resolved == ResolvedModel(
        name="scripted/parrot",
        dtype="text",
        fingerprint=ScriptedEngine("scripted/parrot").fingerprint,
    )
    engine = open_engine(spec, resolved)
    assert isinstance(engine, ScriptedEngine)
    assert engine.name == "scripted/parrot"
    assert engine.fingerprint == resolved.fingerprint
