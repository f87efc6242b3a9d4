"""Substitutes for batch systems that cannot run here: ``python tests/testbed/standin.py start lsf``.

Their commands accept job scripts and run them as processes of this host. This tests submission and listing. It does not
test queues, limits or hosts.
"""

from __future__ import annotations

import contextlib
import getpass
import json
import os
import re
import shutil
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import daemons

COMMANDS = {"lsf": ("bsub", "bjobs", "bkill"), "moab": ("msub", "showq", "canceljob")}


def start(system: str) -> dict[str, str]:
    """Write the commands of `system` and return the variables that put them first on the ``PATH``."""
    folder = daemons.state_dir(system)
    (folder / "bin").mkdir(exist_ok=True)
    (folder / "jobs").mkdir(exist_ok=True)
    for command in COMMANDS[system]:
        path = folder / "bin" / command
        path.write_text(f'#!/bin/sh\nexec {sys.executable} {Path(__file__).absolute()} {system} {command} "$@"\n')
        path.chmod(0o755)
    return {"PATH": f"{folder / 'bin'}{os.pathsep}{os.environ['PATH']}"}


def stop(system: str, *, purge: bool = False) -> None:
    """Stop all jobs. With `purge`, remove the commands, too."""
    folder = daemons.state_dir(system)
    for job in (folder / "jobs").glob("*.json"):
        _end(job)
    if purge:
        shutil.rmtree(folder)


def _submit(folder: Path, arguments: list[str]) -> str:
    script = Path(arguments[-1]).read_text() if arguments else sys.stdin.read()
    name = re.search(r"^#(?:BSUB -J|PBS -N) (\S+)$", script, re.MULTILINE)
    with _counter(folder):
        number = 1 + max((int(p.stem) for p in (folder / "jobs").glob("*.json")), default=0)
        job = folder / "jobs" / f"{number}.json"
        job.write_text("{}")
    (folder / "jobs" / f"{number}.sh").write_text(script)
    base = folder / "jobs" / str(number)
    daemons.spawn("bash", f"{base}.sh", log=Path(f"{base}.out"), pid_file=Path(f"{base}.pid"))
    job.write_text(json.dumps({"name": name[1] if name else ""}))
    return str(number)


@contextlib.contextmanager
def _counter(folder: Path) -> Iterator[None]:
    """Lock the counter of jobs."""
    import fcntl

    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _running_jobs(folder: Path) -> list[tuple[str, str]]:
    """Return number and name of the running jobs."""
    found = []
    for job in sorted((folder / "jobs").glob("*.json"), key=lambda p: int(p.stem)):
        if daemons.alive(job.with_suffix(".pid")):
            found.append((job.stem, json.loads(job.read_text() or "{}").get("name", "")))
    return found


def _end(job: Path) -> bool:
    pid = daemons.alive(job.with_suffix(".pid"))
    if pid:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(pid, signal.SIGTERM)
    return bool(pid)


def play(system: str, command: str, arguments: list[str]) -> int:
    """Act and print like `command` of `system`."""
    folder = daemons.state_dir(system)
    if command in ("bsub", "msub"):
        number = _submit(folder, arguments)
        print(f"Job <{number}> is submitted to default queue <normal>." if command == "bsub" else f"\n{number}")
    elif command == "bjobs":
        ids = [word for word in arguments if word.isdigit()]
        jobs = [(number, name) for number, name in _running_jobs(folder) if not ids or number in ids]
        print("\n".join(f"{number}|RUN|host|{getpass.getuser()}|-|-|{name}" for number, name in jobs))
        if len(jobs) < len(ids) or not jobs:
            print("Job <0> is not found" if ids else "No unfinished job found", file=sys.stderr)
            return 255
    elif command == "showq":
        items = "".join(
            f'<job JobID="{number}" JobName="{name}" State="Running"/>' for number, name in _running_jobs(folder)
        )
        print(f'<Data><queue option="active">{items}</queue></Data>')
    else:
        ended = [_end(folder / "jobs" / f"{number}.json") for number in arguments]
        if not all(ended):
            print("Job has already finished", file=sys.stderr)
            return 255
    return 0


if __name__ == "__main__":
    if sys.argv[1] == "start":
        print("\n".join(f"export {k}={v}" for k, v in start(sys.argv[2]).items()))
    elif sys.argv[1] == "stop":
        stop(sys.argv[2], purge="--purge" in sys.argv)
    else:
        sys.exit(play(sys.argv[1], sys.argv[2], sys.argv[3:]))
