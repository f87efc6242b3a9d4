"""Numbers of workers that a host can run."""

from __future__ import annotations

import functools
import resource

import pytest

from jupyter_pipeline.clusters.backends import host_capacity


@pytest.mark.parametrize(
    ("limits", "processes", "reason"),
    [
        ({"memory": 2**30}, True, "1.0 GiB of memory is enough for at most 64"),
        ({"memory": 2**30}, False, "1.0 GiB of memory is enough for at most 1,024"),
        ({"threads": 600}, True, "limit of processes and threads is enough for at most 100"),
        ({"files": 900}, True, "limit of open files (ulimit -n) is enough for at most 100"),
        ({"files": 1}, True, "limit of open files (ulimit -n) is enough for at most 1."),
        ({}, True, ""),
    ],
)
def test_the_scarcest_resource_is_named(
    limits: dict[str, float], processes: bool, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, function in (("memory", "_get_memory"), ("threads", "_get_thread_limit"), ("files", "_get_file_limit")):
        monkeypatch.setattr(host_capacity, function, functools.partial(limits.get, name, 1e12))
    assert reason in host_capacity.explain_shortage(2000, processes=processes)
    assert host_capacity.explain_shortage(1, processes=processes) == ""


def test_limits_of_the_process_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (90, resource.RLIM_INFINITY))
    assert "at most 10" in host_capacity.explain_shortage(11, processes=True)
    monkeypatch.setattr(resource, "getrlimit", lambda kind: (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert host_capacity.explain_shortage(2, processes=True) == ""
