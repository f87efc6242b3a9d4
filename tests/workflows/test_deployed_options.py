from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import pytest

from jupyter_pipeline.compiler import Cell, read_notebook
from jupyter_pipeline.models import DeploymentSpec
from jupyter_pipeline.orchestration.versions import history
from jupyter_pipeline.paths import snapshots_dir
from jupyter_pipeline.workflows.deployed_options import find_deployed, without_secrets


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    return tmp_path / "n.ipynb"


def cells() -> list[Cell]:
    made = [
        {"cell_type": "code", "id": i, "metadata": {}, "source": "1", "outputs": [], "execution_count": None}
        for i in "ab"
    ]
    return read_notebook(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}))


def store(name: str, notebook: Path, ids: list[str], *, whole: bool = False, **fields: object) -> DeploymentSpec:
    folder = snapshots_dir() / name
    folder.mkdir(parents=True)
    (folder / "deploy.json").write_text(json.dumps({"cells": ids, "notebook": ["a", "b"], "options": {"whole": whole}}))
    values = {"flow_name": name, "entrypoint": "flow.py:f", "path": str(folder), "notebook": str(notebook), **fields}
    spec = DeploymentSpec(name=name, version=name, **values)  # type: ignore[arg-type]
    history.store_version(spec, "server")
    return spec


def test_a_cell_and_a_notebook_find_their_own_deployments(notebook: Path) -> None:
    store("of-a", notebook, ["a"], options={"retries": 2})
    store("all", notebook, ["a", "b"], whole=True, options={})
    store("elsewhere", notebook.with_name("m.ipynb"), ["a"])
    (found,) = find_deployed(cells(), notebook, cell=0)
    assert (found.name, found.options, found.here) == ("of-a", {"retries": 2}, True)
    assert find_deployed(cells(), notebook, cell=1) == []
    assert [each.name for each in find_deployed(cells(), notebook)] == ["all"]
    assert [(e.name, e.here, e.options) for e in find_deployed(cells(), notebook, cell=1, name="elsewhere")] == [
        ("elsewhere", False, None)
    ]


def test_the_current_version_has_the_options_and_a_deleted_deployment_has_none(notebook: Path) -> None:
    spec = store("daily", notebook, ["a"], options={"retries": 2})
    history.store_version(dataclasses.replace(spec, options={"retries": 3}), "server")
    assert len(history.list_versions("daily", "server")) == 1
    assert find_deployed(cells(), notebook, cell=0)[0].options == {"retries": 3}
    history.store_version(dataclasses.replace(spec, owner="me", options={"owner": "me"}), "server")
    history.set_current("daily", "server", 1)
    assert find_deployed(cells(), notebook, cell=0)[0].options == {"retries": 3}
    history.unset_current("daily", "server")
    assert find_deployed(cells(), notebook, cell=0, name="daily") == []


def test_a_promoted_deployment_has_the_target_of_its_own(notebook: Path) -> None:
    store("daily", notebook, ["a"], target="production", options={"target": "staging"})
    assert find_deployed(cells(), notebook, cell=0)[0].options == {"target": "production"}


def test_secrets_are_named_and_not_stored() -> None:
    values = {"retries": 2, "sample": ["n=1", "api_key=abc"], "tag": ["x"], "owner": "https://me:secret@host/x"}
    plain, hidden = without_secrets(values)
    assert plain == {"retries": 2, "sample": ["n=1"], "tag": ["x"]}
    assert hidden == ("sample api_key=", "owner")
