"""Wait for a cluster: progress is reported, and an interrupt ends the wait."""

from __future__ import annotations

import asyncio
import signal
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster

from jupyter_pipeline.environments.plugins.process import PLUGIN
from jupyter_pipeline.environments.sync.session import Session, get_session
from jupyter_pipeline.environments.sync.synchronize import sync_environment
from jupyter_pipeline.exceptions import SyncError


@pytest.fixture
def session(client: Client, cluster: LocalCluster) -> Iterator[Session]:
    """A session whose cluster takes as long as it is reported to answer ``slow``, and is at it meanwhile."""
    sync_environment(client, directories=[], packages=False)
    hub = cluster.scheduler.plugins[PLUGIN]

    over = asyncio.Event()

    async def slow(seconds: float) -> str:
        hub.files.progress = {"node1": "3.0 MiB of code", "node2": "8.0 MiB of code"}
        try:
            await asyncio.wait_for(over.wait(), seconds)
        except TimeoutError:
            return "done"
        finally:
            hub.files.progress = {}
        return "released"

    cluster.scheduler.handlers["slow"] = slow
    yield get_session(client)
    cluster.loop.add_callback(over.set)
    del cluster.scheduler.handlers["slow"]


def test_a_long_wait_reports_the_state_of_each_host_once(session: Session) -> None:
    said: list[str] = []
    assert session.call("slow", said.append, seconds=1.2) == "done"
    assert said == ["node1: 3.0 MiB of code; node2: 8.0 MiB of code"]


def test_an_interrupt_ends_a_wait_at_once_and_the_session_goes_on(session: Session, cluster: LocalCluster) -> None:
    def interrupt() -> None:
        if cluster.scheduler.plugins[PLUGIN].files.progress:
            signal.raise_signal(signal.SIGINT)
        else:
            threading.Timer(0.02, interrupt).start()

    threading.Timer(0.02, interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        session.call("slow", seconds=600)
    assert not sync_environment(session.client, directories=[], packages=False).changed


def test_a_client_that_is_closed_meanwhile_ends_the_wait(session: Session, client: Client) -> None:
    threading.Timer(0.3, client.close).start()
    with pytest.raises(SyncError, match="intact"):
        session.call("slow", seconds=600)


@pytest.mark.parametrize("error", [ValueError("no"), OSError(28, "No space left on device"), RuntimeError("no")])
def test_a_failure_on_the_scheduler_leaves_the_previous_state_intact(
    session: Session, cluster: LocalCluster, error: Any
) -> None:
    async def fail(seconds: float) -> None:
        raise error

    cluster.scheduler.handlers["slow"] = fail
    with pytest.raises(SyncError, match=r"(no|No space).*The previous state is intact"):
        session.call("slow", seconds=600)


def test_another_version_of_this_package_is_refused_before_it_changes_anything(
    session: Session, cluster: LocalCluster, write: Callable[[str, str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    project = write("module.py", "x = 1")
    monkeypatch.setattr("jupyter_pipeline.environments.sync.session.PROTOCOL", 999)
    before = cluster.scheduler.plugins[PLUGIN].files.generation
    with Client(cluster) as other, pytest.raises(SyncError, match="Another version of Jupyter Pipeline"):
        sync_environment(other, directories=[project])
    assert cluster.scheduler.plugins[PLUGIN].files.generation == before
