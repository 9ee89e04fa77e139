"""Looks into a run's database."""

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path
from typing import Any

from isoglot.study import DATABASE_FILE


def query(folder: Path, statement: str) -> list[tuple[Any, ...]]:
    """What an SQL statement says of a run; it may also change the run."""
    with closing(sqlite3.connect(folder / DATABASE_FILE)) as connection, connection:
        return connection.execute(statement).fetchall()


def but_for_time(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The probe rows without what may differ between two runs."""
    return [{key: value for key, value in row.items() if key != "seconds"} for row in rows]
