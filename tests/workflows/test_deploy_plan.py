from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import dask
import pytest

from jupyter_pipeline import tables
from jupyter_pipeline.compiler import Cell, read_notebook
from jupyter_pipeline.exceptions import (
    ApiUnreachableError,
    ConfigurationError,
    EditedByHandError,
    NotFoundError,
    OrchestrationError,
    RehearsalError,
    UsageError,
)
from jupyter_pipeline.models import DeploymentRecord
from jupyter_pipeline.orchestration import alerts, deployments, runs
from jupyter_pipeline.workflows import deploy, deploy_options
from jupyter_pipeline.workflows.artifacts import LOCK
from jupyter_pipeline.workflows.deploy_plan import Plan, plan


def cells(*sources: str) -> list[Cell]:
    made = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": s, "outputs": [], "execution_count": None}
        for i, s in enumerate(sources)
    ]
    return read_notebook({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made})


def planned(folder: Path, *sources: str, name: str = "daily", notebook: str = "n.ipynb", **given: Any) -> Plan:
    settings = deploy_options.parse_options(given, name=name, notebook=notebook)
    return plan(cells(*sources), len(sources) - 1, settings, folder=folder, dry_run=bool(given.get("dry_run")))


def live_record(name: str) -> DeploymentRecord | None:
    return next((d for d in deployments.list_deployments() if d.name == name), None)


def test_a_dry_run_needs_no_server_and_changes_nothing(tmp_path: Path) -> None:
    answer = planned(tmp_path, "n = 3", "n * 2", cron="0 6 * * *", timezone="UTC", dry_run=True).preview()
    assert list(answer.files) == ["steps.py", "flow.py", "prefect.yaml", LOCK]
    assert answer.schedules == ("At 06:00 (UTC)",)
    assert len(answer.next_runs) == 5
    assert all(text.endswith("06:00 UTC") for text in answer.next_runs_text)
    assert answer.clock_changes == ()
    assert "+++ b/steps.py" in answer.changes
    assert "No Prefect API answers" in answer.notes[-1]
    assert list(tmp_path.iterdir()) == []


def test_an_option_replaces_the_value_that_the_plan_computes(tmp_path: Path) -> None:
    found = planned(tmp_path, "n = 3", "n * 2", dry_run=True)
    deployment = {**found.settings.deployment, "description": "Nightly report"}
    settings = dataclasses.replace(found.settings, deployment=deployment)
    assert dataclasses.replace(found, settings=settings).spec().description == "Nightly report"


def test_each_schedule_shows_the_next_change_of_the_clocks(tmp_path: Path) -> None:
    given: dict[str, Any] = {"cron": ["0 6 * * *", "*/5 * * * *"], "timezone": "Europe/Berlin", "dry_run": True}
    (expected,) = planned(tmp_path, "n = 3", "n * 2", **given).preview().clock_changes
    assert expected.startswith("At 06:00 (Europe/Berlin): The clocks change on Sun ")


def test_the_lock_names_what_the_code_imports_and_no_more(tmp_path: Path) -> None:
    text = planned(tmp_path, "import yaml", "yaml.safe_load('1')", dry_run=True).compilation.files[LOCK]
    assert "pyyaml==" in text
    assert "prefect==" in text
    assert "jupyterlab==" not in text


def test_a_local_module_that_is_not_deployed_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library = tmp_path / "library"
    library.mkdir()
    (library / "only_here.py").write_text("x = 1")
    monkeypatch.syspath_prepend(str(library))
    notebook = tmp_path / "notebooks"
    notebook.mkdir()
    notes = "\n".join(planned(notebook, "import only_here, yaml", "yaml.dump(only_here.x)", dry_run=True).notes)
    assert f"only_here is imported from {library / 'only_here.py'}, which is not deployed" in notes
    assert "yaml is imported" not in notes


