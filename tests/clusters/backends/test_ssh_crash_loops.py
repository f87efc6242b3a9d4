"""Workers on SSH hosts that end soon after their start."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from distributed.core import Status

from jupyter_pipeline.clusters.backends.backoff import MAX_FAILURES, Backoff
from jupyter_pipeline.clusters.backends.ssh.backend import SSHBackend
from jupyter_pipeline.exceptions import ClusterError


class Hosts:
    """A cluster whose workers end at once."""

    def __init__(self, *, connected: bool = False, log: Path = Path(os.devnull)) -> None:
        self.status = Status.running
        self.backoff = Backoff()
        self.log = log
        self.started_at = 0.0
        self.starts = 0
        self.worker_spec = {"w-0": {}}
        self.workers: dict[str, Any] = {"w-0": SimpleNamespace(status=Status.failed)}
        self.scheduler_info = {"workers": {"tcp://other": {}} if connected else {}}

    def find_log(self, name: str) -> Path:
        return self.log

    async def _correct_state(self) -> None:
        self.starts += 1
        self.workers = {"w-0": SimpleNamespace(status=Status.failed)}


def repair(cluster: Any) -> str:
    cluster.backoff.retry_at = 0.0  # the pause has passed
    return asyncio.run(SSHBackend().replace_lost_workers(cluster))


def repair_often(cluster: Any) -> None:
    for _ in range(20):
        repair(cluster)


def test_a_cluster_without_workers_fails_after_a_few_starts(tmp_path: Path) -> None:
    (tmp_path / "worker.log").write_text("no such device\n")
    cluster = Hosts(log=tmp_path / "worker.log")
    assert repair(cluster) == ""  # the first worker may have run for hours
    with pytest.raises(ClusterError, match=r"No worker starts: .* \(4 times .*; last lines of its log: no such device"):
        repair_often(cluster)
    assert cluster.starts == MAX_FAILURES


def test_a_cluster_with_other_workers_goes_on() -> None:
    cluster = Hosts(connected=True)
    for _ in range(10):
        reason = repair(cluster)
    assert reason.startswith("w-0 ended soon after the start")
