"""Check at the start of a run that the packages have not changed since the deploy."""

from __future__ import annotations

import warnings
from pathlib import Path

from jupyter_pipeline.exceptions import DriftError

__all__ = ["check_packages"]


def check_packages(lock: str, policy: str = "warn") -> None:
    """Compare the packages of this process with a lock.

    The ``pull`` section of a deployment names it ``jupyter_pipeline.runtime.check_packages``. Prefect writes its
    warnings into the log of the run.

    Parameters
    ----------
    lock : str
        Path of ``requirements.lock``.
    policy : str
        ``warn``, ``refuse`` or ``ignore``. Differences of severity ``notes`` have no effect.

    Raises
    ------
    DriftError
        If the policy is ``refuse``, and packages differ.
    """
    from jupyter_pipeline.environments.lock.lock_drift import find_drift
    from jupyter_pipeline.models import Severity

    path = Path(lock)
    if policy == "ignore" or not path.is_file():
        return
    items = [item for item in find_drift(path.read_text("utf-8")) if item.severity is not Severity.NOTES]
    if not items:
        return
    differences = ", ".join(
        f"{i.package} {'/'.join(i.workers) or 'absent'} (deployed with {i.kernel})" for i in items[:10]
    )
    more = f" and {len(items) - 10} more" if len(items) > 10 else ""
    message = (
        f"The packages have changed since the deploy: {differences}{more}. "
        "Deploy again. Add --environment locked to pin the packages."
    )
    if policy == "refuse":
        raise DriftError(message, items)
    warnings.warn(message, stacklevel=2)
