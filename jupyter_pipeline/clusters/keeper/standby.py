"""A keeper held ready: the second local cluster of a session starts at once.

A process waits, with everything imported and a fork server for its workers, for the folder of a cluster to keep. It
belongs to the process that made it and ends with it: it reads from a pipe that the kernel of the operating system
closes. It is thrown away when packages or settings changed since, and after an hour.

Its id is made beforehand, because the tag of a process is read from the environment that it started with.
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

from jupyter_pipeline import paths, processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.cleanup import tags
from jupyter_pipeline.clusters.keeper import fork_server
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from io import FileIO

__all__ = ["StandbyKeeper", "claim", "discard", "is_enabled", "release", "schedule_start", "start"]

_DELAY = 2.0  # seconds after a start, so that a spare does not compete with what the cluster was started for
_WAIT = 3600.0
_TAKE_OVER = 10.0
# What a process reads when it starts: a change cannot reach one that runs.
_AT_START = ("LD_", "PYTHON", "MALLOC_", "OMP_", "MKL_", "OPENBLAS_", "DASK_", "JUPYTER_PIPELINE_STATE", "TMPDIR")


@dataclass
class StandbyKeeper:
    """One spare keeper, as the process that made it sees it."""

    cluster_id: str
    fingerprint: str
    order: FileIO
    answer: FileIO

    def alive(self) -> bool:
        """Return whether it waits still."""
        readable, _, _ = select.select([self.answer], [], [], 0)
        return not readable or self.answer.read(1) == b"r"

    def adopt(self, folder: Path, environment: Mapping[str, str]) -> bool:
        """Let it keep the cluster in `folder`; return whether it has taken the record over."""
        order = json.dumps({"folder": str(folder), "environment": dict(environment)})
        try:
            self.order.write(order.encode() + b"\n")
            deadline = time.monotonic() + _TAKE_OVER
            while time.monotonic() < deadline:
                readable, _, _ = select.select([self.answer], [], [], max(0.0, deadline - time.monotonic()))
                said = self.answer.read(1) if readable else b""
                if said != b"r":
                    return said == b"1"
            return False
        except OSError:
            return False
        finally:
            self.close()

    def close(self) -> None:
        """Let go of it: one that waits still ends."""
        self.order.close()
        self.answer.close()


_lock = threading.Lock()
_held: StandbyKeeper | None = None


def is_enabled() -> bool:
    """Return whether this process is a session in which somebody may start another cluster.

    ``JUPYTER_PIPELINE_STANDBY`` set to ``0`` or ``1`` decides it.
    """
    chosen = os.environ.get("JUPYTER_PIPELINE_STANDBY", "")
    return chosen == "1" if chosen else "ipykernel" in sys.modules or hasattr(sys, "ps1")


def schedule_start(profile: Profile) -> None:
    """Make a spare keeper in a moment, if `profile` can use one and this is a session."""
    if is_enabled() and _held is None and fork_server.can_fork_workers(profile) and profile.keeper == "local":
        timer = threading.Timer(_DELAY, start)
        timer.daemon = True
        timer.start()


def start() -> None:
    """Make a spare keeper, unless there is one. It gets ready while this process goes on."""
    global _held
    with _lock, contextlib.suppress(OSError):
        if _held is None:
            _held = _spawn()


def claim(profile: Profile) -> StandbyKeeper | None:
    """Return the spare keeper if it can keep a cluster of `profile` now; it is no longer held then."""
    global _held
    if _held is None or not fork_server.can_fork_workers(profile) or profile.keeper != "local":
        return None
    with _lock:
        spare, _held = _held, None
    if spare is None:
        return None
    if spare.fingerprint == compute_fingerprint() and spare.alive():
        return spare
    spare.close()
    return None


def release(spare: StandbyKeeper) -> None:
    """Hold `spare` again, which was claimed and not used."""
    global _held
    with _lock:
        if _held is not None:
            _held.close()
        _held = spare


def discard() -> None:
    """Let the spare keeper end, if there is one."""
    global _held
    with _lock:
        if _held is not None:
            _held.close()
        _held = None


def compute_fingerprint() -> str:
    """Return what changes when packages are installed or removed, or settings that a process reads when it starts."""
    folders = {p for p in sys.path if p.endswith(("site-packages", "dist-packages"))}
    with contextlib.suppress(AttributeError):  # some virtual environments lack these functions
        folders |= {*site.getsitepackages(), site.getusersitepackages()}
    seen: list[Any] = [sys.executable]
    for path in (*(Path(folder) for folder in sorted(folders)), *_dask_configuration()):
        with contextlib.suppress(OSError):
            seen.append([str(path), path.stat().st_mtime_ns])
    seen += sorted((k, v) for k, v in os.environ.items() if k.startswith(_AT_START))
    return json.dumps(seen)


def _dask_configuration() -> list[Path]:
    folders = [Path("~/.config/dask").expanduser(), Path("/etc/dask")]
    if os.environ.get("DASK_CONFIG"):
        folders.append(Path(os.environ["DASK_CONFIG"]))
    return [*folders, *(file for folder in folders if folder.is_dir() for file in sorted(folder.glob("*.y*ml")))]


def _spawn() -> StandbyKeeper:
    me = processes.this_process()
    cluster_id = registry.new_id()
    log = _log_path(cluster_id)
    order_end, order = os.pipe()
    answer, answer_end = os.pipe()
    out = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    made = compute_fingerprint()
    try:
        subprocess.run(
            [sys.executable, "-P", "-m", __name__, str(log), str(answer_end)],
            stdin=order_end,
            stdout=out,
            stderr=out,
            pass_fds=[answer_end],
            env=tags.build_environment(cluster_id) | {tags.STANDBY_VARIABLE: f"{me.pid}:{me.started}"},
            start_new_session=True,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        os.close(order)
        os.close(answer)
        log.unlink(missing_ok=True)
        raise
    finally:
        for descriptor in (order_end, answer_end, out):
            os.close(descriptor)
    return StandbyKeeper(cluster_id, made, os.fdopen(order, "wb", buffering=0), os.fdopen(answer, "rb", buffering=0))


def _log_path(cluster_id: str) -> Path:
    """Return where a spare keeper writes: on the file system of the registry, so that it can become keeper.log."""
    return paths.clusters_dir() / f".{cluster_id}.log"


def main(log: Path, answer: int) -> None:
    """Get ready, wait for an order, and become the keeper that it asks for."""
    if os.fork():
        os._exit(0)
    from jupyter_pipeline.clusters.keeper import main as keeper  # whoever makes a spare needs none of it

    keeper.detach()
    fork_server.start_forkserver()
    fork_server.preload_keeper_modules()
    fork_server.use_forkserver()
    line = b""
    with contextlib.suppress(BrokenPipeError):
        os.write(answer, b"r")
        readable, _, _ = select.select([0], [], [], _WAIT)
        line = sys.stdin.buffer.readline() if readable else b""
    if not line.endswith(b"\n"):  # whoever made this process is gone, or has no use for it
        log.unlink(missing_ok=True)
        os._exit(0)
    order = json.loads(line)
    folder = Path(order["folder"])
    log.rename(folder / "keeper.log")
    _take_environment(order["environment"])
    record = keeper.take_over(folder)
    os.write(answer, b"1")
    os.close(answer)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    keeper.run(folder, record)


def _take_environment(environment: Mapping[str, str]) -> None:
    """Take the environment of the process that asks; workers, forked from an older one, get what changed from Dask."""
    import dask.config

    changed = {k: v for k, v in environment.items() if os.environ.get(k) != v}
    for name in set(os.environ) - set(environment) - {tags.STANDBY_VARIABLE, *fork_server.STARTUP_ENVIRONMENT}:
        del os.environ[name]
    os.environ.update(changed)
    dask.config.set({"distributed.nanny.environ": {**dask.config.get("distributed.nanny.environ", {}), **changed}})


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
