"""Adapter-steps a second: fleets of several sizes against PEFT, one adapter after the other.

An adapter-step is one lesson of one adapter: batch 1.
"""

import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from against_peft.alike import by_peft, by_the_fleet, train, trainee
from against_peft.facts import lessons
from against_peft.peer import Asker, optimizer_of, train_rows
from isoglot.core import Decoding
from isoglot.engines import Generation
from isoglot.engines.huggingface import HuggingFaceEngine
from isoglot.learning import Lesson, LoraRecipe, ask_prompt
from isoglot.learning.fleet.rows import encode_lesson
from side_by_side.figures import Figure, Findings
from side_by_side.timing import begin_peak, peak, seconds_of

RECIPE = LoraRecipe(epochs=1, ask_after=(1,), dropout=0, batch_size=1)
TARGETS = {1: None, 8: None, 32: 5.0}
"""By size of the fleet, how many times as many adapter-steps there should be."""

Agree = Callable[[HuggingFaceEngine, Path, Any, Sequence[Lesson]], bool]
"""Whether the fleet's adapter and PEFT's model learned the same from the same lessons."""


def measure_steps(
    engine: HuggingFaceEngine,
    open_plain: Callable[[], Any],
    *,
    targets: Mapping[int, float | None],
    n_facts: int,
    repeats: int,
    agree: Agree,
) -> Findings:
    """The median of several repeats of each; both learn the same from the same lessons.

    Args:
        engine: Ours.
        open_plain: The peer's model, opened when ours is measured.
        targets: By size of the fleet; `None` where nothing was promised.
        n_facts: How many lessons an adapter takes.
        repeats: Of every measurement.
        agree: Says whether both learned the same.
    """
    taught = list(lessons(n_facts).values())
    ours = {}
    for size in targets:
        begin_peak()
        ours[size] = statistics.median(_fleet_step(engine, size, taught) for _ in range(repeats))
        print(f"fleet of {size}: {1 / ours[size]:.2f} adapter-steps a second{peak()}", flush=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pupil = trainee(folder, 0, taught[0], epochs=RECIPE.epochs)
        adapter = by_the_fleet(engine, pupil, RECIPE, start=folder / "start")
        begin_peak()
        peer = by_peft(open_plain(), engine, pupil, RECIPE, start=folder / "start")
        same = agree(engine, adapter, peer, taught[0])
    theirs = statistics.median(_peer_step(peer, engine, taught) for _ in range(repeats))
    print(f"PEFT: {1 / theirs:.2f} steps a second{peak()}; same learned: {same}", flush=True)
    figures = tuple(
        Figure(
            name=f"adapter-steps a second, fleet of {size}",
            ours=1 / seconds,
            peer=1 / theirs,
            ratio=theirs / seconds,
            target=targets[size],
        )
        for size, seconds in ours.items()
    )
    return Findings(figures=figures, same_answers=same)


def _fleet_step(engine: HuggingFaceEngine, size: int, taught: Sequence[Sequence[Lesson]]) -> float:
    """Seconds an adapter-step of a fleet that divides the languages among its adapters."""
    with tempfile.TemporaryDirectory() as name:
        fleet = [
            trainee(Path(name), each, taught[each % len(taught)], epochs=RECIPE.epochs)
            for each in range(size)
        ]
        return seconds_of(lambda: train(engine, fleet, RECIPE)) / sum(
            len(each.lessons) for each in fleet
        )


def _peer_step(peer: Any, engine: HuggingFaceEngine, taught: Sequence[Sequence[Lesson]]) -> float:
    """Seconds a step of PEFT, over the lessons of all languages."""
    rows = [encode_lesson(engine, lesson) for language in taught for lesson in language]
    optimizer = optimizer_of(peer, RECIPE)
    return seconds_of(lambda: train_rows(peer, rows, optimizer)) / len(rows)


def same_texts(
    engine: HuggingFaceEngine, adapter: Path, peer: Any, taught: Sequence[Lesson]
) -> bool:
    """Whether both answer with the same texts; other rounding than float32's may change one."""
    prompts = [ask_prompt(lesson.question) for lesson in taught]
    decoding = Decoding(max_new_tokens=8)
    found = engine.generate(prompts, decoding=decoding, adapters=[adapter] * len(prompts))
    ours = [each.text if isinstance(each, Generation) else None for each in found]
    ask = Asker(peer, engine.tokenizer, max_new_tokens=decoding.max_new_tokens)
    different = sum(our != ask(prompt) for our, prompt in zip(ours, prompts, strict=True))
    print(f"{different} of {len(prompts)} answers after the same epoch differ", flush=True)
    return different <= (0 if str(engine.model.dtype) == "torch.float32" else 1)
