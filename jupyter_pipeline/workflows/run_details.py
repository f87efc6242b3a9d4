"""Describe one run for the front doors: why it ended, its steps, clusters and costs, and its report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_pipeline.exceptions import NotFoundError
from jupyter_pipeline.models import ClusterEnd, RunRecord, ShownRun

__all__ = ["show_run"]


def show_run(run: str, *, html: str | None = None, notebook: str | None = None) -> ShownRun:
    """Return a run with the cause of its end, its steps, clusters and costs, and the paths of its report.

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
    record = None
    if not wanted:
        record = runs.find(run)
    facts = _collect_facts(record) if record else {}
    try:
        report = reports.find_run_report(run)
    except NotFoundError:
        if wanted:
            raise
        return ShownRun(run=record, **facts)
    return ShownRun(
        run=record or report.record,
        **facts,
        report=str(Path(report.folder)),
        html="" if html is None else reports.export_report(report, html, html=True),
        notebook="" if notebook is None else reports.export_report(report, notebook, html=False),
    )


def _collect_facts(run: RunRecord) -> dict[str, Any]:
    """Return cause, steps, clusters and costs of a run."""
    from jupyter_pipeline.clusters import ledger, spending
    from jupyter_pipeline.orchestration import runs
    from jupyter_pipeline.workflows.run_causes import complete_cause
    from jupyter_pipeline.workflows.worker_sizes import advise_run

    clusters = _list_clusters(run.id)
    since = None if run.start is None else run.start - 60
    intervals = [each for each in ledger.read_intervals(since) if each.run == run.id]
    return {
        "cause": complete_cause(run, clusters),
        "steps": tuple(runs.list_steps(run.id)),
        "clusters": tuple(clusters),
        "costs": tuple(spending.add_up(intervals, "run")),
        "sizes": advise_run(clusters),
    }


def _list_clusters(run: str) -> list[ClusterEnd]:
    """Return the clusters of a run: their ends in the ledger, and those whose records are open."""
    from jupyter_pipeline.clusters import ledger, registry
    from jupyter_pipeline.clusters.cleanup.cluster_ends import describe_end

    ended = ledger.read_ends(run)
    known = {each.cluster for each in ended}
    records = [r for r in registry.list_records() if r.origin.run == run and r.id not in known]
    return [*ended, *(describe_end(record, registry.cluster_dir(record.id)) for record in records)]
