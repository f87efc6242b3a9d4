"""Alerts are seen to arrive at a receiver that takes what Slack's webhooks take."""

from __future__ import annotations

import dataclasses
import json
import os
import re
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import nbformat
import psutil
import pytest
from alert_receiver import HOOK, Receiver, run_receiver
from waiting import wait_until

import jupyter_pipeline
from jupyter_pipeline import environment_variables, processes, tables
from jupyter_pipeline.exceptions import NotFoundError, OrchestrationError, UsageError
from jupyter_pipeline.models import Alert, AlertEvent, Deployed, DeploymentSpec, ServiceStatus
from jupyter_pipeline.orchestration import alerts, deployments, runs
from jupyter_pipeline.orchestration.alerts.blocks import describe_failure
from jupyter_pipeline.orchestration.prefect_api.client import connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.paths import service_dir

Make = Callable[..., DeploymentSpec]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with run_receiver() as server:
        yield server


def test_failure_and_recovery_send_alerts(
    live: ServiceStatus, specification: Make, receiver: Receiver, tmp_path: Path
) -> None:
    alerts.add("team", receiver.url)
    spec = specification("watched", alerts=(Alert(block="team", events=("failure", "recovery")),), owner="ada")
    deployments.deploy(spec)
    broken = {"result": str(tmp_path / "no" / "folder")}
    for parameters in (None, broken, None, None):
        runs.wait(deployments.run_now("watched", parameters).id, timeout=120)
    failed = receiver.wait("watched failed\n")
    assert "FileNotFoundError" in failed
    assert "Owner: ada" in failed
    assert re.search(r"Report: jupyter pipeline runs show [a-z]+-[a-z]+ --html", failed)
    assert f"{live.ui_url}/runs/flow-run/" in failed
    assert "Completed" in receiver.wait("watched runs again\n")
    time.sleep(3)
    assert len(receiver.texts) == 2  # neither the first good run nor the last is a recovery
    deployments.deploy(dataclasses.replace(spec, alerts=()))
    alerts.remove("team")


def test_a_late_run_sends_an_alert(live: ServiceStatus, specification: Make, receiver: Receiver) -> None:
    _make_pool("nobody")
    alerts.add("late-team", receiver.url)
    deployments.deploy(specification("tardy", work_pool="nobody", alerts=(Alert(block="late-team"),)))
    run = deployments.run_now("tardy")
    assert run.name in receiver.wait("tardy is late\n", 90)
    deployments.delete("tardy")
    alerts.remove("late-team")


