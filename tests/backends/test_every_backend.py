"""One suite for every backend: the features of a cluster must not depend on the backend."""

from __future__ import annotations

import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cloudpickle
import pytest

from jupyter_pipeline.clusters import backends, dashboards, manager, registry
from jupyter_pipeline.clusters.backends.batch.base import BatchBackend
from jupyter_pipeline.clusters.cleanup import cluster_processes
from jupyter_pipeline.models import ClusterState
from jupyter_pipeline.workflows.environments import diff_cluster, sync_cluster

Eventually = Callable[..., Any]

cloudpickle.register_pickle_by_value(sys.modules[__name__])  # workers need not find the tests


def test_it_computes_on_its_workers(running: Any, eventually: Eventually) -> None:
    client = running.cluster.get_client()
    client.wait_for_workers(2, timeout=60)
    assert client.gather(client.map(lambda x: x + 1, range(20))) == list(range(1, 21))
    eventually(lambda: running.cluster.record().workers == 2, "the record counts two workers")
    record = running.cluster.record()
    assert record.state is ClusterState.RUNNING
    encrypted = running.bed.kind not in ("kubernetes", "saturn")  # their schedulers have no TLS
    assert record.tls == encrypted
    assert record.scheduler_address.startswith("tcp://") != encrypted
    assert record.dashboard_link.startswith("http://127.0.0.1:")


def fetch(url: str, token: str = "") -> tuple[int, bytes]:
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.read().lower()
    except urllib.error.HTTPError as error:
        return error.code, b""


def test_its_dashboard_requires_the_token(running: Any, eventually: Eventually) -> None:
    token = dashboards.read_token(registry.cluster_dir(running.cluster.id))
    is_guarded = backends.get_backend(running.bed.profile()).guards_dashboards
    assert bool(token) == is_guarded
    link = running.cluster.record().dashboard_link
    eventually(lambda: b"bokeh" in fetch(link, token)[1], "the dashboard's page")  # it is added after the start
    assert (fetch(link)[0] == 401) == is_guarded


def test_metrics_of_workers_require_the_token(running: Any) -> None:
    if not backends.get_backend(running.bed.profile()).guards_dashboards:
        pytest.skip("the service starts its workers")
    token = dashboards.read_token(registry.cluster_dir(running.cluster.id))
    client = running.cluster.get_client()
    client.wait_for_workers(2, timeout=60)
    for port in client.run(lambda dask_worker: dask_worker.http_server.port).values():
        address = f"http://127.0.0.1:{port}"  # the nodes of the test bed are this host
        assert [fetch(f"{address}/{page}")[0] for page in ("metrics", "status", "health")] == [401, 401, 200]
        assert b"dask_worker_" in fetch(f"{address}/metrics", token)[1]


def test_dashboards_of_workers_are_off_the_network(running: Any) -> None:
    backend = backends.get_backend(running.bed.profile())
    if backend.name == "gateway":
        pytest.skip("the gateway starts its workers")
    client = running.cluster.get_client()
    client.wait_for_workers(2, timeout=60)
    addresses = client.run(lambda dask_worker: dask_worker.http_server.address)
    assert set(addresses.values()) == {"127.0.0.1"}


def test_its_jobs_are_found_by_its_tag(running: Any, eventually: Eventually) -> None:
    backend = backends.get_backend(running.bed.profile())
    if not backend.has_jobs:
        pytest.skip(f"{backend.name} has no jobs")
    record = running.cluster.record()
    jobs = backend.find_jobs(record.id, max_age=0)
    expected = 2 if isinstance(backend, BatchBackend) else 1
    assert [job.state for job in jobs or []] == ["running"] * expected
    assert {job.tag for job in jobs or []} == {record.id}
    eventually(lambda: len(running.cluster.record().jobs) == expected, "the record lists the jobs")


def test_its_logs_have_the_output_of_its_workers(running: Any, eventually: Eventually) -> None:
    if running.bed.kind in ("cloud", "saturn"):
        pytest.skip("the service keeps the logs")
    words = {"coiled": "log of ", "kubernetes": "before its restart"}.get(running.bed.kind, "Registered to")
    eventually(lambda: words in manager.logs(running.cluster.record().name), "a worker's own words")


