"""What the tests of the command line share: a runner, and one finished run to look at."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from tiny_studies import write_study
from typer.testing import CliRunner, Result

from isoglot.cli.main import app

Invoke = Callable[..., Result]


class Finished(NamedTuple):
    """A run that went well, and what the command said. Copy the folder before changing it."""

    study: Path
    folder: Path
    result: Result


def _invoke(*arguments: str | Path, **environment: str) -> Result:
    result = CliRunner().invoke(
        app,
        [str(argument) for argument in arguments],
        env={"COLUMNS": "200", **environment},
        auto_envvar_prefix="ISOGLOT",
    )
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


@pytest.fixture
def invoke() -> Invoke:
    """Calls isoglot in this process; an exception that is no exit passes through."""
    return _invoke


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("finished")
    study = write_study(folder / "tiny.yaml", languages=["cy", "en"])
    return Finished(study, folder / "run", _invoke("run", study, "--out", folder / "run"))
