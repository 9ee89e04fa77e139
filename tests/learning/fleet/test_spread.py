"""Training a model whose parts accelerate moves between devices."""

import re
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")
accelerate = pytest.importorskip("accelerate", reason="needs the extra 'local'")

from pretended_devices import ONE, OTHER, PretendedDevices, spread  # noqa: E402
from tiny_fleets import LESSONS, a_recipe, an_engine, distance, trained  # noqa: E402
from tiny_models import save_tiny_model  # noqa: E402

from isoglot.core import ModelError  # noqa: E402
from isoglot.engines import ModelSpec, open_engine, resolve_model  # noqa: E402
from isoglot.learning.fleet import memory  # noqa: E402
from isoglot.learning.fleet.memory import free_beside  # noqa: E402

OVER_TWO = {
    "model.embed_tokens": ONE,
    "model.rotary_emb": ONE,
    "model.layers.0": ONE,
    "model.layers.1": OTHER,
    "model.layers.2": OTHER,
    "model.norm": OTHER,
    "lm_head": OTHER,
}
TAUGHT = {"a": LESSONS[:3], "b": LESSONS[2:]}


@pytest.mark.parametrize("again", [False, True])
@pytest.mark.parametrize("parts", ["layers", "one"])
def test_hooks_change_nothing_and_stay(parts: str, again: bool, tmp_path: Path) -> None:
    plain, spread = an_engine(), an_engine()
    places = {
        "layers": {name: "cpu" for name, _ in spread.model.named_modules() if _is_a_part(name)},
        "one": {"model": "cpu", "lm_head": "cpu"},
    }[parts]
    accelerate.dispatch_model(spread.model, places, force_hooks=True)
    hooks = _hooks(spread.model)
    recipe = a_recipe(gradient_checkpointing=again)
    found = trained(spread, tmp_path / "spread", TAUGHT, recipe)
    wanted = trained(plain, tmp_path / "plain", TAUGHT, recipe)
    assert max(distance(found[name], wanted[name]) for name in TAUGHT) < 1e-9
    assert _hooks(spread.model) == hooks
    assert len(hooks) > 2


@pytest.mark.parametrize("again", [False, True])
def test_over_two_devices_the_same_is_learned(again: bool, tmp_path: Path) -> None:
    recipe = a_recipe(gradient_checkpointing=again, clip=0.5)
    wanted = trained(an_engine(), tmp_path / "plain", TAUGHT, recipe)
    with PretendedDevices():
        engine = an_engine()
        spread(engine.model, OVER_TWO)
        found = trained(engine, tmp_path / "spread", TAUGHT, recipe)
    assert max(distance(found[name], wanted[name]) for name in TAUGHT) < 1e-9


def _is_a_part(name: str) -> bool:
    return (
        re.fullmatch(r"model\.layers\.\d+|model\.(embed_tokens|norm|rotary_emb)|lm_head", name)
        is not None
    )


def _hooks(model: Any) -> dict[str, Any]:
    """The forward that accelerate has hung on each module."""
    return {
        name: vars(module)["forward"]
        for name, module in model.named_modules()
        if "forward" in vars(module)
    }


def test_what_is_kept_on_the_disk_is_not_trained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ISOGLOT_CACHE", str(tmp_path / "cache"))
    folder = save_tiny_model(tmp_path / "model")
    spec = ModelSpec(name=f"hf/{folder}", dtype="float32", device_map={"": "disk"})
    engine = open_engine(spec, resolve_model(spec))
    expected = (
        f"paradigms.fine-tuning: 30 weights of hf/{folder} are kept on the disk or the processor "
        "and read whenever they are needed (device_map), and training would hold all of them at "
        "once; quantization: 4bit, a smaller model or more GPUs may fit, or leave fine-tuning out"
    )
    with pytest.raises(ModelError, match=f"^{re.escape(expected)}$"):
        trained(engine, tmp_path, TAUGHT, a_recipe())  # type: ignore[arg-type]


def test_the_scarcest_device_decides_by_its_share(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of three layers' queries one is on a device with 100 bytes and two on one with 300: of
    adapters with 300 bytes on the first there would be twice that on the second."""
    model = an_engine().model
    modules = [f"model.layers.{layer}.self_attn.q_proj" for layer in range(3)]
    places = [torch.device("cuda", 0), torch.device("cuda", 1), torch.device("cuda", 1)]
    left = {places[0]: 100, places[1]: 300}
    by_module = dict(zip(map(model.get_submodule, modules), places, strict=True))
    monkeypatch.setattr(memory, "device_of", by_module.__getitem__)
    monkeypatch.setattr(memory, "free_memory", left.__getitem__)
    assert free_beside(model, modules) == 300
    left[places[1]] = 50
    assert free_beside(model, modules) == 75
    assert free_beside(model, modules[:1]) == 100
