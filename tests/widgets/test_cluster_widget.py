from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest
from IPython.core.formatters import DisplayFormatter
from waiting import wait_until

from jupyter_pipeline import processes, tables
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.models import ClusterRecord, ClusterState, Limits
from jupyter_pipeline.widgets import cluster
from jupyter_pipeline.widgets.cluster import dashboard_path, render

RUNNING = ClusterRecord(
    id="x",
    name="slurm-1",
    profile="slurm",
    state=ClusterState.RUNNING,
    workers=2,
    workers_wanted=4,
    threads=8,
    memory_used=1 << 30,
    memory_limit=1 << 32,
    dashboard_link="http://127.0.0.1:8787/status",
    limits=Limits(),
)


def test_a_running_cluster_shows_what_it_has_and_the_way_to_its_dashboard() -> None:
    shown = render(RUNNING)
    for text in ("slurm-1", "running", "2 workers of 4", "8 threads", "1.0 GiB of 4.0 GiB", "encrypted"):
        assert text in shown
    assert 'href="/jupyter-pipeline/clusters/slurm-1/dashboard/status"' in shown
    assert "8787" not in shown


@pytest.mark.parametrize(
    ("workers", "wanted", "adaptive", "words"),
    [
        (1, 1, None, "1 worker ·"),
        (0, 1, None, "0 workers of 1"),
        (2, None, None, "2 workers ·"),
        (1, None, (0, 4), "1 worker, adapts 0 to 4"),
    ],
)
def test_sizes_read_well(workers: int, wanted: int | None, adaptive: tuple[int, int] | None, words: str) -> None:
    record = dataclasses.replace(RUNNING, workers=workers, workers_wanted=wanted, adaptive=adaptive)
    assert words in render(record)


def test_a_warning_reaches_a_widget_that_is_on_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster, "POLL_INTERVAL", 0.02)
    record = dataclasses.replace(RUNNING, id=registry.new_id(), keeper=processes.this_process())
    folder = registry.create_record(record, {})
    box = cluster.cluster_widget(record)
    warning = "Its lifetime ends in 9 min: extend it to keep the cluster"
    assert warning not in box.children[0].value
    registry.write_record(folder, dataclasses.replace(record, warning=warning))
    wait_until(lambda: warning in box.children[0].value)
    registry.write_record(folder, dataclasses.replace(record, state=ClusterState.STOPPED, reason="Stopped by request"))
    wait_until(lambda: "Stopped by request" in box.children[0].value)


def test_a_client_without_widgets_shows_the_table_of_the_cluster() -> None:
    record = dataclasses.replace(RUNNING, id=registry.new_id(), profile="<b>")
    data, _ = DisplayFormatter().format(cluster.cluster_widget(record))
    assert set(data) == {"application/vnd.jupyter.widget-view+json", "text/plain", "text/html"}
    assert data["text/plain"] == str(tables.clusters([record]))
    assert "<td>slurm-1" in data["text/html"]
    assert "<b>" not in data["text/html"]


def test_text_from_outside_is_escaped() -> None:
    record = ClusterRecord(
        id="x", name="a", profile="<b>", state=ClusterState.FAILED, reason="<script>alert(1)</script>", warning="&"
    )
    shown = render(record)
    assert "<script>" not in shown
    assert "&lt;script&gt;" in shown
    assert "dashboard" not in shown.lower()


def test_the_dashboard_path_follows_the_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JUPYTERHUB_SERVICE_PREFIX", "/user/ada/")
    assert dashboard_path("c") == "/user/ada/jupyter-pipeline/clusters/c/dashboard/status"


def test_the_dashboard_path_follows_the_server_that_started_the_kernel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JUPYTERHUB_SERVICE_PREFIX", raising=False)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path))
    (tmp_path / f"jpserver-{os.getppid()}.json").write_text(json.dumps({"base_url": "/lab-7/"}))
    assert dashboard_path("c").startswith("/lab-7/jupyter-pipeline/")
