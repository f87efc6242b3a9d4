from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from waiting import wait_until

from jupyter_pipeline import processes
from jupyter_pipeline.clusters.backends.ssh import launcher

COMMAND = ["-c", "import os, sys, time; print(os.getpid(), flush=True); time.sleep(600)"]


@contextlib.contextmanager
def launch(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], psutil.Process]]:
    request = {"program": "", "command": COMMAND, "files": {"key.pem": "secret"}, "environ": {"A": "{folder}"}}
    with subprocess.Popen(
        [sys.executable, launcher.__file__],
        env={**os.environ, "TMPDIR": str(folder)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(json.dumps(request).encode() + b"\n")
        process.stdin.flush()
        yield process, psutil.Process(int(process.stdout.readline()))


@pytest.mark.parametrize("killed", ["launcher", "launcher and watcher", "watcher", "nothing"])
def test_no_key_is_left(tmp_path: Path, killed: str) -> None:
    with launch(tmp_path) as (process, dask):
        (folder,) = tmp_path.iterdir()
        assert (folder / "key.pem").read_text() == "secret"
        assert dask.environ()["A"] == str(folder)
        (watcher,) = (each for each in psutil.Process(process.pid).children() if each != dask)
        if "watcher" in killed:
            watcher.kill()
        if "launcher" in killed:
            process.send_signal(signal.SIGKILL)
        else:
            assert process.stdin is not None
            process.stdin.close()
        process.wait(30)
        if killed == "launcher and watcher":
            dask.kill()
            wait_until(lambda: not processes.is_alive(dask), 30, "the end of the process")
            assert (folder / "key.pem").exists()
            os.utime(folder, (0, 0))
        else:
            wait_until(lambda: not folder.exists(), 30, "the removal of the folder")
            wait_until(lambda: not processes.is_alive(dask), 30, "the end of the process")
    with launch(tmp_path) as (process, _):
        others = set(tmp_path.iterdir())
        assert folder not in others
        for each in others:
            os.utime(each, (0, 0))  # a folder in use stays
        with launch(tmp_path) as (second, _):
            assert others < set(tmp_path.iterdir())
            second.terminate()
        process.terminate()
