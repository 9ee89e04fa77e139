"""Real isoglot processes that are started, watched and killed."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path


def start_run(study: Path, folder: Path, **environment: str) -> subprocess.Popen[str]:
    """`isoglot run STUDY --out FOLDER` as a process of its own."""
    return subprocess.Popen(
        [sys.executable, "-m", "isoglot.cli.main", "run", str(study), "--out", str(folder)],
        env={**os.environ, "PYTHONWARNINGS": "ignore", **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(process: subprocess.Popen[str]) -> str:
    """Waits for a process to end well; what it said on its error stream."""
    _, errors = process.communicate(timeout=600)
    assert process.returncode == 0, errors
    return errors


def kill_when(process: subprocess.Popen[str], reached: Callable[[], bool]) -> bool:
    """Kills a process (-9) once a condition holds; whether it was still alive."""
    while not reached():
        try:
            process.wait(timeout=0.002)  # looks again soon, at once if the process ends
        except subprocess.TimeoutExpired:
            continue
        break
    alive = process.poll() is None
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return alive


def count_answered(folder: Path) -> int:
    """How many probes have an answer in a run's database, 0 where there is none yet."""
    path = folder / "results.db"
    if not path.exists():
        return 0
    try:
        with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as connection:
            return int(connection.execute("select count(*) from probes").fetchone()[0])
    except sqlite3.OperationalError:  # the tables are being made
        return 0


def tables(folder: Path) -> dict[str, bytes]:
    """The CSV tables of a run."""
    return {path.name: path.read_bytes() for path in sorted((folder / "tables").glob("*.csv"))}
