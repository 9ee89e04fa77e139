"""The one loop that runs a study: teach, ask, judge, record.

Work is cut into batches that depend on the study alone, never on what is already done, so that a
run that was cut off asks the rest in the same company and ends with the same answers. (Only a
failure is retried without its batch; in float32 that changes nothing.)
"""

import platform
from collections.abc import Callable, Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from isoglot.core import (
    Answer,
    Condition,
    Corpus,
    InputError,
    Paradigm,
    Probe,
    Record,
    RunFolderError,
    answer_key,
    get_language,
)
from isoglot.engines import (
    Engine,
    Failure,
    ModelSpec,
    ResolvedModel,
    open_engine,
    resolve_model,
)
from isoglot.judges import JUDGES
from isoglot.learning import FineTuning, InContext, Learner, Rote, Taught, ask_prompt
from isoglot.store import Asked, Store
from isoglot.study._folder import (
    DATABASE_FILE,
    STUDY_FILE,
    check_folder,
    explained,
    only_process,
    read_run_study,
    write_run_study,
)
from isoglot.study._plan import (
    condition_probes,
    study_conditions,
    study_corpus,
    study_lessons,
    study_paradigms,
)
from isoglot.study._progress import Progress
from isoglot.study._schema import Resolved, Study

_VERSIONED = ("isoglot", "torch", "transformers", "peft", "tokenizers", "numpy")


class RunOutcome(Record):
    """How a run ended.

    Attributes:
        asked: Probes that this process asked (answers from earlier ones are not counted).
        failures: Probes that have no answer, with the reason.
    """

    asked: int
    failures: dict[str, str]


def run_study(study: Study, folder: Path, *, progress: Progress) -> RunOutcome:
    """Runs a study, or goes on with it where an earlier call was cut off.

    Raises:
        InputError: The folder holds something else or can't be written; nothing was written.
        RunFolderError: Another process works in the folder, or the disk refuses.
        ModelError: A model can't be loaded or trained.
        MissingExtraError: An optional package is missing.
    """
    if problems := check_folder(folder, study):
        raise InputError(problems)
    progress.phase("preparing the models (a bundled one takes a minute the first time)")
    resolved = _resolve(study, folder)
    corpus = study_corpus(study)
    with explained(folder), only_process(folder):
        if problems := check_folder(folder, study):  # another process may have been faster
            raise InputError(problems)
        if not (folder / STUDY_FILE).exists():
            write_run_study(folder, study.model_copy(update={"resolved": resolved}))
        store = Store(folder / DATABASE_FILE)
        try:
            there = store.facts()
            if there and there != {fact.id: fact for fact in corpus.facts}:
                raise RunFolderError(
                    place=f"--out {folder}",
                    message="holds other facts: this isoglot's world data differ from those of the "
                    "isoglot that began the run",
                    remedy="go on with that one, or give another --out",
                )
            store.begin_session()
            store.save_facts(corpus.facts)
            return _Loop(study, folder, resolved, corpus, store, progress).run()
        finally:
            store.close()


def _resolve(study: Study, folder: Path) -> Resolved:
    """The models of the run: as they were when it began, or as they are now if it begins now.

    Writes nothing into the folder: a model that can't be had leaves no run behind.
    """
    before: dict[str, ResolvedModel] = {}
    if (folder / STUDY_FILE).exists():
        earlier = read_run_study(folder).resolved
        before = {model.name: model for model in earlier.models} if earlier else {}
    models = []
    for spec in study.models:
        known = before.get(spec.name)
        # A run keeps the dtype it began with, even on a machine that would now choose another.
        settled = spec.model_copy(update={"dtype": known.dtype}) if known else spec
        model = resolve_model(settled)
        if known and model.fingerprint != known.fingerprint:
            raise RunFolderError(
                place=f"--out {folder}",
                message=f"the weights of {spec.name!r} are not those that the run began with",
                remedy="give another --out, or bring the weights back",
            )
        models.append(model)
    return Resolved(versions=_versions(), models=tuple(models))


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _VERSIONED:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


