"""Export clusters, jobs, usage, costs and runs as metrics of Prometheus."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters import ledger, registry, spending
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import ClusterRecord, DeploymentRecord, UsageInterval

if TYPE_CHECKING:
    from prometheus_client.core import Metric

__all__ = ["MetricsExporter", "build_metrics"]

_PREFIX = "jupyter_pipeline"
_API_TIMEOUT = 5.0
"""Seconds for requests of the Prefect API. Prometheus waits ten seconds for all metrics."""


class MetricsExporter:
    """Read the state of clusters, the ledger and the deployments, again for each request."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._reader = ledger.LedgerReader()
        self._month: float | None = None
        """Start of the month that the reader reads."""

    def export(self) -> bytes:
        """Return the metrics in the text format of Prometheus.

        Raises
        ------
        PipelineError
            If the state of clusters cannot be read.
        """
        from prometheus_client import CollectorRegistry, generate_latest

        class Families:
            def collect(self) -> Iterable[Metric]:
                return families

        clusters = registry.list_records()
        with self._lock:
            usage = self._read_usage()
        families = list(build_metrics(clusters, usage, _list_deployments(), now=time.time()))
        collectors = CollectorRegistry(auto_describe=False)
        collectors.register(Families())
        return generate_latest(collectors)

    def _read_usage(self) -> list[UsageInterval]:
        """Return the usage in the current month. Only rows that were appended since the last call are read."""
        month = spending.find_month_start(time.time())
        if month != self._month:
            self._month, self._reader = month, ledger.LedgerReader(month)
        self._reader.read()
        opened = {(each.cluster, each.number): each for each in self._reader.open}
        return [spending.clip(each, month) for each in {**self._reader.closed, **opened}.values()]


def _list_deployments() -> list[DeploymentRecord] | None:
    """Return the deployments, ``None`` if the Prefect API does not answer."""
    from jupyter_pipeline.orchestration import deployments

    try:
        return deployments.list_deployments(timeout=_API_TIMEOUT)
    except PipelineError:
        return None


def build_metrics(
    clusters: Sequence[ClusterRecord],
    usage: Iterable[UsageInterval],
    deployments: Sequence[DeploymentRecord] | None,
    *,
    now: float,
) -> Iterator[Metric]:
    """Yield the families of metrics.

    Parameters
    ----------
    clusters : sequence of ClusterRecord
        Clusters that have not ended.
    usage : iterable of UsageInterval
        Usage in the current month.
    deployments : sequence of DeploymentRecord or None
        Deployments, ``None`` if the Prefect API does not answer.
    now : float
        Time in seconds since the epoch.
    """
    yield from _describe_clusters(clusters)
    yield from _describe_usage(usage)
    yield from _describe_deployments(deployments, now)


def _describe_clusters(clusters: Sequence[ClusterRecord]) -> Iterator[Metric]:
    info = ("profile", "state", "host", "user", "deployment", "run")
    yield _gauge(
        "cluster_info",
        "Clusters that have not ended, with their origin.",
        ("cluster", *info),
        (
            ((r.name, r.profile, r.state.value, r.host, r.origin.user, r.origin.deployment, r.origin.run_name), 1)
            for r in clusters
        ),
    )
    for name, field, text in (
        ("workers", "workers", "Connected workers."),
        ("workers_wanted", "workers_wanted", "Requested workers, except of adaptive clusters."),
        ("threads", "threads", "Threads of the workers."),
        ("memory_used_bytes", "memory_used", "Memory that the workers use."),
        ("memory_limit_bytes", "memory_limit", "Memory of the workers."),
        ("start_time_seconds", "started", "Start of the cluster."),
        ("expiry_time_seconds", "expires", "End of its lifetime."),
    ):
        found = [((r.name,), value) for r in clusters if (value := getattr(r, field)) is not None]
        yield _gauge(f"cluster_{name}", text, ("cluster",), found)
    costs = [((r.name, r.currency), r.cost) for r in clusters if r.cost is not None]
    yield _gauge("cluster_cost", "Cost of the cluster until now.", ("cluster", "currency"), costs)
    jobs = Counter((r.name, str(job.get("state", ""))) for r in clusters for job in r.jobs)
    yield _gauge("jobs", "Batch jobs of the clusters.", ("cluster", "state"), jobs.items())


def _describe_usage(usage: Iterable[UsageInterval]) -> Iterator[Metric]:
    origin = ("profile", "deployment", "user")
    sums: dict[str, Counter[tuple[str, ...]]] = {name: Counter() for name in ("cores", "idle_cores", "cost")}
    for each in usage:
        labels = (each.profile, each.deployment, each.user)
        seconds = each.cores * each.seconds
        sums["cores"][labels] += seconds  # type: ignore[assignment]
        if each.busy is not None:
            sums["idle_cores"][labels] += max(0.0, seconds - each.busy)  # type: ignore[assignment]
        cost = spending.interval_cost(each)
        if cost is not None:
            sums["cost"][*labels, str(each.price.get("currency", ""))] += cost  # type: ignore[assignment]
    month = "in the current month. Each month starts at 0."
    yield _gauge("month_core_seconds", f"Core-seconds {month}", origin, sums["cores"].items())
    yield _gauge("month_idle_core_seconds", f"Core-seconds without a task {month}", origin, sums["idle_cores"].items())
    yield _gauge("month_cost", f"Cost {month}", (*origin, "currency"), sums["cost"].items())


def _describe_deployments(deployments: Sequence[DeploymentRecord] | None, now: float) -> Iterator[Metric]:
    up = "1 if the Prefect API answers. Without it, there are no metrics of deployments."
    yield _gauge("api_up", up, (), [((), float(deployments is not None))])
    found = deployments or ()
    name = ("deployment", "flow")
    named = [((d.name, d.flow_name), d) for d in found]
    yield _gauge("deployment_paused", "1 if it is paused.", name, ((key, float(d.paused)) for key, d in named))
    due = ((key, d.next_run) for key, d in named if d.next_run is not None)
    yield _gauge("deployment_next_run_time_seconds", "Start of the next run.", name, due)
    last = [(key, d.last_run) for key, d in named if d.last_run]
    states = (((*key, run.state), 1) for key, run in last)
    yield _gauge("last_run_state", "State of the last run.", (*name, "state"), states)
    starts = ((key, run.start) for key, run in last if run.start is not None)
    yield _gauge("last_run_start_time_seconds", "Start of the last run.", name, starts)
    lengths = ((key, (run.end or now) - run.start) for key, run in last if run.start is not None)
    yield _gauge("last_run_duration_seconds", "Duration of the last run, until now if it runs.", name, lengths)


def _gauge(
    name: str, text: str, labels: Sequence[str], values: Iterable[tuple[Sequence[str], Any]] | Mapping[Any, Any]
) -> Metric:
    from prometheus_client.core import GaugeMetricFamily

    family = GaugeMetricFamily(f"{_PREFIX}_{name}", text, labels=labels)
    for keys, value in values:
        family.add_metric(list(keys), float(value))
    return family
