"""The process that owns one cluster: ``python -m jupyter_pipeline.clusters.keeper.main FOLDER``.

It detaches itself: a session of its own, no terminal, default signals, no parent that waits for it. So it survives the
kernel, the Jupyter server and the log-out of whoever started it. The call returns once the record names the keeper.
"""

from __future__ import annotations

import contextlib
import dataclasses
import multiprocessing.process
import os
import signal
import sys
import time
from pathlib import Path

from jupyter_pipeline import paths, processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.cleanup import tags
from jupyter_pipeline.clusters.keeper import control_client, fork_server
from jupyter_pipeline.clusters.registry import markers, names
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.models import ClusterRecord, ClusterState

__all__ = ["detach", "main", "run", "stay", "take_over"]


def main(folder: Path) -> None:
    """Become the keeper of the cluster in `folder`.

    The calling process ends with code 0 once its child has taken the record over, and with 1 if that failed.
    """
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        os._exit(0 if os.read(reader, 1) else 1)
    os.close(reader)
    detach()
    record = take_over(folder)
    os.write(writer, b"1")
    os.close(writer)
    run(folder, record)


def detach() -> None:
    """Leave the session of the caller and forget its signals; some start us with SIGINT ignored."""
    os.setsid()
    os.umask(0o077)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def take_over(folder: Path) -> ClusterRecord:
    """Write this process as the keeper into the record and return it; nothing heavy was imported until then."""
    with names.lock_registry():
        record = registry.read_record(folder)
        if record is None or record.state is not ClusterState.STARTING:
            sys.exit(f"{folder} is not the folder of a cluster that starts")
        if markers.read_stop_request(folder):
            sys.exit(f"{record.name} was stopped while it started")
        if record.keeper is None:  # it waited in a queue: limits count from now on
            now, lifetime = time.time(), record.limits.lifetime
            record = dataclasses.replace(record, started=now, expires=now + lifetime if lifetime is not None else None)
        record = dataclasses.replace(
            record,
            keeper=processes.this_process(),
            host=processes.hostname(),
            python=sys.executable,
            control=str(control_client.socket_path(record.id)),
        )
        paths.private_dir(folder / control_client.MAILBOX_DIR)  # who asks before the keeper listens is answered later
        registry.write_keeper_file(folder, record)
        registry.write_record(folder, record)
    return record


def run(folder: Path, record: ClusterRecord) -> None:
    """Keep the cluster until it has ended, and end the process."""
    request = StartRequest.from_dict(registry.read_request(folder))
    _settle(request)
    forked = fork_server.can_fork_workers(request.profile)
    if forked:
        fork_server.start_forkserver()
    # Not before: the fork server imports longest.
    import asyncio
    import logging

    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s", level=logging.INFO)
    code = 1
    try:
        from jupyter_pipeline.clusters.keeper.lifecycle import Keeper

        if forked:
            fork_server.use_forkserver()
        asyncio.run(Keeper(folder, record, request).run())
        code = 0
    except BaseException:
        logging.getLogger("jupyter_pipeline.keeper").exception("the keeper failed")
        raise
    finally:
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        # Nothing may hold the process back that a cluster class left behind: threads, exit handlers.
        os._exit(code)


def _settle(request: StartRequest) -> None:
    """Take the working folder and the search path of the process that asked, as workers inherit them from here."""
    with contextlib.suppress(OSError):
        os.chdir(request.cwd)
        # Where worker processes start; a keeper that was held ready came from elsewhere.
        setattr(multiprocessing.process, "ORIGINAL_DIR", str(Path.cwd()))  # noqa: B010 - typeshed does not know it
    sys.path[:] = dict.fromkeys((*request.sys_path, *sys.path))
    original = os.environ.pop(tags.PYTHONPATH_VARIABLE, None)
    if original is not None:
        os.environ.pop("PYTHONPATH", None)
        os.environ |= {"PYTHONPATH": original} if original else {}
    # Worker processes started by `spawn` run the main module again; there is nothing of the user's in this one.
    module = sys.modules["__main__"]
    module.__spec__ = None
    with contextlib.suppress(AttributeError):
        del module.__file__


def stay(folder: Path) -> None:
    """Become the keeper of the cluster in `folder` without leaving the batch job that this process is."""
    os.umask(0o077)
    log = os.open(folder / "keeper.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    run(folder, take_over(folder))


if __name__ == "__main__":
    if sys.argv[1] == "--stay":
        stay(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