@pytest.mark.slow
def test_a_run_without_a_heartbeat_sends_an_alert_and_is_crashed(
    live: ServiceStatus, specification: Make, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(AlertEvent.HEARTBEAT, "trigger", {**AlertEvent.HEARTBEAT.trigger, "within": 40})
    alerts.add("heart-team", receiver.url)
    deployments.deploy(specification("hanging", alerts=(Alert(block="heart-team", events=("heartbeat", "failure")),)))
    run = deployments.run_now("hanging", {"seconds": 600})
    engine = _engine(run.id)
    time.sleep(10)  # its first sign of life
    for process in [engine, *engine.children(recursive=True)]:
        process.send_signal(signal.SIGSTOP)
    assert run.name in receiver.wait("hanging sends no heartbeat\n", 150)
    _make_lost(engine)
    assert "Crashed" in receiver.wait("hanging failed\n", 120)
    assert runs.find(run.id).state == "Crashed"


def _engine(run_id: str) -> psutil.Process:
    def find() -> psutil.Process | None:
        for process in processes.with_variable(environment_variables.SERVICE, str(service_dir())):
            if process.environ().get("PREFECT__FLOW_RUN_ID") == run_id and runs.find(run_id).state == "Running":
                return process
        return None

    found = wait_until(find, 60, "the process of the run")
    assert found is not None
    return found


def _make_lost(engine: psutil.Process) -> None:
    os.kill(engine.pid, signal.SIGKILL)


async def _make_pool_async(name: str) -> None:
    async with connect() as api:
        if await api.find(f"/work_pools/{name}") is None:
            await api.post("/work_pools/", {"name": name, "type": "process"})


_make_pool = run_sync(_make_pool_async)


async def _automations_async() -> dict[str, Any]:
    async with connect() as api:
        return {found["name"]: found async for found in api.pages("/automations/filter", {})}


_automations = run_sync(_automations_async)


async def _change_automations_async(changes: dict[str, dict[str, Any] | None]) -> None:
    """Change automations by id as another program does, or delete them."""
    async with connect() as api:
        for identifier, body in changes.items():
            await (api.patch(f"/automations/{identifier}", body) if body else api.delete(f"/automations/{identifier}"))


async def _move_port_async(identifier: str, port: int) -> None:
    """Change the links of an automation as if the service had another port, and correct them."""
    async with connect() as api:
        found = await api.get(f"/automations/{identifier}")
        for action in found["actions"]:
            action["body"] = action["body"].replace(api.endpoint.ui_url, f"http://127.0.0.1:{port}")
        await api.put(f"/automations/{identifier}", {k: v for k, v in found.items() if k not in _SERVER_FIELDS})
        assert f":{port}/runs" in str(await api.get(f"/automations/{identifier}"))
        await alerts.correct_links(api)


_move_port = run_sync(_move_port_async)
_SERVER_FIELDS = ("id", "created", "updated")
_change_automations = run_sync(_change_automations_async)


def test_automations_follow_the_deployment(live: ServiceStatus, specification: Make, receiver: Receiver) -> None:
    for name in ("first", "second"):
        alerts.add(name, receiver.url)
    spec = specification("followed", alerts=(Alert(block="first"),))
    deployments.deploy(spec)
    mine = {name: found for name, found in _automations().items() if name.startswith("followed/followed: ")}
    assert {name.rpartition(": ")[2] for name in mine} == set(AlertEvent)
    deployments.deploy(spec)
    assert {n: f for n, f in _automations().items() if n in mine} == mine  # untouched
    moved = mine["followed/followed: failure"]
    _move_port(moved["id"], 9)
    found = _automations()["followed/followed: failure"]
    assert (found["actions"], found["enabled"]) == (moved["actions"], True)
    _change_automations(
        {
            mine["followed/followed: late"]["id"]: None,
            mine["followed/followed: recovery"]["id"]: {"enabled": False},
        }
    )
    assert deployments.find("followed").server_changes == (
        "alert: the automation for late was deleted",
        "alert: the automation for recovery is disabled",
    )
    planned = deployments.preview(spec, {}).changes
    assert all(re.search(rf"^\+ +- {event}$", planned, re.MULTILINE) for event in ("late", "recovery"))
    assert deployments.deploy(spec).server_changes == ()
    assert deployments.preview(spec, {}).changes == ""
    assert deployments.find("followed").server_changes == ()
    mine = {name: found for name, found in _automations().items() if name in mine}
    assert all(found["enabled"] for found in mine.values())
    both = (Alert(block="first", events=("failure",)), Alert(block="second", events=("failure",)))
    deployments.deploy(dataclasses.replace(spec, alerts=both))
    changed = {name: found for name, found in _automations().items() if name.startswith("followed/")}
    assert list(changed) == ["followed/followed: failure"]
    assert len(changed["followed/followed: failure"]["actions"]) == 2
    assert changed["followed/followed: failure"]["id"] == mine["followed/followed: failure"]["id"]
    with pytest.raises(UsageError, match="is used by followed/followed"):
        alerts.remove("second")
    assert {block.name: block.used_by for block in alerts.list_alerts()}["first"] == ("followed/followed",)
    deployments.delete("followed")
    assert not [name for name in _automations() if name.startswith("followed/")]
    alerts.remove("first")
    alerts.remove("second")


def test_a_test_message_arrives_and_a_wrong_address_raises(live: ServiceStatus, receiver: Receiver) -> None:
    alerts.add("mine", receiver.url)
    alerts.test("mine")
    assert receiver.texts == ["This is a test of the alert 'mine'."]
    for address, reason in (
        (f"{receiver.url}x", "404 Not Found"),
        ("json://127.0.0.1:9/", "nothing answers at 127.0.0.1:9"),
        ("mmost://127.0.0.1:9/3ccdd113474722377935511fc85d3dd4", "could not deliver"),
    ):
        alerts.add("mine", address)
        with pytest.raises(OrchestrationError, match=reason) as failed:
            alerts.test("mine")
        assert "services/T" not in str(failed.value)
    assert [block.kind for block in alerts.list_alerts() if block.name == "mine"] == ["apprise"]
    alerts.remove("mine")
    with pytest.raises(NotFoundError, match="alert is called 'mine'"):
        alerts.test("mine")


@pytest.mark.parametrize(
    ("error", "address", "cause"),
    [
        (httpx.ConnectError("All connection attempts failed"), "https://me:pw@h:8/T0", "nothing answers at h:8"),
        (httpx.ConnectError("[Errno -2] Name or service not known"), "https://h/T0", "the name h cannot be resolved"),
        (
            httpx.ConnectError("CERTIFICATE_VERIFY_FAILED"),
            "https://h/T0",
            "the certificate of h:443 cannot be verified",
        ),
        (httpx.ConnectError("[SSL: WRONG_VERSION]"), "https://h/T0", "h:443 does not accept a TLS connection"),
        (httpx.ConnectTimeout("T0"), "http://h/T0", "h:80 does not answer within 10 seconds"),
        (httpx.RemoteProtocolError("T0"), "http://h/T0", "h:80 ended the connection without an answer"),
        (httpx.InvalidURL("T0"), "http://h/T0", "its address is invalid"),
        (httpx.InvalidURL("T0"), "http://h:x/T0", "its address is invalid"),
    ],
)
def test_a_failed_request_has_a_cause_without_secrets(error: Exception, address: str, cause: str) -> None:
    assert describe_failure(error, address) == cause


@pytest.mark.parametrize("kind", ["http", "json", "mmost"])
def test_a_canary_arrives_through_an_automation(live: ServiceStatus, receiver: Receiver, kind: str) -> None:
    address = {
        "http": receiver.url,
        "json": receiver.url.replace("http://", "json://"),
        "mmost": f"mmost://127.0.0.1:{receiver.server_port}/{HOOK.removeprefix('/hooks/')}",
    }[kind]
    alerts.add("proven", address)
    before = _automations()
    verification = alerts.verify("proven")
    assert verification.delivered, verification.reason
    assert 0 < verification.seconds < 60
    assert "works: a canary arrived after" in verification.summary
    (text,) = receiver.texts
    assert "Canary of the alert proven" in text
    assert "Failed. No run has failed. This canary verifies the alert." in text
    assert _automations() == before
    assert not [run for run in runs.list_runs() if run.name.startswith("canary")]
    alerts.remove("proven")


def test_a_canary_that_does_not_arrive_has_a_cause(live: ServiceStatus, receiver: Receiver) -> None:
    alerts.add("broken", f"{receiver.url}x")
    verification = alerts.verify("broken")
    assert not verification.delivered
    assert "404 Not Found" in verification.reason
    assert "services/T" not in verification.summary
    alerts.remove("broken")
    with pytest.raises(NotFoundError, match="alert is called 'broken'"):
        alerts.verify("broken")


def test_an_address_is_verified_again_when_it_has_changed(live: ServiceStatus, receiver: Receiver) -> None:
    alerts.add("once", receiver.url)
    lines: list[str] = []
    assert [found.delivered for found in alerts.verify_new(("once", "once"), progress=lines.append)] == [True]
    assert lines == ["Sending a canary to once (--no-verify-alerts skips it)"]
    assert alerts.verify_new(("once",), progress=lines.append) == ()
    assert len(lines) == len(receiver.texts) == 1
    alerts.add("once", receiver.url.replace("http://", "json://"))
    assert [found.delivered for found in alerts.verify_new(("once",))] == [True]
    alerts.remove("once")


def test_a_deploy_verifies_new_addresses_and_does_not_depend_on_them(
    live: ServiceStatus, receiver: Receiver, tmp_path: Path
) -> None:
    path = tmp_path / "sales.ipynb"
    path.write_text(json.dumps(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("total = 1 + 1")])))
    alerts.add("good", receiver.url)
    alerts.add("bad", f"{receiver.url}x")

    def deploy(**options: Any) -> Deployed:
        return jupyter_pipeline.deploy(path, 0, name="proving", notify=["good", "bad"], rehearse=False, **options)

    assert deploy(verify_alerts=False).alerts == ()
    assert receiver.texts == []
    answer = deploy()
    assert answer.deployment is not None
    assert [(found.name, found.delivered) for found in answer.alerts] == [("good", True), ("bad", False)]
    text = tables.deployed(answer, command="jupyter pipeline deployments")
    assert "The alert 'good' works: a canary arrived after" in text
    assert "The alert 'bad' was not delivered: it answers 404 Not Found." in text
    assert "proving" in [record.name for record in deployments.list_deployments()]
    deployments.delete("proving")
    alerts.remove("good")
    alerts.remove("bad")


