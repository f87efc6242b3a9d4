"""Run the keeper, the process that owns one cluster: ``python -m jupyter_pipeline.clusters.keeper.main FOLDER``.

The process daemonizes: a new session, no terminal, default signal handlers, no waiting parent. So it survives the
exit of the kernel and the Jupyter server, and the user's log-out. The command returns once the record names the keeper.
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

from jupyter_pipeline import environment_variables, paths, processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.keeper import control_client, fork_server
from jupyter_pipeline.clusters.registry import markers, names
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.models import ClusterRecord, ClusterState

__all__ = ["daemonize", "main", "run", "run_in_foreground", "take_over"]


def main(folder: Path) -> None:
    """Become the keeper of the cluster in `folder`.

    The calling process exits with 0 once its child process has taken over the record, and with 1 on failure.
    """
    reader, writer = os.pipe()
    if os.fork():
        os.close(writer)
        os._exit(0 if os.read(reader, 1) else 1)
    os.close(reader)
    daemonize()
    record = take_over(folder)
    os.write(writer, b"1")
    os.close(writer)
    run(folder, record)


def daemonize() -> None:
    """Start a new session and restore default signal handlers; some parents start processes with SIGINT ignored."""
    os.setsid()
    os.umask(0o077)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGQUIT, signal.SIGCHLD):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def take_over(folder: Path) -> ClusterRecord:
    """Write this process into the record as the keeper, and return the record.

    No heavy module is imported until then. The process exits if the cluster is not starting any more.
    """
    with names.lock_registry():
        with contextlib.suppress(OSError):  # a file system without locks
            processes.hold_lock(registry.lock_path(folder.name))
        record = registry.read_record(folder)
        if record is None or record.state is not ClusterState.STARTING:
            sys.exit(f"{folder} is not the folder of a starting cluster")
        if markers.read_stop_request(folder):
            sys.exit(f"{record.name} was stopped during its start")
        if record.keeper is None:  # a batch job that was pending: limits count from now on
            now, lifetime = time.time(), record.limits.lifetime
            record = dataclasses.replace(record, started=now, expires=now + lifetime if lifetime is not None else None)
        record = dataclasses.replace(
            record,
            keeper=processes.this_process(),
            host=processes.hostname(),
            python=sys.executable,
            control=str(control_client.socket_path(record.id)),
        )
        paths.private_dir(folder / control_client.MAILBOX_DIR)  # clients may write before the server listens
        registry.write_keeper_file(folder, record)
        registry.write_record(folder, record)
    return record


def run(folder: Path, record: ClusterRecord) -> None:
    """Run the cluster until it has ended, then exit the process."""
    request = StartRequest.from_dict(registry.read_request(folder))
    _apply_caller_settings(request)
    use_forks = fork_server.can_fork_workers(request.profile)
    if use_forks:
        fork_server.start_forkserver()
    # Imported after the fork server has started: its imports take longest.
    import asyncio
    import logging

    logging.basicConfig(format="%(asctime)s %(name)s %(levelname)s %(message)s", level=logging.INFO)
    code = 1
    try:
        from jupyter_pipeline.clusters.keeper.lifecycle import Keeper

        if use_forks:
            fork_server.use_forkserver()
        asyncio.run(Keeper(folder, record, request).run())
        code = 0
    except BaseException:
        logging.getLogger("jupyter_pipeline.keeper").exception("the keeper failed")
        fork_server.stop_helper_processes()
        raise
    finally:
        logging.shutdown()
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        # Threads and exit handlers of a cluster class must not delay the exit.
        os._exit(code)


def _apply_caller_settings(request: StartRequest) -> None:
    """Apply working folder, search path and ``PYTHONPATH`` of the caller, which workers inherit."""
    with contextlib.suppress(OSError):
        os.chdir(request.cwd)
        # Start folder of worker processes; a standby keeper was started in another one.
        setattr(multiprocessing.process, "ORIGINAL_DIR", str(Path.cwd()))  # noqa: B010 - missing in typeshed
    sys.path[:] = dict.fromkeys((*request.sys_path, *sys.path))
    original = os.environ.pop(environment_variables.ORIGINAL_PYTHONPATH, None)
    if original is not None:
        os.environ.pop("PYTHONPATH", None)
        os.environ |= {"PYTHONPATH": original} if original else {}
    # Worker processes started by `spawn` run the main module again; this one has no user code.
    module = sys.modules["__main__"]
    module.__spec__ = None
    with contextlib.suppress(AttributeError):
        del module.__file__


def run_in_foreground(folder: Path) -> None:
    """Become the keeper of the cluster in `folder` without daemonizing, inside a batch job."""
    os.umask(0o077)
    log = os.open(folder / "keeper.log", os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    for stream in (1, 2):
        os.dup2(log, stream)
    run(folder, take_over(folder))


if __name__ == "__main__":
    if sys.argv[1] == "--foreground":
        run_in_foreground(Path(sys.argv[2]))
    else:
        main(Path(sys.argv[1]))
