"""Workers on SSH hosts that end soon after their start."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest
from distributed.core import Status

from jupyter_pipeline.clusters.backends.backoff import Backoff
from jupyter_pipeline.clusters.backends.ssh import backend as ssh
from jupyter_pipeline.clusters.backends.ssh.backend import SSHBackend
from jupyter_pipeline.exceptions import ClusterError


class Hosts:
    """A cluster whose workers end at once."""

    def __init__(self, *, connected: bool = False) -> None:
        self.status = Status.running
        self.backoff = Backoff()
        self.started_at = 0.0
        self.starts = 0
        self.worker_spec = {"w-0": {}}
        self.workers: dict[str, Any] = {"w-0": SimpleNamespace(status=Status.failed)}
        self.scheduler_info = {"workers": {"tcp://other": {}} if connected else {}}

    async def _correct_state(self) -> None:
        self.starts += 1
        self.workers = {"w-0": SimpleNamespace(status=Status.failed)}


def repair(cluster: Any) -> str:
    cluster.backoff.retry_at = 0.0  # the pause has passed
    return asyncio.run(SSHBackend().replace_lost_workers(cluster))


def repair_often(cluster: Any) -> None:
    for _ in range(20):
        repair(cluster)


def test_a_cluster_without_workers_fails_after_a_few_starts() -> None:
    cluster = Hosts()
    assert repair(cluster) == ""  # the first worker may have run for hours
    with pytest.raises(ClusterError, match="No worker starts after 4 attempts: w-0 ended soon after the start"):
        repair_often(cluster)
    assert cluster.starts == ssh._MAX_FAILURES


def test_a_cluster_with_other_workers_goes_on() -> None:
    cluster = Hosts(connected=True)
    for _ in range(10):
        reason = repair(cluster)
    assert reason.startswith("w-0 ended soon after the start")
