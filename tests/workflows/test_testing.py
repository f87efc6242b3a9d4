from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from jupyter_pipeline.compiler import output, read_notebook
from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError, UsageError
from jupyter_pipeline.workflows import ci, deploy_options, deploy_plan, testing

FLOW = """
from prefect import flow, task

import steps


@flow(name="tested")
def tested(n: int = 1):
    return task(steps.work)(n)
"""


@pytest.fixture
def pipeline(tmp_path: Path) -> Path:
    """A pipeline in ``pipelines/tested`` that works for all numbers but 0, with a module beside the notebook."""
    folder = tmp_path / "pipelines" / "tested"
    folder.mkdir(parents=True)
    (folder / "flow.py").write_text(FLOW)
    (folder / "steps.py").write_text("import beside\n\ndef work(n):\n    return beside.ONE / n\n")
    (folder / "prefect.yaml").write_text("deployments: [{name: tested, entrypoint: 'flow.py:tested'}]\n")
    (tmp_path / "beside.py").write_text("ONE = 1\n")
    return folder


def test_all_pipelines_of_a_folder_are_found_or_those_that_are_named(pipeline: Path, tmp_path: Path) -> None:
    (tmp_path / "pipelines" / "notes").mkdir()
    assert testing.find_pipelines(tmp_path) == [pipeline]
    assert testing.find_pipelines(tmp_path, ["tested"]) == [pipeline]
    with pytest.raises(NotFoundError, match="Did you mean tested"):
        testing.find_pipelines(tmp_path, ["testd"])
    with pytest.raises(NotFoundError, match="has no pipeline"):
        testing.find_pipelines(pipeline)


def test_a_pipeline_runs_with_the_parameters_of_its_test(live: Path, pipeline: Path) -> None:
    (pipeline / "test.yaml").write_text("parameters: {n: 2}\n")
    assert testing.run_test(pipeline, server=True).passed
    (pipeline / "test.yaml").write_text("parameters: {n: 0}\n")
    failed = testing.run_test(pipeline, server=True)
    assert not failed.passed
    assert failed.error == "ZeroDivisionError: division by zero"
    assert 'File "steps.py", line 4, in work' in failed.traceback
    assert "site-packages/prefect" not in failed.traceback


def test_a_file_that_is_not_python_fails_the_test(pipeline: Path) -> None:
    (pipeline / "steps.py").write_text("def work(:\n")
    done = testing.run_test(pipeline)
    assert not done.passed
    assert done.error == "invalid syntax (steps.py, line 1)"


ON_CLUSTER = """
from jupyter_pipeline.runtime import run_on
from prefect import flow


@flow(name="tested")
def tested(n: int = 1):
    with run_on("team", __file__) as client:
        threads = sum(client.nthreads().values())
        assert client.submit(pow, n, 2).result() == n * n
        assert threads == 3, threads
"""
PROFILES = "profiles: {team: {extends: local, workers: 1, cluster_kwargs: {threads_per_worker: 3}}}\n"


def test_a_pipeline_runs_on_the_profile_of_the_project(live: Path, pipeline: Path, tmp_path: Path) -> None:
    (pipeline / "flow.py").write_text(ON_CLUSTER)
    missing = testing.run_test(pipeline, server=True)
    assert not missing.passed
    assert "team" in missing.error
    (tmp_path / "jupyter-pipeline.yaml").write_text(PROFILES)
    done = testing.run_test(pipeline, server=True)
    assert done.passed, done.error
    (pipeline / "test.yaml").write_text("profile: locl\n")
    assert "Did you mean local" in testing.run_test(pipeline).error