@pytest.mark.parametrize(
    ("given", "error", "expected"),
    [
        ({"sample": ["m=1"]}, NotFoundError, "There is: n."),
        ({"target": "staging", "targets": "staging: {colour: red}"}, ConfigurationError, "colour"),
        ({"profile": "locl"}, NotFoundError, "Did you mean local?"),
        ({"profile": "local", "gpus": "1"}, UsageError, "--gpus cannot be chosen"),
        ({"memory": "1GiB"}, UsageError, "--profile"),
    ],
    ids=str,
)
def test_an_invalid_deploy_is_refused_before_a_server_request(
    tmp_path: Path, given: dict[str, Any], error: type[Exception], expected: str
) -> None:
    if "targets" in given:
        (tmp_path / "pipelines").mkdir()
        (tmp_path / "pipelines" / "targets.yaml").write_text(given.pop("targets"))
    with pytest.raises(error) as refused:
        planned(tmp_path, "n = 3", "n * 2", **given)
    assert expected in str(refused.value)


def test_without_a_server_there_is_no_plan(tmp_path: Path) -> None:
    with pytest.raises(ApiUnreachableError):
        planned(tmp_path, "n = 3", "n * 2")


def test_files_for_another_orchestrator_need_no_server(tmp_path: Path) -> None:
    done = deploy.deploy(planned(tmp_path, "n = 3", "n * 2", to="dagster"))
    assert done.deployment is None
    assert done.written
    assert (tmp_path / "pipelines" / "daily" / "steps.py").is_file()


def test_a_deploy_is_rehearsed_once_and_repeated_without_a_change(live: Path, tmp_path: Path) -> None:
    first = planned(tmp_path, "n = 3", "open('made.txt', 'a').write(str(n))", name="once", sample=["n=5"])
    assert first.rehearses
    expected: list[str] = []
    done = deploy.deploy(first, progress=expected.append)
    assert (tmp_path / "made.txt").read_text() == "5"
    assert done.deployment is not None
    assert done.deployment.version == done.version
    again = planned(tmp_path, "n = 3", "open('made.txt', 'a').write(str(n))", name="once")
    assert not again.rehearses
    assert (again.preview().changes, again.preview().server_changes) == ("", "")
    assert deploy.deploy(again).written == ()
    assert live_record("once") == done.deployment
    changed = planned(tmp_path, "n = 3", "open('made.txt', 'a').write(str(n + 1))", name="once", tag=["new"])
    differs = changed.preview().server_changes or ""
    assert '+    return open("made.txt", "a").write(str(n + 1))' in differs
    assert "+- new" in differs


def test_the_difference_names_alerts_and_the_parameters_of_schedules(live: Path, tmp_path: Path) -> None:
    alerts.add("oncall", "https://127.0.0.1:9/hook")

    def again(n: int, events: str) -> Plan:
        schedule = f"{{cron: 0 6 * * *, timezone: UTC, parameters: {{n: {n}}}}}"
        given: dict[str, Any] = {"schedule": [schedule], "notify": [f"oncall:{events}"], "rehearse": False}
        return planned(tmp_path, "n = 3", "n * 2", name="alerted", **given)

    deploy.deploy(again(5, "failure"))
    assert again(5, "failure").preview().server_changes == ""
    changed = again(6, "failure,late").preview().server_changes or ""
    assert "-- At 06:00 (UTC) with n=5\n+- At 06:00 (UTC) with n=6" in changed
    assert "   - failure\n+  - late" in changed


def test_a_failed_rehearsal_reports_cell_and_line_and_prevents_the_deploy(live: Path, tmp_path: Path) -> None:
    made = planned(tmp_path, "x = [1]\n\ndef pick(i):\n    return x[i]", "y = 0\npick(5)", name="breaks")
    with pytest.raises(RehearsalError) as broken:
        deploy.deploy(made)
    assert "Cell 1 of 2 in n.ipynb, line 4" in broken.value.where
    assert "IndexError" in str(broken.value)
    assert "Cell 2 of 2 in n.ipynb, line 2" in broken.value.traceback
    assert "site-packages/prefect" not in broken.value.traceback
    assert live_record("breaks") is None
    assert list(tmp_path.iterdir()) == []
    assert not [run for run in runs.list_runs() if run.deployment == ""]


