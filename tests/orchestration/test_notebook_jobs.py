"""The REST API of jupyter-scheduler in a real Jupyter server, with the backend of this package.

The test is in this folder to share its service.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest
from waiting import wait_until

from jupyter_pipeline import ports
from jupyter_pipeline.models import ServiceStatus
from jupyter_pipeline.orchestration import deployments

pytest.importorskip("jupyter_scheduler")

BACKEND = "jupyter_pipeline.server.notebook_jobs"


@pytest.fixture
def api(live: ServiceStatus, tmp_path: Path) -> Iterator[httpx.Client]:
    port = ports.choose(18000)
    arguments = [
        f"--ServerApp.port={port}",
        f"--ServerApp.root_dir={tmp_path}",
        "--IdentityProvider.token=secret",
        f"--SchedulerApp.scheduler_class={BACKEND}.PipelineScheduler",
        f"--SchedulerApp.environment_manager_class={BACKEND}.KernelEnvironmentManager",
        "--allow-root",
    ]
    with (tmp_path / "server.log").open("wb") as log:
        server = subprocess.Popen([sys.executable, "-m", "jupyter_server", *arguments], stderr=log, env=os.environ)
    try:
        with httpx.Client(
            base_url=f"http://127.0.0.1:{port}/scheduler",
            headers={"Authorization": "token secret"},
            timeout=120,
            trust_env=False,
        ) as client:
            wait_until(lambda: _answers(client), 60, "the Jupyter server")
            yield client
    finally:
        server.terminate()
        server.wait(30)


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("/config").status_code == 200
    except httpx.TransportError:
        return False


def _write(path: Path, *sources: str) -> None:
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel}), path)


@pytest.mark.slow
@pytest.mark.timeout(900)  # it deploys twice by the command line, and starts a Jupyter server
def test_dialogs_create_run_pause_edit_and_delete_deployments(api: httpx.Client, tmp_path: Path) -> None:
    features = api.get("/config").json()["supported_features"]
    assert features["parameters"]
    assert not features["email_notifications"]
    environments = {each["name"]: each for each in api.get("/runtime_environments").json()}
    assert environments["python3"]["output_formats"] == [
        {"name": "ipynb", "label": "Executed notebook"},
        {"name": "html", "label": "HTML report"},
        {"name": "log", "label": "Log"},
    ]
    assert environments["python3"]["compute_types"][0] == "no cluster"

    _write(tmp_path / "sales.ipynb", "rows = 3", "print('rows:', rows)")
    definition = {
        "input_uri": "sales.ipynb",
        "runtime_environment_name": "python3",
        "name": "Sales of today",
        "schedule": "0 6 * * 1-5",
        "timezone": "Europe/Berlin",
        "parameters": {"rows": "5"},
        "tags": ["nightly"],
        "output_formats": ["log"],
        "compute_type": "no cluster",
    }
    for change, reason in (
        ({"input_uri": "sale.ipynb"}, "does not exist"),
        ({"package_input_folder": True}, "and not a copy of it"),
        ({"runtime_environment_name": "none"}, "No kernel is called 'none'"),
        ({"compute_type": "none"}, "No profile is called 'none'"),
    ):
        answer = api.post("/job_definitions", json={**definition, **change})
        assert answer.status_code == 500
        assert reason in answer.json()["message"], answer.text
    assert api.get("/job_definitions").json()["job_definitions"] == []

    identifier = api.post("/job_definitions", json=definition).json()["job_definition_id"]
    found = api.get(f"/job_definitions/{identifier}").json()
    for key in ("runtime_environment_name", "schedule", "timezone", "parameters", "tags", "compute_type"):
        assert found[key] == definition[key]
    assert (found["name"], found["input_filename"], found["active"]) == ("Sales-of-today", "sales.ipynb", True)
    record = deployments.find("Sales-of-today")
    assert (record.id, record.schedule_text) == (identifier, "At 06:00, Monday through Friday (Europe/Berlin)")
    assert "already" in api.post("/job_definitions", json=definition).json()["message"]

    api.patch(f"/job_definitions/{identifier}", json={"active": False})
    assert deployments.find("Sales-of-today").paused
    edited = {"schedule": "30 7 * * *", "timezone": "UTC", "input_uri": "sales.ipynb"}
    assert api.patch(f"/job_definitions/{identifier}", json=edited).status_code == 204
    record = deployments.find("Sales-of-today")
    assert (record.paused, record.schedules[0].cron, record.schedules[0].timezone) == (True, "30 7 * * *", "UTC")
    assert record.version == deployments.list_versions("Sales-of-today")[1].version  # the code is the same
    api.patch(f"/job_definitions/{identifier}", json={"active": True})
    assert not deployments.find("Sales-of-today").paused
    moved = api.patch(f"/job_definitions/{identifier}", json={**edited, "input_uri": "other.ipynb"})
    assert "deploy the notebook again" in moved.json()["message"]

    job = api.post(f"/job_definitions/{identifier}/jobs", json={"parameters": {"rows": "7"}}).json()["job_id"]
    ended = wait_until(lambda: _ended(api, job), 120, "the end of the run", 1.0)
    assert (ended["status"], ended["parameters"], ended["job_definition_id"]) == (
        "COMPLETED",
        {"rows": "7"},
        identifier,
    )
    assert api.get("/jobs", params={"job_definition_id": identifier}).json()["total_count"] == 1
    assert api.get("/jobs/count", params={"status": "completed"}).json() == {"count": 1}
    assert api.get(f"/jobs/{job}/download_files").status_code == 204
    notebook, page, log, code = wait_until(lambda: _files(api, job), 30, "the files", 1.0)
    assert "rows: 7" in (tmp_path / log).read_text()
    assert "def sales" in (tmp_path / code).read_text()
    assert "rows: 7" in (tmp_path / page).read_text()
    assert "rows: 7" in str(nbformat.read(tmp_path / notebook, as_version=4).cells[-1].outputs)
    assert api.delete(f"/jobs/{job}").status_code == 204
    assert api.get("/jobs").json()["total_count"] == 0

    refused = api.post("/jobs", json={**definition, "schedule": None, "timezone": None})
    assert "with a schedule" in refused.json()["message"]
    now = api.post("/jobs", json={**definition, "name": "now", "parameters": {"rows": "600"}}).json()["job_id"]
    assert api.patch(f"/jobs/{now}", json={"status": "STOPPED"}).status_code == 204
    assert wait_until(lambda: _ended(api, now), 60, "the end of the run", 1.0)["status"] in ("STOPPED", "COMPLETED")
    for each in api.get("/job_definitions").json()["job_definitions"]:
        assert api.delete(f"/job_definitions/{each['job_definition_id']}").status_code == 204
    assert api.get("/job_definitions").json()["total_count"] == 0


def _ended(api: httpx.Client, job: str) -> dict[str, Any] | None:
    found: dict[str, Any] = api.get(f"/jobs/{job}").json()
    return found if found["status"] in ("COMPLETED", "FAILED", "STOPPED") else None


def _files(api: httpx.Client, job: str) -> list[str] | None:
    files = [each["file_path"] for each in api.get(f"/jobs/{job}").json()["job_files"]]
    return files if all(files) else None
