"""Removal of locked environments that no stored version of a deployment names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_pipeline.models import DeploymentSpec
from jupyter_pipeline.orchestration.versions import history
from jupyter_pipeline.workflows import garbage


def add_environment(state: Path, name: str) -> Path:
    """Create an old environment without packages and return its interpreter."""
    link = state / "environments" / name
    folder = link.with_name(f"{name}-built")
    (folder / "bin").mkdir(parents=True)
    (folder / "bin" / "python").touch()
    link.symlink_to(folder.name)
    os.utime(folder, (0, 0))
    return link / "bin" / "python"


def store_version(python: Path) -> None:
    spec = DeploymentSpec(name="daily", flow_name="daily", entrypoint="flow.py:daily", path="/code", python=str(python))
    history.store_version(spec, "server")


def test_only_environments_that_no_version_names_are_removed(isolated_state: Path) -> None:
    earlier, current, unused = (add_environment(isolated_state, letter * 24) for letter in "abc")
    store_version(earlier)
    store_version(current)
    removed = [each for each in garbage.remove_garbage() if each["kind"] != "folder"]  # of other tests
    assert removed == [{"kind": "environment", "id": "c" * 24}]
    assert (earlier.exists(), current.exists(), unused.exists()) == (True, True, False)


@pytest.mark.parametrize("content", [b"\xff", None], ids=["not text", "unreadable"])
def test_an_unreadable_version_keeps_every_environment(isolated_state: Path, content: bytes | None) -> None:
    python = add_environment(isolated_state, "a" * 24)
    version = isolated_state / "versions" / "daily" / "00001.json"
    version.parent.mkdir(parents=True)
    if content is None:
        version.mkdir()
    else:
        version.write_bytes(content)
    assert garbage.prune_environments() == []
    assert python.exists()
