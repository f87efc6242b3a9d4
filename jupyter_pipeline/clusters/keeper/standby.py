"""A standby keeper: it makes the second local cluster of a session start without delay.

A standby keeper is a process that has imported all modules and runs a fork server for workers. It waits for the folder
of a cluster. It exits with the process that started it, when their pipe closes, and after an hour. It is discarded if
packages or settings have changed since its start.

Its cluster id is created in advance, since the tag of a process is read from its initial environment.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import site
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline import environment_variables, paths, processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.cleanup import tags
from jupyter_pipeline.clusters.keeper import fork_server
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from io import FileIO

__all__ = [
    "StandbyKeeper",
    "claim",
    "compute_fingerprint",
    "discard",
    "is_enabled",
    "release",
    "schedule_start",
    "start",
]

_START_DELAY = 2.0  # seconds after a cluster's start, so that the user's first computation is not slowed
_MAX_AGE = 3600.0
_TAKE_OVER_TIMEOUT = 10.0
_READY, _TAKEN_OVER = b"r", b"1"
# Prefixes of variables that a process reads when it starts: a change cannot reach a running one.
_READ_AT_START = (
    *("LD_", "PYTHON", "MALLOC_", "OMP_", "MKL_", "OPENBLAS_", "DASK_", "TMPDIR"),
    environment_variables.STATE,
)


@dataclass
class StandbyKeeper:
    """A standby keeper from the view of the process that started it."""

    cluster_id: str
    fingerprint: str
    request_pipe: FileIO
    reply_pipe: FileIO

    def is_running(self) -> bool:
        """Return True if the process is starting or ready."""
        readable, _, _ = select.select([self.reply_pipe], [], [], 0)
        return not readable or self.reply_pipe.read(1) == _READY

    def assign(self, folder: Path, environment: Mapping[str, str]) -> bool:
        """Assign the cluster in `folder`; return True once the process has taken over its record.

        Parameters
        ----------
        folder : Path
            Folder of the cluster.
        environment : mapping
            New environment of the keeper.
        """
        request = json.dumps({"folder": str(folder), "environment": dict(environment)})
        try:
            self.request_pipe.write(request.encode() + b"\n")
            deadline = time.monotonic() + _TAKE_OVER_TIMEOUT
            while time.monotonic() < deadline:
                readable, _, _ = select.select([self.reply_pipe], [], [], max(0.0, deadline - time.monotonic()))
                reply = self.reply_pipe.read(1) if readable else b""
                if reply != _READY:
                    return reply == _TAKEN_OVER
            return False
        except OSError:
            return False
        finally:
            self.close()

    def close(self) -> None:
        """Close the pipes. A process without a cluster exits then."""
        self.request_pipe.close()
        self.reply_pipe.close()


_lock = threading.Lock()
_standby: StandbyKeeper | None = None


def is_enabled() -> bool:
    """Return True in an interactive session, where another cluster may be started.

    ``JUPYTER_PIPELINE_STANDBY`` set to ``0`` or ``1`` takes precedence.
    """
    setting = os.environ.get(environment_variables.STANDBY, "")
    return setting == "1" if setting else "ipykernel" in sys.modules or hasattr(sys, "ps1")


def schedule_start(profile: Profile) -> None:
    """Start a standby keeper after a delay, if this is a session and `profile` can use one."""
    if is_enabled() and _standby is None and _can_use(profile):
        timer = threading.Timer(_START_DELAY, start)
        timer.daemon = True
        timer.start()


def start() -> None:
    """Start a standby keeper unless there is one, without waiting until it is ready."""
    global _standby
    with _lock, contextlib.suppress(OSError):
        if _standby is None:
            _standby = _spawn()


def claim(profile: Profile) -> StandbyKeeper | None:
    """Take the standby keeper for a cluster of `profile`.

    Returns
    -------
    StandbyKeeper or None
        ``None`` if there is none, if it is out of date, or if `profile` cannot use it.
    """
    global _standby
    if _standby is None or not _can_use(profile):
        return None
    with _lock:
        standby, _standby = _standby, None
    if standby is None:
        return None
    if standby.fingerprint == compute_fingerprint() and standby.is_running():
        return standby
    standby.close()
    return None


def release(standby: StandbyKeeper) -> None:
    """Give back a claimed standby keeper that was not used."""
    global _standby
    with _lock:
        if _standby is not None:
            _standby.close()
        _standby = standby


def discard() -> None:
    """Stop the standby keeper if there is one."""
    global _standby
    with _lock:
        if _standby is not None:
            _standby.close()
        _standby = None


def _can_use(profile: Profile) -> bool:
    return profile.keeper == "local" and fork_server.can_fork_workers(profile)


def compute_fingerprint() -> str:
    """Return a text that changes with the installed packages and with settings read at the start of a process."""
    folders = {p for p in sys.path if p.endswith(("site-packages", "dist-packages"))}
    with contextlib.suppress(AttributeError):  # some virtual environments lack these functions
        folders |= {*site.getsitepackages(), site.getusersitepackages()}
    parts: list[Any] = [sys.executable]
    for path in (*(Path(folder) for folder in sorted(folders)), *_list_dask_config()):
        with contextlib.suppress(OSError):
            parts.append([str(path), path.stat().st_mtime_ns])
    parts += sorted((k, v) for k, v in os.environ.items() if k.startswith(_READ_AT_START))
    return json.dumps(parts)


def _list_dask_config() -> list[Path]:
    folders = [Path("~/.config/dask").expanduser(), Path("/etc/dask")]
    if os.environ.get("DASK_CONFIG"):
        folders.append(Path(os.environ["DASK_CONFIG"]))
    return [*folders, *(file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*.y*ml")))]


def _spawn() -> StandbyKeeper:
    parent = processes.this_process()
    cluster_id = registry.new_id()
    log = _log_path(cluster_id)
    request_reader, request_writer = os.pipe()
    reply_reader, reply_writer = os.pipe()
    output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fingerprint = compute_fingerprint()
    try:
        subprocess.run(
            [sys.executable, "-P", "-m", tags.STANDBY_MODULE, str(log), str(reply_writer)],
            stdin=request_reader,
            stdout=output,
            stderr=output,
            pass_fds=[reply_writer],
            env={
                **tags.build_environment(cluster_id),
                environment_variables.STANDBY_OF: f"{parent.pid}:{parent.started}",
            },
            start_new_session=True,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        os.close(request_writer)
        os.close(reply_reader)
        log.unlink(missing_ok=True)
        raise
    finally:
        for descriptor in (request_reader, reply_writer, output):
            os.close(descriptor)
    return StandbyKeeper(
        cluster_id,
        fingerprint,
        os.fdopen(request_writer, "wb", buffering=0),
        os.fdopen(reply_reader, "rb", buffering=0),
    )


def _log_path(cluster_id: str) -> Path:
    """Return the path of the log, on the registry's file system, so that it can be renamed to ``keeper.log``."""
    return paths.clusters_dir() / f".{cluster_id}.log"


