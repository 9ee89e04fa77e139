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
    Fact,
    InputError,
    ModelError,
    Paradigm,
    Probe,
    Record,
    RunFolderError,
    Untaught,
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
from isoglot.learning import (
    FineTuning,
    InContext,
    Learner,
    Lesson,
    NoLearning,
    Rote,
    Taught,
    ask_prompt,
)
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
from isoglot.study._known import read_known
from isoglot.study._plan import (
    condition_facts,
    condition_probes,
    study_conditions,
    study_corpus,
    study_lessons,
    study_paradigms,
)
from isoglot.study._progress import Progress
from isoglot.study._schema import Resolved, Study
from isoglot.study._translation import known_translation
from isoglot.study._untaught import shot_groups

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
            # In their order, too: contexts and examples depend on it.
            if there and list(there.values()) != list(corpus.facts):
                raise _other_facts(study, folder)
            store.begin_session()
            store.save_facts(corpus.facts)
            return _Loop(study, folder, resolved, corpus, store, progress).run()
        finally:
            store.close()


def _other_facts(study: Study, folder: Path) -> RunFolderError:
    source = study.facts.source
    return RunFolderError(
        place=f"--out {folder}",
        message="holds other facts: "
        + (
            "the words that this isoglot makes facts from differ from those of the isoglot that "
            "began the run"
            if source is None
            else "what facts are read from has changed since the run began"
        ),
        remedy=(
            "go on with that one, or give another --out"
            if source is None
            else "bring the old facts back, or give another --out"
        ),
    )


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
    translation = known_translation(study.facts)
    return Resolved(
        versions=_versions(),
        models=tuple(models),
        translation={code: translation[code] for code in study.languages if code in translation},
    )


def _versions() -> dict[str, str]:
    found = {"python": platform.python_version()}
    for package in _VERSIONED:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found


class NothingKnownError(ModelError):
    """A model knows none of the facts, and only those that it knows were to be taught."""


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
        self._corpus = corpus
        self._facts = {fact.id: fact for fact in corpus.facts}
        self._known: dict[str, frozenset[str]] = {}
        self._store = store
        self._progress = progress
        self._answered = store.answered_probes()
        self._asked = 0

    def run(self) -> RunOutcome:
        """Teaches, asks and judges all that is left."""
        self._announce()
        for spec in self._study.models:
            for paradigm, _ in study_paradigms(self._study):
                if paradigm != "untaught" and not self._knows_what_to_teach(spec):
                    continue
                for condition in study_conditions(self._study, paradigm, spec.name):
                    self._run_condition(spec, self._learner(paradigm, spec), condition)
        self._judge()  # a judge may be new, or a process may have been killed before it judged
        self._check_something_is_known()
        return RunOutcome(asked=self._asked, failures=self._store.failures())

    def _knows_what_to_teach(self, spec: ModelSpec) -> bool:
        """Finds out, once a model, which facts it knew before, where only those are taught.

        While a probe for that has no answer, nothing is taught: which facts are known would change
        with it later.
        """
        if not self._study.facts.known_only or spec.name in self._known:
            return True
        self._judge()
        known = read_known(
            self._store,
            self._corpus,
            model=spec.name,
            judge=self._study.judges[0],
            languages=self._study.languages,
        )
        if known is None:
            return False
        self._known[spec.name] = known
        self._announce()
        return True

    def _check_something_is_known(self) -> None:
        for model, known in self._known.items():
            if not known:
                languages = ", ".join(self._study.languages)
                failed = len(self._store.failures())
                others = f". {failed} probes failed; a new run retries them" if failed else ""
                raise NothingKnownError(
                    f"facts.known_only: {model!r} answers none of the {len(self._facts)} facts "
                    f"right in all of {languages} before being taught; use fewer languages, other "
                    "facts or another model. All that was answered is kept, and in the report"
                    f"{others}"
                )

    def _announce(self) -> None:
        lessons = probes = 0
        for spec in self._study.models:
            for paradigm, _ in study_paradigms(self._study):
                learner = self._learner(paradigm, spec)
                for condition in study_conditions(self._study, paradigm, spec.name):
                    stages = self._probes(learner, condition)
                    if any(stages.values()):  # else nothing is taught, either
                        lessons += learner.lessons_left(condition, self._lessons(condition))
                    for stage in stages.values():
                        probes += sum(probe.id not in self._answered for probe in stage)
        self._progress.begin(lessons=lessons, probes=probes)

    def _run_condition(self, spec: ModelSpec, learner: Learner, condition: Condition) -> None:
        probes = self._probes(learner, condition)
        if not any(probes.values()):  # nothing to teach in this language, or nothing to ask
            return
        language = get_language(condition.taught).name
        if condition.paradigm == "untaught":
            self._progress.phase(f"asking what is known before teaching: {language}")
            for taught in learner.teach(condition, (), tick=self._progress.taught):
                self._ask_untaught(spec, condition, taught, probes[taught.epoch])
            return
        self._progress.phase(f"teaching {language} ({condition.paradigm})")
        for taught in learner.teach(
            condition, self._lessons(condition), tick=self._progress.taught
        ):
            after = "" if taught.epoch is None else f" after epoch {taught.epoch}"
            self._progress.phase(f"asking: taught {language} ({condition.paradigm}{after})")
            self._ask_all(spec, taught, probes[taught.epoch])

    def _ask_untaught(
        self, spec: ModelSpec, condition: Condition, taught: Taught, probes: Sequence[Probe]
    ) -> None:
        groups = shot_groups(
            self._condition_facts(condition),
            condition.taught,
            shots=self._study.untaught.shots,
            seed=self._study.seed,
        )
        for context, fact_ids in groups:
            asked = [probe for probe in probes if probe.fact_id in fact_ids]
            self._ask_all(spec, taught.model_copy(update={"context": context}), asked)

    def _ask_all(self, spec: ModelSpec, taught: Taught, probes: Sequence[Probe]) -> None:
        for start in range(0, len(probes), spec.batch_size):
            self._ask(spec, taught, probes[start : start + spec.batch_size])

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
                adapters=[taught.adapter] * len(new),
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

    def _condition_facts(self, condition: Condition) -> list[Fact]:
        return condition_facts(self._study, condition, self._corpus, self._known)

    def _lessons(self, condition: Condition) -> list[Lesson]:
        return study_lessons(self._condition_facts(condition), condition.taught)

    def _probes(self, learner: Learner, condition: Condition) -> dict[int | None, list[Probe]]:
        return condition_probes(
            self._study,
            condition,
            stages=learner.stages,
            facts=self._condition_facts(condition),
        )

    def _learner(self, paradigm: Paradigm | Untaught, spec: ModelSpec) -> Learner:
        if paradigm == "untaught":
            return NoLearning()
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
