from __future__ import annotations

import socket
import time
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.parser import text_string_to_metric_families

from jupyter_pipeline import paths, safe_yaml
from jupyter_pipeline.clusters import ledger, registry
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import (
    ClusterOrigin,
    ClusterRecord,
    ClusterState,
    DeploymentRecord,
    RunRecord,
    UsageInterval,
)
from jupyter_pipeline.workflows import metrics, metrics_targets

Samples = dict[tuple[str, ...], float]


def cluster(name: str = "slurm-1", **values: Any) -> ClusterRecord:
    defaults: dict[str, Any] = {"profile": "slurm", "state": ClusterState.RUNNING, "workers": 2, "threads": 8}
    return ClusterRecord(id=registry.new_id(), name=name, **{**defaults, **values})


def interval(number: int = 1, **values: Any) -> UsageInterval:
    defaults: dict[str, Any] = {
        "cluster": "jp-1",
        "start": time.time() - 1,
        "workers": 1,
        "cores": 4,
        "profile": "slurm",
    }
    return UsageInterval(number=number, **{**defaults, "seconds": 3600.0, **values})


def read(text: str) -> dict[str, Samples]:
    """Return the samples by name and by the values of their labels, in the order of the labels' names."""
    found: dict[str, Samples] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            name = sample.name.removeprefix("jupyter_pipeline_")
            found.setdefault(name, {})[*(value for _, value in sorted(sample.labels.items()))] = sample.value
    return found


def render(*args: Any) -> dict[str, Samples]:
    collectors = CollectorRegistry(auto_describe=False)

    class Families:
        def collect(self) -> Any:
            return metrics.build_metrics(*args, now=1000.0)

    collectors.register(Families())
    return read(generate_latest(collectors).decode())


def test_clusters_and_their_jobs() -> None:
    jobs = ({"id": "1", "state": "running"}, {"id": "2", "state": "pending"}, {"id": "3", "state": "pending"})
    origin = ClusterOrigin(user="ada", deployment="daily", run_name="calm-otter")
    record = cluster(jobs=jobs, origin=origin, host="login", cost=1.5, currency="EUR", workers_wanted=3, started=5.0)
    found = render([record, cluster("local-1", profile="local")], [], None)
    assert found["cluster_info"]["slurm-1", "daily", "login", "slurm", "calm-otter", "running", "ada"] == 1
    assert found["cluster_workers"] == {("slurm-1",): 2, ("local-1",): 2}
    assert found["cluster_workers_wanted"] == {("slurm-1",): 3}
    assert found["cluster_cost"] == {("slurm-1", "EUR"): 1.5}
    assert found["jobs"] == {("slurm-1", "running"): 1, ("slurm-1", "pending"): 2}
    assert found["api_up"] == {(): 0}


def test_usage_is_added_by_origin_and_currencies_are_not_added() -> None:
    price = {"per_core_hour": 0.5, "currency": "EUR"}
    usage = [
        interval(user="ada", busy=7200.0, price=price),
        interval(2, user="ada", price={**price, "currency": "USD"}),
        interval(3, user="bob"),
    ]
    found = render([], usage, None)
    assert found["month_core_seconds"] == {("", "slurm", "ada"): 28800.0, ("", "slurm", "bob"): 14400.0}
    assert found["month_idle_core_seconds"] == {("", "slurm", "ada"): 7200.0}
    assert found["month_cost"] == {("EUR", "", "slurm", "ada"): 2.0, ("USD", "", "slurm", "ada"): 2.0}


