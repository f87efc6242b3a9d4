"""A test run that is interrupted, terminated or killed leaves no process behind."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import psutil
import pytest
from waiting import wait_until

TESTS = Path(__file__).parent
MARK = "INTERRUPTED_RUN"


def marked(value: str) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            if process.environ().get(MARK) == value and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
    return found


def running(pids: list[int]) -> list[int]:
    found = []
    for pid in pids:
        with contextlib.suppress(psutil.Error):
            if psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                found.append(pid)
    return found


@pytest.fixture
def mark(tmp_path: Path) -> Iterator[str]:
    value = uuid.uuid4().hex
    yield value
    for process in marked(value):
        process.kill()


@pytest.fixture
def short() -> Iterator[Path]:
    """Return a folder with a path that is short enough for sockets in it."""
    folder = Path(tempfile.mkdtemp(prefix="run-", dir="/tmp"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


def parts() -> str:
    """Return the services that this machine can start."""
    can = {
        "ssh": shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin") is not None,
        "gateway": find_spec("dask_gateway_server") is not None,
        "slurm": os.getuid() == 0 and shutil.which("slurmctld", path=f"{os.environ['PATH']}:/usr/sbin") is not None,
        "service": True,
    }
    return ",".join(name for name, possible in can.items() if possible)


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(
    ("number", "options"),
    [
        (signal.SIGINT, ["-p", "no:xdist"]),
        (signal.SIGTERM, ["-n", "1"]),
        (signal.SIGKILL, ["-n", "1"]),
    ],
    ids=["interrupt", "terminate", "kill"],
)
def test_an_ended_run_leaves_no_process(
    number: signal.Signals, options: list[str], mark: str, short: Path, tmp_path: Path
) -> None:
    ready = tmp_path / "ready"
    ports = {"TESTBED_SLURM_PORT": "27917", "TESTBED_SSH_PORT": "27922", "TESTBED_GATEWAY_PORT": "27930"}
    folders = {"TESTBED_DIR": str(short / "testbed"), "TMPDIR": str(short)}
    environ = {**os.environ, **ports, **folders, MARK: mark, "SCENARIO_READY": str(ready), "SCENARIO_PARTS": parts()}
    log = tmp_path / "log"
    with log.open("wb") as output:
        run = subprocess.Popen(
            [sys.executable, "-m", "pytest", "-s", "-x", *options, str(TESTS / "support" / "interrupted_scenario.py")],
            cwd=TESTS.parent,
            env=environ,
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    wait_until(lambda: ready.exists() or run.poll() is not None, 240, "the scenario's services")
    assert run.poll() is None, log.read_text()
    pids = json.loads(ready.read_text())
    assert running(pids) == pids
    os.kill(run.pid, number)
    run.wait(150)
    wait_until(lambda: not marked(mark) and not running(pids), 90, f"every process ends\n{log.read_text()}")
