"""Read the use of jobs from the output of Slurm's ``sacct`` (pure)."""

from __future__ import annotations

import re

from jupyter_pipeline.models import JobUsage

__all__ = ["FORMAT", "parse_usage"]

FORMAT = "JobIDRaw,ElapsedRaw,TotalCPU,ReqMem,AllocCPUS,NNodes,MaxRSS"
"""Fields of ``sacct``."""

_SIZE = re.compile(r"(\d+(?:\.\d+)?)([KMGTP]?)([nc]?)")
_CPU_TIME = re.compile(r"(?:(\d+)-)?(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)")


def parse_usage(text: str) -> JobUsage | None:
    r"""Return the largest use of the jobs in the output of ``sacct -nP --format=FORMAT``.

    Parameters
    ----------
    text : str
        One line for each job, and one for each of its steps. Only lines of steps have the largest memory.

    Returns
    -------
    JobUsage or None
        ``None`` if no job has values.

    Examples
    --------
    >>> parse_usage("17|600|01:00:00|4G|8|1|\n17.batch|600|01:00:00||8|1|1048576K\n")
    JobUsage(memory=4294967296, peak_memory=1073741824, mean_cores=6.0)
    """
    memory = peak = 0
    cores = 0.0
    for line in text.splitlines():
        fields = line.split("|")
        if len(fields) != FORMAT.count(",") + 1:
            continue
        number, elapsed, cpu_time, requested, cpus, nodes, largest = fields
        peak = max(peak, _parse_size(largest))
        if "." in number:
            continue
        memory = max(memory, _parse_size(requested, cpus=cpus, nodes=nodes))
        if elapsed.isdigit() and int(elapsed):
            cores = max(cores, _parse_seconds(cpu_time) / int(elapsed))
    return JobUsage(memory=memory, peak_memory=peak, mean_cores=round(cores, 2)) if peak or cores else None


def _parse_size(text: str, *, cpus: str = "", nodes: str = "") -> int:
    """Return a size in bytes, 0 if there is none. Slurm before 21.08 writes ``4Gn`` by node and ``4Gc`` by CPU."""
    match = _SIZE.fullmatch(text.strip())
    if match is None:
        return 0
    number, unit, per = match.groups()
    factor = {"c": cpus, "n": nodes}.get(per, "")
    count = int(factor) if factor.isdigit() else 1
    return int(float(number) * count * 1024 ** ("KMGTP".index(unit) + 1 if unit else 0))


def _parse_seconds(text: str) -> float:
    """Return the seconds of a time such as ``1-02:03:04`` or ``03:04.567``, 0 if there is none."""
    match = _CPU_TIME.fullmatch(text.strip())
    if match is None:
        return 0.0
    days, hours, minutes, seconds = match.groups(default="0")
    return int(days) * 86400 + int(hours) * 3600 + int(minutes) * 60 + float(seconds)