class _Loop:
    """A run in progress."""

    def __init__(
        self,
        study: Study,
        folder: Path,
        resolved: Resolved,
        corpus: Corpus,
        store: Store,
        progress: Progress,
    ) -> None:
        self._study = study
        self._folder = folder
        self._models = {model.name: model for model in resolved.models}
        self._facts = {fact.id: fact for fact in corpus.facts}
        self._store = store
        self._progress = progress
        self._answered = store.answered_probes()
        self._asked = 0

    def run(self) -> RunOutcome:
        """Teaches, asks and judges all that is left."""
        work = [
            (spec, self._learner(paradigm, spec), condition)
            for spec in self._study.models
            for paradigm, _ in study_paradigms(self._study)
            for condition in study_conditions(self._study, paradigm, spec.name)
        ]
        self._announce([(learner, condition) for _, learner, condition in work])
        for spec, learner, condition in work:
            self._run_condition(spec, learner, condition)
        self._judge()  # a judge may be new, or a process may have been killed before it judged
        return RunOutcome(asked=self._asked, failures=self._store.failures())

    def _announce(self, work: Sequence[tuple[Learner, Condition]]) -> None:
        lessons = probes = 0
        for learner, condition in work:
            lessons += learner.lessons_left(condition, self._lessons(condition))
            for stage in self._probes(learner, condition).values():
                probes += sum(probe.id not in self._answered for probe in stage)
        self._progress.begin(lessons=lessons, probes=probes)

    def _run_condition(self, spec: ModelSpec, learner: Learner, condition: Condition) -> None:
        language = get_language(condition.taught).name
        self._progress.phase(f"teaching {language} ({condition.paradigm})")
        probes = self._probes(learner, condition)
        for taught in learner.teach(
            condition, self._lessons(condition), tick=self._progress.taught
        ):
            after = "" if taught.epoch is None else f" after epoch {taught.epoch}"
            self._progress.phase(f"asking: taught {language} ({condition.paradigm}{after})")
            stage = probes[taught.epoch]
            for start in range(0, len(stage), spec.batch_size):
                self._ask(spec, taught, stage[start : start + spec.batch_size])

    def _ask(self, spec: ModelSpec, taught: Taught, probes: Sequence[Probe]) -> None:
        """Asks the probes of a batch that have no answer yet, and commits them together."""
        questions = [
            ask_prompt(self._facts[probe.fact_id].texts[probe.asked].ask) for probe in probes
        ]
        keys = [
            answer_key(
                model=self._models[spec.name].fingerprint,
                adapter=taught.adapter_hash,
                prompt=taught.context + question,
                decoding=self._study.decoding,
                seed=self._study.seed,
            )
            for question in questions
        ]
        waiting = sum(probe.id not in self._answered for probe in probes)
        answers = self._store.find_answers(keys)
        new = [index for index, key in enumerate(keys) if key not in answers]
        failed: dict[str, str] = {}
        if new:
            generated = self._engine(spec).generate(
                [taught.context + questions[index] for index in new],
                decoding=self._study.decoding,
                adapter=taught.adapter,
            )
            for index, result in zip(new, generated, strict=True):
                if isinstance(result, Failure):
                    failed[probes[index].id] = result.message
                else:
                    answers[keys[index]] = Answer(key=keys[index], **result.model_dump())
        asked = [
            Asked(
                probe=probe,
                answer=answers[key],
                model=self._models[spec.name].fingerprint,
                adapter=taught.adapter_hash,
                context=taught.context,
                question=question,
                decoding=self._study.decoding,
                seed=self._study.seed,
            )
            for probe, question, key in zip(probes, questions, keys, strict=True)
            if key in answers and self._answered.get(probe.id) != key
        ]
        if asked or failed:
            self._store.record(asked, failed)
        self._answered.update({each.probe.id: each.answer.key for each in asked})
        if asked:
            self._judge()
        self._asked += len(new)
        self._progress.asked(waiting)

    def _judge(self) -> None:
        """Judges what each judge has not seen: usually the batch just asked."""
        for name in self._study.judges:
            judge = JUDGES[name]
            verdicts = {
                probe.id: judge.judge(probe.text, fact=self._facts[probe.fact], asked=probe.asked)
                for probe in self._store.unjudged(name)
            }
            if verdicts:
                self._store.save_verdicts(name, verdicts)

    def _lessons(self, condition: Condition) -> Any:
        return study_lessons(list(self._facts.values()), condition.taught)

    def _probes(self, learner: Learner, condition: Condition) -> dict[int | None, list[Probe]]:
        return condition_probes(
            self._study,
            condition,
            stages=learner.stages,
            facts=list(self._facts.values()),
        )

    def _learner(self, paradigm: Paradigm, spec: ModelSpec) -> Learner:
        recipe = self._study.paradigms.fine_tuning
        if paradigm == "in-context" or recipe is None:
            return InContext()
        adapters = self._folder / "adapters"
        if spec.name.startswith("scripted/"):
            return Rote(recipe.ask_after, adapters=adapters)
        return FineTuning(
            recipe,
            open_engine=self._opener(spec),
            adapters=adapters,
            checkpoints=self._folder / "checkpoints",
        )

    def _opener(self, spec: ModelSpec) -> Callable[[], Any]:
        return lambda: self._engine(spec)

    @cache  # noqa: B019 - the loop lives as long as the run
    def _engine(self, spec: ModelSpec) -> Engine:
        """The model, loaded when the first probe or lesson needs it: often, none does."""
        return open_engine(spec, self._models[spec.name])
