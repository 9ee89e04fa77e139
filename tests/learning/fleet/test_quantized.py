"""Adapters on quantized weights: trained as on the plain weights that those stand for."""

from pathlib import Path

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")
pytest.importorskip("bitsandbytes", reason="needs the extra 'quantized'")

from tiny_fleets import LESSONS, a_recipe, distance, trained  # noqa: E402
from tiny_models import byte_tokenizer, save_tiny_model  # noqa: E402
from tiny_quantized import SCALE, plain_twin, quantized_engine  # noqa: E402

from isoglot.engines import ChoiceScore, Failure  # noqa: E402
from isoglot.engines.huggingface import HuggingFaceEngine  # noqa: E402


@pytest.mark.parametrize("quantization", ["4bit", "8bit"])
@pytest.mark.parametrize(
    ("architecture", "again"), [("llama", False), ("llama", True), ("gpt2", False)]
)
def test_a_fleet_learns_as_on_the_plain_weights(
    architecture: str, again: bool, quantization: str, tmp_path: Path
) -> None:
    folder = save_tiny_model(tmp_path / "model", architecture, scale=SCALE)
    engine = quantized_engine(folder, quantization)
    twin = HuggingFaceEngine(
        "hf/twin", plain_twin(engine, architecture), byte_tokenizer(), fingerprint="", batch_size=4
    )
    # Not GPT-2's attention: what makes all keys alike has a gradient of rounding alone, of which
    # AdamW makes as large a step as of any other. What is left of that is why 1e-2 is asked below.
    targets = {"gpt2": ("mlp",), "llama": ("v_proj", "mlp")}[architecture]
    recipe = a_recipe(
        architecture,
        adapter_dtype="float32",
        gradient_checkpointing=again,
        target_modules=targets,
    )
    taught = {"a": LESSONS[:3], "b": LESSONS[2:]}
    prompts = ["Q: What is on the flag of Lei?\nA:"] * 3
    choices = [[" oak"]] * 3
    # Asked before it is taught, as in a study: what that leaves behind must change no gradient.
    engine.score(prompts, choices)
    found = trained(engine, tmp_path / "quantized", taught, recipe)
    wanted = trained(twin, tmp_path / "plain", taught, recipe)
    assert max(distance(found[name], wanted[name]) for name in taught) < 1e-2
    adapters = [None, tmp_path / "quantized" / "a-3", tmp_path / "quantized" / "b-3"]
    said = [_score(each) for each in engine.score(prompts, choices, adapters=adapters)]
    assert said == pytest.approx(
        [_score(each) for each in twin.score(prompts, choices, adapters=adapters)], rel=1e-2
    )
    assert len(set(said)) == 3


def _score(found: list[ChoiceScore] | Failure) -> float:
    assert not isinstance(found, Failure)
    return found[0].log_probability
