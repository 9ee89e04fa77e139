"""`isoglot data check --known-by MODEL`: which facts the model answers right before teaching.

It is a run of the question `knowledge`, in a folder of its own: it can be gone on with, and has a
report.
"""

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import typer

if TYPE_CHECKING:
    from isoglot.core import Corpus
    from isoglot.study import Study

SOME_FAILED = 1


class KnownCheck(NamedTuple):
    """What is to be asked, and where the answers and the known facts go."""

    study: "Study"
    folder: Path
    keep: Path | None


def prepare_known(
    corpus: "Corpus",
    *,
    file: Path,
    check_file: Path,
    model: str,
    run_folder: Path | None,
    keep: Path | None,
) -> KnownCheck:
    """Finds what is wrong with the model and the places, before any work is done.

    Args:
        corpus: The facts, in the languages that are asked.
        file: The corpus's file.
        check_file: Where the figures of the check go.
        model: The model string.
        run_folder: Where the answers are kept; beside the file if not given.
        keep: Where to write the facts that it answers right in every language, if anywhere.

    Raises:
        InputError: The model is wrong, or a place can't be used.
    """
    from isoglot.core import InputError, Problem
    from isoglot.corpora.formats import FileSource, check_target
    from isoglot.corpora.quality import check_path
    from isoglot.engines import ModelSpec, check_installed, check_model
    from isoglot.study import FactsSpec, Study, check_folder, check_study

    spec = ModelSpec(name=model)
    study = Study(
        name="known",
        description=f"What {model} knows of {file.name} before it is taught anything.",
        models=(spec,),
        languages=corpus.languages,
        facts=FactsSpec(
            file=FileSource(path=file.absolute()),
            allow_missing=bool(corpus.missing()),
            known_only=True,
        ),
        questions=("knowledge",),
    )
    # Another choice of languages is another run.
    called = f"{file.name}.known-by-{model.replace('/', '-')}-{'-'.join(corpus.languages)}"
    folder = run_folder or file.with_name(called)
    problems = (
        check_model(spec, place="--known-by")
        or check_installed(spec, place="--known-by")
        or check_study(study, place=str(file), installed=False)
    )
    problems += [
        each.model_copy(update={"place": f"--run {folder}", "remedy": "give another --run"})
        for each in check_folder(folder, study)
    ]
    if keep is not None:
        check_target(keep)
        problems += [
            Problem(place="--keep", message=f"would overwrite {taken}", remedy="name another")
            for taken in dict.fromkeys((file, check_file, check_path(file)))
            if keep.resolve() == taken.resolve()
        ]
    if problems:
        raise InputError(problems)
    return KnownCheck(study, folder, keep)


def check_known(prepared: KnownCheck, corpus: "Corpus") -> None:
    """Asks the untaught model every fact in every language; prints the shares that it knows.

    Raises:
        InputError: Known facts are to be kept, and there are none.
        Exit: With 1, when some questions failed: which facts are known is not known then.
    """
    from isoglot.api import open_run
    from isoglot.cli._progress import shown_progress
    from isoglot.core import InputError, Problem
    from isoglot.corpora.formats import write_facts
    from isoglot.study import run_study

    study, folder, keep = prepared
    with shown_progress() as progress:
        run_study(study, folder, progress=progress)
    run = open_run(folder)
    run.report()
    for each in run.estimates():
        if each.measure == "known_before":
            typer.echo(
                f"{each.languages['taught']}: {100 * each.value:.0f}% known before teaching "
                f"[{100 * each.low:.0f}, {100 * each.high:.0f}] of {each.n_facts:,} facts"
            )
    typer.echo(f"Report: {folder / 'report.html'}")
    if run.failures:
        typer.echo(
            f"isoglot: {len(run.failures)} questions failed; run the same command again to retry",
            err=True,
        )
        raise typer.Exit(SOME_FAILED)
    model = study.models[0].name
    kept = [fact for fact in corpus.facts if fact.id in run.known[model]]
    typer.echo(f"Known in every language: {len(kept):,} of {len(corpus.facts):,} facts")
    if keep is None:
        return
    if not kept:
        raise InputError(
            [
                Problem(
                    place="--keep",
                    message=f"{model!r} knows none of the facts in every language; nothing written",
                    remedy="ask in fewer --languages, or another model",
                )
            ]
        )
    write_facts(corpus.model_copy(update={"facts": tuple(kept)}), keep)
    typer.echo(f"Written: {keep}")