def test_it_scales_up_and_down(running: Any, eventually: Eventually) -> None:
    client = running.cluster.get_client()
    for size in (3, 1, 2):
        running.cluster.scale(size)
        eventually(lambda size=size: len(client.scheduler_info(n_workers=-1)["workers"]) == size, f"{size} workers")
    assert client.submit(sum, [1, 2]).result() == 3


def test_a_sync_brings_local_code_and_finds_the_packages_equal(running: Any, tmp_path: Path) -> None:
    client = running.cluster.get_client()
    client.wait_for_workers(2, timeout=60)
    name = f"synced_to_{running.bed.kind}"
    for version in (1, 2):
        (tmp_path / f"{name}.py").write_text(f"version = {version}")
        report = sync_cluster(running.cluster, directories=[tmp_path])
        assert report.installed == ()
        assert report.uploaded[0]["changed"] == 1
        assert set(client.run(_version, name).values()) == {version}
    # Other tests in this process have imported helpers, which this sync does not send.
    helpers = {item.package for item in diff_cluster(running.cluster) if item.kernel == "imported"}
    assert name not in helpers
    assert [item for item in diff_cluster(running.cluster) if item.package not in helpers] == []
    assert running.cluster.record().last_sync["result"] == "done"


def _version(name: str) -> int:
    import importlib

    return int(importlib.import_module(name).version)


def test_a_worker_that_dies_is_replaced(running: Any, eventually: Eventually) -> None:
    client = running.cluster.get_client()
    workers = client.scheduler_info(n_workers=-1)["workers"]
    first = next(iter(workers))
    pid = client.run(os.getpid, workers=[first])[first]
    client.run(_die, workers=[first])

    def replaced() -> bool:
        now = client.scheduler_info(n_workers=-1)["workers"]
        return len(now) == 2 and pid not in client.run(os.getpid, on_error="ignore").values()

    eventually(replaced, "two workers again")
    assert client.submit(sum, [1, 2]).result() == 3


def _die() -> None:
    import threading

    threading.Timer(0.2, os._exit, [1]).start()


def test_a_cancelled_job_is_replaced(running: Any, eventually: Eventually) -> None:
    backend = backends.get_backend(running.bed.profile())
    if not isinstance(backend, BatchBackend):
        pytest.skip(f"{backend.name} submits no jobs")
    client = running.cluster.get_client()
    record = running.cluster.record()
    before = backend.find_jobs(record.id, max_age=0) or []
    backend.cancel_jobs(before[:1])

    def replaced() -> bool:
        jobs = backend.find_jobs(record.id) or []
        workers = client.scheduler_info(n_workers=-1)["workers"]
        return len(workers) == 2 and len(jobs) == 2 and before[0].id not in {job.id for job in jobs}

    eventually(replaced, "another job in its place")
    assert client.submit(sum, [1, 2]).result() == 3


def test_it_adapts_to_the_work(running: Any, eventually: Eventually) -> None:
    client = running.cluster.get_client()
    running.cluster.adapt(minimum=1, maximum=3)
    assert running.cluster.record().adaptive == (1, 3)
    futures = client.map(_nap, range(60))
    eventually(lambda: len(client.scheduler_info(n_workers=-1)["workers"]) >= 2, "more workers for more work")
    client.cancel(futures)


def _nap(x: int) -> int:
    import time

    time.sleep(1)
    return x


def test_it_stops_and_leaves_nothing(running: Any) -> None:
    record = running.cluster.record()
    running.cluster.detach()
    ended = manager.stop(record.name)
    assert ended.state is ClusterState.STOPPED
    backend = backends.get_backend(running.bed.profile())
    jobs = backend.find_jobs(record.id, max_age=0)
    assert [job for job in jobs or [] if job.state != "ending"] == []
    assert jobs is not None
    assert cluster_processes.find_processes(record.id) == []
