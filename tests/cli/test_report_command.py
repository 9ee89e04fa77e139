import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import Result

Invoke = Callable[..., Result]


@pytest.fixture
def folder(finished, tmp_path: Path) -> Path:
    """A finished run without what a report writes."""
    copy = tmp_path / "run"
    shutil.copytree(finished.folder, copy)
    (copy / "report.html").unlink()
    (copy / "summary.json").unlink()
    shutil.rmtree(copy / "tables")
    return copy


def test_it_writes_the_same_again(invoke: Invoke, folder: Path, finished) -> None:
    result = invoke("report", folder, "--format", " csv ,")
    assert (result.exit_code, result.stdout) == (0, f"Wrote csv into {folder}\n")
    for name in ("summary.json", "tables/transfer.csv", "tables/probes.csv"):
        assert (folder / name).read_bytes() == (finished.folder / name).read_bytes()
    assert not (folder / "report.html").exists()  # it was not asked for


def test_unknown_formats_are_all_named(invoke: Invoke, folder: Path) -> None:
    result = invoke("report", folder, "--format", "gif,html,doc")
    assert result.exit_code == 2
    assert result.stderr.splitlines() == [
        "isoglot: 2 problems",
        "  --format: 'gif' is not known; known: html, csv, png, svg, pdf",
        "  --format: 'doc' is not known; known: html, csv, png, svg, pdf",
    ]
    assert not (folder / "report.html").exists()


def test_a_folder_that_is_no_runs_is_refused(invoke: Invoke, tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        result = invoke("report", folder)
        assert result.exit_code == 2
        assert result.stderr == (
            f"isoglot: {folder}: is not a run's folder (it has no study.yaml); "
            "give the --out of an isoglot run\n"
        )
    assert list(tmp_path.iterdir()) == []
