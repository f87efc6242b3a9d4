from __future__ import annotations

import dataclasses
import fcntl
import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import psutil
import pytest
from waiting import wait_until

from jupyter_pipeline import audit, environment_variables, ports, processes, tables
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.exceptions import ApiUnreachableError, ConfigurationError, ServiceError
from jupyter_pipeline.models import DeploymentSpec, ProcessIdentity, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs, service, service_state
from jupyter_pipeline.orchestration.service import child_process, control, database, ownership, process_cleanup
from jupyter_pipeline.orchestration.service_state import ServiceState
from jupyter_pipeline.paths import runs_dir, service_dir

Make = Callable[..., DeploymentSpec]


def _of_this_service() -> list[psutil.Process]:
    return list(processes.with_variable(environment_variables.SERVICE, str(service_dir())))


def _find_parts_of_service() -> set[int]:
    runs_of_service = process_cleanup.group_by_run(service_dir()).values()
    return {p.pid for p in _of_this_service()} - {p.pid for group in runs_of_service for p in group}


def _child(name: str) -> psutil.Process:
    found = service_state.read_state()
    assert found is not None
    process = processes.find(found.children[name])
    assert process is not None
    return process


def _until(condition: Callable[[], bool], seconds: float = 90) -> None:
    wait_until(condition, seconds, "the condition of the service")


# Of the service that runs


def test_up_again_changes_nothing(live: ServiceStatus) -> None:
    said: list[str] = []
    before = service.status()
    assert service.up(progress=said.append) == before
    assert before.state == "running"
    assert said == []


def test_a_changed_host_name_changes_nothing(live: ServiceStatus) -> None:
    command = "hostname renamed.example && exec $0 -m jupyter_pipeline status --json"
    seen = subprocess.run(["unshare", "--uts", "sh", "-c", command, sys.executable], capture_output=True, text=True)
    if "unshare" in seen.stderr:
        pytest.skip("namespaces cannot be made here")
    assert json.loads(seen.stdout) == service.status().to_dict()


def test_another_port_is_refused_while_it_runs(live: ServiceStatus) -> None:
    with pytest.raises(ServiceError, match=f"runs on port {live.port}"):
        service.up(port=live.port + 1)


def test_no_other_user_may_read_its_files(live: ServiceStatus) -> None:
    home = service_dir()
    assert home.stat().st_mode & 0o777 == 0o700
    database = list((home / "prefect").glob("prefect.db*"))
    assert database
    for path in [home / "prefect", *home.glob("*.json"), *home.glob("*.log"), *home.glob("*.lock"), *database]:
        assert path.stat().st_mode & 0o077 == 0, path


def test_secrets_are_in_no_argument_list_and_no_log(live: ServiceStatus) -> None:
    password = service_state.read_secrets().auth.split(":")[1]
    for process in _of_this_service():
        assert password not in " ".join(process.cmdline())
    assert password not in Path(live.log).read_text()


@pytest.mark.parametrize("auth", [None, ("jupyter-pipeline", "guessed")])
def test_requests_without_the_password_are_refused(live: ServiceStatus, auth: tuple[str, str] | None) -> None:
    assert httpx.get(f"{live.api_url}/admin/version", auth=auth, trust_env=False).status_code == 401


def test_a_page_elsewhere_cannot_write_with_the_browser_s_credentials(live: ServiceStatus) -> None:
    user, password = service_state.read_secrets().auth.split(":", 1)
    headers = {"Prefect-Csrf-Token": "guessed", "Prefect-Csrf-Client": "x", "Origin": "http://elsewhere.example"}
    answer = httpx.post(
        f"{live.api_url}/flows/", json={"name": "x"}, headers=headers, auth=(user, password), trust_env=False
    )
    assert answer.status_code == 403
    answer = httpx.get(f"{live.api_url}/health", headers={"Origin": "http://elsewhere.example"}, trust_env=False)
    assert "access-control-allow-origin" not in answer.headers


