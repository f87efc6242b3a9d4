"""A real PostgreSQL on the loopback, with an empty database: Debian's programs, and an unprivileged user as root."""

from __future__ import annotations

import contextlib
import os
import pwd
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

from waiting import wait_until

__all__ = ["MISSING", "PROGRAMS", "PostgreSQL", "run_postgresql"]

PROGRAMS = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None, key=lambda path: int(path.parent.name))
"""Folder of the newest installed version; ``None`` for none."""
MISSING = "" if PROGRAMS else "PostgreSQL is not installed"
"""Reason to skip a test; empty if it can run."""


class PostgreSQL:
    """A server with one database, which can be restarted."""

    def __init__(self, folder: Path) -> None:
        assert PROGRAMS is not None
        self.owner = "postgres" if os.getuid() == 0 else pwd.getpwuid(os.getuid()).pw_name
        self.data = folder / "postgres"
        self.log = folder / "postgres.log"
        self.data.mkdir()
        shutil.chown(self.data, self.owner)
        for parent in self.data.parents:  # the server's user must pass
            if parent.stat().st_uid == os.getuid() and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o011)
        self._run("initdb", "-D", self.data, "-A", "trust", "-U", "prefect", "--no-sync")
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.port = probe.getsockname()[1]
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Address for Prefect."""
        return f"postgresql+asyncpg://prefect@127.0.0.1:{self.port}/prefect"

    def start(self) -> None:
        """Start the server and wait until it accepts connections."""
        assert PROGRAMS is not None
        options = ["-D", str(self.data), "-p", str(self.port), "-h", "127.0.0.1", "-k", "", "-F"]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [str(PROGRAMS / "postgres"), *options], user=self.owner, stdout=log, stderr=log, cwd="/"
            )
        ready = [PROGRAMS / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]

        def is_ready() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, self.log.read_text()
            return subprocess.run(ready, check=False).returncode == 0

        wait_until(is_ready, 60, "PostgreSQL")

    def create_database(self) -> None:
        """Create the empty database."""
        self._run("createdb", "-h", "127.0.0.1", "-p", str(self.port), "-U", "prefect", "prefect")

    def stop(self) -> None:
        """End all connections and the server; on return it has exited."""
        if self.process is not None:
            self.process.send_signal(2)  # fast shutdown
            self.process.wait(30)

    def _run(self, program: str, *arguments: str | Path) -> None:
        assert PROGRAMS is not None
        subprocess.run([PROGRAMS / program, *arguments], user=self.owner, check=True, capture_output=True, cwd="/")


@contextlib.contextmanager
def run_postgresql(folder: Path) -> Iterator[PostgreSQL]:
    """Run a server with an empty database; on return it has exited."""
    server = PostgreSQL(folder)
    server.start()
    try:
        server.create_database()
        yield server
    finally:
        server.stop()
