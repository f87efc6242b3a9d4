"""Compare a lock with the packages that are installed."""

from __future__ import annotations

from jupyter_pipeline.environments.capture.environment import capture_environment
from jupyter_pipeline.environments.diff import compatibility_version, is_same_build, minor_version
from jupyter_pipeline.environments.lock.lockfile import Lock, parse_lock
from jupyter_pipeline.models import DriftItem, Environment, Severity

__all__ = ["compare_lock", "find_drift"]


def find_drift(text: str) -> list[DriftItem]:
    """Return the differences between a lock and the packages of this process, the most severe first.

    Packages that the lock does not name are ignored. In each item ``kernel`` is the locked version; ``scheduler`` and
    ``workers`` are the version in this process.

    Parameters
    ----------
    text : str
        Text of the lock; see `pinning.lock_environment`.
    """
    return compare_lock(parse_lock(text), capture_environment())


def compare_lock(lock: Lock, environment: Environment) -> list[DriftItem]:
    """Return the differences between `lock` and `environment`, the most severe first."""
    items = []
    if lock.python and minor_version(lock.python) != minor_version(environment.python):
        items.append(
            _item("python", lock.python, environment.python, Severity.BLOCKS, "another minor version of Python")
        )
    here = {d.name: d for d in environment.distributions}
    for wanted in lock.distributions:
        present = here.get(wanted.name)
        if is_same_build(wanted, present):
            continue
        imported = wanted.name in lock.imported
        if present is None:
            severity, reason = (Severity.BLOCKS if imported else Severity.WARNS), "absent now"
        elif wanted.version == present.version:
            severity, reason = (Severity.WARNS if imported else Severity.NOTES), "another build now"
        elif imported and compatibility_version(wanted.version) != compatibility_version(present.version):
            severity, reason = Severity.BLOCKS, "imported, and another major version now"
        else:
            severity, reason = (Severity.WARNS if imported else Severity.NOTES), "another version now"
        items.append(_item(wanted.name, wanted.version, present.version if present else "", severity, reason))
    order = list(Severity)
    return sorted(items, key=lambda item: (order.index(item.severity), item.package))


def _item(package: str, locked: str, here: str, severity: Severity, reason: str) -> DriftItem:
    return DriftItem(package=package, kernel=locked, scheduler=here, workers=(here,), severity=severity, reason=reason)
