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


def test_what_stands_before_questions_is_shared_by_a_whole_batch(batches: list[Batch]) -> None:
    """Behind another adapter the same examples would have to be computed again."""
    with_examples = [batch for batch in batches if any(_solved(prompt) for prompt, _ in batch)]
    assert with_examples
    for batch in with_examples:
        assert len({(_solved(prompt), adapter) for prompt, adapter in batch}) == 1


def test_bare_questions_of_several_adapters_go_together(batches: list[Batch]) -> None:
    """Three facts, two languages, before and after: twelve questions, all in one batch of 24."""
    (bare,) = [batch for batch in batches if not _solved(batch[0][0])]
    assert len(bare) == 12
    assert len({adapter for _, adapter in bare}) == 3  # none, and one a language
