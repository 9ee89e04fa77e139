"""What is said of how answers were computed."""

from importlib.util import find_spec

import pytest

from isoglot.engines import ModelSpec, ScriptedEngine, open_engine, resolve_model
from isoglot.engines._remarks import computing_remarks, loading_remarks

ALONE = (
    "Every prompt was read alone and whole, without drafts, and adapters were trained one at a "
    "time (deterministic: true): an answer depends on its prompt, the model and the adapter, and "
    "on nothing that was computed beside it. That costs time."
)
NEARLY_TIED = (
    "It computed in bfloat16: where two answers are nearly tied, which of them it gives may depend "
    "on what else was in the batch (deterministic: true in the study rules that out)."
)
QUANTIZED = (
    "Its weights were quantized (4bit): its answers are those of the quantized weights, not of the "
    "weights as they were published."
)
REMOTE_CODE = "Code of the model's authors was run to load and to compute it."

needs_torch = pytest.mark.skipif(find_spec("torch") is None, reason="needs the extra 'local'")


@pytest.mark.parametrize(
    ("remote_code", "quantization", "expected"),
    [
        (False, None, ()),
        (True, None, (REMOTE_CODE,)),
        (False, "4bit", (QUANTIZED,)),
        (True, "4bit", (REMOTE_CODE, QUANTIZED)),
    ],
)
def test_of_loading(remote_code, quantization, expected):
    assert loading_remarks(remote_code=remote_code, quantization=quantization) == expected


@pytest.mark.parametrize(
    ("dtype", "expected"),
    [
        ("float32", ()),
        ("float64", ()),
        ("bfloat16", (NEARLY_TIED,)),
        ("float16", (NEARLY_TIED.replace("bfloat16", "float16"),)),
    ],
)
def test_of_precision(dtype, expected):
    assert computing_remarks(dtype=dtype, reads_whole=None, deterministic=False) == expected


def test_why_prompts_are_read_whole_is_one_sentence():
    assert computing_remarks(
        dtype="float32",
        reads_whole="a trial failed with RuntimeError: sizes differ\n  (3 and 4)",
        deterministic=False,
    ) == (
        "What prompts share was read anew for each of them, as a trial failed with RuntimeError: "
        "sizes differ (3 and 4): that costs time and changes no answer.",
    )


def test_what_is_deterministic_depends_on_no_batch():
    assert computing_remarks(dtype="bfloat16", reads_whole=None, deterministic=True) == (ALONE,)


def test_of_a_scripted_model_there_is_nothing_to_say():
    assert ScriptedEngine("scripted/parrot").remarks == ()


@needs_torch
@pytest.mark.parametrize(
    ("dtype", "deterministic", "expected"),
    [
        ("float32", False, ()),
        ("bfloat16", False, (NEARLY_TIED,)),
        ("bfloat16", True, (ALONE,)),
    ],
)
def test_an_open_model_says_how_it_computes(tmp_path, dtype, deterministic, expected):
    from tiny_models import save_tiny_model

    spec = ModelSpec(name=f"hf/{save_tiny_model(tmp_path / 'm')}", dtype=dtype, device="cpu")
    resolved = resolve_model(spec)
    assert open_engine(spec, resolved, deterministic=deterministic).remarks == expected


@needs_torch
def test_how_it_was_loaded_comes_first(tmp_path):
    from tiny_models import save_tiny_model

    spec = ModelSpec(name=f"hf/{save_tiny_model(tmp_path / 'm')}", dtype="bfloat16", device="cpu")
    resolved = resolve_model(spec)
    loaded = resolved.model_copy(update={"remote_code": True, "quantization": "4bit"})
    assert open_engine(spec, loaded).remarks == (REMOTE_CODE, QUANTIZED, NEARLY_TIED)


@needs_torch
def test_a_model_whose_attention_cant_be_shared_says_why():
    from tiny_models import tiny_engine

    assert tiny_engine("lfm2").remarks == (
        "What prompts share was read anew for each of them, as it has layers of the kind conv: "
        "that costs time and changes no answer.",
    )
    assert tiny_engine("lfm2", deterministic=True).remarks == (ALONE,)
