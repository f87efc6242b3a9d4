"""The lifecycle of one cluster, from its start until no process and no job of it is found.

::

    starting ──> running ──> stopping ──> stopped
        │           │            │
        └───────────┴────────────┴──────> failed          (lost: see `registry.resolve_state`)

Commands, limits, errors and the exit of the owner all call `Keeper.request_stop`, which leads to one shutdown. The
record is closed only after a search found nothing of the cluster.
"""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import logging
import math
import signal
import time
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline import audit
from jupyter_pipeline.clusters import limits, restrictions, security
from jupyter_pipeline.clusters.backends import SHARED_LISTING_AGE, get_backend
from jupyter_pipeline.clusters.cleanup import cluster_ends, orphans
from jupyter_pipeline.clusters.keeper import commands, fork_server, scheduler_info, shutdown, startup
from jupyter_pipeline.clusters.keeper.control_server import ControlServer
from jupyter_pipeline.clusters.keeper.crash_loops import CrashLoopMonitor, read_last_words
from jupyter_pipeline.clusters.keeper.limit_monitor import LimitMonitor
from jupyter_pipeline.clusters.keeper.loop_watchdog import LoopWatchdog
from jupyter_pipeline.clusters.keeper.record_writer import RecordWriter
from jupyter_pipeline.clusters.keeper.scaling import Scaler
from jupyter_pipeline.clusters.keeper.scheduler_monitor import SchedulerLostError, SchedulerMonitor
from jupyter_pipeline.clusters.keeper.usage_recorder import UsageRecorder
from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.exceptions import ClusterError, PipelineError
from jupyter_pipeline.models import ClusterRecord, ClusterState

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["Keeper"]

logger = logging.getLogger("jupyter_pipeline.keeper")

# Intervals and timeouts in seconds.
_TICK_INTERVAL = 1.0
_POLL_INTERVAL = 3.0
_POLL_INTERVAL_WHILE_SCALING = 0.25
_REPAIR_INTERVAL = 5.0
_JOBS_INTERVAL = 10.0
_JOBS_TIMEOUT = 1.0
_CANCEL_TIMEOUT = 5.0


