"""A Redis-compatible server of the service, through which several server processes exchange events.

The program is Debian's ``valkey-server`` or ``redis-server``. It listens on a Unix socket alone, with a password in a
file of mode 0600. Its data are below the state folder, so that events that wait survive its end.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote

from jupyter_pipeline import environment_variables
from jupyter_pipeline.exceptions import ServiceError
from jupyter_pipeline.paths import private_dir, runtime_dir, write_private

__all__ = ["LocalRedis", "find_broker_failure"]

_PROGRAMS = ("valkey-server", "redis-server")
_SYSTEM_FOLDERS = "/usr/local/sbin:/usr/sbin:/sbin"
"""Folders of Debian's servers that the path of a user may lack."""
_PATIENCE = 5.0
"""Seconds for the answer to a check."""
_OLDEST = (6, 2)
"""Oldest version that has all commands of Prefect's consumers."""


class LocalRedis:
    """The server below one folder of a service.

    Parameters
    ----------
    home : Path
        Folder of the service.
    """

    def __init__(self, home: Path) -> None:
        self.folder = home / "redis"
        # A path of a socket has at most 107 characters, and sockets do not work on network homes.
        self.socket = runtime_dir() / f"redis-{hashlib.sha256(str(home).encode()).hexdigest()[:12]}" / "socket"

    @property
    def address(self) -> str:
        """Address for Prefect, with the password."""
        password = (self.folder / "password").read_text().strip()
        return f"unix://:{quote(password, safe='')}@{self.socket}?db=0"

    def prepare(self) -> None:
        """Create the password and the configuration.

        Raises
        ------
        ServiceError
            If no program is installed, or it is too old.
        """
        _find_program()
        private_dir(self.folder)
        password = self.folder / "password"
        if not password.exists():
            write_private(password, f"{secrets.token_urlsafe(32)}\n")
        lines = [
            "port 0",
            f'unixsocket "{self.socket}"',
            "unixsocketperm 700",
            f'dir "{self.folder}"',
            "appendonly yes",
            'save ""',
            "daemonize no",
            f"requirepass {password.read_text().strip()}",
        ]
        write_private(self.folder / "redis.conf", "\n".join([*lines, ""]))

    def command(self) -> list[str]:
        """Return the command that runs the server in the foreground."""
        private_dir(self.socket.parent)
        return [_find_program(), str(self.folder / "redis.conf")]


def find_broker_failure(environ: Mapping[str, str]) -> str:
    """Return one sentence on why the Redis server of the environment cannot be used; empty if it answers.

    Parameters
    ----------
    environ : mapping
        Environment with the address of the server.
    """
    import redis

    try:
        with redis.Redis.from_url(environ[environment_variables.BROKER], socket_timeout=_PATIENCE) as client:
            client.ping()
    except redis.AuthenticationError:
        return "Redis refuses the password of its address."
    except (redis.RedisError, ValueError, OSError) as error:
        # The text may hold the address, with its password.
        return f"Redis does not answer ({type(error).__name__})."
    return ""


def _find_program() -> str:
    """Return the path of the server's program."""
    path = f"{os.environ.get('PATH', '')}:{_SYSTEM_FOLDERS}"
    found = next(filter(None, (shutil.which(name, path=path) for name in _PROGRAMS)), None)
    if found is None:
        raise ServiceError(
            "Several server processes need Redis or Valkey, and neither is installed. Install it: "
            "apt install redis-server (or valkey-server), or name a server: --broker redis://HOST"
        )
    output = subprocess.run([found, "--version"], check=False, capture_output=True, text=True).stdout
    version = re.search(r"v=(\d+)\.(\d+)", output)
    if version and (int(version[1]), int(version[2])) < _OLDEST:
        raise ServiceError(
            f"{found} is version {version[1]}.{version[2]}, and several server processes need 6.2 or later. Install a "
            "newer one, or name a server: --broker redis://HOST"
        )
    return found