def test_the_address_is_stored_encrypted(live: ServiceStatus, receiver: Receiver) -> None:
    alerts.add("hidden", f"{receiver.url}?token=hunter2hunter2")
    for path in (service_dir() / "prefect").glob("prefect.db*"):
        assert b"hunter2hunter2" not in path.read_bytes()
    assert "hunter2" not in Path(live.log).read_text()
    alerts.remove("hidden")


@pytest.mark.parametrize(
    ("name", "url", "complaint"),
    [
        ("My Team", "https://example.com/x", "lower-case letters"),
        ("team", "gopher-hole", "none that apprise can use"),
        ("team", "https://", "names no host"),
        ("team", "slack://", "none that apprise can use"),
        ("team", "https://[", "names no host"),
    ],
)
def test_an_invalid_alert_is_refused(name: str, url: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint):
        alerts.add(name, url)


def test_a_deployment_cannot_use_an_unknown_alert_or_event(live: ServiceStatus, specification: Make) -> None:
    for alert, complaint in (
        (Alert(block="tem"), "alerts add"),
        (Alert(block="tem", events=("failures",)), "Did you mean failure"),
    ):
        with pytest.raises(NotFoundError, match=complaint):
            deployments.deploy(specification("untold", alerts=(alert,)))
    assert "untold" not in [record.name for record in deployments.list_deployments()]


def test_the_documentation_lists_every_event() -> None:
    documented = (Path(__file__).parents[3] / "docs" / "how-to" / "set-up-alerts.md").read_text()
    for event in AlertEvent:
        assert f"| `{event.value}` | {event.description} |" in documented
