"""What a study says of a model, and what is no such thing."""

import re
from typing import Any

import pytest
from pydantic import ValidationError

from isoglot.engines import ModelSpec

WAYS = "give auto, balanced, sequential, or module names with their devices"


@pytest.mark.parametrize(
    "device_map",
    [None, "auto", "balanced", "sequential", {"": 0}, {"model": "cuda:1", "lm_head": "disk"}],
)
def test_a_device_map_stays_what_it_is(device_map: Any) -> None:
    spec = ModelSpec(name="hf/org/name", device_map=device_map)
    assert spec.device_map == device_map
    assert ModelSpec.model_validate(spec.model_dump(mode="json")) == spec


@pytest.mark.parametrize(
    ("device_map", "message"),
    [
        ("even", WAYS),
        ({}, WAYS),
        ([0, 1], WAYS),
        (0, WAYS),
        (
            {"model": "gpu"},
            "'model' is on 'gpu', which is no device; devices are 0 (a GPU's number), cuda:0, "
            "cpu, mps, disk",
        ),
        ({"model": -1}, "'model' is on -1, which is no device; "),
        ({"model": True}, "'model' is on True, which is no device; "),
        ({"model": None}, "'model' is on None, which is no device; "),
    ],
)
def test_what_is_no_device_map_is_one_problem(device_map: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)) as raised:
        ModelSpec(name="hf/org/name", device_map=device_map)
    assert [each["loc"] for each in raised.value.errors()] == [("device_map",)]


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("quantization", "3bit", "Input should be '4bit' or '8bit'"),
        ("quantization", 4, "Input should be '4bit' or '8bit'"),
        # Code from a hub, which transformers would fetch and run.
        (
            "attn_implementation",
            "kernels-community/flash-attn2",
            "Input should be 'eager', 'sdpa', 'flash_attention_2', 'flash_attention_3' or "
            "'flex_attention'",
        ),
        ("trust_remote_code", "perhaps", "Input should be a valid boolean"),
    ],
)
def test_other_options_have_few_values(key: str, value: Any, message: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(message)):
        ModelSpec.model_validate({"name": "hf/org/name", key: value})


def test_a_spec_with_a_mapping_can_be_looked_up() -> None:
    one = ModelSpec(name="hf/org/name", device_map={"": 0})
    same = ModelSpec(name="hf/org/name", device_map={"": 0})
    other = ModelSpec(name="hf/org/name", device_map={"": 1})
    assert {one: 1, other: 2}[same] == 1
