"""Compare environments and rate each difference; pure.

A difference *blocks* when tasks cannot be exchanged: another minor version of Python, dask, distributed or
cloudpickle, or another major version of a package that the notebook imports. It *warns* when results may differ: an
imported package is absent or has another version. All other differences are *notes*.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence

from jupyter_pipeline.models import Distribution, DriftItem, Environment, Severity

__all__ = [
    "CORE",
    "compare_environments",
    "compatibility_version",
    "is_same_build",
    "minor_version",
    "needs_restart",
    "sort_by_severity",
]

CORE = ("cloudpickle", "dask", "distributed", "msgpack", "tornado")
"""Packages that the scheduler and the workers run on. They are never changed in a running cluster."""

_EXCHANGE = ("cloudpickle", "dask", "distributed")


def compare_environments(
    kernel: Environment,
    scheduler: Environment,
    workers: Sequence[Environment],
    *,
    imported: Collection[str] = (),
) -> list[DriftItem]:
    """Return the differences, the most severe first.

    Parameters
    ----------
    kernel, scheduler : Environment
        Environments of the kernel and of the scheduler.
    workers : sequence of Environment
        One environment for each group of workers that share a prefix.
    imported : collection of str
        Normalized names of the distributions that the notebook has imported.

    Returns
    -------
    list of DriftItem
        One item for each package that differs from the kernel's in some process.
    """
    items = []
    if minor_version(kernel.python) != minor_version(scheduler.python) or any(
        minor_version(w.python) != minor_version(kernel.python) for w in workers
    ):
        items.append(_python(kernel, scheduler, workers))
    here = {d.name: d for d in kernel.distributions}
    there = {d.name: d for d in scheduler.distributions}
    groups = [{d.name: d for d in worker.distributions} for worker in workers]
    for name in sorted({*here, *there, *(n for group in groups for n in group)}):
        found = [side.get(name) for side in (here, there, *groups)]
        if all(is_same_build(found[0], other) for other in found[1:]):
            continue
        versions = [d.version if d else "" for d in found]
        severity, reason = _rate(name, found[0], found[1:], imported)
        items.append(
            DriftItem(
                package=name,
                kernel=versions[0],
                scheduler=versions[1],
                workers=tuple(sorted(set(versions[2:]))),
                severity=severity,
                reason=reason,
            )
        )
    return sort_by_severity(items)


def sort_by_severity(items: Iterable[DriftItem]) -> list[DriftItem]:
    """Return the items, the most severe first."""
    order = list(Severity)
    return sorted(items, key=lambda item: (order.index(item.severity), item.package))


def needs_restart(item: DriftItem) -> bool:
    """Return True if only a new start of the cluster removes a difference."""
    return item.severity is not Severity.NOTES and item.package in (*CORE, "python")


def is_same_build(one: Distribution | None, other: Distribution | None) -> bool:
    """Return True if the metadata of two installed distributions describes the same build."""
    if one is None or other is None:
        return one is other
    # The code of an editable distribution is sent as a folder. The same version from another URL is another build.
    return one.version == other.version and (one.url == other.url or "editable" in (one.source, other.source))


def _rate(
    name: str, kernel: Distribution | None, others: Sequence[Distribution | None], imported: Collection[str]
) -> tuple[Severity, str]:
    if kernel is None:
        return Severity.NOTES, "only on the cluster"
    if kernel.source == "editable":
        return Severity.NOTES, "editable here: its code is sent as a folder"
    present = [d.version for d in others if d is not None]
    if name in _EXCHANGE and any(minor_version(v) != minor_version(kernel.version) for v in present):
        return Severity.BLOCKS, "the cluster runs on it; start the cluster again from an environment with this version"
    if name in CORE and any(v != kernel.version for v in present):
        return Severity.WARNS, "the cluster runs on it; start the cluster again from an environment with this version"
    if name in imported:
        if any(compatibility_version(v) != compatibility_version(kernel.version) for v in present):
            return Severity.BLOCKS, "imported here, another major version on the cluster"
        if len(present) < len(others):
            return Severity.WARNS, "imported here, absent on the cluster"
        return Severity.WARNS, "imported here, another build on the cluster"
    return Severity.NOTES, "absent on the cluster" if len(present) < len(others) else "another build on the cluster"


def _python(kernel: Environment, scheduler: Environment, workers: Sequence[Environment]) -> DriftItem:
    return DriftItem(
        package="python",
        kernel=kernel.python,
        scheduler=scheduler.python,
        workers=tuple(sorted({w.python for w in workers})),
        severity=Severity.BLOCKS,
        reason="cannot be synced; start the cluster with Python "
        f"{minor_version(kernel.python)}, or choose a kernel with the cluster's",
    )


def minor_version(version: str) -> str:
    """Return the first two numbers of a version."""
    return ".".join(version.split(".")[:2])


def compatibility_version(version: str) -> str:
    """Return the part of a version that compatible releases share: ``2`` of ``2.1.0``, ``0.3`` of ``0.3.1``."""
    numbers = re.findall(r"\d+", version.rpartition("!")[2])
    return ".".join(numbers[: 2 if numbers[:1] == ["0"] else 1])
