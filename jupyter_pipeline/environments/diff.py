"""Compares environments and says how much each difference matters; pure.

A difference *blocks* when work cannot be exchanged: another minor version of Python, or of dask, distributed or
cloudpickle, or another major version of what the notebook imports. It *warns* when results may differ: other versions
of what the notebook imports, or its absence. The rest are *notes*.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence

from jupyter_pipeline.models import Distribution, DriftItem, Environment, Severity

__all__ = ["CORE", "compare", "major", "minor", "same", "worst"]

CORE = ("cloudpickle", "dask", "distributed", "msgpack", "tornado")
"""What scheduler and workers themselves run on: never installed under a running cluster."""

_EXCHANGE = ("cloudpickle", "dask", "distributed")


def compare(
    kernel: Environment,
    scheduler: Environment,
    workers: Sequence[Environment],
    *,
    imported: Collection[str] = (),
) -> list[DriftItem]:
    """Return what differs, the worst first.

    Parameters
    ----------
    kernel, scheduler : Environment
        The kernel's environment and the scheduler's.
    workers : sequence of Environment
        One for each group of workers that share a prefix.
    imported : collection of str
        Normalised names of the distributions that the notebook has imported.

    Returns
    -------
    list of DriftItem
        One for each package that is not everywhere in the kernel's version.
    """
    items = []
    if minor(kernel.python) != minor(scheduler.python) or any(minor(w.python) != minor(kernel.python) for w in workers):
        items.append(_python(kernel, scheduler, workers))
    here = {d.name: d for d in kernel.distributions}
    there = {d.name: d for d in scheduler.distributions}
    groups = [{d.name: d for d in worker.distributions} for worker in workers]
    for name in sorted({*here, *there, *(n for group in groups for n in group)}):
        found = [side.get(name) for side in (here, there, *groups)]
        if all(same(found[0], other) for other in found[1:]):
            continue
        versions = [d.version if d else "" for d in found]
        severity, reason = _judge(name, found[0], found[1:], imported)
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
    order = list(Severity)
    return sorted(items, key=lambda item: (order.index(item.severity), item.package))


def worst(items: Sequence[DriftItem]) -> Severity | None:
    """Return the gravest severity of `items`, or ``None`` without items."""
    return min((item.severity for item in items), key=list(Severity).index, default=None)


def same(one: Distribution | None, other: Distribution | None) -> bool:
    """Return whether two installed distributions are the same build, as far as their records tell."""
    if one is None or other is None:
        return one is other
    # The code of an editable one travels as a folder; a version from another commit or archive is another build.
    return one.version == other.version and (one.url == other.url or "editable" in (one.source, other.source))


def _judge(
    name: str, kernel: Distribution | None, others: Sequence[Distribution | None], imported: Collection[str]
) -> tuple[Severity, str]:
    if kernel is None:
        return Severity.NOTES, "only on the cluster"
    if kernel.source == "editable":
        return Severity.NOTES, "editable here: its code is sent as a folder"
    present = [d.version for d in others if d is not None]
    if name in _EXCHANGE and any(minor(v) != minor(kernel.version) for v in present):
        return Severity.BLOCKS, "the cluster runs on it; start the cluster again from an environment with this version"
    if name in CORE and any(v != kernel.version for v in present):
        return Severity.WARNS, "the cluster runs on it; start the cluster again from an environment with this version"
    if name in imported:
        if any(major(v) != major(kernel.version) for v in present):
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
        f"{minor(kernel.python)}, or choose a kernel with the cluster's",
    )


def minor(version: str) -> str:
    """Return the first two numbers of a version."""
    return ".".join(version.split(".")[:2])


def major(version: str) -> str:
    """Return what has to be equal for compatibility: the first number, or two while it is zero, after any epoch."""
    numbers = re.findall(r"\d+", version.rpartition("!")[2])
    return ".".join(numbers[: 2 if numbers[:1] == ["0"] else 1])
