"""The life of one cluster, from its start to its proven absence: what its keeper does all day.

::

    starting ──> running ──> stopping ──> stopped
        │           │            │
        └───────────┴────────────┴──────> failed          (lost: see `registry.judge`)

Whatever ends the cluster (a request, a limit, its owner's end, an error) goes through `Keeper.end`, and from there
through one shutdown, which closes the record only once nothing of the cluster was found.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import math
import re
import signal
import time
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline import identity
from jupyter_pipeline.clusters import control, limits, marks, observe, orphans, preflight, registry, security, warm
from jupyter_pipeline.clusters.book import Book
from jupyter_pipeline.clusters.engines import Context, get_engine
from jupyter_pipeline.clusters.request import Request
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError, PipelineError, PreflightError, UsageError
from jupyter_pipeline.models import ClusterRecord, ClusterState
from jupyter_pipeline.paths import private_dir, write_private

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["Keeper"]

logger = logging.getLogger("jupyter_pipeline.keeper")

_TICK = 1.0
_LOOK = 3.0  # seconds between two looks at the scheduler
_LOOK_WHILE_CHANGING = 0.25
_CHANGE = 60.0  # seconds after a change of size during which workers are expected to come or go
_MEND = 5.0
_JOBS = 10.0
_SILENCE = 20.0  # seconds without an answer after which a scheduler is given up
_SYNC = 30.0
_CLOSE = 50.0
_CLOSE_EARLY = 10.0  # before the first worker came: those half started may answer nobody
_GOOD_BYE = "2s"
_PATIENCE = 2.0
_RETRY = 5.0


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

    def __init__(self, folder: Path, record: ClusterRecord, request: Request) -> None:
        self.folder = folder
        self._book = Book(folder, record)
        self.request = request
        self.profile = request.profile
        self.engine = get_engine(request.profile)
        self.cluster: Cluster | None = None
        self._final: tuple[ClusterState, str] | None = None
        self._ending = asyncio.Event()
        self._server = control.Server(Path(record.control), folder, self._handle)
        self._wanted = request.workers if request.workers is not None else self.profile.workers
        self._adapt = request.adapt or _adapt_bounds(self.profile.adapt_kwargs)
        self._idle_since: float | None = None
        self._awake = 0.0
        self._answered = time.monotonic()
        self._changed = time.time()
        self._had_worker = False
        self._spent = 0.0
        self._spent_at = time.monotonic()

    @property
    def record(self) -> ClusterRecord:
        """The record as it is now."""
        return self._book.record

    async def run(self) -> None:
        """Start the cluster, keep it, and return when nothing of it is left and the record is closed."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.end, ClusterState.STOPPED, "Its keeper was asked to end")
        chores = [(_LOOK, self._watch), (_MEND, self._mend)]
        if self.engine.has_jobs:
            chores.append((_JOBS, self._list_jobs))
        running: list[asyncio.Task[None]] = []
        try:
            self._book.reserve()
            await self._server.start()
            asked = marks.asked_to_end(self.folder)
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
            await self._server.close()

    def end(self, state: ClusterState, reason: str) -> None:
        """Let the cluster end in `state` because of `reason`; the first reason stays."""
        if self._final is None:
            logger.info("ending: %s", reason)
            self._final = (state, reason)
            self._ending.set()

    # Start

    async def _start(self) -> None:
        timeout = self.profile.limits.start_timeout
        creating = asyncio.create_task(self._create())
        if not await self._before_end(creating, timeout=timeout):
            self.end(ClusterState.FAILED, f"Its scheduler did not answer within {timeout:g} s (limits.start_timeout)")
            return
        try:
            self.cluster = creating.result()
            self._check_encryption()
            sizing = asyncio.create_task(self._size())
            if not await self._before_end(sizing):
                return
            sizing.result()
            self._remember()
        except PipelineError as error:
            logger.exception("cannot start")
            self.end(ClusterState.FAILED, str(error))
        except Exception as error:  # any class, any exception; the reason is the user's to read
            logger.exception("cannot start")
            self.end(ClusterState.FAILED, f"{_root_cause(error).rstrip('.')}. {self._next_step()}")
        else:
            self._answered = time.monotonic()
            self._changed = time.time()
            await self._look_at_scheduler()
            if self._final is None:
                self.update(state=ClusterState.RUNNING, reason="")
                self._collecting = asyncio.create_task(asyncio.to_thread(_collect))

    def _next_step(self) -> str:
        """Return where a class that failed is configured, and where it tells more."""
        source = f" ({self.profile.source})" if self.profile.source else ""
        return (
            f"{self.profile.cluster_class} is configured by cluster_kwargs of profile {self.profile.name}{source} and "
            f"by {self.engine.configured_by}. Run: jupyter pipeline cluster logs {self.record.name}"
        )

    async def _before_end(self, task: asyncio.Task[Any], *, timeout: float | None = None) -> bool:
        """Return whether `task` was done before the cluster had to end, or `timeout` was over; else it is cancelled."""
        ending = asyncio.create_task(self._ending.wait())
        await asyncio.wait({task, ending}, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
        ending.cancel()
        if task.done():
            return True
        task.cancel()
        await asyncio.wait({task}, timeout=_RETRY)
        return False

    async def _create(self) -> Cluster:
        # Here rather than in the caller: it imports the class, which the keeper does anyway.
        problems = preflight.check(self.profile)
        if problems:
            registry.write_problems(self.folder, problems)
            raise PreflightError(self.profile.name, problems)
        tls = self.profile.security.get("tls", True) is not False
        if tls:
            security.make_certificates(self.folder, self.record.id, seconds=security.validity(self.profile.limits))
        idle = self.profile.limits.idle
        warm.calm_dask()
        context = Context(
            tag=self.record.id,
            name=self.record.name,
            directory=self.folder,
            security=security.own_security(self.folder) if tls else None,
            workers=self._adapt[0] if self._adapt else self._wanted,
            # The second layer, for a scheduler that outlives its keeper: it must not fire before the first one.
            scheduler_options={"idle_timeout": f"{2 * idle + 600:g} s"} if idle else {},
        )
        if not self.engine.submits_on_scale:
            marks.expect_jobs(self.folder)
        return await self.engine.create(self.profile, context)

    def _check_encryption(self) -> None:
        assert self.cluster is not None
        address = str(self.cluster.scheduler_address)
        if not address.startswith(("tcp://", "ws://")):
            return
        if self.profile.security.get("tls", True) is not False:
            raise ClusterStartError(
                f"{self.profile.cluster_class} did not turn on TLS: its scheduler listens on {address}. "
                "Write security.tls: false into the profile if the network is closed to others."
            )
        if not (security.is_loopback(address) or self.profile.security.get("insecure")):
            raise ClusterStartError(
                f"The scheduler listens on {address} without TLS, open to every user of the network. "
                "Remove security.tls: false, or write security.insecure: true beside it."
            )

    async def _size(self) -> None:
        assert self.cluster is not None
        if self._adapt:
            await self._apply_adapt(*self._adapt)
        elif self._wanted is not None and observe.planned(self.cluster) != self._wanted:
            await self.engine.scale(self.cluster, self._wanted)

    def _remember(self) -> None:
        assert self.cluster is not None
        if hasattr(self.cluster, "_sync_interval"):
            self.cluster._sync_interval = _SYNC  # it tells the scheduler its name, every second
        used = getattr(self.cluster, "security", None)
        if used is not None and not str(self.cluster.scheduler_address).startswith(("tcp://", "inproc://")):
            security.remember(self.folder, used)
        self.update(
            scheduler_address=str(self.cluster.scheduler_address),
            dashboard_link=str(self.cluster.dashboard_link or ""),
            tls=not str(self.cluster.scheduler_address).startswith(("tcp://", "inproc://")),
            workers_wanted=None if self._adapt else self._wanted or observe.planned(self.cluster),
            adaptive=self._adapt,
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
        """Look at the scheduler, often while workers come and go."""
        while True:
            await self._look()
            wanted = self.record.workers_wanted
            changing = wanted is not None and self.record.workers != wanted
            young = time.time() - self._changed < _CHANGE
            await asyncio.sleep(_LOOK_WHILE_CHANGING if changing and young else _LOOK)

    async def _tick(self) -> None:
        """Answer the mailbox, hold the limits, see that the record on disk is the one that was written."""
        await self._server.tend()
        if not self.folder.exists() and self.folder.parent.exists():
            self.end(ClusterState.STOPPED, "Its folder was removed")
        if self._final is None:
            verdict = self._verdict()
            if verdict != limits.Verdict() and self._idle_since:
                await self._look()  # a task may have come since the last look
                verdict = self._verdict()
            if verdict.end:
                self.end(ClusterState.STOPPED, verdict.end)
            elif verdict.warning != self.record.warning:
                self.update(warning=verdict.warning)
            await self._check_first_worker()
        self._book.keep()
        self._book.cut_log()

    def _verdict(self) -> limits.Verdict:
        owner = self.record.owner
        usage = limits.Usage(
            now=time.time(),
            idle_since=max(self._idle_since, self._awake) if self._idle_since else None,
            expires=self.record.expires,
            cost=self._spend(),
            owner_alive=identity.alive(owner) if owner else None,
            currency=str(self.profile.price.get("currency", "")),
        )
        return limits.decide(self.record.limits, usage)

    def _spend(self) -> float:
        now = time.monotonic()
        rate = limits.cost_rate(self.profile.price, workers=self.record.workers, threads=self.record.threads)
        if rate is not None:
            self._spent += rate * (now - self._spent_at) / 3600
        self._spent_at = now
        return self._spent

    async def _check_first_worker(self) -> None:
        wanted = self.record.adaptive[0] if self.record.adaptive else self.record.workers_wanted
        if self._had_worker or self.record.state is not ClusterState.RUNNING or not wanted:
            return
        timeout = self.record.limits.start_timeout
        if time.time() - self.record.started > timeout:
            why = f": {self.record.reason}" if self.record.reason else ""
            self.end(ClusterState.FAILED, f"No worker came within {timeout:g} s (limits.start_timeout){why}")

    async def _look(self) -> None:
        """Ask the scheduler."""
        if self.cluster is None or self._final is not None or self.record.state is not ClusterState.RUNNING:
            return
        await self._look_at_scheduler()

    async def _look_at_scheduler(self) -> None:
        assert self.cluster is not None
        if observe.is_closed(self.cluster):
            self.end(ClusterState.STOPPED, "Its scheduler was shut down by a client")
            return
        try:
            facts = await observe.observe(self.cluster)
        except (OSError, TimeoutError) as error:
            if time.monotonic() - self._answered > _SILENCE:
                self.end(ClusterState.FAILED, f"Its scheduler does not answer ({error or type(error).__name__})")
            return
        self._answered = time.monotonic()
        self._idle_since = facts.idle_since
        self._had_worker = self._had_worker or facts.workers > 0
        self.update(
            workers=facts.workers,
            threads=facts.threads,
            memory_used=facts.memory_used,
            memory_limit=facts.memory_limit,
            dashboard_link=str(self.cluster.dashboard_link or ""),
            cost=round(self._spent, 4) if self.profile.price else None,
        )

    async def _mend(self) -> None:
        """Let the engine replace lost workers, and tell what it says."""
        if self.cluster is None or self._final is not None or self.record.state is not ClusterState.RUNNING:
            return
        reason = await self.engine.mend(self.cluster)
        if not reason and self.record.workers == 0 and (self._had_worker or self._idle_since is None):
            reason = "It has no workers" + ("; tasks wait" if self._idle_since is None else "")
        self.update(reason=reason)

    async def _list_jobs(self) -> None:
        if not marks.may_have_jobs(self.folder):
            return
        jobs = await asyncio.to_thread(self.engine.find_jobs, self.record.id)
        if jobs is not None:  # unknown is not gone
            self.update(jobs=tuple(job.to_dict() for job in jobs))

    def update(self, **changes: Any) -> None:
        """Change the record, and write it if the change is worth it."""
        self._book.update(**changes)

    # Control

    async def _handle(self, request: Mapping[str, Any]) -> dict[str, Any]:
        op = request.get("op")
        if op in ("ping", "status"):
            await self._look()
        elif op == "stop":
            self.end(ClusterState.STOPPED, str(request.get("reason") or "Stopped by request"))
            if self.record.state is not ClusterState.STOPPING:
                self.update(state=ClusterState.STOPPING, reason=self._final[1] if self._final else "")
        elif op == "record_sync":
            self._op_record_sync(request)
        elif op in ("scale", "adapt", "extend", "logs"):
            self._refuse_unless_alive()
            await getattr(self, f"_op_{op}")(request)
        else:
            raise UsageError(f"The keeper knows no {op!r}.")
        return {"record": self.record.to_dict()}

    def _refuse_unless_alive(self) -> None:
        if self._final is not None:
            raise ClusterError(f"{self.record.name} is {self.record.state}: {self._final[1].rstrip('.')}.")

    async def _op_scale(self, request: Mapping[str, Any]) -> None:
        n = limits.check_size(self.record.limits, request.get("n", -1))
        self._adapt, self._wanted = None, n
        if self.cluster is not None:
            adaptive = getattr(self.cluster, "_adaptive", None)
            if adaptive is not None:
                adaptive.stop()
            await self.engine.scale(self.cluster, n)
        self._changed = time.time()
        self.update(workers_wanted=n, adaptive=None)

    async def _op_adapt(self, request: Mapping[str, Any]) -> None:
        bounds = limits.check_range(self.record.limits, request.get("minimum", -1), request.get("maximum", -1))
        self._adapt, self._wanted = bounds, None
        if self.cluster is not None:
            await self._apply_adapt(*bounds)
        self.update(workers_wanted=None, adaptive=bounds)

    async def _apply_adapt(self, minimum: int, maximum: int) -> None:
        assert self.cluster is not None
        options = {**self.engine.adapt_defaults, **self.profile.adapt_kwargs, "minimum": minimum, "maximum": maximum}
        result = self.cluster.adapt(**options)
        if hasattr(result, "__await__"):
            await result

    async def _op_extend(self, request: Mapping[str, Any]) -> None:
        expires = limits.extended(
            self.record.limits,
            started=self.record.started,
            expires=self.record.expires,
            seconds=float(request.get("seconds", 0)),
        )
        self._awake = time.time()
        if self.cluster is not None:
            observe.stay_awake(self.cluster, self._awake)
        self.update(expires=expires, warning="")

    def _op_record_sync(self, request: Mapping[str, Any]) -> None:
        """Note what a sync or a comparison found."""
        if request.get("sync"):
            entry = dict(request["sync"])
            registry.add_sync(self.folder, entry, str(request.get("lock", "")))
            self.update(last_sync={k: entry.get(k, "") for k in ("time", "who", "result", "summary", "lock")})
        if request.get("drift"):
            self.update(drift=dict(request["drift"]))

    async def _op_logs(self, request: Mapping[str, Any]) -> None:
        """Write the logs of scheduler and workers, as Dask holds them, into the folder."""
        if self.cluster is None:
            return
        async with asyncio.timeout(10):
            logs = self.cluster.get_logs()
            logs = await logs if hasattr(logs, "__await__") else logs
        target = private_dir(self.folder / "logs")
        for source, text in logs.items():
            if str(text).strip():
                name = re.sub(r"[^A-Za-z0-9.-]+", "-", str(source)).strip("-")
                write_private(target / f"{name}.log", str(text) + "\n")

    # End

    async def _shut_down(self) -> None:
        state, reason = self._final or (ClusterState.FAILED, "Its keeper failed")
        if self.record.state is not ClusterState.STOPPING:
            self.update(state=ClusterState.STOPPING, reason=reason, warning="")
        if self.cluster is not None:
            import dask

            # The scheduler may be gone already: nobody needs to wait long for its answer.
            with dask.config.set({"distributed.comm.timeouts.connect": _GOOD_BYE}):
                await self._close(self.cluster)
        warm.end_helpers()
        await self._remove_leftovers(reason)
        with contextlib.suppress(OSError):
            (self.folder / ".reserve").unlink()
        self.update(state=state, reason=reason, workers=0, threads=0, memory_used=0, jobs=(), warning="", expires=None)

    async def _close(self, cluster: Cluster) -> None:
        with contextlib.suppress(Exception):  # logs are worth a try, not a delay
            await self._op_logs({})
        try:
            async with asyncio.timeout(_CLOSE if self._had_worker else _CLOSE_EARLY):
                await self.engine.close(cluster)
        except Exception:  # what the class leaves behind is removed by its tag
            logger.exception("closing failed")

    async def _remove_leftovers(self, reason: str) -> None:
        """Return once neither a process nor a job of the cluster is found, however long that takes."""
        while True:
            processes = await asyncio.to_thread(orphans.find_processes, self.record.id)
            left = await asyncio.to_thread(orphans.end_processes, processes.get(self.record.id, []), patience=_PATIENCE)
            doubt = f"{len(left)} processes do not end" if left else ""
            if not doubt and marks.may_have_jobs(self.folder):
                try:
                    _, doubt = await asyncio.to_thread(orphans.remove_jobs, self.profile, self.record.id)
                except PipelineError as error:
                    doubt = str(error)
            if not doubt:
                return
            self.update(reason=f"{reason.rstrip('.')}. {doubt}; its keeper goes on asking")
            await asyncio.sleep(_RETRY)


def _adapt_bounds(adapt_kwargs: Mapping[str, Any]) -> tuple[int, int] | None:
    if not adapt_kwargs:
        return None
    maximum = adapt_kwargs.get("maximum", math.inf)
    return int(adapt_kwargs.get("minimum", 0)), 10**6 if maximum == math.inf else int(maximum)


def _root_cause(error: BaseException) -> str:
    """Return the innermost cause, which names what went wrong; classes wrap it in "cluster failed to start"."""
    while error.__cause__ is not None:
        error = error.__cause__
    text = str(error).strip()
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _collect() -> None:
    """Remove what clusters before this one left; a failure there is none of this cluster's."""
    try:
        for item in orphans.collect():
            logger.info("removed what a lost cluster left: %s", item)
    except (PipelineError, OSError):
        logger.exception("cannot remove what lost clusters left")
