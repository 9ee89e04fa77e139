"""The effectiveness study of Wang et al. (LNewKnow): isoglot's run against their scripts' way.

Ours is a run of `isoglot`, complete: loading, teaching, asking, judging, report. Of theirs a slice
is timed and the rest counted in steps and questions.
"""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

import isoglot as ig
from against_peft.facts import LANGUAGES, SEED
from against_peft.scope import WHOLE, PeerCost, Scope
from against_peft.scripts_way import (
    Slice,
    Told,
    count_rows,
    full_rows,
    measure_slice,
    right,
    spread_rows,
)
from isoglot.api import Run
from isoglot.core import Condition, Decoding, ModelError
from isoglot.engines import ModelSpec
from isoglot.engines.huggingface import HuggingFaceEngine
from isoglot.learning.fleet.learner import adapter_name
from side_by_side.figures import Figure, Findings
from side_by_side.timing import seconds_of

TARGET = 30.0
DECODING = Decoding(max_new_tokens=12)
"""The longest answer in these languages has 7 tokens, its line's end among them."""


def measure_study(
    engine: HuggingFaceEngine,
    spec: ModelSpec,
    open_plain: Callable[[], Any],
    *,
    scope: Scope,
    part: Slice,
) -> Findings:
    """Ours in a scope against the peer's slice, extrapolated to the same scope and to the whole.

    Args:
        engine: Encodes; the study opens one of its own.
        spec: The study's model.
        open_plain: The peer's model.
        scope: In which ours is run.
        part: What is timed of the peer's way.
    """
    with tempfile.TemporaryDirectory() as name:
        laps = Laps()
        runs: list[Run] = []
        ours = seconds_of(lambda: runs.append(run_ours(spec, scope, Path(name), laps)))
        print(
            f"isoglot, {scope}: {ours:.1f} s, of it teaching {laps.teaching:.1f} s and asking "
            f"{laps.asking:.1f} s",
            flush=True,
        )
        cost, told = _measure_peer(runs[0], engine, open_plain(), part)
        same = same_as_told(runs[0], told)
    figures = [_figure(engine, scope, ours, cost)]
    if scope != WHOLE:
        # Loading the model is counted as teaching and grows with it: the ratio is no smaller.
        growth = WHOLE.questions / scope.questions - 1
        estimated = ours + growth * (laps.teaching + laps.asking)
        figures.append(_figure(engine, WHOLE, estimated, cost, remark=", ours estimated, too"))
    return Findings(figures=tuple(figures), same_answers=same)


class Laps:
    """A watcher of a run that takes the time of its two long parts.

    Attributes:
        teaching: Seconds, those of loading the model included.
        asking: Seconds.
    """

    def __init__(self) -> None:
        self.teaching = 0.0
        self.asking = 0.0
        self._taught_from = self._asked_from = time.perf_counter()

    def begin(self, *, lessons: int, probes: int) -> None:
        """Ignored."""

    def phase(self, _: str) -> None:
        """The beginning of teaching, until something is taught; then that of asking."""
        self._asked_from = time.perf_counter()
        if not self.teaching:
            self._taught_from = self._asked_from

    def taught(self, _: int) -> None:
        """The end of teaching, until more is taught."""
        self.teaching = time.perf_counter() - self._taught_from

    def asked(self, _: int) -> None:
        """The end of asking, until more is asked."""
        self.asking = time.perf_counter() - self._asked_from


def run_ours(spec: ModelSpec, scope: Scope, folder: Path, laps: Laps) -> Run:
    """Runs the study with isoglot.

    Raises:
        ModelError: A probe failed: the time of a study with holes is none.
    """
    study = {
        "name": "lnewknow",
        "seed": SEED,
        "models": [spec.model_dump()],
        "languages": list(LANGUAGES),
        "facts": {"world": {"size": scope.facts}},
        "paradigms": {
            "fine-tuning": {
                "recipe": "lnewknow",
                "epochs": scope.epochs,
                "ask_after": list(range(1, scope.epochs + 1)),
            }
        },
        "questions": ["effectiveness"],
        "decoding": DECODING.model_dump(mode="json"),
    }
    path = folder / "study.yaml"
    path.write_text(yaml.safe_dump(study), encoding="utf-8")
    run = ig.run(path, out=folder / "run", progress=laps)
    if run.failures:
        raise ModelError(f"{len(run.failures)} probes failed: {next(iter(run.failures.values()))}")
    return run


def _measure_peer(
    run: Run, engine: HuggingFaceEngine, plain: Any, part: Slice
) -> tuple[PeerCost, list[Told]]:
    facts = run.corpus.facts
    cost, told = measure_slice(
        plain,
        engine,
        adapters={language: last_adapter(run, language) for language in LANGUAGES},
        facts=facts[: part.questions],
        rows=spread_rows(full_rows(engine, len(facts)), 1 + part.steps),
        max_new_tokens=DECODING.max_new_tokens,
    )
    print(
        f"the scripts' way, a slice: {part.steps} steps on rows of 128 tokens, {cost.step:.2f} s "
        f"each (median); {len(told)} questions, {cost.question:.2f} s each (mean)",
        flush=True,
    )
    return cost, told


def last_adapter(run: Run, language: str) -> Path:
    """The folder of the adapter that was taught most in a language."""
    recipe = run.study.paradigms.fine_tuning
    if recipe is None:
        raise ValueError(f"{run.folder}: nothing was fine-tuned")
    condition = Condition(
        model=run.study.models[0].name,
        paradigm="fine-tuning",
        taught=language,
        seed=run.study.seed,
    )
    return run.folder / "adapters" / adapter_name(condition, recipe.epochs)


def same_as_told(run: Run, told: list[Told]) -> bool:
    """Whether a run got as many right as the peer with the same adapters, give or take one."""
    facts = {fact.id: fact for fact in run.corpus.facts}
    probes = run.probes[run.probes["epoch"] == run.probes["epoch"].max()]
    ours = {(each.taught, each.fact): each.answer for each in probes.itertuples()}
    texts = [(ours[each.language, each.fact_id], each) for each in told]
    n_ours = sum(right(text, facts[each.fact_id], each.language) for text, each in texts)
    n_theirs = sum(right(each.text, facts[each.fact_id], each.language) for each in told)
    different = sum(text != each.text for text, each in texts)
    print(
        f"the same adapters asked: isoglot {n_ours} of {len(told)} right, the pipeline "
        f"{n_theirs}; {different} texts differ",
        flush=True,
    )
    return abs(n_ours - n_theirs) <= 1


def _figure(
    engine: HuggingFaceEngine, scope: Scope, ours: float, cost: PeerCost, *, remark: str = ""
) -> Figure:
    rows = count_rows(engine, scope.facts)
    theirs = cost.seconds(scope, rows)
    print(
        f"{scope}{remark}: {ours:.0f} s; by the scripts' way {scope.steps_by_scripts(rows)} steps "
        f"and {scope.questions} questions, extrapolated {theirs:.0f} s; ratio {theirs / ours:.1f}",
        flush=True,
    )
    return Figure(
        name=f"seconds of the effectiveness study, {scope}{remark}",
        ours=ours,
        peer=theirs,
        ratio=theirs / ours,
        target=TARGET if scope == WHOLE else None,
    )
