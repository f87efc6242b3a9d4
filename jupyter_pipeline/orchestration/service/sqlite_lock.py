"""Find a lock of the SQLite database that does not end.

Reads of the server succeed while another transaction holds the write lock. So polls and health checks succeed, but no
run starts or changes its state.
"""

from __future__ import annotations

import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import psutil

__all__ = ["DatabaseLock", "find_lock"]

_WAIT = 10.0
"""Seconds without a commit of any program after which the database counts as locked."""


@dataclass(frozen=True, slots=True)
class DatabaseLock:
    """A lock of the database."""

    path: Path
    """File of the database."""
    holders: tuple[str, ...]
    """Processes other than the server that have opened the file, such as ``4711 (sqlite3)``."""

    @property
    def reason(self) -> str:
        """One sentence with the cause and the way out."""
        if self.holders:
            return (
                f"Another program has locked the database {self.path}: process {', '.join(self.holders)}. "
                "End its transaction or the process"
            )
        return f"A transaction of the Prefect server has locked the database {self.path}"


def find_lock(path: Path, server: int, *, wait: float = _WAIT) -> DatabaseLock | None:
    """Return the lock of a database that cannot be written; ``None`` if it can, or if others have written meanwhile.

    Parameters
    ----------
    path : Path
        File of the database.
    server : int
        Process of the Prefect server.
    wait : float
        Seconds to wait for the lock.
    """
    with contextlib.closing(sqlite3.connect(path, timeout=wait, isolation_level=None)) as connection:
        before = _count_commits(connection)
        try:
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("ROLLBACK")
        except sqlite3.OperationalError as error:
            if "locked" in str(error) and _count_commits(connection) == before:
                return DatabaseLock(path, _find_holders(path, server))
        return None


def _count_commits(connection: sqlite3.Connection) -> int:
    """Return a number that changes when another connection commits."""
    return int(connection.execute("PRAGMA data_version").fetchone()[0])


def _find_holders(path: Path, server: int) -> tuple[str, ...]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            if process.pid in (server, psutil.Process().pid):
                continue
            if any(file.path == str(path) for file in process.open_files()):
                found.append(f"{process.pid} ({process.name()})")
    return tuple(found)
