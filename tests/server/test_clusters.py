from __future__ import annotations

import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from waiting import wait_until_async

from jupyter_pipeline.clusters import registry
from jupyter_pipeline.models import ClusterRecord, ClusterState

Call = Callable[..., Awaitable[tuple[int, Any]]]
Add = Callable[..., ClusterRecord]


async def test_profiles_are_listed_with_what_the_form_needs(call: Call) -> None:
    code, profiles = await call("GET", "profiles")
    assert code == 200
    local = next(p for p in profiles if p["name"] == "local")
    assert local["cluster_class"].endswith("LocalCluster")
    assert set(local) == {
        "name",
        "description",
        "cluster_class",
        "workers",
        "adapt",
        "max_workers",
        "source",
        "refusal",
        "is_default",
    }


async def test_the_default_profile_is_marked(call: Call, jp_serverapp: Any) -> None:
    jp_serverapp.config.JupyterPipeline.default_profile = "slurm"
    _, profiles = await call("GET", "profiles")
    assert [p["name"] for p in profiles if p["is_default"]] == ["slurm"]


async def test_a_profile_is_checked_in_the_environment_of_a_kernel(call: Call) -> None:
    code, answer = await call("POST", "profiles", "local", "check", body={})
    assert (code, answer["profile"], answer["problems"]) == (200, "local", [])
    assert (await call("POST", "profiles", "locl", "check"))[0] == 404
    code, answer = await call("POST", "profiles", "local", "check", body={"kernel": "pyhton3"})
    assert (code, "No kernel is called 'pyhton3'" in answer["message"]) == (404, True)
    assert registry.list_records(include_ended=True) == []


async def test_clusters_are_listed_as_records(call: Call, add_cluster: Add) -> None:
    assert await call("GET", "clusters") == (200, [])
    record = add_cluster("here", workers=3)
    assert await call("GET", "clusters") == (200, [record.to_dict()])
    assert await call("GET", "clusters", "here") == (200, record.to_dict())


async def test_ended_clusters_are_listed_on_demand(call: Call, add_cluster: Add) -> None:
    add_cluster("broken", state=ClusterState.FAILED, reason="sbatch: no such partition")
    assert (await call("GET", "clusters"))[1] == []
    listed = (await call("GET", "clusters", params={"ended": "1"}))[1]
    assert [(c["name"], c["reason"]) for c in listed] == [("broken", "sbatch: no such partition")]


async def test_an_unknown_cluster_is_404_with_the_nearest(call: Call, add_cluster: Add) -> None:
    add_cluster("local-1")
    code, answer = await call("GET", "clusters", "locl-1")
    assert code == 404
    assert "Did you mean local-1?" in answer["message"]


@pytest.mark.parametrize(
    ("method", "parts", "body", "words"),
    [
        ("POST", ["clusters"], {"profile": "local", "workers": 1, "adapt": [0, 2]}, "exclude each other"),
        ("POST", ["clusters"], {"profile": "local", "adapt": [0]}, "two numbers"),
        ("POST", ["clusters"], {"profile": "local", "adapt": [0, True]}, "two numbers"),
        ("POST", ["clusters"], {"profile": "local", "name": "../x"}, "cannot be the name of a cluster"),
        ("POST", ["clusters"], {"profile": "local", "workers": -1}, "workers"),
        ("PATCH", ["clusters", "x"], {}, "exactly one of"),
        ("PATCH", ["clusters", "x"], {"workers": 1, "extend": 5}, "exactly one of"),
        ("GET", ["clusters", "x", "logs?tail=many"], None, "number of lines"),
    ],
)
async def test_a_wrong_call_is_refused(
    call: Call, method: str, parts: list[str], body: dict[str, Any] | None, words: str
) -> None:
    params = {}
    if "?" in parts[-1]:
        parts[-1], query = parts[-1].split("?")
        params = dict([query.split("=")])
    code, answer = await call(method, *parts, body=body, params=params)
    assert code == 400, answer
    assert words in answer["message"]
    assert registry.list_records(include_ended=True) == []


