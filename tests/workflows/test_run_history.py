from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_pipeline.exceptions import NotFoundError
from jupyter_pipeline.models import DeploymentSpec, Target
from jupyter_pipeline.orchestration import deployments, service_state
from jupyter_pipeline.orchestration.deployments import targets
from jupyter_pipeline.orchestration.prefect_api import endpoint
from jupyter_pipeline.orchestration.versions import snapshots
from jupyter_pipeline.workflows import run_history


def stage(name: str, folder: Path, target: Target) -> str:
    version, path = snapshots.store_snapshot({"flow.py": "def f():\n    pass\n"})
    spec = DeploymentSpec(
        name=name,
        flow_name=name,
        entrypoint="flow.py:f",
        path=str(path),
        version=version,
        notebook=str(folder / "n.ipynb"),
        working_directory=str(folder),
    )
    deployments.deploy(targets.apply_target(spec, target))
    return version


def test_a_promotion_takes_the_target_of_the_notebook_s_folder(live: Path, tmp_path: Path) -> None:
    version = stage("flights", tmp_path, Target(name="staging"))
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "targets.yaml").write_text("production: {profile: local, schedules: [{every: 2h}]}\n")
    moved = run_history.promote("flights")
    assert (moved.name, moved.version, moved.profile) == ("flights", version, "local")
    assert moved.schedule_text.startswith("Every 2 hours")
    with pytest.raises(NotFoundError, match="No target is called 'productoin'"):
        run_history.promote("flights", target="productoin")
    with pytest.raises(NotFoundError, match="Did you mean flights-staging"):
        run_history.promote("flighst")


def test_a_promotion_finds_what_is_staged_on_another_server(
    live: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STAGING_API_URL", endpoint.resolve().url)
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")  # the configured one, which is down
    monkeypatch.setenv("PREFECT_API_AUTH_STRING", service_state.read_secrets().auth)
    there = "${STAGING_API_URL}"
    version = stage("afar", tmp_path, Target(name="staging", server=there))
    (tmp_path / "pipelines").mkdir()
    (tmp_path / "pipelines" / "targets.yaml").write_text(f"production: {{server: '{there}'}}\n")
    assert run_history.promote("afar").version == version