def test_deployments_and_their_last_runs() -> None:
    def run(**values: Any) -> RunRecord:
        return RunRecord(id="1", name="calm-otter", deployment="", **values)

    failed, running = run(state="Failed", start=900.0, end=950.0), run(state="Running", start=980.0)
    deployments = [
        DeploymentRecord(id="1", name="daily", flow_name="f", next_run=2000.0, last_run=failed),
        DeploymentRecord(id="2", name="hourly", flow_name="f", paused=True, last_run=running),
        DeploymentRecord(id="3", name="daily", flow_name="g"),
    ]  # fmt: skip
    found = render([], [], deployments)
    assert found["api_up"] == {(): 1}
    assert found["deployment_paused"] == {("daily", "f"): 0, ("hourly", "f"): 1, ("daily", "g"): 0}
    assert found["deployment_next_run_time_seconds"] == {("daily", "f"): 2000}
    assert found["last_run_state"] == {("daily", "f", "Failed"): 1, ("hourly", "f", "Running"): 1}
    assert found["last_run_duration_seconds"] == {("daily", "f"): 50, ("hourly", "f"): 20}


def test_names_cannot_add_metrics() -> None:
    name = 'a"} 1\njupyter_pipeline_api_up 7\n\\'
    found = render([], [], [DeploymentRecord(id="1", name=name, flow_name="f")])
    assert found["deployment_paused"] == {(name, "f"): 0}
    assert found["api_up"] == {(): 1}


def test_the_usage_of_this_month_is_read_again_for_each_request() -> None:
    exporter = metrics.MetricsExporter()
    ledger.append([interval(start=time.time()), interval(2, start=time.time() - 100 * 86400)])
    assert read(exporter.export().decode())["month_core_seconds"] == {("", "slurm", ""): 14400.0}
    folder = paths.private_dir(paths.clusters_dir() / "jp-2")
    ledger.write_open_usage(folder, ledger.OpenUsage(intervals=(interval(cluster="jp-2", start=time.time()),)))
    assert read(exporter.export().decode())["month_core_seconds"] == {("", "slurm", ""): 28800.0}


def test_an_api_that_does_not_answer_hides_no_other_metrics(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "_API_TIMEOUT", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{silent.getsockname()[1]}/api")
        started = time.monotonic()
        found = read(metrics.MetricsExporter().export().decode())
    assert found["api_up"] == {(): 0}
    assert time.monotonic() - started < 5  # Prometheus waits ten seconds


def test_targets_are_the_dashboards_behind_the_server() -> None:
    records = [
        cluster(dashboard_link="http://127.0.0.1:8787/status"),
        cluster("starting", state=ClusterState.STARTING),
        cluster("elsewhere", dashboard_link="http://127.0.0.1:8787/status", host="other.example.org"),
    ]
    [target] = metrics_targets.list_targets("https://hub.example.org/user/ada/", records)
    assert target["targets"] == ["hub.example.org"]
    labels = {key: value for key, value in target["labels"].items() if value}
    assert labels == {
        "__scheme__": "https",
        "__metrics_path__": "/user/ada/jupyter-pipeline/clusters/slurm-1/dashboard/metrics",
        "cluster": "slurm-1",
        "profile": "slurm",
    }


def test_the_configuration_refers_to_the_token() -> None:
    text = metrics_targets.write_configuration("http://127.0.0.1:8888", "/home/ada/token")
    assert "&" not in text
    own, schedulers = safe_yaml.read_text(text, "prometheus.yml")["scrape_configs"]
    access = {"type": "token", "credentials_file": "/home/ada/token"}
    assert own["authorization"] == schedulers["authorization"] == access
    [discovery] = schedulers["http_sd_configs"]
    assert discovery["url"] == "http://127.0.0.1:8888/jupyter-pipeline/metrics/targets"
    assert discovery["authorization"] == access


@pytest.mark.parametrize(
    "server", ["127.0.0.1:8888", "file:///etc", "http://", "http://ada:secret@host", "http://host:port", ""]
)
def test_a_wrong_address_is_refused(server: str) -> None:
    with pytest.raises(UsageError, match="is not the address of a Jupyter server"):
        metrics_targets.list_targets(server, [])


def test_an_address_with_a_token_is_refused() -> None:
    with pytest.raises(UsageError, match="Prometheus reads the token from its file"):
        metrics_targets.write_configuration("http://127.0.0.1:8888/lab?token=secret", "/home/ada/token")