def test_edits_by_hand_and_names_that_are_taken_are_refused_first(live: Path, tmp_path: Path) -> None:
    (tmp_path / "n.ipynb").touch()
    deploy.deploy(planned(tmp_path, "1 + 1", name="mine", rehearse=False))
    steps = tmp_path / "pipelines" / "mine" / "steps.py"
    steps.write_text("# mine\n")
    with pytest.raises(EditedByHandError):
        planned(tmp_path, "1 + 2", name="mine")
    assert "was edited by hand" in " ".join(planned(tmp_path, "1 + 2", name="mine", dry_run=True).notes)
    assert steps.read_text() == "# mine\n"
    deploy.deploy(planned(tmp_path, "1 + 2", name="mine", overwrite=True))
    other = tmp_path / "other"
    other.mkdir()
    with pytest.raises(OrchestrationError, match="belongs to the notebook"):
        planned(other, "1 + 3", name="mine", notebook="o.ipynb")
    assert list(other.iterdir()) == []


PROGRAM = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import test_deploy_plan as t
from jupyter_pipeline.compiler import output
from jupyter_pipeline.orchestration import deployments
from jupyter_pipeline.orchestration.versions import snapshots
from jupyter_pipeline.workflows import deploy

def die(*args, **options):
    os._exit(9)

home = {"snapshots": snapshots, "output": output, "deployments": deployments, "os": os, "Path": Path}
module, name = sys.argv[3].split(".")
plan = t.planned(Path(sys.argv[2]), "n = 4", f"n, {sys.argv[3]!r}", name="killed", every=["2h"])
assert hasattr(home[module], name)
setattr(home[module], name, die)
deploy.deploy(plan)
"""


@pytest.mark.parametrize(
    "stage", ["snapshots.store_snapshot", "Path.rename", "output.write_files", "Path.replace", "deployments.deploy"]
)
def test_a_deploy_that_is_killed_changes_nothing_live_and_converges(live: Path, tmp_path: Path, stage: str) -> None:
    before = deploy.deploy(
        planned(tmp_path, "n = 3", "n * 2", name="killed", every=["1h"], rehearse=False, overwrite=True)
    )
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(Path(__file__).parent), str(tmp_path), stage],
        env={**os.environ, "PYTHONWARNINGS": ""},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 9, done.stderr
    assert live_record("killed") == before.deployment
    after = deploy.deploy(planned(tmp_path, "n = 4", f"n, {stage!r}", name="killed", every=["2h"]))
    record = live_record("killed")
    assert record is not None
    assert record.version == after.version != before.version
    assert record.schedules[0].every == 7200
    home = tmp_path / "pipelines" / "killed"
    assert {p.name: p.read_text() for p in home.iterdir() if not p.name.startswith(".")} == dict(after.files)


def test_the_profile_of_a_step_is_deployed_with_the_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("jupyter-pipeline.yaml").write_text("profiles:\n  big: {extends: local, workers: 3}\n")
    sources = ("%%step load\nx = [1]", "%%step model --profile big --cpus 2\ny = sum(x)")
    settings = deploy_options.parse_options({}, name="daily", notebook="n.ipynb")
    found = plan(cells(*sources), (0, 1), settings, folder=tmp_path, dry_run=True)
    assert "workers: 3" in found.code["profiles/big.yaml"]
    assert [(c.step, c.text) for c in found.preview().compute] == [
        ("load", "process of the flow"),
        ("model", "cluster of the profile big, cpus 2"),
    ]
    assert "Compute: model: cluster of the profile big, cpus 2" in tables.plan(found.preview())


@pytest.mark.parametrize(
    ("options", "given", "message"),
    [
        ("--profile bgi", {}, "No profile is called 'bgi'.*The step model names it"),
        ("--profile local --gpus 1", {}, "--gpus cannot be chosen for workers of distributed.LocalCluster"),
        ("--function", {}, "The step 'model' is a --function of Coiled, which has no credentials here"),
        ("--profile local", {"standalone": True}, "The step model has a cluster of its own"),
        ("--profile local", {"to": "dagster"}, "Leave out --to dagster, or the option of the step"),
    ],
)
def test_the_compute_of_a_step_is_refused_before_anything_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, options: str, given: dict[str, Any], message: str
) -> None:
    monkeypatch.setattr(dask.config, "paths", [])  # the login of this user
    monkeypatch.setattr(dask.config, "config", {})
    settings = deploy_options.parse_options(given, name="daily", notebook="n.ipynb")
    notebook = cells("%%step load\nx = [1]", f"%%step model {options}\ny = sum(x)")
    with pytest.raises(UsageError, match=message):
        plan(notebook, (0, 1), settings, folder=tmp_path, dry_run=True)
    assert list(tmp_path.iterdir()) == []
