"""Keep the Prefect server and a worker running: ``python -m jupyter_pipeline.orchestration.service.supervisor``.

``service.up`` starts the supervisor detached. The supervisor holds ``supervisor.lock``, so that there is one per state
folder, and writes ``service.json`` for other processes. Its child processes exit with it.

Steps of a start:

1. Take the lock, and terminate processes that a killed supervisor has left.
2. Start the server, and wait until it reaches its database.
3. Create the work pool, mark lost runs as crashed, and catch up on missed runs.
4. Start the worker, and wait until it polls.

From then on, the supervisor restarts each child that exits, with a growing pause. Every few seconds it checks the
health of both, and catches up on the runs that were due in a gap of the worker's polls.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import logging
import logging.handlers
import math
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Any

import psutil

from jupyter_pipeline import environment_variables, ports, processes
from jupyter_pipeline.exceptions import ApiRefusedError, OrchestrationError
from jupyter_pipeline.orchestration.alerts import correct_links
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.endpoint import embedded
from jupyter_pipeline.orchestration.runs.served_runs import crash_served_runs_async
from jupyter_pipeline.orchestration.service import cluster_cleanup, folders, health, process_cleanup
from jupyter_pipeline.orchestration.service.adopted_runs import AdoptedRuns
from jupyter_pipeline.orchestration.service.child_process import LOG, ChildProcess, log_failure
from jupyter_pipeline.orchestration.service.environment import server_environment, worker_environment
from jupyter_pipeline.orchestration.service.local_postgresql import LocalPostgreSQL
from jupyter_pipeline.orchestration.service.local_redis import LocalRedis, find_broker_failure
from jupyter_pipeline.orchestration.service.missed_runs import MissedRuns
from jupyter_pipeline.orchestration.service.outages import Cause, OutageLog
from jupyter_pipeline.orchestration.service.ownership import HEARTBEAT_INTERVAL
from jupyter_pipeline.orchestration.service.server_settings import LOCAL, count_connections
from jupyter_pipeline.orchestration.service.sqlite_lock import find_lock
from jupyter_pipeline.orchestration.service.start_gate import GAP
from jupyter_pipeline.orchestration.service_state import (
    WORK_POOL,
    ServiceState,
    lock_path,
    log_path,
    read_polls,
    read_secrets,
    read_state,
    replace_password,
    write_heartbeat,
    write_state,
)
from jupyter_pipeline.paths import service_dir, state_dir

__all__ = ["main"]

_HEALTH_INTERVAL = 5.0
_SCHEDULE_ROUNDS = 12
"""Number of health checks between two checks of schedules and lost runs."""
_SETTLED = 150.0
"""Seconds after the start of the server from which its schedules must have created runs."""
_WORKER_SILENCE = 120.0
"""Seconds without a poll after which the worker is restarted; it polls every two seconds."""
_LOST = 60.0
"""Seconds after which a run without a process is marked as crashed."""
_STRIKES = 4
"""Failed checks in a row after which the server is restarted."""
_PATIENCE = 120
"""Failed checks in a row after which a server that answers without its database is restarted."""
_LOCKED = 3
"""Checks in a row that find a lock of the server itself, after which it is restarted: more than half a minute."""
_MEMORY_OF_RUN = 2**28
"""Memory in bytes that an idle run takes. More runs than fit wait until others have ended."""
_FEWEST_RUNS = 8
_LONGEST_PAUSE = 60.0
_SERVER_GRACE = 6.0
_WORKER_GRACE = 12.0
_POSTGRESQL_GRACE = 10.0
_BROKER_START = 10.0
"""Seconds after which a local Redis server must answer."""


class Supervisor:
    """Supervisor of server and worker.

    Parameters
    ----------
    port : int
        TCP port of the server.
    fixed : bool
        True if the user chose the port, so that no other port may be used.
    umask : int
        File mode mask of the user, for files that runs write.
    local_postgresql : bool
        True to run a PostgreSQL server for the Prefect server.
    migrate : bool
        True to copy the deployments of SQLite to PostgreSQL before the first start.
    settings : mapping, optional
        Settings of the server, as in `server_settings`.
    """

    def __init__(
        self,
        port: int,
        *,
        fixed: bool,
        umask: int,
        local_postgresql: bool = False,
        migrate: bool = False,
        settings: Mapping[str, Any] | None = None,
    ) -> None:
        self.home = service_dir()
        self.fixed = fixed
        self.umask = umask
        self.secrets = read_secrets()
        self.server = ChildProcess("server", _SERVER_GRACE)
        self.worker = ChildProcess("worker", _WORKER_GRACE)
        self.postgresql = ChildProcess("postgresql", _POSTGRESQL_GRACE)
        self.local = LocalPostgreSQL(self.home) if local_postgresql else None
        self.migrate = migrate
        self.settings = dict(settings or {})
        self.redis = ChildProcess("redis", _POSTGRESQL_GRACE)
        self.services = ChildProcess("services", _SERVER_GRACE)
        self.several = self.settings.get("workers", 1) > 1
        """True if the server has several processes. Its background services are then a process of their own."""
        self.is_set_up = False
        """True if the tables of the database exist."""
        self.local_redis = (
            LocalRedis(self.home) if self.several and self.settings.get("broker", LOCAL) == LOCAL else None
        )
        self.adopted = AdoptedRuns(self.home)
        self.strikes = 0
        """Number of failed checks in a row."""
        self.locked = 0
        """Number of checks in a row that found the database locked."""
        self.outages = OutageLog()
        self.outages.note(Cause.STOPPED, "the service was not running")
        self.missed_runs = MissedRuns(self.outages)
        self.last_poll = 0.0
        self.polled = False
        """True if the worker has polled since its start."""
        self.silence = 0.0
        """Seconds in which this process has seen no poll of the worker."""
        self.replaced = math.inf
        """Start of a supervisor that has taken over the service, while this process or its host was suspended."""
        self.stopping = asyncio.Event()
        self.ready = asyncio.Event()
        if self.local is not None:
            os.environ[environment_variables.DATABASE] = self.local.address
        if self.local_redis is not None:
            os.environ[environment_variables.BROKER] = self.local_redis.address
        self.state = ServiceState(
            state="starting",
            detail="Starting the Prefect server",
            port=port,
            started=time.time(),
            database="postgresql" if local_postgresql or os.environ.get(environment_variables.DATABASE) else "sqlite",
            settings=self.settings,
            supervisor=processes.this_process(),
        )
        write_heartbeat()
        write_state(self.state)

    def update_state(self, **changes: object) -> None:
        """Update the state file."""
        parts = (self.server, self.worker, self.postgresql, self.redis, self.services)
        children = {c.name: c.identity for c in parts if c.identity is not None}
        state = replace(self.state, children=children, **changes)  # type: ignore[arg-type]
        if state != self.state:
            if (state.state, state.reason, state.detail) != (
                self.state.state,
                self.state.reason,
                self.state.detail,
            ):
                LOG.info("service | %s %s", state.state, state.reason or state.detail)
            self.state = state
            if self._is_replaced():
                return
            with log_failure("writing the state file"):
                write_state(state)

    def _is_replaced(self) -> bool:
        return self.replaced < math.inf

    def api(self, timeout: float = 10.0) -> PrefectApi:
        """Return a connection to the server."""
        return PrefectApi(embedded(self.state), timeout=timeout, patience=0.0)

    async def run(self) -> None:
        """Keep server and worker running until SIGTERM or SIGINT; on return both have exited."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stopping.set)
        work = [
            *([asyncio.create_task(self._keep(self.postgresql, self._start_postgresql))] if self.local else []),
            *([asyncio.create_task(self._keep(self.redis, self._start_redis))] if self.local_redis else []),
            *([asyncio.create_task(self._keep(self.services, self._start_services))] if self.several else []),
            asyncio.create_task(self._keep(self.server, self._start_server)),
            asyncio.create_task(self._keep(self.worker, self._start_worker)),
            asyncio.create_task(self._watch()),
            asyncio.create_task(self._watch_clocks()),
            asyncio.create_task(self._write_heartbeats()),
            asyncio.create_task(cluster_cleanup.remove_orphans_periodically(self.ready)),
        ]
        stop = asyncio.create_task(self.stopping.wait())
        try:
            done, _ = await asyncio.wait([*work, stop], return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stop}:
                if (error := task.exception()) is not None:
                    LOG.error("service | a part of the supervisor failed", exc_info=error)
        finally:
            self.update_state(state="stopping", reason="", detail="Stopping")
            for task in [*work, stop]:
                task.cancel()
            await asyncio.gather(*work, stop, return_exceptions=True)
            await self._stop()

    async def _stop(self) -> None:
        await self.worker.stop()
        with contextlib.suppress(OrchestrationError, asyncio.TimeoutError):
            await asyncio.to_thread(process_cleanup.stop_runs, self.home, grace=5.0, before=self.replaced)
            if self.ready.is_set() and not self._is_replaced():
                async with self.api(timeout=3.0) as api:
                    await asyncio.wait_for(health.crash_lost_runs(api, "the service was stopped"), 5.0)
        await self.services.stop()
        await self.server.stop()
        await self.redis.stop()
        await self.postgresql.stop()
        for part in (self.server, self.worker, self.services, self.redis, self.postgresql):
            part.identity = None
        self.update_state(state="stopped", reason="", detail="", supervisor=None)

    async def _keep(self, child: ChildProcess, start: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await start()
            except OSError as error:  # no process, memory or disk available: try again later
                LOG.warning("service | the %s cannot be started: %s", child.name, error)
                await asyncio.sleep(_HEALTH_INTERVAL)
                continue
            code = await child.wait()
            if child is self.worker:
                with log_failure("the search for runs of the worker"):
                    await asyncio.to_thread(self.adopted.adopt)
                    await asyncio.to_thread(self._remove_worker_files)
            if child is self.server and child.port_was_taken:
                # Another program has taken the port between the check and the start of the server.
                await self._leave_port()
                if not self.fixed:
                    child.exits = 0
                    continue
            pause = min(2.0 ** (child.exits - 1), _LONGEST_PAUSE)
            LOG.warning("service | the %s exited with %s; next start in %.0f s", child.name, code, pause)
            self.outages.note(Cause.CHILD, f"the {child.name} of the service {child.describe_exit(code)}")
            self.update_state(
                # One exit is not a failure: a server that starts on a busy host can lose a race with itself.
                state="starting" if child.exits == 1 else "failing",
                reason=f"The {child.name} {child.describe_exit(code)}",
                detail=f"Starting the {child.name} again",
                restarts=self.state.restarts + 1,
            )
            await asyncio.sleep(pause)

    async def _start_server(self) -> None:
        self.ready.clear()
        await self._await_postgresql()
        await self._await_broker()
        if self.migrate:
            await self._migrate()
        if self.several:
            await self._set_up_database()
        if not ports.is_free(self.state.port):
            await self._leave_port()
        listen = ["--host", "127.0.0.1", "--port", str(self.state.port)]
        if self.several:
            listen += ["--workers", str(self.settings["workers"])]
        # No other user may read the database.
        await self.server.start_prefect(
            ["server", "start", *listen], self._environment(server_environment), umask=0o077
        )
        self.update_state()

    async def _leave_port(self) -> None:
        """End all processes that send the password to the port, which another program has taken, and replace both.

        Processes of the service send nothing to another user. Other clients may have sent the password there.
        """
        self.outages.note(Cause.CHILD, f"another program had taken port {self.state.port}")
        LOG.warning("service | another program listens on port %s: new password", self.state.port)
        self.ready.clear()
        await self.worker.stop()
        await asyncio.to_thread(process_cleanup.stop_runs, self.home, grace=5.0)
        self.secrets = replace_password()
        if not self.fixed:
            self.update_state(port=ports.choose(self.state.port + 1))

    def _plain_environment(self) -> dict[str, str]:
        """Return the environment of a program that needs no address with a password."""
        secret = (environment_variables.DATABASE, environment_variables.BROKER)
        inherited = {name: value for name, value in os.environ.items() if name not in secret}
        return {**inherited, environment_variables.SERVICE: str(self.home)}

    async def _start_postgresql(self) -> None:
        assert self.local is not None
        command = self.local.command(connections=count_connections(self.settings))
        await self.postgresql.start(command, self._plain_environment(), umask=0o077)
        self.update_state()

    async def _start_redis(self) -> None:
        assert self.local_redis is not None
        await self.redis.start(self.local_redis.command(), self._plain_environment(), umask=0o077)
        self.update_state()

    async def _start_services(self) -> None:
        """Start the background services of several server processes, when the server is ready."""
        await self.ready.wait()
        await self.services.start_prefect(
            ["server", "services", "start"], self._environment(server_environment), umask=0o077
        )
        self.update_state()

    async def _await_broker(self) -> None:
        """Wait until Redis answers, and say so if it does not."""
        while self.several and (reason := await asyncio.to_thread(find_broker_failure, os.environ)):
            if self.local_redis is None or self.redis.age > _BROKER_START:
                self.update_state(state="failing", reason=reason)
            await asyncio.sleep(0.2 if self.local_redis is not None else _HEALTH_INTERVAL)

    async def _set_up_database(self) -> None:
        """Create the tables, which several processes would do at the same time; try again while it fails."""
        if self.is_set_up:
            return
        self.update_state(detail="Preparing the database for several processes")
        while True:
            code, result = await self._run_module("database_setup")
            if code == 0:
                self.is_set_up = True
                self.update_state(detail="Starting the Prefect server")
                return
            self.update_state(state="failing", reason=f"The database cannot be prepared: {result}")
            await asyncio.sleep(_HEALTH_INTERVAL)

    async def _run_module(self, name: str, *arguments: str) -> tuple[int, str]:
        """Run a module of the service with the environment of the server; return exit code and last line of output."""
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", f"jupyter_pipeline.orchestration.service.{name}", *arguments),
            env=self._environment(server_environment),
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        output, _ = await process.communicate()
        lines = output.decode(errors="replace").strip().splitlines()
        return process.returncode or 0, (lines or ["it was terminated"])[-1]

    async def _await_postgresql(self) -> None:
        """Wait until the local server accepts connections; its exits are reported by `_keep`."""
        while self.local is not None and not (self.postgresql.alive and await asyncio.to_thread(self.local.is_ready)):
            await asyncio.sleep(0.2)

    async def _migrate(self) -> None:
        self.update_state(detail="Copying the deployments to PostgreSQL")
        code, result = await self._run_module("migration", str(folders.prefect_home(self.home) / "prefect.db"))
        LOG.info("service | migration: %s", result)
        if code:
            self.update_state(state="failing", reason=f"The deployments cannot be copied to PostgreSQL: {result}")
            await self.stopping.wait()
        self.migrate = False
        self.update_state(detail=result)

    async def _start_worker(self) -> None:
        while True:
            await self.ready.wait()
            try:
                async with self.api() as api:
                    await self._prepare(api)
                break
            except OrchestrationError as error:  # the server has gone again
                LOG.warning("service | not ready for the worker yet: %s", error)
                await asyncio.sleep(1.0)
        self.update_state(detail="Starting the worker")
        polls = read_polls()
        self.last_poll, self.polled, self.silence = polls.last if polls else 0.0, False, 0.0
        limit = max(_FEWEST_RUNS, psutil.virtual_memory().total // _MEMORY_OF_RUN)
        pool = ["--pool", WORK_POOL, "--type", "process", "--name", socket.gethostname(), "--limit", str(limit)]
        await self.worker.start_prefect(
            ["worker", "start", *pool], self._environment(worker_environment), umask=self.umask
        )
        self.update_state()

    async def _prepare(self, api: PrefectApi) -> None:
        """Prepare the server for the worker: create the pool, crash lost runs, catch up on missed runs."""
        await health.ensure_pool(api)
        with log_failure("the search for lost runs"):
            await self._crash_lost(api)
        with log_failure("the correction of links in alerts"):
            await correct_links(api)
        await self.missed_runs.catch_up(api)

    def _remove_worker_files(self) -> None:
        """Remove the temporary files of workers that have exited, unless a run that goes on works there."""
        used = []
        for group in process_cleanup.group_by_run(self.home).values():
            for process in group:
                with contextlib.suppress(psutil.Error):
                    used.append(process.cwd())
        for path in folders.temporary_dir(self.home).iterdir():
            is_used = any(folder.startswith(f"{path}{os.sep}") for folder in used)
            if path.name.isdecimal() and not is_used and processes.identify(int(path.name)) is None:
                folders.remove_worker_files(self.home, int(path.name))

    async def _crash_lost(self, api: PrefectApi, *, settled: float = 0.0) -> None:
        await self.adopted.check(api)
        alive = await asyncio.to_thread(process_cleanup.find_running_runs, self.home)
        leases = folders.prefect_home(self.home) / "concurrency_leases"
        await health.crash_lost_runs(api, "its process is gone", alive=alive, settled=settled, leases=leases)
        await crash_served_runs_async(api)

    def _environment(self, make: Callable[..., dict[str, str]]) -> dict[str, str]:
        options = {"settings": self.settings} if make is server_environment else {}
        return make(
            os.environ, home=self.home, state_dir=state_dir(), port=self.state.port, secrets=self.secrets, **options
        )

    async def _write_heartbeats(self) -> None:
        """Record that this process runs; end it if another supervisor has taken over."""
        while True:
            await asyncio.sleep(HEARTBEAT_INTERVAL)
            stored = read_state()
            if stored is not None and stored.supervisor not in (None, self.state.supervisor):
                LOG.error("service | a supervisor on %s has taken over: ending", stored.supervisor.host)
                self.replaced = stored.started
                self.stopping.set()
                return
            with log_failure("writing the heartbeat"):
                write_heartbeat()

    async def _watch_clocks(self) -> None:
        while True:
            await asyncio.sleep(1.0)
            self.outages.read_clocks()
            polls = read_polls()
            if polls is not None and polls.last != self.last_poll:
                self.last_poll, self.polled, self.silence = polls.last, True, 0.0
            else:
                self.silence += 1.0

    async def _watch(self) -> None:
        for rounds in itertools.count(1):
            await asyncio.sleep(_HEALTH_INTERVAL if self.state.state == "running" else 0.25)
            if self.server.alive and self.worker.alive:
                with log_failure("the catch-up"), contextlib.suppress(OrchestrationError):
                    await self.missed_runs.follow_polls(self.api)
            if self.server.alive:
                with log_failure("checking the health of the service"):
                    await self._check_health(thorough=rounds % _SCHEDULE_ROUNDS == 0)

    async def _check_health(self, *, thorough: bool) -> None:
        """Check the health of server and worker; if `thorough`, check schedules and lost runs too."""
        running, stalled = self.state.state == "running", []
        try:
            async with self.api(timeout=5.0) as api:
                await health.check_server(api)
                self.ready.set()
                self.strikes = 0
                with log_failure("watching runs without a worker"):
                    await self.adopted.check(api)
                if thorough and running and self.server.age > _SETTLED:
                    stalled = await health.find_stalled_schedules(api)
                if thorough:
                    self.update_state(runs_per_minute=await health.count_scheduled_runs(api))
                    with log_failure("the search for lost runs"):
                        await self._crash_lost(api, settled=_LOST)
        except OrchestrationError as error:
            self.strikes += 1
            reason = f" ({error.reason})" if isinstance(error, ApiRefusedError) else ""
            self.outages.note(Cause.SILENCE, f"the Prefect server did not answer{reason}")
            answers = isinstance(error, ApiRefusedError) and error.status >= 500 and self.ready.is_set()
            if answers and self.state.database == "postgresql" and self.strikes < _PATIENCE:
                # The server answers, so it can wait. A restart would lose the events that wait for the database.
                self.update_state(state="failing", reason=f"PostgreSQL does not answer. {error}")
                return
            if self.ready.is_set() and self.strikes >= _STRIKES:
                self.strikes = 0
                self.outages.note(Cause.CHILD, "the Prefect server did not answer")
                await self._restart_server(f"The server does not answer. {error}")
            return
        if self.state.database == "sqlite" and await self._report_lock():
            return
        if self.several and (reason := await asyncio.to_thread(find_broker_failure, os.environ)):
            self.update_state(state="failing", reason=reason)
            return
        if self.several and not self.services.alive:
            return
        if stalled:
            self.outages.note(Cause.CHILD, "the Prefect server created no runs")
            await self._restart_server(f"Schedules create no runs ({', '.join(stalled)}).")
        elif self.worker.alive and self.polled and self.silence < GAP:
            self.update_state(state="running", reason="", detail="")
        elif running and self.worker.alive and self.silence > _WORKER_SILENCE:
            LOG.error("service | the worker is silent: restarting it")
            self.update_state(state="failing", reason="The worker does not ask for due runs.")
            self.outages.note(Cause.CHILD, "the worker of the service did not respond")
            await self.worker.stop()

    async def _report_lock(self) -> bool:
        """Return True if the database is locked, and say so; a server that has locked it itself is restarted."""
        assert self.server.process is not None
        lock = await asyncio.to_thread(
            find_lock, folders.prefect_home(self.home) / "prefect.db", self.server.process.pid
        )
        if lock is None:
            self.locked = 0
            return False
        self.locked += 1
        self.outages.note(Cause.SILENCE, "the database was locked")
        if self.locked >= _LOCKED and not lock.holders:
            self.locked = 0
            self.outages.note(Cause.CHILD, "the Prefect server had locked its database")
            await self._restart_server(f"{lock.reason}.")
        else:
            self.update_state(state="failing", reason=f"{lock.reason}.")
        return True

    async def _restart_server(self, reason: str) -> None:
        LOG.error("service | %s: restarting the server", reason)
        self.update_state(state="failing", reason=reason)
        self.ready.clear()
        await self.services.stop()
        await self.server.stop()


def main() -> None:
    """Run the supervisor with the options that `control` passes."""
    parser = argparse.ArgumentParser(prog="jupyter_pipeline.orchestration.service.supervisor")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--fixed", action="store_true")
    parser.add_argument("--local-postgresql", action="store_true")
    parser.add_argument("--migrate", action="store_true")
    parser.add_argument("--settings", type=json.loads, default={})
    parser.add_argument("--umask", type=lambda text: int(text, 8), default=0o022)
    options = parser.parse_args()
    os.umask(0o077)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
    handler = logging.handlers.RotatingFileHandler(log_path(), maxBytes=5_000_000, backupCount=2)
    handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    try:
        processes.hold_lock(lock_path())
    except BlockingIOError:
        return  # another supervisor is running
    process_cleanup.stop_all(service_dir(), read_state(), grace=3.0)
    folders.prepare(service_dir())
    asyncio.run(_run(options))


async def _run(options: argparse.Namespace) -> None:
    supervisor = Supervisor(
        options.port,
        fixed=options.fixed,
        umask=options.umask,
        local_postgresql=options.local_postgresql,
        migrate=options.migrate,
        settings=options.settings,
    )
    await supervisor.run()


if __name__ == "__main__":
    main()
