"""Find the reports of runs, and remove old ones.

The folder of reports contains::

    DEPLOYMENT_ID/RUN_ID/journal.jsonl   outputs of the run
    DEPLOYMENT_ID/RUN_ID/report.ipynb    executed notebook, built from the journal
    DEPLOYMENT_ID/RUN_ID/report.html     HTML report, built from the notebook
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import re
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

from jupyter_pipeline import environment_variables
from jupyter_pipeline.models import Record, ReportMode
from jupyter_pipeline.paths import reports_dir
from jupyter_pipeline.workflows import retention
from jupyter_pipeline.workflows.run_report import journal

__all__ = [
    "Options",
    "Retention",
    "find_report",
    "prune",
    "prune_if_due",
    "read_options",
    "read_retention",
    "remove_report",
    "report_folder",
]

_ALONE = "without-deployment"
"""Folder of runs without a deployment."""
_ID = re.compile(r"[0-9a-f-]{8,64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Options(Record):
    """Options of the report of a deployment's runs."""

    mode: str = ReportMode.FULL.value
    """A value of `ReportMode`."""
    template: str = ""
    """Name of a template of nbconvert; empty for the default."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention(Record):
    """Reports that are kept."""

    runs: int = 100
    """Reports of each deployment."""
    days: float = 90.0
    size: float = 5 * 2.0**30
    """Bytes of all reports."""


def read_options() -> Options:
    """Return the options of the run of this process, from its environment."""
    try:
        settings = json.loads(os.environ.get(environment_variables.SETTINGS) or "{}")
        found = settings.get("report")
    except (ValueError, AttributeError):
        found = None
    if not isinstance(found, dict):
        return Options()
    mode = found.get("mode")
    known = {each.value for each in ReportMode}
    return Options(mode=mode if mode in known else ReportMode.FULL, template=str(found.get("template") or ""))


def read_retention() -> Retention:
    """Return the reports that are kept, by ``service.yaml``.

    Raises
    ------
    ConfigurationError
        If the file is damaged.
    """
    from jupyter_pipeline.orchestration.service.server_settings import find_settings
    from jupyter_pipeline.paths import service_dir

    found = find_settings(service_dir())
    default = Retention()
    return Retention(
        runs=int(found.get("report_runs", default.runs)),
        days=float(found.get("report_days", default.days)),
        size=float(found["report_size"]) * 2.0**30 if "report_size" in found else default.size,
    )


def report_folder(run: str, deployment: str) -> Path:
    """Return the folder of the report of a run."""
    return reports_dir() / (deployment or _ALONE) / run


def find_report(run: str) -> Path | None:
    """Return the folder of the report of a run; ``None`` if it has none on this machine.

    Parameters
    ----------
    run : str
        Id of the run.
    """
    if not _ID.fullmatch(run):
        return None
    found = (folder for folder in reports_dir().glob(f"*/{run}") if (folder / journal.FILE).is_file())
    return next(found, None)


def remove_report(run: str) -> None:
    """Remove the report of a run, if there is one.

    Parameters
    ----------
    run : str
        Id of the run.
    """
    if folder := find_report(run):
        shutil.rmtree(folder, ignore_errors=True)


def prune(kept: Retention) -> list[str]:
    """Remove reports beyond the number, the age and the size that are kept, and return the ids of their runs.

    A report that changed within the last hour stays: its run may go on.

    Parameters
    ----------
    kept : Retention
        Reports that are kept.
    """
    now = time.time()
    removed: list[str] = []
    found: list[retention.RunFolder] = []
    for deployment in reports_dir().iterdir():
        # A report that is built later is not younger than its journal.
        measured = list(retention.measure(deployment, dated_by=journal.FILE)) if deployment.is_dir() else []
        removed += retention.remove_old(measured, now=now, days=kept.days, size=math.inf, runs=kept.runs)
        found += measured
        with contextlib.suppress(OSError):
            deployment.rmdir()  # if it is empty
    remaining = [folder for folder in found if folder.path.name not in removed]
    return removed + retention.remove_old(remaining, now=now, days=math.inf, size=kept.size)


def prune_if_due() -> None:
    """Remove old reports by ``service.yaml`` if no process has done so within an hour.

    Raises
    ------
    ConfigurationError
        If ``service.yaml`` is damaged.
    """
    if retention.is_due(reports_dir()):
        prune(read_retention())
