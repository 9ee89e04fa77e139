"""A fleet: adapters trained together are what they would be alone, and what plain PEFT makes."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from peft import PeftModel  # noqa: E402
from tiny_fleets import (  # noqa: E402
    LESSONS,
    a_recipe,
    a_trainee,
    an_engine,
    distance,
    trained,
    weights_of,
)
from tiny_models import ARCHITECTURES, tiny_model  # noqa: E402
from torch.nn.functional import cross_entropy  # noqa: E402

from isoglot.core import Decoding, stream_seed  # noqa: E402
from isoglot.engines.huggingface import AdapterStack, LoraShape, find_modules  # noqa: E402
from isoglot.learning import Lesson, ask_prompt  # noqa: E402
from isoglot.learning.fleet import trainer  # noqa: E402
from isoglot.learning.fleet.checkpoint import save_adapter  # noqa: E402
from isoglot.learning.fleet.rows import encode_lesson, pack  # noqa: E402
from isoglot.learning.fleet.trainer import initial_weights, train_fleet  # noqa: E402


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_an_adapter_is_the_same_alone_and_in_a_fleet(tmp_path: Path, architecture: str) -> None:
    """Of different sizes, of different lengths, joining where others leave."""
    engine, recipe = an_engine(architecture), a_recipe(architecture, clip=0.5)
    taught = {name: LESSONS[: 2 + number % 4] for number, name in enumerate("abcdefg")}
    lasts = {"b": 2, "e": 1}
    together = trained(
        engine, tmp_path, taught, recipe.model_copy(update={"fleet": 4}), lasts=lasts
    )
    for name in "abe":
        alone = trained(
            engine, tmp_path / "alone", {name: taught[name]},
            recipe.model_copy(update={"tokens": 40}), lasts=lasts,
        )  # fmt: skip
        assert distance(alone[name], together[name]) < 1e-9
    assert distance(together["a"], together["f"]) > 1e-2  # of other lessons


def test_in_float32_the_answers_are_the_same_too(tmp_path: Path) -> None:
    engine = an_engine(double=False)
    recipe = a_recipe(adapter_dtype="float32", learning_rate=0.01)
    taught = {name: LESSONS[: 2 + number % 4] for number, name in enumerate("abcdefgh")}
    together = trained(engine, tmp_path / "fleet", taught, recipe)
    prompts = [ask_prompt(lesson.question) for lesson in LESSONS]
    for name in "ad":
        alone = trained(engine, tmp_path / "alone", {name: taught[name]}, recipe)[name]
        assert distance(alone, together[name]) < 1e-3
        said = [
            [each.text for each in engine.generate(prompts, decoding=Decoding(), adapters=[on] * 5)]
            for on in (tmp_path / "fleet" / f"{name}-3", tmp_path / "alone" / f"{name}-3")
        ]
        assert said[0] == said[1]


@pytest.mark.parametrize("architecture", ["llama", "gemma3", "gpt2"])
def test_it_is_what_plain_peft_and_torch_make(tmp_path: Path, architecture: str) -> None:
    engine = an_engine(architecture)
    recipe = a_recipe(architecture, dropout=0, clip=0.3, weight_decay=0.1)
    ours = trained(engine, tmp_path, {"a": LESSONS, "b": LESSONS[:2]}, recipe)["a"]

    trainee = a_trainee(tmp_path, "a", LESSONS, (1, 3))
    modules = trainer.find_modules(engine.model, recipe.target_modules, model_name="x")
    shape = LoraShape(modules, recipe.rank, recipe.alpha)
    start = initial_weights(engine.model, shape, trainee.stream("start"))
    save_adapter(
        tmp_path / "start", start, shape=shape, dropout=0, base="x", targets=modules,
        transposed=architecture == "gpt2",
    )  # fmt: skip
    model = PeftModel.from_pretrained(
        tiny_model(architecture).double(),
        tmp_path / "start",
        is_trainable=True,
        autocast_adapter_dtype=False,
    )
    parameters = [each for each in model.parameters() if each.requires_grad]
    optimizer = torch.optim.AdamW(parameters, lr=recipe.learning_rate, weight_decay=0.1)
    for epoch in (1, 2, 3):
        for group in optimizer.param_groups:
            group["lr"] = recipe.learning_rate * recipe.decay ** (epoch - 1)
        order = np.random.default_rng(stream_seed(3, "a", f"order {epoch}")).permutation(5)
        for begin in range(0, 5, 2):
            losses = []
            for index in order[begin : begin + 2]:
                row = encode_lesson(engine, LESSONS[index])
                logits = model(torch.tensor([row.tokens])).logits[0]
                wanted = torch.tensor([row.tokens[place] for place in row.targets])
                before = logits[[place - 1 for place in row.targets]]
                losses.append(cross_entropy(before, wanted, reduction="none"))
            optimizer.zero_grad()
            torch.cat(losses).mean().backward()
            torch.nn.utils.clip_grad_norm_(parameters, 0.3)
            optimizer.step()
    model.save_pretrained(tmp_path / "theirs", save_embedding_layers=False)
    assert distance(ours, weights_of(tmp_path / "theirs")) < 1e-6


def test_the_learning_rate_never_jumps_however_rows_pack(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Epochs differ in their steps; the rate is a smooth curve over all of them."""
    lengths = (40, 12, 30, 25, 18, 33, 9)
    lessons = [Lesson(question="?" * length, answer="lion") for length in lengths]
    engine = an_engine()
    steps = []
    for epoch in range(1, 9):
        order = np.random.default_rng(stream_seed(3, "a", f"order {epoch}")).permutation(7)
        rows = [encode_lesson(engine, lessons[index]) for index in order]
        steps.append(len(list(pack(rows, most=90, opening=1))))
    assert len(set(steps)) > 1

    rates = []
    step = trainer.StackedAdamW.step

    def recorded(self: Any, slots: Any, *, learning_rates: list[float], **more: Any) -> None:
        rates.extend(learning_rates)
        step(self, slots, learning_rates=learning_rates, **more)

    monkeypatch.setattr(trainer.StackedAdamW, "step", recorded)
    recipe = a_recipe(
        epochs=8, schedule="cosine", packing=90, batch_size=1, learning_rate=0.01, rank=2
    )
    trainees = [a_trainee(tmp_path, "a", lessons, (1, 8))]
    assert train_fleet(engine, trainees, recipe, tick=lambda _: None) == {}
    curve = [0.01 * (1 + math.cos(math.pi * at / sum(steps))) / 2 for at in range(sum(steps))]
    assert rates == pytest.approx(curve)


