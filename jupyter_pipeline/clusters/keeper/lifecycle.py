"""The life of one cluster, from its start to its proven absence: what its keeper does all day.

::

    starting ──> running ──> stopping ──> stopped
        │           │            │
        └───────────┴────────────┴──────> failed          (lost: see `registry.resolve_state`)

Whatever ends the cluster (a request, a limit, its owner's end, an error) goes through `Keeper.end`, and from there
through one shutdown, which closes the record only once nothing of the cluster was found.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters import limits, security
from jupyter_pipeline.clusters.backends import SHARED, get_backend
from jupyter_pipeline.clusters.keeper import commands, fork_server, scheduler_info, shutdown, startup
from jupyter_pipeline.clusters.keeper.control_server import ControlServer
from jupyter_pipeline.clusters.keeper.limit_monitor import LimitMonitor
from jupyter_pipeline.clusters.keeper.record_writer import RecordWriter
from jupyter_pipeline.clusters.keeper.scaling import Scaler
from jupyter_pipeline.clusters.keeper.scheduler_monitor import SchedulerLostError, SchedulerMonitor
from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.clusters.registry.start_request import StartRequest
from jupyter_pipeline.models import ClusterRecord, ClusterState

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["Keeper"]

logger = logging.getLogger("jupyter_pipeline.keeper")

_TICK = 1.0
_LOOK = 3.0  # seconds between two looks at the scheduler
_LOOK_WHILE_CHANGING = 0.25
_MEND = 5.0
_JOBS = 10.0
_JOBS_PATIENCE = 1.0
_SYNC = 30.0
_CANCEL = 5.0


class Keeper:
    """Owns one cluster.

    Parameters
    ----------
    folder : Path
        The cluster's folder.
    record : ClusterRecord
        Its record, with this process as its keeper.
    request : Request
        What was asked for.
    """

    def __init__(self, folder: Path, record: ClusterRecord, request: StartRequest) -> None:
        self.folder = folder
        self.profile = request.profile
        self.backend = get_backend(request.profile)
        self.size = Scaler(self.backend, request)
        self.cluster: Cluster | None = None
        self.final: tuple[ClusterState, str] | None = None
        """In which state and why it ends; ``None`` while it lives."""
        self._book = RecordWriter(folder, record)
        self._ending = asyncio.Event()
        self._reception = ControlServer(Path(record.control), folder, partial(commands.handle_command, self))
        self._guard = LimitMonitor(request.profile)
        self._pulse: SchedulerMonitor | None = None
        self._hindrance = ""

    @property
    def record(self) -> ClusterRecord:
        """The record as it is now."""
        return self._book.record

    def update(self, **changes: Any) -> None:
        """Change the record, and write it if the change is worth it."""
        self._book.update(**changes)

    def end(self, state: ClusterState, reason: str) -> None:
        """Let the cluster end in `state` because of `reason`; the first reason stays."""
        if self.final is None:
            logger.info("ending: %s", reason)
            self.final = (state, reason)
            self._ending.set()

    async def run(self) -> None:
        """Start the cluster, keep it, and return when nothing of it is left and the record is closed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._obey_signal)
        chores = [(_LOOK, self._watch), (_MEND, self._mend)]
        if self.backend.has_jobs:
            chores.append((_JOBS, self._list_jobs))
        running: list[asyncio.Task[None]] = []
        try:
            self._book.reserve()
            await self._reception.start()
            asked = markers.read_stop_request(self.folder)
            if asked:  # before anybody could listen
                self.end(*asked)
            ticking = asyncio.create_task(self._repeat(_TICK, self._tick))  # goes on until the very end
            running = [asyncio.create_task(self._repeat(*chore)) for chore in chores]
            await self._start()
            await self._ending.wait()
        except OSError as error:
            self.end(ClusterState.FAILED, f"Its keeper failed: {error}")
        finally:
            for chore in running:
                chore.cancel()
            await asyncio.gather(*running, return_exceptions=True)
            await self._shut_down()
            if running:
                ticking.cancel()
            await self._reception.close()

    def _obey_signal(self) -> None:
        asked = markers.read_stop_request(self.folder)  # whoever stops a keeper that did not answer has noted why
        self.end(*(asked or (ClusterState.STOPPED, "Its keeper was asked to end")))

    # Start

    async def _start(self) -> None:
        timeout = self.profile.limits.start_timeout
        creation = startup.create_cluster(self.folder, self.record, self.profile, self.backend, self.size.at_least)
        task = asyncio.create_task(creation)
        if not await self._before_end(task, timeout=timeout):
            self.end(ClusterState.FAILED, f"Its scheduler did not answer within {timeout:g} s (limits.start_timeout)")
            return
        try:
            self.cluster = task.result()
            startup.check_encryption(self.profile, str(self.cluster.scheduler_address))
            sizing = asyncio.create_task(self.size.apply(self.cluster))
            if not await self._before_end(sizing):
                return
            sizing.result()
            self._remember(self.cluster)
        except Exception as error:  # any class, any exception; the reason is the user's to read
            logger.exception("cannot start")
            self.end(ClusterState.FAILED, startup.explain_failure(error, self.profile, self.backend, self.record.name))
        else:
            self._pulse = SchedulerMonitor(self.cluster)
            await self._look_at_scheduler()
            if self.final is None:
                self.update(state=ClusterState.RUNNING, reason="")
                self._completing = asyncio.create_task(self._complete(self.cluster))

    async def _before_end(self, task: asyncio.Task[Any], *, timeout: float | None = None) -> bool:
        """Return whether `task` was done before the cluster had to end, or `timeout` was over; else it is cancelled."""
        ending = asyncio.create_task(self._ending.wait())
        await asyncio.wait({task, ending}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if task.done():
            return True
        task.cancel()
        await asyncio.wait({task}, timeout=_CANCEL)
        return False

    async def _complete(self, cluster: Cluster) -> None:
        """Do what nobody who waits for the cluster should wait for."""
        try:
            await self.backend.complete(cluster)
        except Exception:  # such as a dashboard: the cluster computes without it
            logger.exception("cannot complete")
        await asyncio.to_thread(shutdown.remove_other_orphans)

    def _remember(self, cluster: Cluster) -> None:
        if hasattr(cluster, "_sync_interval"):
            cluster._sync_interval = _SYNC  # it tells the scheduler its name, every second
        scheduler_info.reduce_idle_checks(cluster)
        encrypted = not str(cluster.scheduler_address).startswith(("tcp://", "inproc://"))
        used = getattr(cluster, "security", None)
        if used is not None and encrypted:
            security.save_connection(self.folder, used)
        self.update(
            scheduler_address=str(cluster.scheduler_address),
            dashboard_link=str(cluster.dashboard_link or ""),
            tls=encrypted,
            workers_wanted=None
            if self.size.bounds
            else self.size.fixed or scheduler_info.count_planned_workers(cluster),
            adaptive=self.size.bounds,
        )

    # Chores

    async def _repeat(self, seconds: float, chore: Callable[[], Awaitable[None]]) -> None:
        while True:
            try:
                await chore()
            except Exception:  # a chore that fails once must not leave the cluster without a keeper
                logger.exception("%s failed", getattr(chore, "__name__", chore))
            await asyncio.sleep(seconds)

    async def _watch(self) -> None:
        """Look at the scheduler, often while workers come and go, and at once when its connection breaks."""
        while True:
            await self.look()
            wanted = self.record.workers_wanted
            changing = wanted is not None and self.record.workers != wanted
            pause = _LOOK_WHILE_CHANGING if changing and self.size.settling else _LOOK
            await (self._pulse.rest(pause) if self._pulse else asyncio.sleep(pause))

    async def _tick(self) -> None:
        """Answer the mailbox, hold the limits, see that the record on disk is the one that was written."""
        await self._reception.tend()
        if not self.folder.exists() and self.folder.parent.exists():
            self.end(ClusterState.STOPPED, "Its folder was removed")
        if self.final is None:
            verdict = self._guard.judge(self.record, self._pulse)
            if verdict != limits.Decision() and self._pulse and not self._pulse.works:
                await self.look()  # a task may have come since the last look
                verdict = self._guard.judge(self.record, self._pulse)
            if verdict.end:
                self.end(ClusterState.STOPPED, verdict.end)
            elif verdict.warning != self.record.warning:
                self.update(warning=verdict.warning)
            missed = self._guard.misses_workers(self.record, self._pulse)
            if missed:
                self.end(ClusterState.FAILED, missed)
        self._book.keep()
        self._book.cut_log()

    async def look(self) -> None:
        """Ask the scheduler, if there is one to ask."""
        if self._at_work:
            await self._look_at_scheduler()

    @property
    def _at_work(self) -> bool:
        return self.cluster is not None and self.final is None and self.record.state is ClusterState.RUNNING

    async def _look_at_scheduler(self) -> None:
        assert self.cluster is not None
        assert self._pulse is not None
        if scheduler_info.is_closed(self.cluster):
            self.end(ClusterState.STOPPED, "Its scheduler was shut down by a client")
            return
        try:
            facts = await self._pulse.look()
        except SchedulerLostError as error:
            self.end(ClusterState.FAILED, str(error))
            return
        if facts is None:
            return
        changes: dict[str, Any] = {}
        if facts.workers == self.record.workers_wanted != self.record.workers:  # who waits for them sees their jobs too
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_JOBS_PATIENCE):
                    changes = await self._find_jobs(max_age=1.0)
        if self.record.state is ClusterState.RUNNING:
            changes["reason"] = self._hindrance or self._pulse.hindrance(facts.workers, self.record.workers_wanted)
        self.update(
            **changes,
            workers=facts.workers,
            threads=facts.threads,
            memory_used=facts.memory_used,
            memory_limit=facts.memory_limit,
            dashboard_link=str(self.cluster.dashboard_link or ""),
            cost=self._guard.cost,
        )

    def stay_awake(self, now: float) -> None:
        """Let the idle time count from `now`, here and in the scheduler."""
        if self._pulse is not None:
            self._pulse.stay_awake(now)

    async def _mend(self) -> None:
        """Let the backend replace lost workers, and tell what it says."""
        if self._at_work:
            self._hindrance = await self.backend.mend(self.cluster)
            await self.look()

    async def _list_jobs(self) -> None:
        self.update(**await self._find_jobs(max_age=SHARED))

    async def _find_jobs(self, *, max_age: float) -> dict[str, Any]:
        if not self.backend.has_jobs or not markers.may_have_jobs(self.folder):
            return {}
        jobs = await asyncio.to_thread(self.backend.find_jobs, self.record.id, max_age=max_age)
        return {} if jobs is None else {"jobs": tuple(job.to_dict() for job in jobs)}  # unknown is not gone

    # End

    async def _shut_down(self) -> None:
        state, reason = self.final or (ClusterState.FAILED, "Its keeper failed")
        if self.record.state is not ClusterState.STOPPING:
            self.update(state=ClusterState.STOPPING, reason=reason, warning="")
        if self.cluster is not None:
            had_worker = self._pulse is not None and self._pulse.had_worker
            await shutdown.close_cluster(self.cluster, self.backend, self.folder, had_worker=had_worker)
        fork_server.stop_helper_processes()

        def tell(doubt: str) -> None:
            self.update(reason=f"{reason.rstrip('.')}. {doubt}")

        await shutdown.remove_leftovers(self.record.id, self.folder, self.profile, tell)
        self._guard.spend(self.record)
        self._book.release()
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
            cost=self._guard.cost,
        )
