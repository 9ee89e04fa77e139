"""GGUF files: which names mean one, and what becomes of them."""

import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest

from isoglot.core import Decoding, ModelError
from isoglot.engines import Generation, ModelSpec, local_folder, open_engine, resolve_model
from isoglot.engines._gguf import HubFile, check_whole, hub_file, is_gguf, parts_of


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("org/name/file.gguf", True),
        ("org/name/file.GGUF", True),
        ("org/name/q4/file.gguf@v1.0", True),
        ("./file.gguf", True),
        ("/home/a@b/file.gguf", True),
        ("org/name", False),
        ("org/name-gguf", False),
        ("org/name-gguf@v1", False),
        ("org/name@file.gguf.d", False),
    ],
)
def test_which_names_mean_a_file(name: str, expected: bool) -> None:
    assert is_gguf(name) is expected


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("org/name/file.gguf", HubFile("org/name", "file.gguf", None)),
        ("org/name/q4/file.gguf@v1", HubFile("org/name", "q4/file.gguf", "v1")),
        ("org/name/file.gguf@refs/pr/1", HubFile("org/name", "file.gguf", "refs/pr/1")),
        ("org/file.gguf", None),
        ("file.gguf", None),
        ("/org/name/file.gguf", None),
        ("./org/name/file.gguf", None),
        ("../org/name/file.gguf", None),
        ("~/org/name/file.gguf", None),
    ],
)
def test_which_names_mean_a_hubs_file(name: str, expected: HubFile | None) -> None:
    assert hub_file(name) == expected


def test_a_part_of_a_model_is_told() -> None:
    assert parts_of("org/name/big-00002-of-00012.gguf@v1") == 12
    assert parts_of("org/name/big.gguf") is None


def test_a_model_of_which_weights_are_missing_is_refused() -> None:
    check_whole({"missing_keys": set(), "mismatched_keys": set()}, name="hf/org/name")
    expected = (
        "models: 'hf/org/name' lacks 2 of the model's weights ('a' …); get the files anew, or save "
        "the model again with save_pretrained"
    )
    with pytest.raises(ModelError, match=f"^{re.escape(expected)}$"):
        check_whole({"missing_keys": {"b", "a"}, "mismatched_keys": set()}, name="hf/org/name")
    expected = "has 1 weights of other sizes than its configuration says ('a': [2, 3], not [2, 4]);"
    with pytest.raises(ModelError, match=re.escape(expected)):
        check_whole(
            {"missing_keys": set(), "mismatched_keys": {("a", (2, 3), (2, 4))}}, name="hf/org/name"
        )


