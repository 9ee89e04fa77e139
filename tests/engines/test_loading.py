"""What fits together in loading, what is missing, and what counts as another model. No torch."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from isoglot.core import InputError, MissingExtraError
from isoglot.engines import ModelSpec, check_installed, check_model, quantized_already
from isoglot.engines import _loading as module
from isoglot.engines._loading import check_code, check_quantization, loading_options

MODEL = "hf/org/name"
GGUF = "hf/org/name/file.gguf"


def _problems(name: str = MODEL, **options: Any) -> list[str]:
    spec = ModelSpec.model_validate({"name": name} | options)
    return [str(each) for each in check_model(spec, place="models[0]")]


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"quantization": "4bit"},
        {"quantization": "8bit", "device_map": {"": 0}},
        {"quantization": "4bit", "device_map": {"": "cpu"}},
        {"quantization": "4bit", "device": "cuda:1", "dtype": "bfloat16"},
        {"device_map": "auto", "attn_implementation": "flash_attention_2"},
        {"device_map": {"model": 0, "lm_head": "disk"}},
        {"device": "cpu", "attn_implementation": "eager", "trust_remote_code": True},
        {"name": "bundled/gemma-3-270m", "quantization": "4bit"},
        {"name": "hf/./folder/file.gguf", "quantization": "8bit"},
    ],
)
def test_what_fits_together_is_fine(options: dict[str, Any]) -> None:
    assert _problems(**options) == []


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        (
            {"device": "cuda:1", "device_map": "auto"},
            "models[0].device_map: is given beside device: 'cuda:1'; leave one of the two out",
        ),
        (
            {"attn_implementation": "flash_attention_2", "dtype": "float32"},
            "models[0].attn_implementation: 'flash_attention_2' does not compute in float32; "
            "give dtype: bfloat16, or leave attn_implementation out",
        ),
        (
            {"attn_implementation": "flash_attention_3", "device": "cpu"},
            "models[0].attn_implementation: 'flash_attention_3' needs an NVIDIA GPU, and the "
            "device is 'cpu'; leave one of the two out",
        ),
        (
            {"quantization": "4bit", "device_map": {"model": 0, "lm_head": "cpu"}},
            "models[0].device_map: leaves a part of the model on the processor or the disk, where "
            "bitsandbytes would not quantize it; name GPUs only, or leave quantization out",
        ),
        (
            {"name": "bundled/gemma-3-270m", "trust_remote_code": True},
            "models[0].trust_remote_code: 'bundled/gemma-3-270m' comes without code; leave it out",
        ),
        (
            {"name": GGUF, "trust_remote_code": True},
            f"models[0].trust_remote_code: {GGUF!r} comes without code; leave it out",
        ),
        (
            {"name": "hf/org/name/file-00001-of-00003.gguf@main"},
            "models[0].name: 'hf/org/name/file-00001-of-00003.gguf@main' is one of 3 parts of a "
            "model; join them: llama-gguf-split --merge",
        ),
        (
            {"name": "scripted/parrot", "quantization": "4bit"},
            "models[0].quantization: 'scripted/parrot' has no weights that are loaded here; "
            "leave it out",
        ),
        (
            {"name": "scripted/parrot", "device_map": "auto"},
            "models[0].device_map: 'scripted/parrot' has no weights that are loaded here; "
            "leave it out",
        ),
        (
            {"name": "vllm/org/name", "device_map": "auto"},
            "models[0].device_map: 'auto' can't be given to 'vllm/org/name': vLLM takes the first "
            "GPU that it sees; leave device_map out; CUDA_VISIBLE_DEVICES=1 in the environment "
            "shows it the second one alone",
        ),
        (
            {"name": "vllm/org/name", "quantization": "4bit"},
            "models[0].quantization: '4bit' can't be given to 'vllm/org/name': weights go to vLLM "
            "as they were saved; name a model that was saved quantized, or name it 'hf/org/name'",
        ),
        (
            {"name": "vllm/org/name", "attn_implementation": "eager"},
            "models[0].attn_implementation: 'eager' can't be given to 'vllm/org/name': vLLM has "
            "attention of its own; leave it out",
        ),
        (
            {"name": "vllm/org/name", "trust_remote_code": True},
            "models[0].trust_remote_code: True can't be given to 'vllm/org/name': in vLLM isoglot "
            "runs no code of a model's authors; leave it out, or name it 'hf/org/name'",
        ),
        (
            {"name": "vllm/org/name/file.gguf@v1"},
            "models[0].name: 'vllm/org/name/file.gguf@v1' is a GGUF file, and vLLM is given "
            "safetensors; name it 'hf/org/name/file.gguf@v1'",
        ),
    ],
)
def test_what_does_not_fit_together_is_said(options: dict[str, Any], problem: str) -> None:
    assert _problems(**options) == [problem]


def _without(monkeypatch: pytest.MonkeyPatch, *missing: str) -> None:
    """As on a machine where all is installed but some modules."""
    from isoglot.engines import _open

    monkeypatch.setattr(_open, "find_spec", lambda name: None if name in missing else name)
    monkeypatch.setattr(module, "find_spec", lambda name: None if name in missing else name)


@pytest.mark.parametrize(
    ("options", "lacking"),
    [
        ({"quantization": "4bit"}, "bitsandbytes"),
        ({"quantization": "8bit"}, "bitsandbytes"),
        ({"name": GGUF}, "gguf"),
        ({"name": f"{GGUF}@v1"}, "gguf"),
    ],
)
def test_what_is_missing_is_the_exact_install_command(
    options: dict[str, Any], lacking: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spec = ModelSpec.model_validate({"name": MODEL} | options)
    _without(monkeypatch)
    assert check_installed(spec, place="models[0]") == []
    _without(monkeypatch, lacking)
    assert [str(each) for each in check_installed(spec, place="models[0]")] == [
        f"models[0]: {spec.name!r} needs the extra 'quantized' (module {lacking!r} was not found); "
        "run: pip install 'isoglot[quantized]'"
    ]
    plain = ModelSpec(name=MODEL)
    assert check_installed(plain, place="models[0]") == []


def test_an_attention_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    _without(monkeypatch, "flash_attn")
    spec = ModelSpec(name=MODEL, attn_implementation="flash_attention_2")
    assert [str(each) for each in check_installed(spec, place="models[0]")] == [
        "models[0].attn_implementation: 'flash_attention_2' needs the module 'flash_attn', which "
        "was not found; install it as its authors say (it is built for one GPU and one torch), or "
        "leave attn_implementation out"
    ]
    third = ModelSpec(name=MODEL, attn_implementation="flash_attention_3")
    assert check_installed(third, place="models[0]") == []


def test_options_that_change_what_a_model_says() -> None:
    assert loading_options(ModelSpec(name=MODEL, device_map="auto", dtype="float32")) == {}
    spec = ModelSpec(
        name=MODEL, quantization="8bit", attn_implementation="eager", trust_remote_code=True
    )
    assert loading_options(spec) == {
        "quantization": "8bit",
        "attn_implementation": "eager",
        "trust_remote_code": "true",
    }


def _folder(path: Path, *, config: dict[str, Any], tokenizer: dict[str, Any] | None = None) -> Path:
    (path / "config.json").write_text(json.dumps(config))
    if tokenizer is not None:
        (path / "tokenizer_config.json").write_text(json.dumps(tokenizer))
    return path


OWN = {"AutoConfig": "configuration_own.OwnConfig", "AutoModelForCausalLM": "modeling_own.Own"}


class TestCode:
    """That comes with a model."""

    def test_a_model_without_code_runs_none(self, tmp_path: Path) -> None:
        folder = _folder(tmp_path, config={"model_type": "llama"})
        assert check_code(ModelSpec(name=MODEL), folder) is False
        assert check_code(ModelSpec(name=MODEL, trust_remote_code=True), folder) is False

    def test_a_kind_of_its_own_is_refused_with_the_option_s_name(self, tmp_path: Path) -> None:
        pytest.importorskip("transformers", reason="needs the extra 'local'")
        folder = _folder(tmp_path, config={"model_type": "own", "auto_map": OWN})
        expected = (
            "models.trust_remote_code: 'hf/org/name' comes with Python code that transformers does "
            "not know (its kind, 'own', is its own), and isoglot runs no such code unasked; read "
            "its *.py files; if you trust them, give trust_remote_code: true and a @REVISION"
        )
        with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
            check_code(ModelSpec(name=MODEL), folder)
        assert check_code(ModelSpec(name=MODEL, trust_remote_code=True), folder) is True

    def test_a_known_kind_is_loaded_without_its_code(self, tmp_path: Path) -> None:
        pytest.importorskip("transformers", reason="needs the extra 'local'")
        folder = _folder(tmp_path, config={"model_type": "llama", "auto_map": OWN})
        assert check_code(ModelSpec(name=MODEL), folder) is False
        assert check_code(ModelSpec(name=MODEL, trust_remote_code=True), folder) is True

    def test_a_tokenizer_s_code_counts(self, tmp_path: Path) -> None:
        tokenizer = {"auto_map": {"AutoTokenizer": ["tokenization_own.Own", None]}}
        folder = _folder(tmp_path, config={"model_type": "llama"}, tokenizer=tokenizer)
        assert check_code(ModelSpec(name=MODEL, trust_remote_code=True), folder) is True

    def test_code_of_another_repository_is_refused(self, tmp_path: Path) -> None:
        # It would be fetched while the model is loaded, whatever it is then.
        auto_map = {"AutoModelForCausalLM": "them/theirs--modeling_own.Own"}
        folder = _folder(tmp_path, config={"model_type": "own", "auto_map": auto_map})
        with pytest.raises(
            InputError, match="code of 'hf/org/name' is in another repository, 'them/theirs'; put"
        ):
            check_code(ModelSpec(name=MODEL, trust_remote_code=True), folder)

    def test_what_can_not_be_read_has_no_code(self, tmp_path: Path) -> None:
        (tmp_path / "config.json").write_text("{")
        assert check_code(ModelSpec(name=MODEL), tmp_path) is False


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (None, None),
        ({"quant_method": "bitsandbytes", "load_in_4bit": True}, "4bit"),
        ({"load_in_8bit": True}, "8bit"),  # as old files say it
        ({"quant_method": "gptq", "bits": 4}, "gptq"),
        ("nonsense", None),
    ],
)
def test_how_a_folder_is_quantized_already(said: Any, expected: str | None, tmp_path: Path) -> None:
    folder = _folder(tmp_path, config={"quantization_config": said} if said else {})
    assert quantized_already(folder) == expected


def test_quantized_weights_are_not_quantized_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plain = ModelSpec(name=MODEL)
    wanted = ModelSpec(name=MODEL, quantization="8bit")
    assert check_quantization(wanted, _folder(tmp_path, config={})) == "8bit"
    assert check_quantization(plain, tmp_path) is None
    folder = _folder(tmp_path, config={"quantization_config": {"quant_method": "gptq"}})
    assert check_quantization(plain, folder) == "gptq"
    expected = (
        "models.quantization: the weights of 'hf/org/name' are quantized already (gptq); "
        "leave quantization out"
    )
    with pytest.raises(InputError, match=f"^{re.escape(expected)}$"):
        check_quantization(wanted, folder)
    _without(monkeypatch, "bitsandbytes")
    _folder(tmp_path, config={"quantization_config": {"load_in_4bit": True}})
    with pytest.raises(MissingExtraError, match=re.escape("pip install 'isoglot[quantized]'")):
        check_quantization(plain, folder)
    _without(monkeypatch)
    assert check_quantization(plain, folder) == "4bit"
