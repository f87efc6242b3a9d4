"""Compare the use of workers with their size, and advise a better size (pure)."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection

from jupyter_pipeline.models import ClusterEnd, JobUsage, SizeAdvice
from jupyter_pipeline.units import format_bytes

__all__ = ["advise_size", "has_samples", "write_deploy_options"]

_GIB = 2**30
_LEAST_SECONDS = 60.0
"""Shortest time with tasks from which an advice follows."""
_LEAST_SAMPLES = 10
_SPILL = 0.7
"""Share of its memory at which Dask moves results of a worker to the disk. The advice keeps the peak below it."""
_RESERVE = 1.2
"""Factor above the used cores."""
_GAIN = 0.8
"""Share of the present memory above which a smaller size is not worth a change."""
_SHORT = 2.0
"""Factor of more memory after a worker was killed."""


def write_deploy_options(memory: str, cpus: int) -> str:
    """Return the options of a deploy for a worker of this size.

    Examples
    --------
    >>> write_deploy_options("4GiB", 2)
    '--memory 4GiB --cpus 2'
    """
    return " ".join(([f"--memory {memory}"] if memory else []) + ([f"--cpus {cpus}"] if cpus else []))


def has_samples(end: ClusterEnd) -> bool:
    """Return True if an advice can follow from the use of the workers of a cluster."""
    usage = end.usage
    return _is_killed(end) or (usage.seconds >= _LEAST_SECONDS and usage.samples >= _LEAST_SAMPLES)


def advise_size(
    end: ClusterEnd,
    jobs: JobUsage | None = None,
    *,
    arguments: Collection[str] = ("memory", "cpus"),
    write_options: Callable[[str, int], str] = write_deploy_options,
) -> SizeAdvice | None:
    """Return the use of the workers of a cluster and a better size.

    Parameters
    ----------
    end : ClusterEnd
        End of the cluster, or its state until now.
    jobs : JobUsage, optional
        Use of its batch jobs in the accounting of the batch system. It includes child processes of the workers.
    arguments : collection of str
        Sizes that can be chosen for the workers: ``memory``, ``cpus``.
    write_options : callable
        Returns the options for a memory and a number of processors.

    Returns
    -------
    SizeAdvice or None
        ``None`` if there are too few samples, and no worker was killed for its memory.
    """
    if not has_samples(end):
        return None
    usage, limit, killed = end.usage, end.memory_limit, _is_killed(end)
    peak, cores = end.peak_memory, usage.cores
    if jobs is not None and _has_one_worker(jobs, limit, usage.threads):
        peak, cores = max(peak, jobs.peak_memory), max(cores, jobs.mean_cores)
    memory = _choose_memory(peak, limit, usage.spilled, killed=killed) if "memory" in arguments else ""
    cpus = _choose_cpus(cores, usage.tasks, usage.threads) if "cpus" in arguments and not killed else 0
    options = write_options(memory, cpus) if memory or cpus else ""
    return SizeAdvice(
        cluster=end.cluster,
        text=_describe(end, peak, cores, killed=killed, options=options),
        memory=memory,
        cpus=cpus,
        options=options,
    )


def _has_one_worker(jobs: JobUsage, limit: int, threads: int) -> bool:
    """Return False for jobs that are larger than a worker, or used more: they have several workers."""
    if limit and (jobs.memory > 1.5 * limit or jobs.peak_memory > limit):
        return False
    return not threads or jobs.mean_cores <= threads


def _is_killed(end: ClusterEnd) -> bool:
    """Return True if Dask killed a worker because of its memory."""
    return any("memory budget" in line for line in end.worker_ends)


def _choose_memory(peak: int, limit: int, spilled: int, *, killed: bool) -> str:
    """Return the memory of a worker for a peak, empty to keep the present one."""
    if not (peak and limit):
        return ""
    if killed:
        return f"{math.ceil(_SHORT * limit / _GIB)}GiB"
    size = max(1, math.ceil((peak + spilled) / _SPILL / _GIB))
    if spilled:
        return f"{size}GiB" if size * _GIB > limit else ""
    return f"{size}GiB" if size * _GIB <= _GAIN * limit else ""


def _choose_cpus(cores: float, tasks: int, threads: int) -> int:
    """Return the processors for the used cores and the tasks at once, 0 to keep the present ones."""
    needed = max(1, tasks, math.ceil(round(cores * _RESERVE, 6)))
    return needed if needed < threads else 0


def _describe(end: ClusterEnd, peak: int, cores: float, *, killed: bool, options: str) -> str:
    usage, limit = end.usage, end.memory_limit
    used = f"A worker used at most {format_bytes(peak)}" + (f" of {format_bytes(limit)}" if limit else "")
    if usage.threads:
        used += f" and {cores:g} of {usage.threads} core{'' if usage.threads == 1 else 's'}"
    remarks = []
    if killed:
        remarks.append("Dask killed a worker because of its memory")
    elif usage.spilled:
        remarks.append(f"It moved up to {format_bytes(usage.spilled)} to the disk")
    if not killed and usage.tasks >= usage.threads > 1 and cores * 2 < usage.threads:
        remarks.append(f"Its {usage.threads} threads had tasks that wait, or that hold Python's lock")
    return ". ".join([f"{used}: {options}" if options else used, *remarks]) + "."
