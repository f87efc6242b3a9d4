from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import pytest

from jupyter_pipeline.clusters.backends.batch.slurm import SlurmBackend
from jupyter_pipeline.models import ClusterEnd, JobUsage, WorkerUsage
from jupyter_pipeline.workflows import worker_sizes

GIB = 2**30


def end(**usage: Any) -> ClusterEnd:
    values = {"samples": 100, "seconds": 300.0, "cores": 1.2, "tasks": 2, "threads": 8, **usage}
    return ClusterEnd(
        cluster="jp-1", name="slurm-1", profile="slurm", state="stopped", reason="", start=1e9, end=1e9 + 300,
        peak_memory=3 * GIB, memory_limit=32 * GIB, usage=WorkerUsage(**values), backend="slurm", jobs=("17",),
    )  # fmt: skip


def test_a_slow_accounting_is_asked_for_one_time_limit_and_only_with_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    timeouts = []

    def read_job_usage(self: SlurmBackend, ids: Sequence[str], *, timeout: float, **options: Any) -> JobUsage | None:
        timeouts.append(timeout)
        time.sleep(timeout)
        return None

    monkeypatch.setattr(SlurmBackend, "read_job_usage", read_job_usage)
    monkeypatch.setattr(worker_sizes, "_ACCOUNTING_TIMEOUT", 0.05)
    assert worker_sizes.advise_run([end(seconds=1.0)]) == ()
    assert timeouts == []
    advices = worker_sizes.advise_run([end(), end(), end()])
    assert [advice.options for advice in advices] == ["--memory 5GiB --cpus 2"] * 3
    assert len(timeouts) == 1
