from __future__ import annotations

import dataclasses
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from jupyter_pipeline import processes
from jupyter_pipeline.clusters import attached, registry
from jupyter_pipeline.exceptions import ClusterError, NotFoundError
from jupyter_pipeline.models import ClusterRecord, ClusterState


def test_client_is_created_once_and_becomes_the_default(started: ClusterRecord) -> None:
    from distributed import default_client

    cluster = attached.attach("one")
    client = cluster.get_client(set_as_default=False)
    with pytest.raises(ValueError, match="No client"):
        default_client()
    assert cluster.get_client() is client
    assert default_client() is client
    assert client.submit(sum, [1, 2]).result() == 3
    cluster.detach()
    assert client.status == "closed"
    again = cluster.get_client()
    assert again is not client
    cluster.detach()
    assert registry.find_record("one").state is ClusterState.RUNNING


def test_close_stops_the_cluster_and_may_be_called_twice(
    started: ClusterRecord, nothing_left: Callable[..., bool]
) -> None:
    with attached.attach("one") as cluster:
        assert cluster.scale(2).workers_wanted == 2
        assert cluster.adapt(minimum=1, maximum=2).adaptive == (1, 2)
        assert cluster.scheduler_address == started.scheduler_address
    assert nothing_left(within=0)
    cluster.close()
    with pytest.raises(ClusterError, match=r"one is stopped: Stopped by request\.$"):
        cluster.get_client()
    with pytest.raises(ClusterError, match=r"one is stopped: Stopped by request\.$"):
        cluster.scale(2)
    with pytest.raises(
        NotFoundError, match=r"No cluster is called 'one'.* The last one is stopped: Stopped by request"
    ):
        attached.attach("one")
    assert cluster.record().state is ClusterState.STOPPED
    assert repr(cluster) == "<AttachedCluster 'one': stopped, workers: 0, threads: 0, profile thin>"


def test_unknown_name_offers_the_nearest(started: ClusterRecord) -> None:
    with pytest.raises(NotFoundError, match="Did you mean one"):
        attached.attach("onne")


def test_loopback_of_another_host_is_not_tried() -> None:
    away = dataclasses.replace(processes.this_process(), host="login2", machine="another", boot_id="another")
    record = ClusterRecord(
        id=registry.new_id(),
        name="away",
        profile="thin",
        state=ClusterState.RUNNING,
        host="login2",
        keeper=away,
        scheduler_address="tls://127.0.0.1:1",
    )
    registry.create_record(record, {})
    with pytest.raises(ClusterError, match="can only be reached on login2: attach there"):
        attached.attach("away")


def test_an_unreachable_scheduler_is_reported(started: ClusterRecord, monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = attached.attach("one")
    monkeypatch.setattr(
        cluster, "_record", dataclasses.replace(cluster.record(), scheduler_address="tls://127.0.0.1:9")
    )
    monkeypatch.setattr(attached, "_CONNECT_TIMEOUT", "1s")
    with pytest.raises(ClusterError, match="does not answer"):
        cluster.get_client(set_as_default=False)


def test_attaching_without_a_client_imports_no_dask() -> None:
    code = (
        "import sys; from jupyter_pipeline.clusters import attached, manager;"
        "print([m for m in ('distributed', 'dask', 'psutil', 'cryptography') if m in sys.modules])"
    )
    done: Any = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
