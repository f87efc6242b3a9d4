"""A test that starts real services and then hangs; `test_interrupted_run.py` runs it by name."""

from __future__ import annotations

import contextlib
import json
import os
import sys
import time
from pathlib import Path

import psutil
import pytest
from session import TAG

from jupyter_pipeline.clusters import manager, profiles
from jupyter_pipeline.orchestration.service import control as service

TESTBED = Path(__file__).parent.parent / "testbed"


def _pids(folder: Path) -> list[int]:
    texts = [file.read_text().split() for file in folder.rglob("*.pid")]
    return [int(words[0]) for words in texts if words]


def _find_job_steps() -> list[int]:
    """Return the pids of slurmstepd of this session's jobs. It overwrites its environment, so the jobs lead to it."""
    found = set()
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error, OSError):
            parent = process.parent()
            if parent and parent.name() == "slurmstepd" and process.environ().get(TAG) == os.environ[TAG]:
                found.add(parent.pid)
    return sorted(found)


@pytest.mark.timeout(600)
def test_hang(isolated_state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sys.path.insert(0, str(TESTBED))
    ready = Path(os.environ["SCENARIO_READY"])
    parts = os.environ["SCENARIO_PARTS"].split(",")
    pids = []
    if "ssh" in parts:
        import ssh

        ssh.start()
    if "gateway" in parts:
        import gateway

        gateway.start()
    if "slurm" in parts:
        import slurm

        for name, value in slurm.start().items():
            monkeypatch.setenv(name, value)
        options = {"cluster_kwargs.interface": "lo", "cluster_kwargs.memory": "500 MB", "workers": 1}
        record = manager.start(profiles.get_profile("slurm", overrides=options), name="hanging")
        manager.wait_for_workers(record.name)
        assert record.keeper is not None
        pids.append(record.keeper.pid)
        steps = _find_job_steps()
        assert steps
        pids += steps
    if "service" in parts:
        service.up()
    pids += _pids(Path(os.environ["TESTBED_DIR"]))
    ready.with_suffix(".new").write_text(json.dumps(pids))
    ready.with_suffix(".new").rename(ready)
    time.sleep(600)
