"""A real Jupyter server with the extension, and records of clusters as a keeper would have written them."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from pytest_jupyter.jupyter_server import *  # noqa: F403 - fixtures, and the hook that runs coroutines as tests

from jupyter_pipeline import processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.models import ClusterRecord, ClusterState


@pytest.fixture
def jp_server_config() -> dict[str, Any]:
    return {"ServerApp": {"jpserver_extensions": {"jupyter_pipeline": True}}}


Answer = tuple[int, Any]


@pytest.fixture
def call(jp_fetch: Any) -> Callable[..., Awaitable[Answer]]:
    """Call a route and return its status code and its JSON, also of an error."""

    async def fetch(method: str, *parts: str, body: Any = None, **options: Any) -> Answer:
        sent = body if body is None or isinstance(body, str | bytes) else json.dumps(body)
        if method in ("POST", "PATCH") and sent is None:
            sent = ""
        response = await jp_fetch("jupyter-pipeline", *parts, method=method, body=sent, raise_error=False, **options)
        return response.code, json.loads(response.body) if response.body else None

    return fetch


@pytest.fixture
def add_cluster() -> Callable[..., ClusterRecord]:
    """Write the record of a cluster whose keeper is this very process."""

    def add(name: str, **values: Any) -> ClusterRecord:
        me = processes.this_process()
        defaults: dict[str, Any] = {
            "id": registry.new_id(),
            "profile": "local",
            "state": ClusterState.RUNNING,
            "since": time.time(),
            "started": time.time(),
            "host": processes.hostname(),
            "keeper": me,
        }
        record = ClusterRecord(name=name, **{**defaults, **values})
        registry.create_record(record, {})
        return record

    return add
