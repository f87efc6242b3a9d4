"""Start and stop the embedded Prefect service, one per user and state folder, and return its status."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import filelock
import psutil

from jupyter_pipeline import audit, disk_space, environment_variables, ports, processes
from jupyter_pipeline.exceptions import (
    ApiUnreachableError,
    ConfigurationError,
    OrchestrationError,
    PipelineError,
    ServiceError,
)
from jupyter_pipeline.models import ServiceStatus
from jupyter_pipeline.orchestration.prefect_api import endpoint
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.prefect_variables import DEPLOYMENT_NAME
from jupyter_pipeline.orchestration.service import database, health, ownership, process_cleanup, server_settings
from jupyter_pipeline.orchestration.service.local_postgresql import LocalPostgreSQL
from jupyter_pipeline.orchestration.service.local_redis import LocalRedis
from jupyter_pipeline.orchestration.service_state import (
    WORK_POOL,
    ServiceState,
    log_path,
    read_heartbeat,
    read_state,
    replace_password,
    write_state,
)
from jupyter_pipeline.paths import service_dir, state_dir
from jupyter_pipeline.progress import Progress, silent

__all__ = ["down", "status", "up"]

_START_TIMEOUT = 180.0
_TIMEOUT_OF_PROCESS = 60.0
_STOP_TIMEOUT = 40.0
_PORT_PATIENCE = 2.0
"""Seconds in which the port of a killed server becomes free."""
_POLL = 0.1
_SPACE = 32 * 2**20
"""Bytes that the pages, the database and the log of a new service need."""
_LEAST_SPACE = 2**17
"""Bytes without which a start does not end: its state and its database cannot be written."""
_SQLITE_LIMIT = 80
"""Scheduled runs a minute that overload SQLite: about 400 schedules of five minutes."""
_NEAR = 0.75
"""Part of the limit from which the status warns."""

_launched: list[subprocess.Popen[bytes]] = []
"""Supervisors that this process has started, to be reaped later."""


def status() -> ServiceStatus:
    """Return the status of the service from its state file and the list of processes, without a request."""
    state = read_state()
    if state is None:
        return ServiceStatus(state="stopped", work_pool=WORK_POOL, deploys_to=_other_server(None), log=str(log_path()))
    if ownership.is_on_other_host(state):
        return _status(state, reason=ownership.describe_other_host(state))
    if processes.find(state.supervisor) is None:
        if state.state == "stopped":
            return _status(state)
        return _status(state, name="stopped", reason=_describe_kill())
    for name, process in {"supervisor": state.supervisor, **state.children}.items():
        if process is not None and processes.is_stopped(process):
            last = read_heartbeat() if name == "supervisor" else None
            return _status(state, reason=f"Its {name}, {processes.describe_stop(process, last)}")
    return _status(state)


def up(
    *,
    port: int | None = None,
    postgres: str = "",
    migrate: bool | None = None,
    workers: int | None = None,
    broker: str = "",
    take_over: bool = False,
    progress: Progress | None = None,
) -> ServiceStatus:
    """Start the service unless it is running, and wait until schedules fire and runs start.

    Parameters
    ----------
    port : int, optional
        TCP port on the loopback; by default the last one, or the next free one.
    postgres : str
        Address of a PostgreSQL database, or ``local`` for a PostgreSQL server of the service. Later starts use it too.
    migrate : bool, optional
        True to copy the deployments of SQLite to PostgreSQL, False to leave them there.
    workers : int, optional
        Number of server processes. Later starts use it too. More than one need PostgreSQL and Redis.
    broker : str
        Address of a Redis server, or ``local`` for a Redis server of the service. Later starts use it too.
    take_over : bool
        True to start the service of another host on this one, if the other host is gone.
    progress : callable, optional
        Called with a message at each step.

    Returns
    -------
    ServiceStatus
        Status of the running service.

    Raises
    ------
    ServiceError
        If it does not start. No process of it is left then, nor after an interrupt.
    UsageError
        If an address or a number cannot be used.
    """
    database.check_choice(postgres)
    settings = server_settings.find_settings(service_dir(), workers=workers, broker=broker)
    report = progress or silent
    if processes.find(state.supervisor if (state := read_state()) else None) is None:
        disk_space.check_space(service_dir(), needed=_SPACE)
    with audit.record("start", "service", "") as action, _locked(report):
        state = read_state()
        if take_over:
            if state is not None and state.supervisor is not None and ownership.is_on_other_host(state):
                action.details["take_over_from"] = state.supervisor.host
            ownership.prepare_take_over(state, report)
        else:
            ownership.refuse_other_host(state)
        if state is not None and processes.find(state.supervisor):
            if port not in (None, state.port):
                raise ServiceError(f"The service runs on port {state.port}. Stop it first: jupyter pipeline down")
            if postgres and postgres != database.read_choice(service_dir()):
                raise ServiceError("The service runs with another database. Stop it first: jupyter pipeline down")
            if (workers is not None or broker) and dict(state.settings) != settings:
                raise ServiceError("The service runs with other settings. Stop it first: jupyter pipeline down")
            if dict(state.settings) != settings:
                report("The settings have changed since the start. Apply them: jupyter pipeline down, then up")
            _wait_until_running(report, timeout=_start_timeout(settings))
            return status()
        _end_remains(state, report)
        choice = database.select(service_dir(), postgres, state, migrate=migrate)
        server_settings.check_processes(settings.get("workers", 1), choice)
        _resolve_broker(settings)
        chosen = _choose_port(port, state, report)
        if state is not None and state.port not in (0, chosen):
            replace_password()  # clients of the former port may send it there
        if choice == database.LOCAL:
            report("Preparing the local PostgreSQL server")
            LocalPostgreSQL(service_dir()).prepare()
        if settings.get("workers", 1) > 1 and settings.get("broker", server_settings.LOCAL) == server_settings.LOCAL:
            LocalRedis(service_dir()).prepare()
        try:
            new = database.has_sqlite(service_dir()) and not database.read_choice(service_dir())
            process = _launch(chosen, choice, settings, fixed=port is not None, migrate=bool(migrate and new))
            _wait_until_running(report, process, timeout=_start_timeout(settings))
            if choice != os.environ.get(environment_variables.DATABASE):
                database.write_choice(service_dir(), choice)
            server_settings.write_options(service_dir(), workers=workers, broker=broker)
        except BaseException:
            _stop(report)
            if (failed := read_state()) is not None:  # the database did not come into use
                write_state(replace(failed, database=state.database if state is not None else "sqlite"))
            raise
        return status()


def down(*, progress: Progress | None = None) -> ServiceStatus:
    """Stop the service and all its processes; on return they have exited.

    Clusters that were started with ``%cluster`` continue. Active runs are marked as crashed.

    Parameters
    ----------
    progress : callable, optional
        Function that gets a line for each step, such as the names of the runs that end.

    Raises
    ------
    ServiceError
        If a process does not exit.
    """
    report = progress or silent
    with audit.record("stop", "service", ""), _locked(report):
        ownership.refuse_other_host(read_state())
        _stop(report)
    return status()


@contextlib.contextmanager
def _locked(report: Progress) -> Iterator[None]:
    """Hold the lock for starting and stopping the service, so that other commands wait."""
    path = service_dir() / "up.lock"
    lock = filelock.FileLock(path, mode=0o600)
    try:
        try:
            lock.acquire(timeout=0.5)
        except filelock.Timeout:
            report("Waiting for another command that starts or stops the service")
            lock.acquire(timeout=_START_TIMEOUT)
    except filelock.Timeout:
        raise ServiceError(f"Another command has held {path} for minutes. Stop it, then try again.") from None
    except OSError as error:
        raise ConfigurationError(
            str(path),
            "",
            f"cannot be written ({error.strerror})",
            "Set JUPYTER_PIPELINE_STATE to a folder that you can write.",
        ) from error
    try:
        yield
    finally:
        lock.release()


def _describe_kill() -> str:
    """Return the reason of a killed supervisor, with the runs that go on."""
    runs = process_cleanup.group_by_run(service_dir())
    if not runs:
        return "It was killed. Start it again: jupyter pipeline up"
    one = len(runs) == 1
    return (
        f"It was killed. {_name_runs(runs)} {'goes' if one else 'go'} on without supervision, and "
        f"{'its state is' if one else 'their states are'} not recorded. Start it again: jupyter pipeline up. This ends "
        f"{'the run' if one else 'these runs'}, as jupyter pipeline down does"
    )


def _name_runs(runs: Mapping[str, list[psutil.Process]]) -> str:
    """Return the number of runs with deployments and processes; the server that knows their names is gone."""
    shown = []
    for run, (engine, *_) in runs.items():
        name = run
        with contextlib.suppress(psutil.Error):
            name = engine.environ().get(DEPLOYMENT_NAME) or run
        shown.append(f"{name}, process {engine.pid}")
    return f"{len(runs)} run{'s' if len(runs) > 1 else ''} ({'; '.join(shown)})"


def _end_remains(state: ServiceState | None, report: Progress) -> None:
    """End the processes that a killed supervisor has left, and wait for its port: clients know this address."""
    runs = process_cleanup.group_by_run(service_dir())
    if runs:
        report(f"Ending {_name_runs(runs)}, which went on after the supervisor was killed")
    had_server = state is not None and state.state != "stopped"
    process_cleanup.stop_all(service_dir(), state, grace=3.0)
    deadline = time.monotonic() + _PORT_PATIENCE
    while had_server and state is not None and state.port and not ports.is_free(state.port):
        if time.monotonic() > deadline:
            return
        time.sleep(_POLL)


def _status(state: ServiceState, *, name: str = "", reason: str = "") -> ServiceStatus:
    stopped = (name or state.state) == "stopped"
    return ServiceStatus(
        state=name or state.state,
        reason=reason or state.reason or ("" if stopped else state.detail),
        api_url="" if stopped else state.api_url,
        ui_url="" if stopped else state.ui_url,
        port=state.port,
        pid=0 if stopped or state.supervisor is None else state.supervisor.pid,
        started=state.started,
        restarts=state.restarts,
        work_pool=WORK_POOL,
        database="" if stopped else _describe_database(state),
        settings={} if stopped else state.settings,
        deploys_to=_other_server(None if stopped else state),
        warning="" if stopped else _warn_of_limit(state),
        log=str(log_path()),
    )


def _other_server(state: ServiceState | None) -> str:
    """Return address and origin of another server to which deploys go; empty if they go to this service."""
    try:
        found = endpoint.resolve()
    except ApiUnreachableError:
        return ""
    except PipelineError as error:
        return f"no server: {error}".rstrip(".")
    here = found.embedded or (state is not None and found.url == state.api_url)
    return "" if here else f"{found.url}, from {found.source}"


def _describe_database(state: ServiceState) -> str:
    if state.database == "sqlite":
        return database.describe("")
    return database.describe(database.LOCAL if "postgresql" in state.children else state.database)


def _warn_of_limit(state: ServiceState) -> str:
    if state.database != "sqlite" or state.runs_per_minute < _NEAR * _SQLITE_LIMIT:
        return ""
    return (
        f"SQLite is near its limit: {state.runs_per_minute} of about {_SQLITE_LIMIT} scheduled runs a minute. Runs "
        "will be late. Move to PostgreSQL: jupyter pipeline down, then: jupyter pipeline up --postgres local --migrate"
    )


def _choose_port(port: int | None, state: ServiceState | None, report: Progress) -> int:
    if port is not None:
        if not 1 <= port <= 65535:
            raise ServiceError(f"{port} is not a TCP port. Use a port from 1024 to 65535.")
        if not ports.is_free(port):
            raise ServiceError(
                f"Port {port} is occupied by another program. Use another port, or omit --port to use a free one."
            )
        return port
    last = state.port if state is not None and state.port else ports.FIRST
    if ports.is_free(last):
        return last
    chosen = ports.choose(last + 1)
    former = (
        ""
        if last == ports.FIRST and (state is None or not state.port)
        else (". Programs that use the former address, such as jupyter pipeline serve, must be started again")
    )
    report(f"Port {last} is occupied: using {chosen}{former}")
    return chosen


def _resolve_broker(settings: Mapping[str, Any]) -> str:
    """Return the address of a Redis server of the user, with the values of its variables; empty if none is used."""
    if settings.get("workers", 1) == 1:
        return ""
    broker = str(settings.get("broker", server_settings.LOCAL))
    return "" if broker == server_settings.LOCAL else database.replace_variables(broker, os.environ, option="--broker")


def _launch(
    port: int, choice: str, settings: Mapping[str, Any], *, fixed: bool, migrate: bool
) -> subprocess.Popen[bytes]:
    """Start the supervisor in a new session, so that it outlives the caller and its terminal."""
    mask = os.umask(0o077)
    os.umask(mask)
    # The service does not belong to a cluster, also if a process of one starts it.
    inherited = {name: value for name, value in os.environ.items() if name != environment_variables.CLUSTER}
    if choice not in ("", database.LOCAL):
        inherited[environment_variables.DATABASE] = database.resolve_address(choice, os.environ)
    if broker := _resolve_broker(settings):
        inherited[environment_variables.BROKER] = broker
    descriptor = os.open(log_path(), os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        process = subprocess.Popen(
            [
                *(sys.executable, "-m", "jupyter_pipeline.orchestration.service.supervisor"),
                *("--port", str(port), "--umask", f"{mask:o}"),
                *(["--fixed"] if fixed else []),
                *(["--local-postgresql"] if choice == database.LOCAL else []),
                *(["--migrate"] if migrate else []),
                *("--settings", json.dumps(dict(settings))),
            ],
            stdin=subprocess.DEVNULL,
            stdout=descriptor,
            stderr=descriptor,
            cwd=service_dir(),
            env={
                **inherited,
                environment_variables.SERVICE: str(service_dir()),
                environment_variables.STATE: str(state_dir()),
            },
            start_new_session=True,
        )
    finally:
        os.close(descriptor)
    _launched.append(process)
    return process


def _start_timeout(settings: Mapping[str, Any]) -> float:
    """Return the seconds within which the service must start: its processes start at the same time."""
    return _START_TIMEOUT + _TIMEOUT_OF_PROCESS * float(settings.get("workers", 1) - 1)


def _wait_until_running(
    report: Progress, launched: subprocess.Popen[bytes] | None = None, *, timeout: float = _START_TIMEOUT
) -> None:
    """Wait until the service is running; `launched` is its supervisor if the caller has just started it."""
    deadline = time.monotonic() + timeout
    reported = ""
    while time.monotonic() < deadline:
        disk_space.check_space(service_dir(), needed=_LEAST_SPACE)
        state = read_state()
        mine = state is not None and (
            launched is None or (state.supervisor is not None and state.supervisor.pid == launched.pid)
        )
        if state is not None and mine:
            if state.state == "running":
                return
            if state.state == "failing":
                raise ServiceError(f"The Prefect service fails: {state.reason}\nIts log: {log_path()}")
            if state.detail and state.detail != reported:
                reported = state.detail
                report(reported)
        if launched is not None and launched.poll() is not None:
            raise ServiceError(f"The Prefect service exited at once.\n{_log_tail()}Its log: {log_path()}")
        if launched is None and (state is None or processes.find(state.supervisor) is None):
            raise ServiceError(f"The Prefect service exited during its start. Its log: {log_path()}")
        time.sleep(_POLL)
    raise ServiceError(f"The Prefect service did not start within {timeout:.0f} seconds. Its log: {log_path()}")


def _log_tail() -> str:
    lines = log_path().read_text(errors="replace").splitlines()
    return f"{lines[-1][:300]}\n" if lines else ""


@run_sync
async def _active_runs(state: ServiceState) -> list[str]:
    """Return the names of the runs that a stop ends; empty if the server does not answer at once."""
    with contextlib.suppress(OrchestrationError, ConfigurationError, TimeoutError):
        async with PrefectApi(endpoint.embedded(state), timeout=3.0, patience=0.0) as api:
            return [run["name"] for run in await asyncio.wait_for(health.find_active_runs(api), 5.0)]
    return []


def _stop(report: Progress) -> None:
    state = read_state()
    if state is not None and (supervisor := processes.find(state.supervisor)):
        if ended := health.describe_ended_runs(_active_runs(state)):
            report(ended)
        report("Stopping the worker and the Prefect server")
        processes.terminate([supervisor], grace=_STOP_TIMEOUT)
    survivors = process_cleanup.stop_all(service_dir(), read_state(), grace=3.0)
    for process in _launched:
        process.poll()
    if survivors:
        raise ServiceError(
            f"Processes {', '.join(str(p.pid) for p in survivors)} of the service do not exit. Its log: {log_path()}"
        )
    state = read_state()
    if state is not None and state.state != "stopped":
        try:
            write_state(replace(state, state="stopped", reason="", detail="", supervisor=None, children={}))
        except OSError as error:
            if (full := disk_space.explain_full_disk(error)) is None:
                raise
            report(f"The service has stopped, but its state cannot be written. {full}")