@pytest.mark.slow
def test_the_steps_of_the_workflow_run_in_a_fresh_clone_and_an_empty_environment(tmp_path: Path) -> None:
    """The lines of the workflow run as they are. The packages are installed already, so pip needs no network."""
    source, clone = tmp_path / "source", tmp_path / "clone"
    source.mkdir()
    (source / "jupyter-pipeline.yaml").write_text("profiles: {team: {extends: local, workers: 1}}\n")
    cell = {"cell_type": "code", "id": "c0", "metadata": {}, "outputs": [], "execution_count": None}
    content = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": [{**cell, "source": "import yaml\n1 + 1"}]}
    settings = deploy_options.parse_options({"profile": "team"}, name="daily", notebook="n.ipynb")
    plan = deploy_plan.plan(read_notebook(content), 0, settings, folder=source, cwd=source, dry_run=True)
    output.write_files(plan.home, plan.compilation)
    lock = plan.home / "requirements.lock"  # with Jupyter Pipeline itself from a folder, if it is installed for editing
    lock.write_text("".join(line for line in lock.read_text().splitlines(keepends=True) if "file://" not in line))
    git = ["git", "-c", "user.name=me", "-c", "user.email=me@host", "-C", str(source)]
    subprocess.run([*git, "init", "-q"], check=True)
    ci.write_github(source)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "Pipelines"], check=True)
    subprocess.run(["git", "clone", "-q", source, clone], check=True)
    jobs = yaml.safe_load((clone / ".github" / "workflows" / "pipelines.yml").read_text())["jobs"]
    outputs = tmp_path / "outputs"
    outputs.touch()
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "HOME": str(tmp_path),
        "GITHUB_OUTPUT": str(outputs),
        "PIP_NO_INDEX": "1",
        "PIP_DRY_RUN": "1",
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        **({"PYTHONPATH": os.environ["PYTHONPATH"]} if "PYTHONPATH" in os.environ else {}),
    }
    for job in jobs.values():
        place = job.get("defaults", {}).get("run", {}).get("working-directory", ".")
        more = dict.fromkeys(job.get("env", {}), "daily")
        for step in job["steps"]:
            if "run" in step:
                done = subprocess.run(
                    ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
                    cwd=clone / step.get("working-directory", place),
                    env={**environment, **more},
                    capture_output=True,
                    text=True,
                    check=False,
                )
                assert done.returncode == 0, f"{step['run']}\n{done.stdout}\n{done.stderr}"
    assert outputs.read_text() == 'names=["daily"]\n'


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("test.yaml", "rows: 3", "rows: is unknown"),
        ("test.yaml", "parameters: [n]", "parameters: is not a mapping"),
        ("test.yaml", "profile: [local]", "profile: is not text"),
        ("test.yaml", "- n", "is not a mapping"),
        ("test.yaml", "parameters: {", "line 2: is not a usable YAML file"),
        ("prefect.yaml", "name: x", "names no flow"),
        ("prefect.yaml", "deployments: [{}]", "names no flow"),
    ],
)
def test_files_that_cannot_be_used_are_named(pipeline: Path, file: str, text: str, expected: str) -> None:
    (pipeline / file).write_text(text)
    with pytest.raises(ConfigurationError, match=expected) as refused:
        testing.run_test(pipeline)
    assert str(pipeline / file) in str(refused.value)


@pytest.mark.parametrize(("repository", "prefix"), [(".", ""), ("..", "work/")])
def test_the_workflow_names_the_folder_from_the_root_of_the_repository(
    pipeline: Path, tmp_path: Path, repository: str, prefix: str
) -> None:
    home = tmp_path
    if prefix:
        home = tmp_path / "work"
        home.mkdir()
        (tmp_path / "pipelines").rename(home / "pipelines")
    (home / repository / ".git").mkdir()
    path = ci.write_github(home)
    assert path == tmp_path / ".github" / "workflows" / "pipelines.yml"
    workflow = yaml.safe_load(path.read_text())
    assert workflow[True]["push"]["paths"] == [f"{prefix}**"]  # YAML 1.1 takes the key "on" for a truth value
    assert workflow["jobs"]["find"]["steps"][1]["working-directory"] == f"{prefix}pipelines"
    steps = workflow["jobs"]["test"]["steps"]
    assert steps[-1]["run"] == 'jupyter pipeline test "$NAME"'
    assert not any("matrix.name" in step.get("run", "") for step in steps)
    assert steps[1]["with"]["cache-dependency-path"] == f"{prefix}pipelines/${{{{ matrix.name }}}}/requirements.lock"


def test_a_changed_workflow_is_kept_without_an_overwrite(pipeline: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="git init"):
        ci.write_github(tmp_path)
    (tmp_path / ".git").mkdir()
    path = ci.write_github(tmp_path)
    written = path.read_text()
    assert ci.write_github(tmp_path) == path
    path.write_text("mine")
    with pytest.raises(UsageError, match="--overwrite"):
        ci.write_github(tmp_path)
    assert path.read_text() == "mine"
    ci.write_github(tmp_path, overwrite=True)
    assert path.read_text() == written
