"""A condition whose training failed: asked up to there, and gone on with by the next run."""

import math
from pathlib import Path
from typing import Any

import pytest

torch = pytest.importorskip("torch", reason="needs the extra 'local'")

from tiny_fleets import LESSONS  # noqa: E402
from tiny_models import tiny_engine  # noqa: E402

from isoglot.core import Condition, Stage  # noqa: E402
from isoglot.learning import Course, FineTuning, LoraRecipe, TrainingFailedError  # noqa: E402
from isoglot.learning.fleet import trainer  # noqa: E402

COURSE = Course(
    condition=Condition(model="hf/tiny", paradigm="fine-tuning", taught="en", seed=3),
    lessons=tuple(LESSONS),
    stages=(Stage(epoch=0), Stage(epoch=1), Stage(epoch=3)),
)


def learner(folder: Path) -> FineTuning:
    return FineTuning(
        LoraRecipe(epochs=3, rank=4, alpha=8, batch_size=2),
        open_engine=lambda: tiny_engine("llama"),
        adapters=folder / "adapters",
        checkpoints=folder / "checkpoints",
    )


def test_it_is_asked_up_to_there_and_goes_on_from_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It fails in the second epoch, once: as on a machine with a fault."""
    whole = list(learner(tmp_path / "whole").teach(COURSE, tick=lambda _: None))
    norms, calls = trainer.StackedAdamW.norms, []

    def overflowing(self: Any, slots: Any) -> list[float]:
        calls.append(slots)
        return [math.inf] if len(calls) == 5 else norms(self, slots)

    with monkeypatch.context() as patched:
        patched.setattr(trainer.StackedAdamW, "norms", overflowing)
        failing = learner(tmp_path / "failed")
        failing.prepare([COURSE], tick=lambda _: None)
        taught = failing.teach(COURSE, tick=lambda _: None)
        assert [next(taught).stage.epoch for _ in range(2)] == [0, 1]
        with pytest.raises(TrainingFailedError, match="the gradient overflowed in epoch 2, step 2"):
            next(taught)

    after = learner(tmp_path / "failed")
    assert after.lessons_left(COURSE) == 2 * len(LESSONS)
    again = list(after.teach(COURSE, tick=lambda _: None))
    assert [each.adapter_hash for each in again] == [each.adapter_hash for each in whole]
    assert not list((tmp_path / "failed" / "checkpoints").iterdir())
