"""Check at the start of a run that packages and environment variables have not changed since the deploy."""

from __future__ import annotations

import os
import warnings
from collections.abc import Sequence
from pathlib import Path

from jupyter_pipeline.exceptions import DriftError

__all__ = ["check_packages", "check_variables"]


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


def check_variables(names: Sequence[str]) -> None:
    """Warn about environment variables that were set at the deploy and are not set in this run.

    The ``pull`` section of a deployment names it ``jupyter_pipeline.runtime.check_variables``.

    Parameters
    ----------
    names : sequence of str
        Variables whose values the deployment does not have.
    """
    absent = [name for name in names if name not in os.environ]
    if absent:
        verb, them = ("was", "it") if len(absent) == 1 else ("were", "them")
        warnings.warn(
            f"{', '.join(absent)} {verb} set at the deploy, but not in the environment of this worker. "
            f"Set {them} before jupyter pipeline up, or in env of pipelines/targets.yaml.",
            stacklevel=2,
        )
