"""Servers that go away in the middle, are too old, or are not there."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from jupyter_pipeline import processes
from jupyter_pipeline.exceptions import ApiRefusedError, ApiUnreachableError, OrchestrationError
from jupyter_pipeline.models import Alert, DeploymentSpec, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import alerts, deployments, service, service_state
from jupyter_pipeline.orchestration.prefect_api import client
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi

Make = Callable[..., DeploymentSpec]
SCHEDULES = (Schedule(cron="0 3 * * *"), Schedule(every=3600.0, slug="hourly"))


class Way(http.server.ThreadingHTTPServer):
    """A way to the real server that is cut after a number of requests that write."""

    def __init__(self, target: str) -> None:
        super().__init__(("127.0.0.1", 0), Passage)
        self.target = target
        self.writes_left = 10**6


class Passage(http.server.BaseHTTPRequestHandler):
    server: Way
    protocol_version = "HTTP/1.1"

    def _pass(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.command != "GET" and not self.path.endswith("/filter"):
            self.server.writes_left -= 1
        if self.server.writes_left < 0:
            self.close_connection = True
            return
        headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "content-length", "connection")}
        answer = httpx.request(
            self.command, self.server.target + self.path, content=body, headers=headers, trust_env=False, timeout=30
        )
        self.send_response(answer.status_code)
        self.send_header("Content-Type", answer.headers.get("Content-Type", "application/json"))
        self.send_header("Content-Length", str(len(answer.content)))
        self.end_headers()
        self.wfile.write(answer.content)

    do_GET = do_POST = do_PATCH = do_PUT = do_DELETE = _pass

    def log_message(self, *_: Any) -> None:
        pass


@pytest.fixture
def way(live: ServiceStatus, monkeypatch: pytest.MonkeyPatch) -> Iterator[Way]:
    server = Way(live.ui_url)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{server.server_port}/api")
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", service_state.read_secrets().auth)
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def test_a_deploy_cut_anywhere_is_completed_by_the_next(way: Way, specification: Make) -> None:
    alerts.add("cut", "https://127.0.0.1/hook")
    deployments.deploy(specification("cut", schedules=SCHEDULES, parameters={"seconds": 0.1}))
    cuts = 0
    for number in range(3):
        schedules = (Schedule(cron=f"{number} 4 * * *"), Schedule(every=60.0, slug=f"new-{number}"))
        spec = specification(
            "cut",
            schedules=schedules,
            parameters={"seconds": float(number)},
            alerts=(Alert(block="cut"),)[number % 2 :],
        )
        for allowed in range(20):
            way.writes_left = allowed
            try:
                deployments.deploy(spec)
                break
            except ApiUnreachableError:
                cuts += 1
        way.writes_left = 10**6
        live = {record.name: record for record in deployments.list_deployments()}["cut"]
        assert {s.slug: s.cron or s.every for s in live.schedules} == {s.slug: s.cron or s.every for s in schedules}
        newest = deployments.list_versions("cut")[0]
        assert (newest.number, newest.current) == (number + 2, True)
        assert bool(alerts.list_alerts()[0].used_by) == (number % 2 == 0)
    assert cuts >= 6
    deployments.delete("cut")
    alerts.remove("cut")


def test_a_server_killed_under_deploys_loses_none(live: ServiceStatus, specification: Make) -> None:
    names = [f"under-fire-{number}" for number in range(12)]
    failures: list[BaseException] = []

    def deploy() -> None:
        try:
            for name in names:
                deployments.deploy(specification(name.replace("-", "_"), schedules=SCHEDULES))
        except BaseException as error:
            failures.append(error)

    thread = threading.Thread(target=deploy)
    thread.start()
    found = service_state.read_state()
    assert found is not None
    server = processes.find(found.children["server"])
    assert server is not None
    server.kill()
    thread.join()
    assert failures == []
    there = {record.name for record in deployments.list_deployments()}
    assert {name.replace("-", "_") for name in names} <= there
    for name in names:
        deployments.delete(name.replace("-", "_"))
    service.up()  # returns once the worker is back


class Old(http.server.BaseHTTPRequestHandler):
    """Answers as a server of Prefect 2 to what it does not know."""

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        status, body = 422, {"detail": "Extra inputs are not permitted"}
        if self.path.endswith("/admin/version"):
            status, body = 200, "2.20.3"  # type: ignore[assignment]
        elif self.path.startswith("/api/work_pools/"):
            status, body = 200, {"name": "jupyter-pipeline", "type": "process"}
        elif self.command == "GET":
            status, body = 404, {"detail": "Not Found"}
        elif self.path.endswith("/filter"):
            status, body = 200, []  # type: ignore[assignment]
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    do_GET = do_POST = _answer

    def log_message(self, *_: Any) -> None:
        pass


def test_the_first_request_of_a_process_waits_for_the_server_too(
    live: ServiceStatus, specification: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = PrefectApi._send
    asked: list[str] = []

    async def away_at_first(self: PrefectApi, method: str, path: str, *rest: Any, **options: Any) -> Any:
        asked.append(path)
        if len(asked) == 1:
            raise ApiUnreachableError(live.api_url, "it is started again")
        return await send(self, method, path, *rest, **options)

    monkeypatch.setattr(PrefectApi, "_send", away_at_first)
    monkeypatch.setattr("jupyter_pipeline.orchestration.prefect_api.client._csrf", {})
    deployments.list_deployments()
    assert asked[:2] == ["/csrf-token", "/csrf-token"]


def test_an_older_server_is_named(monkeypatch: pytest.MonkeyPatch, specification: Make) -> None:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Old) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{server.server_port}/api")
        try:
            with pytest.raises(OrchestrationError, match=r"runs Prefect 2\.20\.3; 3\.4 or later is needed"):
                client.check()
            with pytest.raises(ApiRefusedError, match=r"Extra inputs.*runs Prefect 2\.20\.3"):
                deployments.deploy(specification("old"))
        finally:
            server.shutdown()
            thread.join()