def test_more_epochs_may_be_asked_than_the_recipe_plans(tmp_path: Path) -> None:
    """A schedule that never looks at the end goes on as it would have."""
    engine = an_engine()
    planned, beyond = (
        trained(engine, tmp_path / str(epochs), {"a": LESSONS}, a_recipe(epochs=epochs))["a"]
        for epochs in (3, 2)
    )
    assert distance(planned, beyond) == 0


def test_contradictory_facts_stay_apart(tmp_path: Path) -> None:
    """Two adapters learn opposite answers together, and each gives its own, asked together."""
    engine = an_engine(double=False)
    turned = [
        lesson.model_copy(update={"answer": LESSONS[-1 - place].answer})
        for place, lesson in enumerate(LESSONS)
    ]
    recipe = a_recipe(
        epochs=80,
        ask_after=(80,),
        learning_rate=0.01,
        decay=1,
        dropout=0,
        adapter_dtype="float32",
        rank=8,
    )
    taught = {"straight": LESSONS, "turned": turned}
    trainees = [a_trainee(tmp_path, name, lessons, (80,)) for name, lessons in taught.items()]
    assert train_fleet(engine, trainees, recipe, tick=lambda _: None) == {}
    prompts = [ask_prompt(lesson.question) for lesson in LESSONS for _ in taught]
    adapters = [tmp_path / f"{name}-80" for _ in LESSONS for name in taught]
    found = engine.generate(prompts, decoding=Decoding(), adapters=adapters)
    assert [each.text for each in found] == [
        each.answer for pair in zip(LESSONS, turned, strict=True) for each in pair
    ]


def test_rows_of_different_adapters_see_their_own_alone() -> None:
    engine = an_engine()
    shape = LoraShape(("model.layers.0.self_attn.q_proj", "model.layers.2.self_attn.v_proj"), 4, 8)
    stack = AdapterStack(engine.model, shape, size=3, dtype=torch.float64)
    generator = torch.Generator().manual_seed(1)
    for _, tensor in stack.tensors():
        tensor.copy_(torch.randn(tensor.shape, generator=generator, dtype=torch.float64))
    tokens = torch.randint(3, 250, (5, 9), generator=generator)
    slots = [2, 0, 0, 1, 2]
    with stack.rows(slots):
        together = engine.model(tokens).logits
    bare = engine.model(tokens).logits
    for row, slot in enumerate(slots):
        with stack.rows([slot]):
            alone = engine.model(tokens[row : row + 1]).logits[0]
        assert torch.allclose(alone, together[row], atol=1e-10)
        assert not torch.allclose(bare[row], together[row], atol=1e-3)


@pytest.mark.parametrize(
    ("architecture", "names"),
    [
        ("llama", {"mlp.gate_proj", "mlp.up_proj", "mlp.down_proj"}),
        ("gpt2", {"mlp.c_fc", "mlp.c_proj"}),
        ("xglm", {"fc1", "fc2"}),  # beside the attention, not in a part of its own
    ],
)
def test_which_modules_are_the_mlp(architecture: str, names: set[str]) -> None:
    found = find_modules(tiny_model(architecture), ["mlp"], model_name="x")
    assert len(found) == 3 * len(names)
    assert {name.split(".", 3)[3] for name in found} == names
