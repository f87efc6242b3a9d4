"""Start one Dask process on a remote host, and stop it when the SSH connection ends.

The source of this module is sent over the connection, so it imports the standard library only. Its input comes through
standard input, because every user of the host can read command lines. The input is this source, then one line of JSON.
Its ``files`` are certificates and the token, by name. Its ``program`` is the file among them that runs ``command``. At
the end of standard input, which is the end of the connection, the process group is terminated and the files are
removed. If the launcher is killed, its watcher does the same. If both are killed, the next launcher on the host removes
the files.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

_GRACE_SECONDS = 10.0
_NEW_SECONDS = 60.0
"""Seconds in which a new folder is locked."""
_PREFIX = "jupyter-pipeline-ssh-"
_LOCK = "lock"
_ENDED = "ended"


def main() -> int:
    """Run the process until it exits or the connection ends, and return its exit code."""
    request = json.loads(sys.stdin.buffer.readline())
    remove_old_folders(Path(tempfile.gettempdir()))
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX))  # 0700
    lock = hold_folder(folder)
    watcher, pipe = start_watcher(folder)
    try:
        for name, content in request["files"].items():
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(content)
        environ = {name: value.replace("{folder}", str(folder)) for name, value in request["environ"].items()}
        program = [str(folder / request["program"])] if request["program"] else []
        process = subprocess.Popen(
            [sys.executable, *program, *request["command"]],
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            pass_fds=[lock],
        )
        os.write(pipe, f"{process.pid}\n".encode())

        def terminate() -> None:
            for number in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(process.pid, number)
                    process.wait(_GRACE_SECONDS)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue

        def start_termination(*_: object) -> None:
            threading.Thread(target=terminate).start()  # the main thread, which has the handler, waits for the process

        def wait_for_end() -> None:
            while sys.stdin.buffer.read(1024):
                pass
            terminate()

        signal.signal(signal.SIGTERM, start_termination)
        signal.signal(signal.SIGHUP, start_termination)
        threading.Thread(target=wait_for_end, daemon=True).start()
        return process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with contextlib.suppress(OSError):  # the watcher may have been killed
            os.write(pipe, _ENDED.encode())
        os.close(pipe)
        os.waitpid(watcher, 0)


def hold_folder(folder: Path) -> int:
    """Lock a folder, and return the descriptor. Processes that inherit it hold the folder too."""
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    with contextlib.suppress(OSError):  # a file system without locks
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


def remove_old_folders(parent: Path) -> None:
    """Remove the folders of this user that no process holds."""
    for folder in parent.glob(f"{_PREFIX}*"):
        try:
            info = folder.lstat()
            if info.st_uid != os.getuid() or info.st_mtime > time.time() - _NEW_SECONDS:
                continue
            descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_NOFOLLOW)
        except OSError:  # removed meanwhile
            continue
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except OSError:
            continue
        finally:
            os.close(descriptor)


def start_watcher(folder: Path) -> tuple[int, int]:
    """Start a process that cleans up if this one is killed; return its pid and a pipe for the id of the Dask process.

    The pipe closes with this process. The watcher has its own session, and holds no stream of the connection.
    """
    reader, writer = os.pipe()
    watcher = os.fork()
    if watcher:
        os.close(reader)
        return watcher, writer
    try:
        os.close(writer)
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for stream in range(3):
            os.dup2(null, stream)
        with os.fdopen(reader) as pipe:
            text = pipe.read()
        if not text.endswith(_ENDED):
            if text:
                terminate_group(int(text), folder)
            shutil.rmtree(folder, ignore_errors=True)
    finally:
        os._exit(0)


def terminate_group(group: int, folder: Path) -> None:
    """Terminate a process group that is no child of this process, and remove its folder at once."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(group, number)
            shutil.rmtree(folder, ignore_errors=True)
            deadline = time.monotonic() + _GRACE_SECONDS
            while time.monotonic() < deadline:
                os.killpg(group, 0)
                time.sleep(0.1)
        except ProcessLookupError:
            return


if __name__ == "__main__":
    sys.exit(main())