class Keeper:
    """Own one cluster: start it, monitor it, obey commands and limits, shut it down.

    Parameters
    ----------
    folder : Path
        Folder of the cluster.
    record : ClusterRecord
        Record of the cluster, with this process as its keeper.
    request : StartRequest
        The start request.
    """

    def __init__(self, folder: Path, record: ClusterRecord, request: StartRequest) -> None:
        self.folder = folder
        request, self._refusal = _restrict(request)
        bounds = request.profile.limits
        if bounds.lifetime is not None:
            record = dataclasses.replace(
                record, expires=min(record.expires or math.inf, record.started + bounds.lifetime)
            )
        record = dataclasses.replace(record, limits=bounds)
        self.profile = request.profile
        self.backend = get_backend(request.profile)
        self.scaler = Scaler(self.backend, request)
        self.cluster: Cluster | None = None
        self.stop_request: tuple[ClusterState, str] | None = None
        """Requested final state and its reason, ``None`` while the cluster may run."""
        self._writer = RecordWriter(folder, record)
        self._stop_event = asyncio.Event()
        self._control_server = ControlServer(Path(record.control), folder, partial(commands.handle_command, self))
        self._limit_monitor = LimitMonitor(request.profile)
        self._usage = UsageRecorder(folder, self.profile)
        self._scheduler_monitor: SchedulerMonitor | None = None
        self._backend_problem = ""
        self._crash_loops = CrashLoopMonitor(self.backend)
        self._watchdog: LoopWatchdog | None = None

    @property
    def record(self) -> ClusterRecord:
        """The current record."""
        return self._writer.record

    def update(self, **changes: Any) -> None:
        """Change fields of the record, and write it if the change is relevant."""
        self._writer.update(**changes)

    def request_stop(self, state: ClusterState, reason: str) -> None:
        """Stop the cluster in `state` because of `reason`; an earlier request takes precedence."""
        if self.stop_request is None:
            logger.info("stopping: %s", reason)
            self.stop_request = (state, reason)
            self._stop_event.set()

    async def run(self) -> None:
        """Start the cluster, keep it running, and return after its shutdown."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._handle_signal)
        periodic = [(_POLL_INTERVAL, self._poll_scheduler), (_REPAIR_INTERVAL, self._repair)]
        if self.backend.has_jobs:
            periodic.append((_JOBS_INTERVAL, self._list_jobs))
        tasks: list[asyncio.Task[None]] = []
        try:
            self._writer.reserve_space()
            await self._control_server.start()
            self._watchdog = LoopWatchdog(self, loop)
            self._watchdog.start()
            earlier_request = markers.read_stop_request(self.folder)  # written before the server listened
            if earlier_request:
                self.request_stop(*earlier_request)
            tick = asyncio.create_task(self._repeat(_TICK_INTERVAL, self._tick))  # continues during the shutdown
            tasks = [asyncio.create_task(self._repeat(*each)) for each in periodic]
            await self._start()
            await self._stop_event.wait()
        except OSError as error:
            self.request_stop(ClusterState.FAILED, f"Its keeper failed: {error}")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self._shut_down()
            if tasks:
                tick.cancel()
            if self._watchdog is not None:
                self._watchdog.stop()
            await self._control_server.close()

    def _handle_signal(self) -> None:
        # A process that terminates an unresponsive keeper writes its reason first.
        request = markers.read_stop_request(self.folder)
        self.request_stop(*(request or (ClusterState.STOPPED, "Its keeper was terminated")))

    # Start

    async def _start(self) -> None:
        if self._refusal:
            self.request_stop(ClusterState.FAILED, self._refusal)
            return
        timeout = self.profile.limits.start_timeout
        deadline = time.monotonic() + timeout
        creation = asyncio.create_task(
            startup.create_cluster(self.folder, self.record, self.profile, self.backend, self.scaler.minimum)
        )
        if not await self._finish_before_stop(creation, timeout=timeout):
            reason = f"Its scheduler did not answer within {timeout:g} s (limits.start_timeout)"
            self.request_stop(ClusterState.FAILED, reason)
            return
        try:
            self.cluster = creation.result()
            startup.check_encryption(self.profile, str(self.cluster.scheduler_address))
            scaling = asyncio.create_task(self.scaler.apply(self.cluster))
            if not await self._finish_before_stop(scaling, timeout=max(1.0, deadline - time.monotonic())):
                reason = f"{self.profile.cluster_class} did not request its workers within {timeout:g} s"
                self.request_stop(ClusterState.FAILED, f"{reason} (limits.start_timeout)")
                return
            scaling.result()
            self._record_connection(self.cluster)
        except Exception as error:  # a cluster class may raise anything
            logger.exception("cannot start")
            words = await asyncio.to_thread(read_last_words, self.record, self.backend)
            reason = startup.explain_failure(error, self.profile, self.backend, self.record.name, words)
            self.request_stop(ClusterState.FAILED, reason)
        else:
            self._scheduler_monitor = SchedulerMonitor(self.cluster)
            await self._update_from_scheduler()
            if self.stop_request is None:
                self.update(state=ClusterState.RUNNING, reason="")
                self._completion = asyncio.create_task(self._complete_start(self.cluster))

    async def _finish_before_stop(self, task: asyncio.Task[Any], *, timeout: float | None = None) -> bool:
        """Return True if `task` finishes before a stop request and before `timeout` seconds; else cancel it."""
        stop = asyncio.create_task(self._stop_event.wait())
        await asyncio.wait({task, stop}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        stop.cancel()
        if task.done():
            return True
        task.cancel()
        await asyncio.wait({task}, timeout=_CANCEL_TIMEOUT)
        return False

    async def _complete_start(self, cluster: Cluster) -> None:
        """Run the parts of the start that no client needs to wait for."""
        try:
            await self.backend.after_start(cluster)
        except Exception:  # such as a failed dashboard: the cluster computes without it
            logger.exception("cannot complete the start")
        await asyncio.to_thread(shutdown.remove_other_orphans)

    def _record_connection(self, cluster: Cluster) -> None:
        """Record the addresses, the security and the size with which the cluster has started."""
        scheduler_info.reduce_idle_checks(cluster)
        encrypted = not str(cluster.scheduler_address).startswith(("tcp://", "inproc://"))
        cluster_security = getattr(cluster, "security", None)
        if cluster_security is not None and encrypted:
            security.save_connection(self.folder, cluster_security)
        n_workers = self.scaler.n_workers or scheduler_info.count_planned_workers(cluster)
        self.update(
            scheduler_address=str(cluster.scheduler_address),
            dashboard_link=str(cluster.dashboard_link or ""),
            tls=encrypted,
            workers_wanted=None if self.scaler.bounds else n_workers,
            adaptive=self.scaler.bounds,
        )

    # Periodic tasks

    async def _repeat(self, seconds: float, action: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await action()
            except Exception:  # one failure must not end the monitoring
                logger.exception("%s failed", getattr(action, "__name__", action))
            await asyncio.sleep(seconds)

    async def _poll_scheduler(self) -> None:
        """Poll the scheduler: often while workers start or stop, and at once when its connection breaks."""
        while True:
            await self.refresh()
            requested = self.record.workers_wanted
            changing = requested is not None and self.record.workers != requested
            interval = _POLL_INTERVAL_WHILE_SCALING if changing and self.scaler.is_settling else _POLL_INTERVAL
            await (self._scheduler_monitor.wait(interval) if self._scheduler_monitor else asyncio.sleep(interval))

    async def _tick(self) -> None:
        """Answer the mailbox, check the limits, and write the record again if it was damaged."""
        await self._control_server.poll()
        if not self.folder.exists() and self.folder.parent.exists():
            self.request_stop(ClusterState.STOPPED, "Its folder was removed")
        if self.stop_request is None:
            await self._check_limits()
        self._usage.update(self.record)
        self._writer.flush()
        self._writer.rotate_log()

    async def _check_limits(self) -> None:
        monitor = self._scheduler_monitor
        decision = self._limit_monitor.check(self.record, monitor)
        if decision != limits.Decision() and monitor and not monitor.is_busy:
            await self.refresh()  # a task may have been submitted since the last poll
            decision = self._limit_monitor.check(self.record, monitor)
        if not decision.stop and decision.warning != self.record.warning:
            self.update(warning=decision.warning)
        due = self.find_due_end(decision)
        if due:
            self._record_end(due[1])
            self.request_stop(*due)

    def _record_end(self, reason: str) -> None:
        """Record that a limit ends the cluster, unless it is ending already."""
        if self.stop_request is None:
            with (
                audit.enter_front_door("keeper"),
                audit.record("stop", "cluster", self.record.name, reason=reason, profile=self.profile.name),
            ):
                pass

    def find_due_end(self, decision: limits.Decision | None = None) -> tuple[ClusterState, str] | None:
        """Return the final state and its reason if a limit ends the running cluster now.

        Parameters
        ----------
        decision : Decision, optional
            Result of a check that has just been made.
        """
        record, monitor = self.record, self._scheduler_monitor
        decision = decision or self._limit_monitor.check(record, monitor)
        if decision.stop:
            return ClusterState.STOPPED, decision.stop
        reason = self._limit_monitor.explain_missing_workers(record, monitor)
        reason = reason or self._limit_monitor.explain_waiting_tasks(record, monitor)
        return (ClusterState.FAILED, reason) if reason else None

    async def refresh(self) -> None:
        """Update the record from the scheduler if the cluster is running."""
        if self._is_operational:
            await self._update_from_scheduler()

    @property
    def _is_operational(self) -> bool:
        return self.cluster is not None and self.stop_request is None and self.record.state is ClusterState.RUNNING

    async def _update_from_scheduler(self) -> None:
        assert self.cluster is not None
        assert self._scheduler_monitor is not None
        if scheduler_info.is_closed(self.cluster):
            self.request_stop(ClusterState.STOPPED, "Its scheduler was shut down by a client")
            return
        try:
            info = await self._scheduler_monitor.poll()
        except SchedulerLostError as error:
            self.request_stop(ClusterState.FAILED, str(error))
            return
        if info is None:
            return
        changes: dict[str, Any] = {}
        requested = self.record.workers_wanted
        if info.workers == requested != self.record.workers:  # clients that wait for workers see their jobs too
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_JOBS_TIMEOUT):
                    changes = await self._find_jobs(max_age=1.0)
        if self.record.state is ClusterState.RUNNING:
            problem = self._scheduler_monitor.explain_no_workers(info.workers, self.record.workers_wanted)
            loop, is_final = await self._crash_loops.check(self.cluster, self.record, info.addresses)
            if is_final:
                self.request_stop(ClusterState.FAILED, loop)
                return
            changes["reason"] = self._backend_problem or loop or problem
        self.update(
            **changes,
            workers=info.workers,
            threads=info.threads,
            memory_used=info.memory_used,
            memory_limit=info.memory_limit,
            dashboard_link=str(self.cluster.dashboard_link or ""),
            cost=self._limit_monitor.cost,
        )
        self._usage.observe(info, had_tasks=self._scheduler_monitor.had_tasks)
        self._usage.update(self.record)

    def postpone_idle_timeout(self, now: float) -> None:
        """Count the idle time from `now`, in seconds since the epoch, here and in the scheduler."""
        if self._scheduler_monitor is not None:
            self._scheduler_monitor.postpone_idle_timeout(now)

    async def _repair(self) -> None:
        """Replace lost workers through the backend, and record its problem. Stop if no worker can start."""
        if self._is_operational:
            try:
                self._backend_problem = await self.backend.replace_lost_workers(self.cluster)
            except ClusterError as error:
                self.request_stop(ClusterState.FAILED, str(error))
            await self.refresh()

    async def _list_jobs(self) -> None:
        self.update(**await self._find_jobs(max_age=SHARED_LISTING_AGE))

    async def _find_jobs(self, *, max_age: float) -> dict[str, Any]:
        if not self.backend.has_jobs or not markers.may_have_jobs(self.folder):
            return {}
        jobs = await asyncio.to_thread(self.backend.find_jobs, self.record.id, max_age=max_age)
        return {} if jobs is None else {"jobs": tuple(job.to_dict() for job in jobs)}  # None: unknown, keep the last

    # Shutdown

    async def _shut_down(self) -> None:
        state, reason = self.stop_request or (ClusterState.FAILED, "Its keeper failed")
        if self.record.state is not ClusterState.STOPPING:
            self.update(state=ClusterState.STOPPING, reason=reason, warning="")
        if self.cluster is not None:
            had_worker = self._scheduler_monitor is not None and self._scheduler_monitor.had_worker
            await shutdown.close_cluster(self.cluster, self.backend, self.folder, had_worker=had_worker)
        await self._close_record(state, reason)

    async def end_without_class(self, state: ClusterState, reason: str) -> None:
        """End the cluster without its class, which blocks the event loop. Called in another thread.

        Parameters
        ----------
        state : ClusterState
            Final state.
        reason : str
            Reason for the record.
        """
        self._record_end(reason)
        self.stop_request = self.stop_request or (state, reason)
        self.update(state=ClusterState.STOPPING, reason=reason, warning="")
        await self._close_record(state, reason)
        orphans.remove_socket(self.record)

    async def _close_record(self, state: ClusterState, reason: str) -> None:
        """Remove what remains of the cluster, and write its last record."""
        fork_server.stop_helper_processes()

        def report(problem: str) -> None:
            self.update(reason=f"{reason.rstrip('.')}. {problem}")

        await shutdown.remove_remaining(self.record.id, self.folder, self.profile, report)
        self._limit_monitor.update_cost(self.record)
        self._usage.update(self.record, is_last=True)
        ended = dataclasses.replace(self.record, state=state, reason=reason, since=time.time())
        cluster_ends.record_end(ended, self.folder)
        self._writer.release_space()
        self.update(
            state=state,
            reason=reason,
            workers=0,
            threads=0,
            memory_used=0,
            memory_limit=0,
            jobs=(),
            warning="",
            expires=None,
            cost=self._limit_monitor.cost,
        )


def _restrict(request: StartRequest) -> tuple[StartRequest, str]:
    """Apply the administrator's policy again; the front door may have run without it. Return the refusal, if any."""
    largest = request.workers if request.workers is not None else request.adapt[1] if request.adapt else None
    try:
        profile = restrictions.restrict(request.profile, workers=largest)
    except PipelineError as error:
        return request, " ".join(str(error).split())
    return dataclasses.replace(request, profile=profile), ""
