"""Return the executed notebook and the HTML report of a run, for the front doors."""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_pipeline.exceptions import ApiUnreachableError, NotFoundError, UsageError
from jupyter_pipeline.models import Record, ReportMode, RunRecord
from jupyter_pipeline.paths import reports_dir, write_private
from jupyter_pipeline.workflows.run_report import journal
from jupyter_pipeline.workflows.run_report.store import Options, find_report

__all__ = ["HTML", "NOTEBOOK", "ReportRecord", "build_report", "export_report", "find_run_report"]

NOTEBOOK, HTML = "report.ipynb", "report.html"
"""Names of the files of a report."""
_FORMAT = 1
"""Number that changes with the form of the reports, so that they are built again."""
_KEYS = "report-key.json"
_ACTIVE = ("RUNNING", "PENDING", "CANCELLING", "PAUSED", "SCHEDULED")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRecord(Record):
    """Report of one run."""

    run: str
    """Id of the run."""
    name: str
    folder: str
    state: str = ""
    """State of the run; empty if no server answered."""
    message: str = ""
    is_active: bool = False
    """True if the run goes on."""
    record: RunRecord | None = None
    """The run; ``None`` if no server answered."""
    mode: str = ReportMode.FULL.value
    template: str = ""

    @property
    def file_name(self) -> str:
        """Name of the run as the begin of a file name."""
        return re.sub(r"[^\w.-]+", "-", self.name, flags=re.ASCII).strip(".-") or self.run


def find_run_report(run: str) -> ReportRecord:
    """Return the report of a run.

    Parameters
    ----------
    run : str
        Id or name of the run.

    Raises
    ------
    NotFoundError
        If there is no such run, or it has no report on this machine.
    """
    from jupyter_pipeline.orchestration import runs

    record: RunRecord | None = None
    try:
        record = runs.find(run)
    except (ApiUnreachableError, NotFoundError) as error:  # the server is stopped, or has forgotten the run
        found = _find_without_server(run)
        if found is None:
            raise error if isinstance(error, NotFoundError) else _missing(run) from error
        folder = found
    else:
        found = find_report(record.id)
        if found is None:
            raise _missing(record.name)
        folder = found
    begin = _read_begin(folder)
    options = begin.get("options") or {}
    mode = options.get("mode")
    return ReportRecord(
        run=folder.name,
        name=str(begin.get("name") or folder.name),
        folder=str(folder),
        state=record.state if record else "",
        message=record.message if record else "",
        record=record,
        is_active=bool(record and record.state_type in _ACTIVE),
        mode=mode if mode == ReportMode.HIDE_CODE else ReportMode.FULL,
        template=str(options.get("template") or ""),
    )


def build_report(report: ReportRecord, *, html: bool) -> Path:
    """Return the file of the executed notebook or of the HTML report, built from the journal if needed.

    Parameters
    ----------
    report : Report
        The report.
    html : bool
        True for the HTML report.

    Raises
    ------
    NotFoundError
        If the report was removed meanwhile.
    ConfigurationError
        If the template of the deployment cannot be used.
    """
    folder = Path(report.folder)
    target = folder / (HTML if html else NOTEBOOK)
    key = _key(report, folder / journal.FILE)
    if target.is_file() and _read_keys(folder).get(target.name) == key:
        return target
    from jupyter_pipeline.workflows.run_report.notebook import build_notebook, read_outputs, write_notebook

    found = read_outputs(folder / journal.FILE)
    notebook = build_notebook(found, state=report.state, message=report.message, is_active=report.is_active)
    if html:
        from jupyter_pipeline.workflows.run_report.page import render_page

        text = render_page(notebook, Options(mode=report.mode, template=report.template))
    else:
        text = write_notebook(notebook)
    write_private(target, text.encode("utf-8", errors="replace"))
    write_private(folder / _KEYS, json.dumps({**_read_keys(folder), target.name: key}))
    return target


def export_report(report: ReportRecord, target: str, *, html: bool) -> str:
    """Build a file of a report, copy it to `target`, and return the absolute path.

    Parameters
    ----------
    report : Report
        The report.
    target : str
        Path of the file or of an existing folder; empty to leave the file in the state folder.
    html : bool
        True for the HTML report, False for the executed notebook.

    Raises
    ------
    UsageError
        If the file cannot be written.
    """
    built = build_report(report, html=html)
    if not target:
        return str(built)
    path = Path(target).expanduser().absolute()
    if path.is_dir():
        path = path / f"{report.file_name}{built.suffix}"
    try:
        shutil.copyfile(built, path)
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error.strerror}). Choose another path.") from error
    return str(path)


def _key(report: ReportRecord, path: Path) -> str:
    """Return a text that changes with the content of a report."""
    try:
        state = path.stat()
    except OSError as error:
        raise _missing(report.name) from error
    facts = [report.state, report.message, report.mode, report.template, state.st_size, state.st_mtime_ns, _FORMAT]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def _read_keys(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads((folder / _KEYS).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _find_without_server(run: str) -> Path | None:
    """Return the folder of a report by the id or the name of its run, the newest of several; ``None`` for none."""
    if found := find_report(run):
        return found
    files = sorted(reports_dir().glob(f"*/*/{journal.FILE}"), key=lambda path: path.stat().st_mtime, reverse=True)
    return next((path.parent for path in files if _read_begin(path.parent).get("name") == run), None)


def _missing(run: str) -> NotFoundError:
    return NotFoundError(
        "report",
        run,
        [],
        "A run has a report if it began its first step on this machine, and its deployment does not have --report "
        "none. Old reports are removed.",
    )


def _read_begin(folder: Path) -> dict[str, Any]:
    """Return the first event of a journal."""
    return next(iter(journal.read_journal(folder / journal.FILE)), {})
