"""Changes of clusters and deployments, announced on Jupyter's event bus."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from jupyter_events import EventLogger

from jupyter_pipeline.clusters import registry
from jupyter_pipeline.exceptions import NotFoundError
from jupyter_pipeline.models import ClusterRecord, ClusterState
from jupyter_pipeline.orchestration import service_state
from jupyter_pipeline.server.live_state import SCHEMA_ID, LiveState, Watch, register_events

Call = Callable[..., Awaitable[tuple[int, Any]]]
Add = Callable[..., ClusterRecord]


async def changes(call: Call, since: str = "", subject: str = "clusters", **params: str) -> dict[str, Any]:
    code, answer = await call("GET", "changes", subject, params={"since": since, **params})
    assert code == 200, answer
    return dict(answer)


async def test_changes_of_clusters_are_sent_alone(call: Call, add_cluster: Add) -> None:
    one = add_cluster("one")
    add_cluster("stopped", state=ClusterState.STOPPED)
    add_cluster("old", state=ClusterState.FAILED, since=time.time() - 7200)
    failed = add_cluster("failed", state=ClusterState.FAILED)
    first = await changes(call)
    assert {record["name"] for record in first["changed"]} == {"one", "failed"}
    assert (await changes(call, first["revision"]))["changed"] == []
    assert (await call("PATCH", "clusters", failed.id, body={"dismissed": True}))[0] == 200
    ended = ClusterRecord.from_dict({**one.to_dict(), "state": "stopped"})
    registry.write_record(registry.cluster_dir(one.id), ended)
    answer = await changes(call, first["revision"])
    assert (answer["changed"], set(answer["removed"])) == ([], {one.id, failed.id})


async def test_a_change_is_announced_while_a_panel_shows_it(call: Call, add_cluster: Add, jp_ws_fetch: Any) -> None:
    socket = await jp_ws_fetch("api", "events", "subscribe")
    known = (await changes(call, client="panel"))["revision"]
    assert json.loads(await asyncio.wait_for(socket.read_message(), 5))["clusters"] == known
    started = time.monotonic()
    add_cluster("new")
    event = json.loads(await asyncio.wait_for(socket.read_message(), 5))
    assert event["schema_id"] == SCHEMA_ID
    assert event["clusters"] != known
    assert set(event) >= {"clusters", "deployments"}
    assert "new" not in json.dumps(event)  # other extensions get it too
    assert time.monotonic() - started < 2  # 0.4 s on a quiet machine
    assert [r["name"] for r in (await changes(call, known))["changed"]] == ["new"]

    assert (await call("DELETE", "changes", "clusters", params={"client": "panel"}))[0] == 204
    add_cluster("later")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(socket.read_message(), 1)
    socket.close()


async def test_a_new_window_gets_the_records_that_a_running_watch_has_read() -> None:
    reads = 0

    async def read() -> dict[str, Any]:
        nonlocal reads
        reads += 1
        return {"a": reads}

    events = EventLogger()
    register_events(events)
    state = LiveState(events, {name: Watch(read, interval=lambda: 60.0) for name in ("clusters", "deployments")})
    first = await state.read("clusters", "", "one")
    assert (await state.read("clusters", "", "two"))["changed"] == [1]
    assert (await state.read("clusters", first["revision"], "two"))["changed"] == [2]  # nothing is known: read again
    for client in ("one", "two"):
        state.release("clusters", client)
    await asyncio.sleep(0.6)  # the watch ends


async def test_panels_that_wait_share_one_read() -> None:
    reads = 0

    async def read() -> dict[str, Any]:
        nonlocal reads
        reads += 1
        await asyncio.sleep(0.05)
        if reads == 4:
            raise NotFoundError("record", "one")
        return {"one": reads}

    watch = Watch(read)
    await asyncio.gather(*(watch.refresh() for _ in range(5)))
    assert reads == 2  # the first one began before the others were called
    await watch.refresh()
    assert reads == 3
    failures = await asyncio.gather(*(watch.refresh() for _ in range(3)), return_exceptions=True)
    assert [type(failure) for failure in failures[:1]] == [NotFoundError]
    assert watch.revision == watch.revisions.revision  # the later read succeeded


async def test_the_service_is_among_the_deployments(call: Call) -> None:
    first = await changes(call, subject="deployments")
    [service] = first["changed"]
    assert (service["id"], service["state"], service["unreachable"]) == ("service", "stopped", "")
    assert (await changes(call, first["revision"], "deployments"))["changed"] == []


def test_a_change_of_this_user_on_a_server_is_noted() -> None:
    before = service_state.get_change_stamp()
    service_state.note_change()
    assert service_state.get_change_stamp() != before
