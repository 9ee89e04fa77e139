"""Which questions go to a model together."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from isoglot.engines import ScriptedEngine
from isoglot.study import Silent, read_study, run_study

Batch = list[tuple[str, Path | None]]


@pytest.fixture
def batches(
    tiny_study: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[Batch]:
    """Prompt and adapter of every question of a small study of robustness, batch by batch."""
    seen: list[Batch] = []
    generate = ScriptedEngine.generate

    def watched(
        self: ScriptedEngine, prompts: Sequence[str], *, adapters: Any = None, **rest: Any
    ) -> Any:
        seen.append(list(zip(prompts, adapters or [None] * len(prompts), strict=True)))
        return generate(self, prompts, adapters=adapters, **rest)

    monkeypatch.setattr(ScriptedEngine, "generate", watched)
    path = tiny_study(
        questions=["effectiveness", "robustness"],
        robustness={"facts": {"knowledge": {"size": 12}}, "shots": 2},
        paradigms={"fine-tuning": {"epochs": 1, "ask_after": [0, 1]}},
    )
    run_study(read_study(path), tmp_path / "run", progress=Silent())
    return seen


def _solved(prompt: str) -> str:
    """What stands before the question."""
    return prompt[: prompt.rindex("Q: ")]


def test_an_engine_gets_questions_of_all_adapters_together(batches: list[Batch]) -> None:
    """It plans by what they share. All that was fine-tuned, before and after, is one call."""
    (tuned,) = [batch for batch in batches if any(adapter for _, adapter in batch)]
    assert len({adapter for _, adapter in tuned}) > 2
    assert {bool(_solved(prompt)) for prompt, _ in tuned} == {True, False}


def test_a_study_says_how_many_are_asked_and_recorded_together(
    tiny_study: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes: list[int] = []
    generate = ScriptedEngine.generate

    def watched(self: ScriptedEngine, prompts: Sequence[str], **rest: Any) -> Any:
        sizes.append(len(prompts))
        return generate(self, prompts, **rest)

    monkeypatch.setattr(ScriptedEngine, "generate", watched)
    path = tiny_study(models=[{"name": "scripted/parrot", "batch_size": 2}])
    run_study(read_study(path), tmp_path / "run", progress=Silent())
    assert max(sizes) == 2
