"""Locks of the SQLite database, with real transactions of other processes."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_pipeline.orchestration.service.sqlite_lock import find_lock

HOLD = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    path = tmp_path / "prefect.db"
    with contextlib.closing(sqlite3.connect(path)) as connection:
        connection.executescript("PRAGMA journal_mode=WAL; CREATE TABLE t (a);")
    return path


@pytest.fixture
def holder(database: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the write lock."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "locked\n"
        yield process
        process.kill()


def test_a_lock_of_another_program_names_it(database: Path, holder: subprocess.Popen[str]) -> None:
    lock = find_lock(database, 1, wait=0.1)
    assert lock is not None
    assert f"process {holder.pid} (python" in lock.reason
    assert str(database) in lock.reason
    of_server = find_lock(database, holder.pid, wait=0.1)
    assert of_server is not None
    assert of_server.reason.startswith("A transaction of the Prefect server has locked")


def test_a_database_without_a_lock_is_unchanged(database: Path) -> None:
    before = database.stat().st_mtime_ns
    assert find_lock(database, os.getpid(), wait=0.1) is None
    assert database.stat().st_mtime_ns == before


def test_writers_in_turn_are_no_lock(database: Path) -> None:
    ends = threading.Event()

    def write() -> None:
        with contextlib.closing(sqlite3.connect(database, timeout=10, isolation_level=None)) as connection:
            while not ends.is_set():
                connection.execute("BEGIN IMMEDIATE")
                connection.execute("INSERT INTO t VALUES (1)")
                time.sleep(0.05)
                connection.execute("COMMIT")

    writers = [threading.Thread(target=write) for _ in range(3)]
    for writer in writers:
        writer.start()
    try:
        assert find_lock(database, 1, wait=0.5) is None
    finally:
        ends.set()
        for writer in writers:
            writer.join()
