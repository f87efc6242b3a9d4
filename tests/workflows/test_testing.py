from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError, UsageError
from jupyter_pipeline.workflows import ci, testing

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


@pytest.mark.parametrize(
    ("file", "text", "expected"),
    [
        ("test.yaml", "rows: 3", "rows: is unknown"),
        ("test.yaml", "parameters: [n]", "parameters: is not a mapping"),
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
