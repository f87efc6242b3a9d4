"""Clusters whose workers are batch jobs: dask-jobqueue's classes, with their gaps closed.

Seen with dask-jobqueue 0.9.0: a refused submission is silent and makes `close` fail; a lost job is refilled only under
`adapt` and after 15 s; a cancelled job under a fixed size never; several processes a job are never noticed as lost;
`close` leaves jobs when the batch system does not answer; adaptive scaling cancels jobs that wait in the queue and
submits them again. Here jobs are judged by the batch system's own list.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends import dashboard
from jupyter_pipeline.clusters.backends.base import SHARED, Backend, Context, import_class
from jupyter_pipeline.clusters.backends.batch import accounting
from jupyter_pipeline.clusters.backends.batch.commands import SYSTEMS, BatchSystem
from jupyter_pipeline.clusters.backends.batch.job import Job, why_waiting
from jupyter_pipeline.clusters.backends.batch.submission import Ledger, tracked
from jupyter_pipeline.clusters.registry import markers
from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import Profile
from jupyter_pipeline.units import parse_bytes, parse_walltime

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["BatchBackend", "dashboard_arguments", "lifetime_arguments"]

logger = logging.getLogger("jupyter_pipeline.keeper")

_CLASSES = {
    "HTCondorCluster": "htcondor",
    "LSFCluster": "lsf",
    "MoabCluster": "moab",
    "OARCluster": "oar",
    "PBSCluster": "pbs",
    "SGECluster": "sge",
    "SLURMCluster": "slurm",
}
_MISSES = 2  # listings in a row without a job before it counts as lost
_SHORT_LIFE = 60.0  # seconds; a job that ends sooner without its worker is a failure


class BatchBackend(Backend):
    """One batch system under dask-jobqueue."""

    has_jobs = True
    submits_on_scale = True
    adapt_defaults = {"interval": "2s", "wait_count": 15}  # noqa: RUF012 - read only; half a minute unwanted, then cancelled

    def __init__(self, system: BatchSystem) -> None:
        self.system = system
        self.name = system.name
        self.commands = system.commands

    @classmethod
    def for_class(cls, path: str) -> BatchBackend | None:
        """Return the backend for the class at the import `path`, if it is one of dask-jobqueue's."""
        module, _, name = path.rpartition(".")
        if module.partition(".")[0] != "dask_jobqueue" or name not in _CLASSES:
            return None
        return cls(SYSTEMS[_CLASSES[name]])

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the arguments: tag, TLS by file, private dashboard, logs in the cluster's folder, graceful end."""
        kwargs = super().prepare(profile, context)
        kwargs.pop("n_workers", None)  # workers are asked for by `scale`, which tells of a refusal
        kwargs["name"] = context.name
        kwargs["security"] = context.security
        kwargs["scheduler_options"] = {
            "dashboard_address": context.dashboard_address,
            **context.scheduler_options,
            **(kwargs.get("scheduler_options") or {}),
        }
        kwargs.setdefault("log_directory", str(context.directory / "logs"))
        if self.name == "oar" and kwargs["log_directory"]:  # its class leaves the output in the working folder
            logs = kwargs["log_directory"]
            output = [f"-O {logs}/%jobid%.out", f"-E {logs}/%jobid%.err"]
            kwargs["job_extra_directives"] = output + list(kwargs.get("job_extra_directives") or [])
        extra = list(kwargs.get("worker_extra_args") or [])
        kwargs["worker_extra_args"] = [
            *extra,
            *dashboard_arguments(context.dashboard_address, extra),
            *lifetime_arguments(kwargs.get("walltime"), extra, self.name),
        ]
        if self.name == "lsf" and isinstance(kwargs.get("mem"), str):
            kwargs["mem"] = parse_bytes(kwargs["mem"])
        return kwargs

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Return the cluster with its scheduler answering and no job submitted."""
        cluster_class = import_class(profile.cluster_class, extra=self.extra)
        ledger = Ledger(
            context.tag,
            lambda: asyncio.to_thread(self.find_jobs, context.tag),
            before_first=lambda: markers.mark_submitted(context.directory),
        )
        dashboard.leave_out_proxy()
        kwargs = self.prepare(profile, context)
        late = dashboard.can_wait(kwargs["scheduler_options"])
        if late:
            kwargs["scheduler_options"]["dashboard"] = False
        cluster = cluster_class(job_cls=tracked(cluster_class.job_cls, ledger), **kwargs)
        cluster.jupyter_pipeline_ledger = ledger
        cluster.jupyter_pipeline_late_dashboard = late
        return await cluster

    async def complete(self, cluster: Cluster) -> None:
        """Add the dashboard, which the first jobs did not have to wait for."""
        if getattr(cluster, "jupyter_pipeline_late_dashboard", False):
            await dashboard.add(cluster.scheduler, cluster.scheduler_spec["options"])

    async def scale(self, cluster: Cluster, n: int) -> None:
        """Submit or cancel jobs until there are enough for `n` workers.

        Raises
        ------
        ClusterError
            If the batch system refuses, with its own reason; what it accepted stays.
        """
        ledger = _ledger(cluster)
        ledger.wanted = n
        ledger.backoff.retry_at = 0.0  # someone asks: try at once
        before = set(cluster.worker_spec)
        cluster.scale(n)
        await cluster._correct_state()
        refused = [name for name, job in cluster.workers.items() if job.job_id is None and name in cluster.worker_spec]
        if not refused or not ledger.backoff.reason:
            return
        for name in refused:
            _forget(cluster, name)
            cluster.worker_spec.pop(name, None)
        ledger.wanted = len(cluster.worker_spec)
        asked = len(set(refused) | (set(cluster.worker_spec) - before))
        raise ClusterError(
            f"{self.system.submit} refused {len(refused)} of {asked} jobs: {ledger.backoff.reason}. "
            "Correct the profile and start again."
        )

    async def mend(self, cluster: Cluster) -> str:
        """Submit again for jobs that ended, were cancelled or reached their walltime."""
        ledger = _ledger(cluster)
        if ledger.closing:
            return ""
        jobs = await asyncio.to_thread(self.find_jobs, ledger.tag, max_age=SHARED)
        if jobs is None:
            return f"{self.system.listing[0]} does not answer"
        living = {job.id for job in jobs if job.state != "ended"}
        connected = _connected(cluster)
        lost = []
        for name, job in list(cluster.workers.items()):
            present = name in connected
            if present and not job.came:
                job.came = True
                ledger.backoff.succeeded()
            if present or job.job_id in living:
                job.missed = 0
                continue
            job.missed += 1
            if job.job_id is None and not ledger.backoff.waiting:
                _forget(cluster, name)
            elif job.job_id is not None and job.missed >= _MISSES:
                _forget(cluster, name)
                lost.append(job)
        await self._tell(ledger, lost)
        if set(cluster.worker_spec) - set(cluster.workers) and not ledger.backoff.waiting:
            await cluster._correct_state()
        if set(cluster.worker_spec) <= connected:
            ledger.lost = ""
        return "; ".join(filter(None, (ledger.backoff.reason or ledger.lost, why_waiting(jobs))))

    async def _tell(self, ledger: Ledger, lost: Sequence[Any]) -> None:
        """Note in log and ledger how the jobs `lost` ended; those that never brought a worker are failures."""
        told_by = accounting.TOLD_BY.get(self.name)
        known = await asyncio.to_thread(told_by, [job.job_id for job in lost]) if told_by and lost else {}
        for job in lost:
            end = known.get(job.job_id, "it is gone")
            logger.info("job %s of worker %s: %s", job.job_id, job.name, end)
            if time.monotonic() - job.born < _SHORT_LIFE and not job.came:
                reason = f"job {job.job_id} ended before its worker came: {end}; see the cluster's logs"
                ledger.backoff.failed(reason)
            else:
                ledger.lost = f"job {job.job_id} is replaced: {end}"

    async def close(self, cluster: Cluster, *, timeout: float = 45.0) -> None:
        """Close the cluster and cancel its jobs; on return the batch system lists none of them.

        Raises
        ------
        ClusterError
            If that could not be seen within `timeout` seconds.
        """
        ledger = _ledger(cluster)
        ledger.closing = True
        deadline = time.monotonic() + timeout
        problem = ""
        submitted = [
            Job(id=job.job_id, backend=self.name) for job in cluster.workers.values() if job.job_id is not None
        ]
        with contextlib.suppress(ClusterError):  # asked again below, where it is told
            await asyncio.to_thread(self.cancel_jobs, submitted)
        await cluster.close()
        while ledger.used:
            jobs = await asyncio.to_thread(self.find_jobs, ledger.tag, max_age=0.0)
            if jobs is not None:
                left = [job for job in jobs if job.state in ("pending", "running")]
                if not left:
                    return
                try:
                    await asyncio.to_thread(self.cancel_jobs, left)
                except ClusterError as error:
                    problem = str(error)
            else:
                problem = f"{self.system.listing[0]} does not answer."
            if time.monotonic() > deadline:
                raise ClusterError(f"Jobs of {ledger.tag} may still be there. {problem}")
            await asyncio.sleep(1.0)

    def find_jobs(self, tag: str | None = None, *, timeout: float = 10.0, max_age: float = 1.0) -> list[Job] | None:
        """Return the jobs of this user whose name begins with `tag`; see `Backend.find_jobs`."""
        jobs = self.system.jobs(timeout=timeout, max_age=max_age)
        if jobs is None:
            return None
        return [job for job in jobs if job.state != "ended" and (job.tag == tag if tag else job.tag.startswith("jp-"))]

    def cancel_jobs(self, jobs: Sequence[Job], *, timeout: float = 30.0) -> None:
        """Cancel `jobs` with one command."""
        if jobs:
            self.system.cancel_jobs(jobs, timeout=timeout)


def dashboard_arguments(address: str, arguments: Sequence[str]) -> list[str]:
    """Return worker arguments that keep its pages, which ask nobody who they are, off the network.

    On the node's loopback nobody could see a dashboard, and a worker without one starts sooner. A profile that names
    ``--dashboard``, ``--dashboard-address`` or ``--no-dashboard`` itself is left alone.
    """
    if any(a.startswith(("--dashboard", "--no-dashboard")) for a in arguments):
        return []
    return ["--dashboard-address", address, "--no-dashboard"]


def lifetime_arguments(walltime: object, arguments: Sequence[str], backend: str = "slurm") -> list[str]:
    """Return worker arguments that drain it before its `walltime`, so that no task dies with the job.

    A tenth of the walltime, at most five minutes, is kept for moving results to other workers. Workers that began
    together end up to half of that apart. A profile that names ``--lifetime`` itself is left alone.

    Examples
    --------
    >>> lifetime_arguments("01:00:00", [])
    ['--lifetime', '3300s', '--lifetime-stagger', '150s']
    """
    if walltime is None or any(a.startswith("--lifetime") for a in arguments):
        return []
    seconds = parse_walltime(walltime, system=backend)
    margin = min(300.0, seconds / 10)
    stagger = margin / 2
    return ["--lifetime", f"{seconds - margin:.0f}s", "--lifetime-stagger", f"{stagger:.0f}s"]


def _ledger(cluster: Cluster) -> Ledger:
    ledger: Ledger = cluster.jupyter_pipeline_ledger
    return ledger


def _connected(cluster: Cluster) -> set[Any]:
    """Return the names of the jobs from which at least one worker is connected."""
    names = {str(worker["name"]) for worker in cluster.scheduler_info["workers"].values()}
    found = set()
    for job, spec in cluster.worker_spec.items():
        group: Sequence[str] = spec.get("group") or [""]
        if any(f"{job}{suffix}" in names for suffix in group):
            found.add(job)
    return found


def _forget(cluster: Cluster, name: Any) -> None:
    """Drop a job that is gone, so that its place in `worker_spec` is filled anew."""
    from distributed.core import Status

    job = cluster.workers.pop(name, None)
    if job is not None:
        job.status = Status.closed