def main(log: Path, reply: int) -> None:
    """Prepare, wait for a request, and become the keeper of its cluster.

    Parameters
    ----------
    log : Path
        Path of this process's log.
    reply : int
        File descriptor of the reply pipe.
    """
    if os.fork():
        os._exit(0)
    from jupyter_pipeline.clusters.keeper.main import daemonize, run, take_over  # not needed by the parent process

    daemonize()
    fork_server.start_forkserver()
    fork_server.preload_keeper_modules()
    fork_server.use_forkserver()
    line = b""
    with contextlib.suppress(BrokenPipeError):
        os.write(reply, _READY)
        readable, _, _ = select.select([0], [], [], _MAX_AGE)
        line = sys.stdin.buffer.readline() if readable else b""
    if not line.endswith(b"\n"):  # the parent process has exited or discarded this one
        log.unlink(missing_ok=True)
        fork_server.stop_helper_processes()
        os._exit(0)
    request = json.loads(line)
    folder = Path(request["folder"])
    log.rename(folder / "keeper.log")
    _replace_environment(request["environment"])
    record = take_over(folder)
    os.write(reply, _TAKEN_OVER)
    os.close(reply)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    run(folder, record)


def _replace_environment(environment: Mapping[str, str]) -> None:
    """Use `environment`. Dask passes changed variables to workers, which fork from an older process."""
    import dask.config

    changed = {k: v for k, v in environment.items() if os.environ.get(k) != v}
    kept = {*environment, environment_variables.STANDBY_OF, *fork_server.STARTUP_ENVIRONMENT}
    for name in set(os.environ) - kept:
        del os.environ[name]
    os.environ.update(changed)
    dask.config.set({"distributed.nanny.environ": {**dask.config.get("distributed.nanny.environ", {}), **changed}})


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
