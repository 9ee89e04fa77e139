"""Loading: over several devices, with another attention, with the model's own code."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_models import random_adapter, save_tiny_model, tiny_model  # noqa: E402

from isoglot.core import Decoding, InputError, ModelError  # noqa: E402
from isoglot.engines import ModelSpec, open_engine, resolve_model  # noqa: E402
from isoglot.engines.huggingface import (  # noqa: E402
    HuggingFaceEngine,
    first_device,
    input_device,
    swapped_out,
    without_weights,
)

PROMPTS = [f"Q: What is {n}?\nA:" for n in (1, 22, 333)]


def opened(folder: Path, **options: Any) -> HuggingFaceEngine:
    spec = ModelSpec.model_validate({"name": f"hf/{folder}", "dtype": "float32"} | options)
    engine = open_engine(spec, resolve_model(spec))
    assert isinstance(engine, HuggingFaceEngine)
    return engine


def all_that_it_says(engine: HuggingFaceEngine, adapter: Path | None) -> list[Any]:
    adapters = [None, adapter, adapter]
    scores = engine.score(PROMPTS, [[" yes", " no, never"]] * 3, adapters=adapters)
    return [
        engine.generate(PROMPTS, decoding=Decoding(max_new_tokens=6), adapters=adapters),
        scores,
        engine.states(PROMPTS, lambda states: float(states.sum()), adapters=adapters),
    ]


def alike(one: Any, other: Any) -> bool:
    """The same texts, and the same numbers up to rounding."""
    texts = [[each.text for each in found[0]] for found in (one, other)]
    numbers = [
        [score.log_probability for scores in found[1] for score in scores] + found[2]
        for found in (one, other)
    ]
    return texts[0] == texts[1] and numbers[0] == pytest.approx(numbers[1], rel=1e-4)


class TestSpread:
    """A model whose parts are in several places. Here these are memory and disk."""

    @pytest.fixture
    def cache(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        monkeypatch.setenv("ISOGLOT_CACHE", str(tmp_path / "cache"))
        return tmp_path / "cache"

    @pytest.mark.parametrize("architecture", ["llama", "gemma3"])
    def test_where_its_parts_are_changes_nothing(
        self, architecture: str, tmp_path: Path, cache: Path
    ) -> None:
        folder = save_tiny_model(tmp_path / "model", architecture)
        adapter = random_adapter(tmp_path / "adapter", architecture)
        expected = all_that_it_says(opened(folder, device="cpu"), adapter)
        parts = {"model.embed_tokens": "disk", "model.norm": "cpu", "model.rotary_emb": "cpu"}
        layers = {f"model.layers.{n}": place for n, place in enumerate(["cpu", "disk", "cpu"])}
        for device_map, n_out in (
            ({"": "cpu"}, 0),
            ("auto" if not torch.cuda.is_available() else {"": "cpu"}, 0),
            (parts | layers | {"lm_head": "cpu"}, 1 + len(_names(architecture, "model.layers.1."))),
            ({"model": "cpu", "lm_head": "disk"}, 1),
            ({"": "disk"}, len(_names(architecture, ""))),
        ):
            engine = opened(folder, device_map=device_map)
            assert swapped_out(engine.model) == n_out
            assert input_device(engine.model) == torch.device("cpu")
            assert engine.reads_whole is None
            assert alike(all_that_it_says(engine, adapter), expected)

    def test_a_model_that_is_read_whole_may_be_spread(self, tmp_path: Path, cache: Path) -> None:
        folder = save_tiny_model(tmp_path / "model", "lfm2")
        with pytest.warns(UserWarning, match="it has layers of the kind conv"):
            expected = all_that_it_says(opened(folder, device="cpu"), None)
        with pytest.warns(UserWarning, match="it has layers of the kind conv"):
            found = all_that_it_says(opened(folder, device_map={"": "disk"}), None)
        assert alike(found, expected)

    def test_a_map_that_leaves_something_out_is_one_clear_error(
        self, tmp_path: Path, cache: Path
    ) -> None:
        folder = save_tiny_model(tmp_path / "model")
        with pytest.raises(ModelError, match=r"^models: .* can't be loaded on the devices of") as e:
            opened(folder, device_map={"model.layers.0": "disk"})
        assert "lm_head" in str(e.value) or "embed_tokens" in str(e.value)

    def test_a_map_that_parts_tied_weights_is_one_clear_error(
        self, tmp_path: Path, cache: Path
    ) -> None:
        folder = save_tiny_model(tmp_path / "model", "gpt2")
        with pytest.raises(ModelError, match="keep tied weights and the parts of a layer together"):
            opened(folder, device_map={"transformer": "cpu", "lm_head": "disk"})

    @pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU here")
    def test_a_device_that_is_not_there_is_one_clear_error(
        self, tmp_path: Path, cache: Path
    ) -> None:
        folder = save_tiny_model(tmp_path / "model")
        with pytest.raises(ModelError, match=f"^models: '{folder}' can't be loaded on the devices"):
            opened(folder, device_map={"": 0})


def _names(architecture: str, prefix: str) -> list[str]:
    return [n for n, _ in tiny_model(architecture).named_parameters() if n.startswith(prefix)]


@pytest.mark.parametrize(
    ("device_map", "expected"),
    [
        (None, "cpu"),
        ({"model": 1, "lm_head": 0}, "cuda:1"),
        ({"model": "cpu", "lm_head": "cuda:0"}, "cuda:0"),
        ({"model": "disk", "lm_head": "cpu"}, "cpu"),
        ({"": "disk"}, "cpu"),
        ({"": "mps"}, "mps"),
    ],
)
def test_the_first_device_that_computes(device_map: Any, expected: str) -> None:
    assert first_device("cpu", device_map) == expected


class TestAttention:
    """`attn_implementation`."""

    def test_it_is_the_model_s_and_in_its_fingerprint(self, tmp_path: Path) -> None:
        folder = save_tiny_model(tmp_path / "model")
        plain, eager = (opened(folder, device="cpu", **each) for each in _ATTENTIONS)
        assert plain.model.config._attn_implementation == "sdpa"
        assert eager.model.config._attn_implementation == "eager"
        assert plain.fingerprint != eager.fingerprint
        assert alike(all_that_it_says(plain, None), all_that_it_says(eager, None))

    def test_what_a_model_does_not_support_is_one_clear_error(self, tmp_path: Path) -> None:
        folder = save_tiny_model(tmp_path / "model", "xglm")
        with pytest.raises(ModelError, match="can't be loaded on cpu: XGLMForCausalLM does not su"):
            opened(folder, device="cpu", attn_implementation="flex_attention")


_ATTENTIONS: list[dict[str, Any]] = [{}, {"attn_implementation": "eager"}]


class TestMissingWeights:
    """Transformers would draw them at random."""

    def test_a_layer_too_few(self, tmp_path: Path) -> None:
        from safetensors.torch import load_file, save_file

        folder = save_tiny_model(tmp_path / "model")
        weights = load_file(folder / "model.safetensors")
        del weights["model.layers.2.mlp.up_proj.weight"]
        save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
        expected = (
            f"models: 'hf/{folder}' lacks 1 of the model's weights "
            "('model.layers.2.mlp.up_proj.weight' …); get the files anew, or save the model again "
            "with save_pretrained"
        )
        with pytest.raises(ModelError, match=f"^{re.escape(expected)}$"):
            opened(folder, device="cpu")

    def test_another_size(self, tmp_path: Path) -> None:
        folder = save_tiny_model(tmp_path / "model")
        config = json.loads((folder / "config.json").read_text())
        (folder / "config.json").write_text(json.dumps(config | {"vocab_size": 300}))
        with pytest.raises(
            ModelError, match=r"has 2 weights of other sizes .*\[259, 32\], not \[300, 32\]\)"
        ):
            opened(folder, device="cpu")


class TestOwnCode:
    """A Llama under another name, with the code to load it."""

    @pytest.fixture
    def write(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
        from transformers import dynamic_module_utils

        monkeypatch.setattr(dynamic_module_utils, "HF_MODULES_CACHE", str(tmp_path / "modules"))
        monkeypatch.setattr("builtins.input", _nobody_is_asked)

        def write(kind: str = "own", **auto_map: str) -> Path:
            folder = save_tiny_model(tmp_path / "own")
            (folder / "names.py").write_text('KIND = "own"\n')
            (folder / "configuration_own.py").write_text(
                "from transformers import LlamaConfig\n\nfrom .names import KIND\n\n\n"
                "class OwnConfig(LlamaConfig):\n    model_type = KIND\n"
            )
            (folder / "modeling_own.py").write_text(
                "from transformers import LlamaForCausalLM\n\n"
                "from .configuration_own import OwnConfig\n\n\n"
                "class OwnForCausalLM(LlamaForCausalLM):\n    config_class = OwnConfig\n"
            )
            config = json.loads((folder / "config.json").read_text())
            config |= {"model_type": kind, "auto_map": auto_map or _AUTO_MAP}
            (folder / "config.json").write_text(json.dumps(config))
            return folder

        return write

    def test_it_is_run_only_where_it_is_trusted(self, write: Callable[..., Path]) -> None:
        folder = write()
        with pytest.raises(InputError, match=r"trust_remote_code: true and a @REVISION$"):
            opened(folder, device="cpu")
        with pytest.raises(InputError, match=r"trust_remote_code: true and a @REVISION$"):
            without_weights(folder, dtype="float32")
        trusted = opened(folder, device="cpu", trust_remote_code=True)
        assert type(trusted.model).__name__ == "OwnForCausalLM"
        tokens = torch.arange(3, 40)[None]
        with torch.no_grad():
            assert torch.equal(trusted.model(tokens).logits, tiny_model("llama")(tokens).logits)
        foreseen = without_weights(folder, dtype="float32", trust_remote_code=True)
        assert type(foreseen).__name__ == "OwnForCausalLM"

    def test_it_is_recorded_and_counts(self, write: Callable[..., Path]) -> None:
        folder = write()
        spec = ModelSpec(name=f"hf/{folder}", dtype="float32", trust_remote_code=True)
        one = resolve_model(spec)
        assert one.remote_code
        (folder / "names.py").write_text('KIND = "own"  # and a word\n')
        assert resolve_model(spec).fingerprint != one.fingerprint

    def test_a_known_kind_with_a_model_of_its_own_is_refused_when_it_is_loaded(
        self, write: Callable[..., Path]
    ) -> None:
        folder = write("clip_text_model", AutoModelForCausalLM="modeling_own.OwnForCausalLM")
        with pytest.raises(InputError, match=r"does not know \(its tokenizer or its model class\)"):
            opened(folder, device="cpu")

    def test_a_known_kind_is_loaded_without_it(self, write: Callable[..., Path]) -> None:
        engine = opened(write("llama"), device="cpu")
        assert type(engine.model).__module__ == "transformers.models.llama.modeling_llama"


_AUTO_MAP = {
    "AutoConfig": "configuration_own.OwnConfig",
    "AutoModelForCausalLM": "modeling_own.OwnForCausalLM",
}


def _nobody_is_asked(*_: object) -> str:
    raise AssertionError("transformers asked whoever sits there")
