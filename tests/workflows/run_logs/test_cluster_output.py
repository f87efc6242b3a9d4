from __future__ import annotations

import logging
import sys
import time
import warnings
from types import SimpleNamespace
from typing import Any

import pytest
from distributed import Client, LocalCluster
from waiting import wait_until

from jupyter_pipeline.clusters.registry import cluster_dir, events
from jupyter_pipeline.workflows.run_logs import capture
from jupyter_pipeline.workflows.run_logs.cluster_output import correct_times, log_workers


def work(number: int) -> int:
    print("printed", number)
    sys.stderr.write("direct\n")
    logging.getLogger("app").warning("record %s", number)
    warnings.warn("careful", stacklevel=1)
    return number


def test_the_log_of_a_run_has_the_output_of_its_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    added: list[dict[str, Any]] = []
    log: Any = SimpleNamespace(add=added.append, facts={"name": "otter"}, add_cluster=lambda _: None)
    log.folder = SimpleNamespace(name="run-1")
    monkeypatch.setattr(capture, "_active", log)
    cluster: Any = SimpleNamespace(name="team", record=lambda: SimpleNamespace(id="jp-1"))
    cluster_dir("jp-1").mkdir(parents=True)
    with (
        LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as local,
        Client(local) as client,
    ):
        with log_workers(cluster, client):
            assert client.submit(work, 7).result() == 7
        wait_until(lambda: len(added) >= 4)
    mine = [line for line in added if not line.get("logger", "").startswith("distributed")]
    assert [line["source"] for line in mine] == ["stdout", "stderr", "log", "warning"]
    assert [line["message"] for line in mine[:3]] == ["printed 7", "direct", "record 7"]
    assert {(line["process"], line["task"], line["cluster"]) for line in mine} == {("worker 0", "work", "team")}
    assert all(abs(line["time"] - time.time()) < 60 for line in mine)
    assert events.list_runs(cluster_dir("jp-1")) == {"run-1": "otter"}


def test_the_clock_of_another_host_is_corrected() -> None:
    message = {"lines": [{"time": 1000.0, "message": "x"}], "process": "worker 1", "sent": 1001.0}
    assert correct_times(message, "team", 1001.3) == [
        {"time": 1000.0, "message": "x", "process": "worker 1", "cluster": "team"}
    ]
    assert correct_times(message, "team", 4601.0)[0] == {
        **message["lines"][0],  # type: ignore[dict-item]
        "process": "worker 1",
        "cluster": "team",
        "time": 4600.0,
        "clock": 3600.0,
    }