class TestFiles:
    """A tiny Llama as GGUF, and what is none."""

    @pytest.fixture
    def write(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
        pytest.importorskip("torch", reason="needs the extra 'local'")
        pytest.importorskip("gguf", reason="needs the extra 'quantized'")
        from tiny_gguf import write_tiny_gguf

        monkeypatch.setenv("ISOGLOT_CACHE", str(tmp_path / "cache"))

        def write(name: str = "tiny.gguf", **changes: Any) -> ModelSpec:
            path = write_tiny_gguf(tmp_path / name, **changes)
            return ModelSpec(name=f"hf/{path}", dtype="float32", device="cpu")

        return write

    def test_it_answers_as_the_model_that_it_was_made_of(self, write: Any) -> None:
        from tiny_models import tiny_engine

        spec = write()
        prompts = ["Q: What is Lei?\nA:", "Q: What is Rai?\nA:"]
        decoding = Decoding(max_new_tokens=8)
        found = open_engine(spec, resolve_model(spec)).generate(prompts, decoding=decoding)
        expected = tiny_engine("llama").generate(prompts, decoding=decoding)
        assert [_text(each) for each in found] == [_text(each) for each in expected]

    @pytest.mark.parametrize(
        ("kind", "dtype"), [("F32", "float32"), ("F16", "float32"), ("Q8_0", "bfloat16")]
    )
    def test_it_is_kept_in_what_holds_its_weights(self, kind: str, dtype: str, write: Any) -> None:
        spec = write(kind=kind)
        assert local_folder(spec) is None
        resolve_model(spec)
        folder = local_folder(spec)
        assert folder is not None
        config = json.loads((folder / "config.json").read_text())
        assert (config["dtype"], "quantization_config" in config) == (dtype, False)

    def test_eight_bits_are_near_the_weights(self, write: Any) -> None:
        """Q8_0 rounds 32 weights to 127 steps of the largest: half a step off at most, and
        bfloat16 keeps 8 of a weight's bits."""
        from safetensors.torch import load_file
        from tiny_models import tiny_model

        spec = write(kind="Q8_0")
        resolve_model(spec)
        name = "model.layers.0.mlp.up_proj.weight"
        found = load_file(local_folder(spec) / "model.safetensors")[name].float()  # type: ignore[operator]
        wanted = tiny_model("llama").state_dict()[name]
        step = wanted.reshape(-1, 32).abs().amax(1, keepdim=True) / 127
        off = (found - wanted).reshape(-1, 32).abs()
        assert (off <= 0.51 * step + wanted.reshape(-1, 32).abs() / 256).all()
        assert off.max() > 0

    def test_it_is_converted_once_wherever_it_lies(self, write: Any, tmp_path: Path) -> None:
        spec = write()
        first = resolve_model(spec)
        there = local_folder(spec)
        moved = tmp_path / "elsewhere" / "tiny.gguf"
        moved.parent.mkdir()
        (tmp_path / "tiny.gguf").rename(moved)
        spec = spec.model_copy(update={"name": f"hf/{moved}"})
        assert local_folder(spec) == there
        assert resolve_model(spec).fingerprint == first.fingerprint

    def test_what_lies_beside_it_changes_nothing(self, write: Any, tmp_path: Path) -> None:
        first = resolve_model(write())
        folder = tmp_path / "crowded"
        folder.mkdir()
        (tmp_path / "tiny.gguf").rename(folder / "tiny.gguf")
        # Transformers would load the base of the adapter, and the tokenizer by its own code.
        adapter = {"peft_type": "LORA", "base_model_name_or_path": "someone/elses"}
        (folder / "adapter_config.json").write_text(json.dumps(adapter))
        auto_map = {"AutoTokenizer": ["tokenization_own.Own", None]}
        (folder / "tokenizer_config.json").write_text(json.dumps({"auto_map": auto_map}))
        (folder / "generation_config.json").write_text(json.dumps({"eos_token_id": 5}))
        (folder / "config.json").write_text(json.dumps({"model_type": "own"}))
        shutil.rmtree(tmp_path / "cache")
        found = resolve_model(ModelSpec(name=f"hf/{folder}/tiny.gguf", dtype="float32"))
        assert found.fingerprint == first.fingerprint

    def test_another_file_at_its_place_is_another_model(self, write: Any) -> None:
        one = resolve_model(write())
        other = resolve_model(write(kind="F16"))
        assert one.fingerprint != other.fingerprint

    def test_its_chat_template_is_taken(self, write: Any) -> None:
        template = "{% for each in messages %}<{{ each.role }}>{{ each.content }}{% endfor %}"
        spec = write(chat_template=template)
        resolved = resolve_model(spec)
        assert resolved.chat
        assert resolved.sent("Who?") == "<user>Who?"

    def test_an_architecture_that_is_not_known_is_one_clear_error(self, write: Any) -> None:
        spec = write(architecture="clip")
        with pytest.raises(
            ModelError,
            match=f"^models: '{spec.name}' can't be read as GGUF .*clip.*; isoglot reads whole "
            "files of architectures that transformers knows in GGUF$",
        ):
            resolve_model(spec)

    def test_missing_weights_are_one_clear_error(self, write: Any) -> None:
        with pytest.raises(ModelError, match=r"lacks 1 of the model's weights \('model.layers.1"):
            resolve_model(write(without="blk.1.ffn_up.weight"))

    @pytest.mark.parametrize("damage", ["cut", "cut in its head", "empty", "text"])
    def test_a_broken_file_is_one_clear_error(
        self, damage: str, write: Any, tmp_path: Path
    ) -> None:
        spec = write()
        path = tmp_path / "tiny.gguf"
        whole = path.read_bytes()
        path.write_bytes(
            {
                "cut": whole[: len(whole) // 2],
                "cut in its head": whole[:300],
                "empty": b"",
                "text": b"no model" * 99,
            }[damage]
        )
        with pytest.raises(ModelError, match=f"^models: '{spec.name}' can't be read as GGUF "):
            resolve_model(spec)
        assert [each.suffix for each in (tmp_path / "cache" / "models").iterdir()] == [".lock"]


def _text(answer: Any) -> str:
    assert isinstance(answer, Generation)
    return answer.text
