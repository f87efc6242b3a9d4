"""Start and stop daemons by their pid files, without systemd."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "support"))
import session

__all__ = ["alive", "end_with_session", "install", "run", "spawn", "state_dir", "stop", "wait_for"]

_children: list[subprocess.Popen[bytes]] = []


def state_dir(backend: str) -> Path:
    """Return the folder of `backend`'s test bed, below ``TESTBED_DIR`` or the temporary folder."""
    root = Path(os.environ.get("TESTBED_DIR", "/tmp/jupyter-pipeline-testbed"))
    root.mkdir(parents=True, exist_ok=True)
    root.chmod(0o755)
    folder = root / backend
    folder.mkdir(exist_ok=True)
    return folder


def install(packages: Sequence[str], commands: Sequence[str]) -> str:
    """Install Debian `packages` unless all `commands` exist. Return the reason if that fails, or an empty string."""
    if all(shutil.which(c) or Path("/usr/sbin", c).exists() for c in commands):
        return ""
    if os.getuid() != 0 or not shutil.which("apt-get"):
        return f"needs {', '.join(packages)}: only root on Debian can install them"
    environ = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    options = ["-y", "-qq", "--no-install-recommends"]
    for command in (["apt-get", "update", "-qq"], ["apt-get", "install", *options, *packages]):
        done = subprocess.run(command, env=environ, capture_output=True, text=True)
        if done.returncode != 0:
            return f"needs {', '.join(packages)}: {done.stderr.strip().splitlines()[-1:] or 'apt-get failed'}"
    return ""


def run(*command: str | Path, timeout: float = 30.0, **options: Any) -> str:
    """Run `command` and return its output. Raise `RuntimeError` with its error output if it fails."""
    done = subprocess.run(
        list(map(str, command)), capture_output=True, text=True, timeout=timeout, stdin=subprocess.DEVNULL, **options
    )
    if done.returncode != 0:
        raise RuntimeError(
            f"{command[0]} failed with code {done.returncode}: {done.stderr.strip() or done.stdout.strip()}"
        )
    return str(done.stdout)


def spawn(*command: str | Path, log: Path, pid_file: Path | None = None, **options: Any) -> None:
    """Start a process that outlives this one. Without `pid_file`, the process writes its pid file itself."""
    with log.open("w") as output:
        process = subprocess.Popen(
            list(map(str, command)),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **options,
        )
    _children.append(process)
    if pid_file is not None:
        pid_file.write_text(str(process.pid))


def end_with_session(pid_file: Path) -> None:
    """Let the test session end the daemon in `pid_file`, which overwrites its environment."""
    pid = alive(pid_file)
    if pid is not None:
        session.own(pid)


def alive(pid_file: Path) -> int | None:
    """Return the pid in `pid_file` if that process runs. A zombie, which init may reap late, does not run."""
    try:
        pid = int(pid_file.read_text().split()[0])
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (OSError, ValueError, IndexError):
        return None
    return None if stat.rpartition(")")[2].split()[0] in "ZX" else pid


def stop(*pid_files: Path, timeout: float = 5.0, number: int = signal.SIGTERM) -> None:
    """Send the signal `number` to the processes in `pid_files`, in order. Kill those that do not exit."""
    for file in pid_files:
        pid = alive(file)
        if pid is None:
            continue
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, number)
            deadline = time.monotonic() + timeout
            while alive(file) and time.monotonic() < deadline:
                time.sleep(0.05)
            if alive(file):
                os.kill(pid, signal.SIGKILL)
    _children[:] = [child for child in _children if child.poll() is None]


def wait_for(condition: Callable[[], object], what: str, timeout: float = 90.0) -> None:
    """Wait until `condition` returns something true."""
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        with contextlib.suppress(Exception):
            if condition():
                return
        time.sleep(0.1)
    raise TimeoutError(f"{what} did not come up within {timeout:.0f} s")
