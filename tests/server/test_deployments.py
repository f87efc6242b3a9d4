from __future__ import annotations

import itertools
import json
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jupyter_pipeline.paths import reports_dir

Call = Callable[..., Awaitable[tuple[int, Any]]]


@pytest.mark.parametrize(
    ("body", "seconds"),
    [
        ({"cron": "0 6 * * *", "timezone": "Europe/Berlin"}, None),
        ({"cron": "@hourly"}, 3600),
        ({"every": "15m"}, 900),
        ({"every": 90}, 90),
    ],
)
async def test_a_schedule_is_described_in_words_and_times(
    call: Call, body: dict[str, Any], seconds: int | None
) -> None:
    code, answer = await call("POST", "schedule", body=body)
    assert code == 200, answer
    assert answer["description"]
    assert answer["timezone"] == body.get("timezone", "UTC")
    times = [run["time"] for run in answer["next_runs"]]
    assert len(times) == 5
    assert times == sorted(times)
    if seconds:
        assert {b - a for a, b in itertools.pairwise(times)} == {seconds}
    else:
        assert all("06:00 CE" in run["text"] for run in answer["next_runs"])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"cron": "0 0 31 2 *"}, "never fires"),
        ({"cron": "0 25 * * *"}, "25"),
        ({"every": "soon"}, "soon"),
        ({"cron": "0 6 * * *", "timezone": "Mars/Olympus"}, "Mars/Olympus"),
        ({}, ""),
    ],
)
async def test_a_schedule_that_cannot_be_is_refused(call: Call, body: dict[str, Any], words: str) -> None:
    code, answer = await call("POST", "schedule", body=body)
    assert code in (400, 404, 422), answer
    assert words in answer["message"]


async def test_without_an_api_the_service_says_so(call: Call) -> None:
    code, answer = await call("GET", "service")
    assert code == 200
    assert (answer["state"], answer["api"]) == ("stopped", None)


async def test_an_api_that_is_configured_elsewhere_is_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    _, answer = await call("GET", "service")
    assert answer["api"] == {"url": "http://127.0.0.1:9/api", "source": "PREFECT_API_URL", "embedded": False}


@pytest.mark.parametrize(
    ("method", "parts", "body"),
    [
        ("GET", ["deployments"], None),
        ("PATCH", ["deployments", "x"], {"paused": True}),
        ("DELETE", ["deployments", "x"], None),
        ("GET", ["deployments", "x", "runs"], None),
        ("POST", ["deployments", "x", "runs"], {}),
    ],
)
async def test_without_an_api_deployments_are_503_with_the_next_step(
    call: Call, method: str, parts: list[str], body: Any
) -> None:
    code, answer = await call(method, *parts, body=body)
    assert (code, answer["error"]) == (503, "ApiUnreachableError")
    assert "jupyter pipeline up" in answer["message"]


@pytest.mark.parametrize("limit", ["0", "201", "-1", "x"])
async def test_a_limit_out_of_range_is_refused(call: Call, limit: str) -> None:
    code, _ = await call("GET", "deployments", "x", "runs", params={"limit": limit})
    assert code == 400


async def test_a_report_is_served_without_the_origin_of_the_server(jp_fetch: Any, call: Call) -> None:
    folder = reports_dir() / "d1" / "0123abcd"
    folder.mkdir(parents=True)
    begin = {"event": "run", "name": 'otter"\r\nX-Evil: 1', "notebook": "n.ipynb", "cells": []}
    (folder / "journal.jsonl").write_text(json.dumps(begin) + "\n", "utf-8")
    for kind, content_type in (("html", "text/html; charset=utf-8"), ("notebook", "application/x-ipynb+json")):
        response = await jp_fetch("jupyter-pipeline", "runs", "0123abcd", "report", params={"format": kind})
        assert response.headers["Content-Type"] == content_type
        assert response.headers["Content-Security-Policy"].startswith("sandbox allow-scripts allow-popups; default-src")
        assert "X-Evil" not in response.headers
    assert response.headers["Content-Disposition"] == 'attachment; filename="otter-X-Evil-1.ipynb"'
    assert json.loads(response.body)["cells"][0]["cell_type"] == "markdown"
    code, answer = await call("GET", "runs", "0123abcd", "report", params={"format": "json"})
    assert (code, answer["mode"]) == (200, "full")
    code, answer = await call("GET", "runs", "0123abce", "report")
    assert code == 404, answer
    assert "No report is called" in answer["message"]