def test_it_listens_on_the_loopback_alone(live: ServiceStatus) -> None:
    addresses = {c.laddr.ip for c in _child("server").net_connections(kind="inet") if c.status == "LISTEN"}
    assert addresses == {"127.0.0.1"}


def test_a_killed_server_is_restarted(live: ServiceStatus) -> None:
    restarts = service.status().restarts
    _child("server").kill()
    _until(lambda: service.status().restarts > restarts)
    _until(lambda: service.status().state == "running")
    assert service.status().port == live.port
    assert isinstance(deployments.list_deployments(), list)


def test_a_run_of_a_killed_worker_goes_on_can_be_cancelled_and_is_crashed_if_it_is_killed(
    live: ServiceStatus, specification: Make, tmp_path: Path
) -> None:
    started = {}
    for name, seconds in (("lasting", 25), ("unwanted", 600), ("lost", 600)):
        deployments.deploy(specification(name))
        started[name] = deployments.run_now(name, {"seconds": seconds}).id
    _until(lambda: all(runs.find(run).state == "Running" for run in started.values()))
    engines = process_cleanup.group_by_run(service_dir())
    restarts = service.status().restarts
    _child("worker").kill()
    _until(lambda: service.status().restarts > restarts)
    runs.cancel(started["unwanted"])
    engines[started["lost"]][0].kill()
    ends = {name: runs.wait(run, timeout=90) for name, run in started.items()}
    assert {name: end.state for name, end in ends.items()} == {
        "lasting": "Completed",
        "unwanted": "Cancelled",
        "lost": "Crashed",
    }
    assert ends["unwanted"].message == f"Cancelled by {processes.user_name()} on {processes.hostname()}."
    assert ends["lost"].message.startswith("The process of the run was killed after the worker of the service.")
    output = runs_dir() / started["lasting"] / "run.000000.jsonl"
    _until(lambda: "Finished in state Completed()" in output.read_text())  # logged after the state is set
    assert output.stat().st_mode & 0o777 == 0o600
    after = runs.wait(deployments.run_now("lost").id, timeout=90)  # the slot of its limit is free again
    assert after.state == "Completed"


