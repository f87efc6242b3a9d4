"""dask-gateway: a cluster whose keeper was killed is found on the server and stopped."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

import pytest

from jupyter_pipeline.clusters import backends, manager
from jupyter_pipeline.exceptions import ClusterStartError

pytestmark = pytest.mark.backend("gateway")


def test_a_cluster_whose_keeper_was_killed_is_stopped_by_its_name(bed_of: Callable[[str], Any]) -> None:
    profile = bed_of("gateway").profile()
    record = manager.start(profile, workers=1)
    backend = backends.get_backend(profile)
    assert record.keeper is not None
    os.kill(record.keeper.pid, signal.SIGKILL)
    (job,) = backend.find_jobs(record.id) or []
    assert job.state == "running"
    assert "distributed.scheduler - INFO - " in manager.logs(record.name).partition("== Scheduler ==")[2]
    manager.stop(record.name)
    assert backend.find_jobs(record.id) == []


def test_a_gateway_that_does_not_answer_is_not_taken_for_empty(
    bed_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = bed_of("gateway").profile()
    record = manager.start(profile, workers=1)
    away = backends.get_backend(bed_of("gateway").profile(cluster_kwargs__address="http://127.0.0.1:1"))
    assert away.find_jobs(record.id) is None
    manager.stop(record.name)


def test_a_wrong_password_is_reported_and_not_shown(
    bed_of: Callable[[str], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = bed_of("gateway").profile()
    monkeypatch.setenv("GATEWAY_PASSWORD", "not-the-password")
    with pytest.raises(ClusterStartError, match=r"Unauthorized|401") as caught:
        manager.start(profile, workers=1)
    assert "not-the-password" not in str(caught.value)
