from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from jupyter_pipeline.compiler import Cell, read_notebook
from jupyter_pipeline.workflows.revision import read_revision


def git(folder: Path, *command: str) -> str:
    identity = ("-c", "user.name=me", "-c", "user.email=me@example.org")
    return subprocess.run(["git", *identity, *command], cwd=folder, check=True, capture_output=True, text=True).stdout


def write(path: Path, *sources: str) -> list[Cell]:
    made = [
        {"cell_type": "code", "id": f"c{i}", "metadata": {}, "source": s, "outputs": [], "execution_count": None}
        for i, s in enumerate(sources)
    ]
    document = {"nbformat": 4, "nbformat_minor": 5, "metadata": {}, "cells": made}
    path.write_text(json.dumps(document))
    return read_notebook(document)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of a repository with the committed notebook ``n.ipynb`` and the module ``helper.py``."""
    git(tmp_path, "init", "-q")
    made = tmp_path / "reports"
    made.mkdir()
    write(made / "n.ipynb", "a = 1", "a + 1")
    (made / "helper.py").write_text("")
    (tmp_path / "other.txt").write_text("")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "Add them")
    return made


def test_the_commit_of_a_committed_notebook_is_clean(folder: Path) -> None:
    commit = git(folder, "rev-parse", "HEAD").strip()
    cells = read_notebook((folder / "n.ipynb").read_bytes())
    (folder / "pipelines").mkdir()
    (folder / "pipelines" / "flow.py").write_text("")
    (folder / "scratch.txt").write_text("")
    assert read_revision(folder, "n.ipynb", cells, ["helper.py"]) == (commit, False)
    ran = [cells[0].__class__(index=0, source=""), cells[1]]  # a kernel in which the first cell did not run
    assert read_revision(folder, "n.ipynb", ran, []) == (commit, False)
    assert read_revision(folder, "", cells) == (commit, True)


@pytest.mark.parametrize("change", ["notebook", "editor", "other file", "new module", "new notebook"])
def test_a_change_that_is_not_committed_makes_the_commit_dirty(folder: Path, change: str) -> None:
    cells, notebook, modules = read_notebook((folder / "n.ipynb").read_bytes()), "n.ipynb", ["helper.py"]
    if change == "notebook":
        cells = write(folder / "n.ipynb", "a = 2", "a + 1")
    elif change == "editor":
        cells = [Cell(index=0, source="a = 3"), cells[1]]
    elif change == "other file":
        (folder.parent / "other.txt").write_text("changed")
    elif change == "new module":
        (folder / "more.py").write_text("")
        modules.append("more.py")
    else:
        notebook = "m.ipynb"
        cells = write(folder / notebook, "a = 1")
    assert read_revision(folder, notebook, cells, modules)[1]


def test_there_is_no_commit_without_a_repository_or_before_the_first_commit(tmp_path: Path) -> None:
    cells = write(tmp_path / "n.ipynb", "a = 1")
    assert read_revision(tmp_path, "n.ipynb", cells) == ("", False)
    git(tmp_path, "init", "-q")
    assert read_revision(tmp_path, "n.ipynb", cells) == ("", False)


def test_the_repository_of_a_hook_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GIT_DIR", str(folder / "absent"))
    assert read_revision(folder, "n.ipynb", [])[0]
