from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from jupyter_pipeline.clusters import registry
from jupyter_pipeline.runtime import run_on, run_window


@pytest.mark.parametrize(("profile", "name"), [("local", "local-run-"), ("/tmp/our team.yaml", "other-run-")])
def test_a_run_has_the_deployed_profile_with_workers_as_its_steps_ask(
    profile: str,
    name: str,
    tmp_path: Path,
    isolated_state: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level("INFO", "jupyter_pipeline")
    (tmp_path / "deployed.yaml").write_text(
        "profiles:\n  other:\n    cluster_class: distributed.LocalCluster\n    workers: 1\n"
        "    cluster_kwargs: {threads_per_worker: 1}\n"
    )
    monkeypatch.setenv("JUPYTER_PIPELINE_PROFILE", str(tmp_path / "deployed.yaml"))
    with run_on(profile, str(tmp_path / "flow.py"), cpus=3, memory="200 MB") as client:
        (worker,) = client.scheduler_info()["workers"].values()
        assert worker["nthreads"] == 3
        assert worker["memory_limit"] == 200_000_000
        assert [record.profile for record in registry.list_records()] == ["other"]
    messages = "\n".join(record.getMessage() for record in caplog.records)
    assert "Starting the cluster of the run, of the profile 'other'" in messages
    assert f"The cluster {name}" in messages
    assert f"Stopped the cluster {name}" in messages


@pytest.mark.parametrize("default", ["2026-01-01", dt.date(2026, 1, 1), dt.datetime(2026, 1, 1)])
def test_outside_a_run_the_window_has_the_notebooks_value(default: str | dt.date) -> None:
    assert run_window("start", value=None, default=default) == default


def test_an_explicit_edge_wins() -> None:
    assert run_window("end", value="2026-02-02", default="2026-01-01") == "2026-02-02"
