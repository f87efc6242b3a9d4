from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from jupyter_pipeline.environments.capture.environment import capture_environment
from jupyter_pipeline.environments.capture.variables import select_variables


def install(site: Path, stem: str, origin: object = None) -> Path:
    folder = site / f"{stem}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("")
    if origin is not None:
        (folder / "direct_url.json").write_text(origin if isinstance(origin, str) else json.dumps(origin))
    return folder


def test_a_capture_describes_this_interpreter() -> None:
    environment = capture_environment()
    assert environment.python == ".".join(map(str, sys.version_info[:3]))
    assert environment.prefix == sys.prefix
    assert "distributed" in {d.name for d in environment.distributions}


def test_extras_are_those_that_others_ask_for(tmp_path: Path) -> None:
    install(tmp_path, "one-1.0")
    install(tmp_path, "two-1.0")
    (tmp_path / "broken-1.0.dist-info").mkdir()
    (tmp_path / "two-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: two\nVersion: 1.0\n"
        "Requires-Dist: One[b,a]>=1\nRequires-Dist: one[never]; python_version < '3'\n"
    )
    assert {d.name: d.extras for d in capture_environment(directories=[tmp_path]).distributions} == {
        "one": (),
        "two": (),
    }
    known = {d.name: d.extras for d in capture_environment(directories=[tmp_path], extras=True).distributions}
    assert known == {"one": ("a", "b"), "two": ()}


def test_variables_go_along_by_name_and_secrets_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JP_REGION", "eu")
    monkeypatch.setenv("JP_TOKEN", "hidden")
    monkeypatch.setenv("JP_DATABASE", "postgresql://me:hidden@h/db")
    asked = ["JP_REGION", "JP_TOKEN", "JP_DATABASE", "JP_UNSET"]
    assert capture_environment(variables=asked).variables == {"JP_REGION": "eu"}
    assert select_variables(asked) == ({"JP_REGION": "eu"}, ["JP_DATABASE", "JP_TOKEN"])
