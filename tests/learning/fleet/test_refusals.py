"""What can't be taught fails alone, with one message, and the others go on untouched."""

import math
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_fleets import (  # noqa: E402
    LESSONS,
    Weights,
    a_recipe,
    a_trainee,
    an_engine,
    distance,
    trained,
    weights_of,
)

from isoglot.core import ModelError, stream_seed  # noqa: E402
from isoglot.engines.huggingface import LoraShape  # noqa: E402
from isoglot.learning import Lesson, LoraRecipe  # noqa: E402
from isoglot.learning.fleet import trainer  # noqa: E402
from isoglot.learning.fleet.trainer import train_fleet  # noqa: E402

# One token a byte: 3 of "Q: ", "A: " and two ends of lines are 8, with the opening token.
LONG = Lesson(question="?" * 600, answer="lion")
TOKENS = 1 + len("Q: ") + 600 + len("\nA: lion\n")


def beside_a_sound_one(
    folder: Path, lessons: list[Lesson], recipe: LoraRecipe, *, architecture: str = "llama"
) -> tuple[dict[str, str], int]:
    """Why a condition failed, and how many lessons were counted; the sound one is as if alone."""
    engine = an_engine(architecture)
    sound = LESSONS[:3]
    alone = trained(engine, folder / "alone", {"sound": sound}, recipe)["sound"]
    trainees = [
        a_trainee(folder, "unsound", lessons, (1, 3)),
        a_trainee(folder, "sound", sound, (1, 3)),
    ]
    counted: list[int] = []
    failed = train_fleet(engine, trainees, recipe, tick=counted.append)
    assert distance(weights_of(folder / "sound-3"), alone) < 1e-9
    assert not (folder / "unsound-1").exists()
    return failed, sum(counted) - 3 * len(sound)


@pytest.mark.parametrize("architecture", ["gpt2", "llama"])  # one would raise, one extrapolate
@pytest.mark.parametrize("size", [1, 2])
def test_a_lesson_that_the_model_cant_hold(tmp_path: Path, architecture: str, size: int) -> None:
    failed, counted = beside_a_sound_one(
        tmp_path,
        [LESSONS[0], LONG],
        a_recipe(architecture, fleet=size),
        architecture=architecture,
    )
    assert failed == {
        "unsound": f"training failed: lesson 2 of 2 ({'?' * 600!r}) has {TOKENS} tokens, and the "
        "model's context is 512; a shorter question or answer or another model may fit"
    }
    assert counted == 3 * 2  # the progress bar fills all the same


def test_an_answer_repeated_too_often(tmp_path: Path) -> None:
    long = Lesson(question="Which?", answer="sea" * 30)
    failed, _ = beside_a_sound_one(tmp_path, [long], a_recipe(repeats=6))
    tokens = 1 + len("Q: Which?\nA: ") + 6 * len("sea" * 30 + "\n")
    assert failed["unsound"] == (
        f"training failed: lesson 1 of 1 ('Which?') has {tokens} tokens, and the model's context "
        "is 512; fewer repeats than 6 or another model may fit"
    )


def test_a_lesson_that_just_fits_is_taught(tmp_path: Path) -> None:
    longest = LONG.model_copy(update={"question": "?" * (600 - (TOKENS - 512))})
    failed = train_fleet(
        an_engine("gpt2"), [a_trainee(tmp_path, "a", [longest], (1,))],
        a_recipe("gpt2"), tick=lambda _: None,
    )  # fmt: skip
    assert failed == {}


def test_packed_rows_that_the_model_cant_hold(tmp_path: Path) -> None:
    many = [LESSONS[place % 5] for place in range(20)]
    a_row = 1 + len("Q: What is on the flag of Kavuno?\nA: lion\n")
    failed, counted = beside_a_sound_one(tmp_path, many, a_recipe(packing=600, batch_size=1))
    message = failed["unsound"]
    longest = int(message.removeprefix("training failed: packing 600 makes a row of ").split()[0])
    assert 600 - a_row < longest <= 600
    assert message.endswith(" tokens, and the model's context is 512; a packing of 512 fits")
    assert counted == 3 * 20
    fits = train_fleet(
        an_engine(), [a_trainee(tmp_path, "a", many, (1,))],
        a_recipe(packing=512, epochs=1), tick=lambda _: None,
    )  # fmt: skip
    assert fits == {}


def test_a_lesson_that_a_chat_template_refuses(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encode = trainer.encode_lesson

    def refusing(engine: Any, lesson: Lesson, **more: Any) -> Any:
        if lesson == LESSONS[4]:
            raise ModelError("the model's chat template can't be applied (no flags)")
        return encode(engine, lesson, **more)

    monkeypatch.setattr(trainer, "encode_lesson", refusing)
    failed, counted = beside_a_sound_one(tmp_path, LESSONS[3:], a_recipe())
    assert failed == {
        "unsound": "training failed: the model's chat template can't be applied (no flags)"
    }
    assert counted == 3 * 2


def test_a_condition_without_lessons(tmp_path: Path) -> None:
    failed, counted = beside_a_sound_one(tmp_path, [], a_recipe())
    assert failed == {"unsound": "training failed: there is no lesson to teach"}
    assert counted == 0


def test_a_loss_that_is_no_number(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    start = trainer.initial_weights

    def broken(model: Any, shape: LoraShape, seed: int) -> Weights:
        weights = start(model, shape, seed)
        if seed == stream_seed(3, "unsound", "start"):
            next(iter(weights.values()))[0, 0] = math.nan
        return weights

    monkeypatch.setattr(trainer, "initial_weights", broken)
    failed, counted = beside_a_sound_one(tmp_path, LESSONS, a_recipe())
    assert failed == {
        "unsound": "training failed: the loss became nan in epoch 1, step 1 of 3; "
        "a lower learning_rate or a clip may help"
    }
    assert counted == 3 * len(LESSONS)


def test_one_that_fails_later_counts_what_it_was_not_taught(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In epoch 2, step 2 of 3: seven of fifteen lessons were taught."""
    norms, calls = trainer.StackedAdamW.norms, []

    def overflowing(self: Any, slots: Any) -> list[float]:
        calls.append(slots)
        return [math.inf] if len(calls) == 5 else norms(self, slots)

    monkeypatch.setattr(trainer.StackedAdamW, "norms", overflowing)
    counted: list[int] = []
    trainee = a_trainee(tmp_path, "a", LESSONS, (1, 3))
    failed = train_fleet(an_engine(), [trainee], a_recipe(), tick=counted.append)
    assert failed == {
        "a": "training failed: the gradient overflowed in epoch 2, step 2 of 3; "
        "a lower learning_rate or a clip may help"
    }
    assert counted == [2, 2, 1, 2, 15 - 7]
    assert (tmp_path / "a-1").is_dir()


def test_those_behind_a_finished_or_refused_one_get_their_turn(tmp_path: Path) -> None:
    """Where nobody is left in the fleet, but somebody waits."""
    engine, recipe = an_engine(), a_recipe(fleet=1)
    names = ("refused", "empty", "waiting")
    trainees = [
        a_trainee(tmp_path, name, lessons, (1, 3))
        for name, lessons in zip(names, ([LONG], [], LESSONS), strict=True)
    ]
    assert set(train_fleet(engine, trainees, recipe, tick=lambda _: None)) == {"refused", "empty"}
    assert (tmp_path / "waiting-3").is_dir()
