"""Describe one run for the front doors, with its report."""

from __future__ import annotations

from pathlib import Path

from jupyter_pipeline.exceptions import NotFoundError
from jupyter_pipeline.models import ShownRun

__all__ = ["show_run"]


def show_run(run: str, *, html: str | None = None, notebook: str | None = None) -> ShownRun:
    """Return a run with the paths of its report.

    Parameters
    ----------
    run : str
        Id or name of the run.
    html, notebook : str, optional
        Paths to which the HTML report and the executed notebook are copied. With an empty path, they are built in the
        state folder. By default they are not built.

    Raises
    ------
    NotFoundError
        If there is no such run, or it has no report and one is required.
    """
    from jupyter_pipeline.orchestration import runs
    from jupyter_pipeline.workflows.run_report import reports

    wanted = html is not None or notebook is not None
    record = None if wanted else runs.find(run)
    try:
        report = reports.find_run_report(run)
    except NotFoundError:
        if wanted:
            raise
        return ShownRun(run=record)
    return ShownRun(
        run=record or report.record,
        report=str(Path(report.folder)),
        html="" if html is None else reports.export_report(report, html, html=True),
        notebook="" if notebook is None else reports.export_report(report, notebook, html=False),
    )