def test_a_killed_supervisor_takes_server_and_worker_with_it_and_the_next_start_ends_its_runs(
    live: ServiceStatus, specification: Make
) -> None:
    deployments.deploy(specification("interrupted"))
    run = deployments.run_now("interrupted", {"seconds": 600}).id
    _until(lambda: runs.find(run).state == "Running")
    engine = process_cleanup.group_by_run(service_dir())[run][0]
    old = service.status()
    psutil.Process(old.pid).kill()
    _until(lambda: not _find_parts_of_service() and ports.is_free(old.port), 20)
    assert processes.is_alive(engine)
    assert service.status().state == "stopped"
    assert re.search(rf"killed\. 1 run \(.*process {engine.pid}\) goes on without super", service.status().reason)
    mark = {"JUPYTER_PIPELINE_CLUSTER": registry.new_id()}
    stray = subprocess.Popen(["sleep", "1000"], env={**os.environ, **mark})  # what a lost cluster left
    outcomes: list[ServiceStatus] = []
    lines: list[str] = []
    starters = [threading.Thread(target=lambda: outcomes.append(service.up(progress=lines.append))) for _ in range(2)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join()
    assert len({status.pid for status in outcomes}) == 1
    assert outcomes[0].pid != old.pid
    assert outcomes[0].port == old.port  # remembered
    assert not processes.is_alive(engine)
    assert any(line.startswith("Ending 1 run (") for line in lines), lines
    assert runs.wait(run, timeout=90).state == "Crashed"
    assert stray.wait(timeout=60) == -signal.SIGTERM
    _until(lambda: f"removed process {stray.pid} of a lost cluster" in Path(live.log).read_text(), 20)


# Without a service


def test_it_is_stopped_where_it_never_ran() -> None:
    assert service.status().state == "stopped"
    assert service.down().state == "stopped"


def test_a_database_that_did_not_answer_is_not_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(control, "_start_timeout", lambda settings: 5.0)  # the supervisor would try for longer
    with pytest.raises(ServiceError):
        service.up(postgres="postgresql://me@127.0.0.1:1/prefect")
    assert database.select(service_dir(), "", service_state.read_state(), migrate=None) == ""


def test_an_occupied_port_is_refused_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(ServiceError, match=f"Port {port} is occupied"):
            service.up(port=port)
    assert service.status().state == "stopped"


def test_an_occupied_remembered_port_gives_way(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen: list[int] = []

    def launch(port: int, choice: str, settings: object, *, fixed: bool, migrate: bool) -> None:
        chosen.append(port)
        raise ServiceError("far enough")

    monkeypatch.setattr(control, "_launch", launch)
    said: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        service_state.write_state(service_state.ServiceState(state="stopped", port=port))
        with pytest.raises(ServiceError, match="far enough"):
            service.up(progress=said.append)
    assert chosen[0] > port
    assert len(said) == 1
    assert said[0].startswith(f"Port {port} is occupied: using {chosen[0]}. Programs that use the former address")


@pytest.mark.parametrize("port", [0, -1, 70000])
def test_an_invalid_port_is_refused(port: int) -> None:
    with pytest.raises(ServiceError, match="not a TCP port"):
        service.up(port=port)


def test_a_folder_that_cannot_be_written_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    monkeypatch.setenv("JUPYTER_PIPELINE_STATE", str(blocked))
    with pytest.raises(ConfigurationError, match="JUPYTER_PIPELINE_STATE"):
        service.up()


def test_a_lock_that_cannot_be_written_is_named() -> None:
    (service_dir() / "up.lock").mkdir()
    with pytest.raises(ConfigurationError, match=r"up\.lock: cannot be written"):
        service.up()


@pytest.fixture
def elsewhere(isolated_state: Path) -> ServiceState:
    supervisor = ProcessIdentity(host="login2", boot_id="x", pid=1, started=0.0, machine="y", namespaces="1 2")
    state = ServiceState(state="running", port=4280, supervisor=supervisor)
    service_state.write_state(state)
    service_state.lock_path().touch()
    return state


def test_a_service_of_another_host_is_left_alone(elsewhere: ServiceState) -> None:
    service_state.write_heartbeat()
    assert service.status().reason == "It runs on login2."
    for action in (service.up, service.down):
        with pytest.raises(ServiceError, match="runs on login2"):
            action()
    with pytest.raises(ServiceError, match="runs on login2: its last heartbeat was at"):
        service.up(take_over=True)
    assert [entry.details for entry in audit.read_entries()] == [{}, {}, {"take_over_from": "login2"}]
    with pytest.raises(ApiUnreachableError, match="was started on login2"):
        deployments.list_deployments()


@pytest.mark.parametrize("last", [None, 1.0, 1e11])
def test_a_silent_service_of_another_host_can_be_taken_over(
    last: float | None, elsewhere: ServiceState, monkeypatch: pytest.MonkeyPatch
) -> None:
    heartbeat = service_dir() / "heartbeat"
    if last is not None:
        heartbeat.write_text(repr(last))
    assert service.status().reason.startswith("It was started on login2, which has been silent")
    with pytest.raises(ServiceError, match=r"silent.*up --take-over"):
        service.down()
    monkeypatch.setattr(ownership, "_WATCH", 1.0)
    timer = threading.Timer(0.5, heartbeat.write_text, ["2e11"])  # a clock that differs by years
    timer.start()
    with pytest.raises(ServiceError, match="Stop it there"):
        ownership.prepare_take_over(elsewhere, lambda text: None)
    timer.join()
    lines: list[str] = []
    ownership.prepare_take_over(elsewhere, lines.append)
    assert lines[-1] == "Taking the service over from login2"
    assert not service_state.lock_path().exists()


def test_a_silent_supervisor_that_has_not_ended_keeps_the_service(isolated_state: Path) -> None:
    container = dataclasses.replace(processes.this_process(), host="login2", namespaces="1 2")
    state = ServiceState(state="running", port=4280, supervisor=container)
    service_state.write_state(state)
    with service_state.lock_path().open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(ServiceError, match=r"in another container of this host\) is silent, but has not ended"):
            ownership.prepare_take_over(state, lambda text: None)
    assert service_state.lock_path().exists()


def test_a_stopped_process_of_the_service_is_reported_at_once(isolated_state: Path) -> None:
    with subprocess.Popen(["sleep", "60"]) as child:
        found = processes.identify(child.pid)
        assert found is not None
        state = ServiceState(state="running", supervisor=processes.this_process(), children={"worker": found})
        service_state.write_state(state)
        assert service.status().reason == ""
        child.send_signal(signal.SIGSTOP)
        _until(lambda: service.status().reason.startswith(f"Its worker, process {child.pid} is stopped (SIGSTOP)"))
        child.kill()


def test_a_truncated_record_is_as_none() -> None:
    (service_dir() / "service.json").write_text('{"state": "runn')
    assert service.status().state == "stopped"


@pytest.mark.service
def test_an_interrupted_start_leaves_nothing() -> None:
    up = "from jupyter_pipeline.orchestration import service; service.up(progress=lambda text: print(text, flush=True))"
    with subprocess.Popen(
        [sys.executable, "-c", up], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=dict(os.environ)
    ) as process:
        assert process.stdout is not None
        while process.stdout.readline() != "Starting the Prefect server\n":
            assert process.poll() is None
        time.sleep(0.5)
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    assert "KeyboardInterrupt" in errors
    assert _of_this_service() == []
    assert service.status().state == "stopped"


@pytest.mark.service
def test_a_server_that_cannot_start_is_explained_and_nothing_is_left() -> None:
    home = service_dir() / "prefect"
    home.mkdir(mode=0o700)
    (home / "prefect.db").write_text("this is no database, but long enough to be read as one" * 20)
    with pytest.raises(ServiceError, match="file is not a database"):
        service.up()
    assert _of_this_service() == []
    assert json.loads((service_dir() / "service.json").read_text())["state"] == "stopped"


def test_a_taken_port_is_recognised_before_the_last_log_lines() -> None:
    child = child_process.ChildProcess("server", 1.0)
    child.last_lines.append("ERROR:    [Errno 98] error while attempting to bind on address: address already in use")
    child.last_lines.append("AssertionError: Reactive triggers not started")
    assert child.port_was_taken


@pytest.mark.parametrize(
    ("database", "runs", "warns"), [("sqlite", 59, False), ("sqlite", 60, True), ("postgresql", 500, False)]
)
def test_the_status_warns_before_sqlite_is_overloaded(
    database: str, runs: int, warns: bool, isolated_state: Path
) -> None:
    state = ServiceState(
        state="running", database=database, runs_per_minute=runs, port=4280, supervisor=processes.this_process()
    )
    service_state.write_state(state)
    status = service.status()
    assert status.state == "running"
    assert bool(status.warning) == warns
    if warns:
        assert "60 of about 80 scheduled runs a minute" in status.warning
        assert "up --postgres local --migrate" in tables.service(status)


def test_the_status_names_the_server_that_deploys_go_to(
    isolated_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert service.status().deploys_to == ""
    profiles = tmp_path / "profiles.toml"
    profiles.write_text('active = "cloud"\n[profiles.cloud]\nPREFECT_API_URL = "https://api.prefect.cloud/api/x"\n')
    monkeypatch.setenv("PREFECT_PROFILES_PATH", str(profiles))
    assert service.status().deploys_to == "https://api.prefect.cloud/api/x, from the Prefect profile 'cloud'"
    assert "They go to https://api.prefect.cloud/api/x" in tables.service(service.status())
    monkeypatch.setenv("PREFECT_PROFILE", "clod")
    assert "clod" in service.status().deploys_to
    monkeypatch.delenv("PREFECT_PROFILE")
    service_state.write_state(ServiceState(state="running", port=4280, supervisor=processes.this_process()))
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4280/api")
    assert service.status().deploys_to == ""