async def test_an_unknown_profile_is_404_and_starts_nothing(call: Call) -> None:
    code, answer = await call("POST", "clusters", body={"profile": "locl"})
    assert code == 404, answer
    assert "local" in answer["message"]
    assert registry.list_records(include_ended=True) == []


async def test_an_unknown_kernel_is_404(call: Call) -> None:
    code, answer = await call("POST", "clusters", body={"profile": "local", "kernel": "pyhton3"})
    assert code == 404
    assert "No kernel is called 'pyhton3'" in answer["message"]


async def test_the_name_of_a_running_cluster_is_409(call: Call, add_cluster: Add) -> None:
    add_cluster("taken")
    code, answer = await call("POST", "clusters", body={"profile": "local", "name": "taken"})
    assert code == 409, answer
    assert len(registry.list_records()) == 1


@pytest.mark.slow
async def test_a_cluster_starts_scales_and_stops_by_rest(call: Call) -> None:
    code, record = await call("POST", "clusters", body={"profile": "local", "workers": 1})
    assert (code, record["name"], record["profile"]) == (201, "local-1", "local")
    try:
        record = await until(call, lambda r: r["state"] == "running" and r["workers"] == 1)
        assert record["dashboard_link"].startswith("http://127.0.0.1:")
        assert (await call("PATCH", "clusters", "local-1", body={"workers": 2}))[0] == 200
        await until(call, lambda r: r["workers"] == 2)
        code, answer = await call("GET", "clusters", "local-1", "logs")
        assert code == 200
        assert isinstance(answer["logs"], str)
    finally:
        code, record = await call("DELETE", "clusters", "local-1", request_timeout=60)
    assert (code, record["state"]) == (200, "stopped")
    assert await call("GET", "clusters") == (200, [])


async def until(call: Call, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    async def matching() -> dict[str, Any] | None:
        code, record = await call("GET", "clusters", "local-1")
        assert code == 200, record
        return dict(record) if condition(record) else None

    return await wait_until_async(matching, 30, "the cluster's record matches", 0.1)


async def test_the_panel_gets_no_stopped_clusters_and_recent_failures_alone(call: Call, add_cluster: Add) -> None:
    add_cluster("runs-1")
    add_cluster("stopped-1", state=ClusterState.STOPPED)
    add_cluster("failed-1", state=ClusterState.FAILED)
    add_cluster("failed-2", state=ClusterState.FAILED, since=time.time() - 60)
    listed = (await call("GET", "clusters", params={"failed_within": "30"}))[1]
    assert {record["name"] for record in listed} == {"runs-1", "failed-1"}
    assert (await call("GET", "clusters", params={"failed_within": "x"}))[0] == 400


async def test_a_dismissed_failure_is_listed_with_the_ended_clusters_alone(call: Call, add_cluster: Add) -> None:
    now = time.time()
    add_cluster("runs-1")
    add_cluster("stopped-1", state=ClusterState.STOPPED, since=now - 20)
    failed = add_cluster("failed-1", state=ClusterState.FAILED, since=now - 10)
    assert (await call("PATCH", "clusters", "runs-1", body={"dismissed": True}))[0] == 409
    assert (await call("PATCH", "clusters", failed.id, body={"dismissed": False}))[0] == 400
    assert (await call("PATCH", "clusters", failed.id, body={"dismissed": True}))[0] == 200
    listed = (await call("GET", "clusters", params={"failed_within": "3600"}))[1]
    assert [record["name"] for record in listed] == ["runs-1"]
    page = (await call("GET", "ended-clusters", params={"limit": "1"}))[1]
    assert ([record["name"] for record in page["records"]], page["count"]) == (["failed-1"], 2)
    page = (await call("GET", "ended-clusters", params={"offset": "1"}))[1]
    assert [record["name"] for record in page["records"]] == ["stopped-1"]
    assert (await call("GET", "ended-clusters", params={"limit": "-1"}))[0] == 400
