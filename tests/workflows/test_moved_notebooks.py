"""Notebooks that are renamed, moved or copied after their deploy."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.compiler import Cell, read_notebook
from jupyter_pipeline.exceptions import OrchestrationError
from jupyter_pipeline.orchestration import deployments
from jupyter_pipeline.workflows import deploy_options
from jupyter_pipeline.workflows.deploy import deploy
from jupyter_pipeline.workflows.deploy_plan import Plan, plan
from jupyter_pipeline.workflows.deployment_status import status
from jupyter_pipeline.workflows.moved_notebooks import find_candidates


def write(path: Path, **sources: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    made = [
        {"cell_type": "code", "id": i, "metadata": {}, "source": s, "outputs": [], "execution_count": None}
        for i, s in sources.items()
    ]
    path.write_text(json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}))
    return path


def cells_of(path: Path) -> list[Cell]:
    return read_notebook(path.read_bytes())


def planned(path: Path, name: str, **options: Any) -> Plan:
    settings = deploy_options.parse_options({"rehearse": False, **options}, name=name, notebook=path.name)
    cells = cells_of(path)
    return plan(cells, len(cells) - 1, settings, folder=path.parent)


def test_a_renamed_and_moved_notebook_keeps_its_deployment(live: Path, tmp_path: Path) -> None:
    old = write(tmp_path / "a" / "old.ipynb", first="n = 3", second="n * 2")
    before = deploy(planned(old, "moving")).deployment
    new = tmp_path / "b" / "new.ipynb"
    new.parent.mkdir()
    old.rename(new)
    (found,) = status(cells_of(new), new)
    assert (found.name, found.cells, found.changed) == ("moving", ("second",), False)
    assert f"The notebook was at {old}" in found.reason
    record = deployments.find("moving")
    assert (record.notebook, record.notebook_missing) == (str(old), True)
    again = planned(new, "moving")
    assert f"The notebook was at {old}" in again.notes[-1]
    assert str(old.parent / "pipelines" / "moving") in again.notes[-1]
    after = deploy(again).deployment
    assert before is not None
    assert after is not None
    assert (after.id, after.notebook, after.notebook_missing) == (before.id, str(new), False)
    assert status(cells_of(new), new)[0].reason == ""
    deployments.delete("moving")


def test_a_copy_has_no_deployments_and_takes_none_over(live: Path, tmp_path: Path) -> None:
    original = write(tmp_path / "original.ipynb", first="n = 3", second="n * 2")
    deploy(planned(original, "copied"))
    copy = tmp_path / "clone" / "copy.ipynb"
    copy.parent.mkdir()
    shutil.copy(original, copy)
    assert status(cells_of(copy), copy) == []
    with pytest.raises(OrchestrationError, match=f"belongs to the notebook {original}"):
        planned(copy, "copied")
    assert not (copy.parent / "pipelines").exists()
    original.unlink()
    unrelated = write(tmp_path / "unrelated.ipynb", other="n = 3", another="n * 2")
    assert status(cells_of(unrelated), unrelated) == []
    with pytest.raises(OrchestrationError, match="belongs to the notebook"):
        planned(unrelated, "copied")
    deployments.delete("copied")


def test_a_copy_takes_nothing_over_after_the_original_was_renamed(live: Path, tmp_path: Path) -> None:
    folder = tmp_path / "project"
    folder.mkdir()
    original = write(folder / "original.ipynb", first="n = 3", second="n * 2")
    before = deploy(planned(original, "interp")).deployment
    copy, renamed = folder / "copy.ipynb", folder / "renamed.ipynb"
    shutil.copy(original, copy)
    original.rename(renamed)
    assert status(cells_of(copy), copy) == []
    assert [found.name for found in status(cells_of(renamed), renamed)] == ["interp"]
    with pytest.raises(OrchestrationError, match=rf"The deployed file is now {renamed}\. .*--overwrite"):
        planned(copy, "interp")
    elsewhere = renamed.rename(tmp_path / "elsewhere.ipynb")
    shutil.copy(copy, folder / "second.ipynb")
    with pytest.raises(OrchestrationError, match=rf"Other notebooks have the same cells: {folder}/second\.ipynb\. "):
        planned(copy, "interp")
    (folder / "second.ipynb").unlink()
    with pytest.raises(OrchestrationError, match=r"it may be a copy\."):
        planned(copy, "interp")
    after = deploy(planned(elsewhere, "interp")).deployment
    assert before is not None
    assert after is not None
    assert (after.id, after.notebook) == (before.id, str(elsewhere))
    elsewhere.unlink()
    assert planned(copy, "interp", overwrite=True).takes_over
    deployments.delete("interp")


@pytest.mark.parametrize(
    ("cells", "is_candidate"),
    [
        ({"first": "n = 3", "second": "n * 2"}, True),
        ({"second": "n * 3", "third": "n"}, True),
        ({"third": "n = 3"}, False),
        ({}, False),
    ],
)
def test_candidates_have_half_of_the_deployed_cells(cells: dict[str, str], is_candidate: bool, tmp_path: Path) -> None:
    path = write(tmp_path / "n.ipynb", **cells)
    (tmp_path / "damaged.ipynb").write_text("[")
    (tmp_path / "other.ipynb").write_text("[1]")
    write(tmp_path / "below" / "n.ipynb", first="n = 3", second="n * 2")
    assert find_candidates([tmp_path, tmp_path], {"first", "second"}) == [path] * is_candidate


def test_of_two_clones_that_deploy_at_once_one_wins_and_the_other_writes_nothing(live: Path, tmp_path: Path) -> None:
    clones = [write(tmp_path / name / "n.ipynb", first="n = 3", second="n * 2") for name in ("one", "two")]
    first, second = (planned(path, "shared") for path in clones)
    deploy(first)
    with pytest.raises(OrchestrationError, match=f"belongs to the notebook {clones[0]}"):
        deploy(second)
    assert not (clones[1].parent / "pipelines").exists()
    assert deployments.find("shared").notebook == str(clones[0])
    deployments.delete("shared")
