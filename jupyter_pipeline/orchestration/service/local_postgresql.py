"""A PostgreSQL server of the service, with its data below the state folder.

The programs are Debian's, below ``/usr/lib/postgresql``. The server listens on a Unix socket alone. Its one user has a
password, in a file of mode 0600. PostgreSQL refuses to run as root: for root, ``unshare`` starts it in a user namespace
in which the user has another number. So all files stay in the state folder and belong to its owner.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil

from jupyter_pipeline.exceptions import ServiceError
from jupyter_pipeline.paths import private_dir, runtime_dir, write_private

__all__ = ["LocalPostgreSQL"]

_PROGRAMS = Path("/usr/lib/postgresql")
_USER = "prefect"
_UNPRIVILEGED = "65534"
"""Number of the user in the namespace, if root starts the server."""
_SETTINGS = {"listen_addresses": "", "unix_socket_permissions": "0700", "log_timezone": "UTC"}
_FEWEST_CONNECTIONS = 200


class LocalPostgreSQL:
    """The server below one folder of a service.

    Parameters
    ----------
    home : Path
        Folder of the service.
    """

    def __init__(self, home: Path) -> None:
        self.folder = home / "postgresql"
        self.data = self.folder / "data"
        # A path of a socket has at most 107 characters, and sockets do not work on network homes.
        self.socket = runtime_dir() / f"postgresql-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}"

    @property
    def address(self) -> str:
        """Address for Prefect, with the password."""
        password = (self.folder / "password").read_text().strip()
        return f"postgresql+asyncpg://{_USER}:{quote(password, safe='')}@/postgres?host={quote(str(self.socket))}"

    def prepare(self) -> None:
        """Create the data, unless they exist.

        Raises
        ------
        ServiceError
            If PostgreSQL is not installed, cannot be run by this user, or cannot create its data.
        """
        programs = self._find_programs()
        command = _as_unprivileged()
        private_dir(self.folder)
        private_dir(self.socket)
        if (self.data / "PG_VERSION").exists():
            return
        shutil.rmtree(self.data, ignore_errors=True)  # of an interrupted start
        new = self.folder / "new"
        shutil.rmtree(new, ignore_errors=True)
        password = self.folder / "password"
        write_private(password, f"{secrets.token_urlsafe(32)}\n")
        options = ["-D", str(new), "-U", _USER, "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8"]
        done = subprocess.run(
            [*command, str(programs / "initdb"), *options, "--locale=C.UTF-8"],
            capture_output=True, text=True, check=False, cwd=self.folder,
        )  # fmt: skip
        if done.returncode:
            reason = (done.stderr.strip().splitlines() or ["no reason"])[-1]
            raise ServiceError(f"PostgreSQL cannot create its data in {self.folder}: {reason}")
        new.rename(self.data)

    def command(self, *, connections: int = 0) -> list[str]:
        """Return the command that runs the server in the foreground.

        Parameters
        ----------
        connections : int
            Number of connections of its clients.
        """
        self._remove_stale_lock()
        private_dir(self.socket)
        limits = {"max_connections": str(max(connections, _FEWEST_CONNECTIONS))}
        settings = [word for name, value in (_SETTINGS | limits).items() for word in ("-c", f"{name}={value}")]
        program = str(self._find_programs() / "postgres")
        return [*_as_unprivileged(), program, "-D", str(self.data), "-k", str(self.socket), *settings]

    def is_ready(self) -> bool:
        """Return True if the server accepts connections."""
        command = [str(self._find_programs() / "pg_isready"), "-q", "-h", str(self.socket)]
        return subprocess.run(command, check=False, capture_output=True).returncode == 0

    def _find_programs(self) -> Path:
        """Return the folder of the version of the data, or of the newest version."""
        with contextlib.suppress(FileNotFoundError):
            version = (self.data / "PG_VERSION").read_text().strip()
            if not (_PROGRAMS / version / "bin" / "postgres").exists():
                raise ServiceError(
                    f"The data in {self.data} need PostgreSQL {version}. Install it: apt install postgresql-{version}"
                )
            return _PROGRAMS / version / "bin"
        found = [path for path in _PROGRAMS.glob("*/bin") if (path / "initdb").exists()]
        if not found:
            raise ServiceError(
                f"PostgreSQL is not installed below {_PROGRAMS}. Install it: apt install postgresql, or name a "
                "database: --postgres URL"
            )
        return max(found, key=lambda path: float(path.parent.name))

    def _remove_stale_lock(self) -> None:
        """Remove the locks of a killed server, if its process is a zombie or its number is another program's."""
        for path in (self.data / "postmaster.pid", *self.socket.glob(".s.PGSQL.*.lock")):
            with contextlib.suppress(FileNotFoundError, ValueError, IndexError, psutil.Error):
                process = psutil.Process(int(path.read_text().split()[0]))
                if process.status() == psutil.STATUS_ZOMBIE or not process.name().startswith("postgres"):
                    path.unlink()


def _as_unprivileged() -> list[str]:
    """Return the beginning of a command that PostgreSQL accepts from this user."""
    if os.getuid() != 0:
        return []
    command = ["unshare", "--user", f"--map-user={_UNPRIVILEGED}", f"--map-group={_UNPRIVILEGED}"]
    try:
        works = subprocess.run([*command, "true"], check=False, capture_output=True).returncode == 0
    except FileNotFoundError:
        works = False
    if not works:
        raise ServiceError(
            "PostgreSQL refuses to run as root, and this host allows no user namespaces. Run the service as another "
            "user, or name a database: --postgres URL"
        )
    return command
