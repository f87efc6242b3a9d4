from __future__ import annotations

import json
import os
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.environments.capture.environment import capture
from jupyter_pipeline.environments.capture.variables import chosen
from jupyter_pipeline.environments.plugins.installed import normalise, scan, without_credentials


def install(site: Path, stem: str, origin: object = None) -> Path:
    folder = site / f"{stem}.dist-info"
    folder.mkdir(parents=True)
    (folder / "METADATA").write_text("")
    if origin is not None:
        (folder / "direct_url.json").write_text(origin if isinstance(origin, str) else json.dumps(origin))
    return folder


def test_the_lean_scan_agrees_with_the_standard_library() -> None:
    theirs: dict[str, str] = {}
    for found in distributions():
        theirs.setdefault(normalise(found.metadata["Name"]), found.version)
    ours = {row[0]: row[1] for row in scan(sys.path)}
    assert ours == theirs


@pytest.mark.parametrize(
    ("origin", "source", "url"),
    [
        (None, "index", ""),
        ({"url": "file:///src", "dir_info": {"editable": True}}, "editable", "file:///src"),
        ({"url": "file:///src", "dir_info": {}}, "path", "file:///src"),
        (
            {"url": "https://h/a.whl", "archive_info": {"hashes": {"sha256": "ab"}}},
            "url",
            "https://h/a.whl#sha256=ab",
        ),
        ({"url": "https://h/a.whl", "archive_info": {"hash": "sha256=cd"}}, "url", "https://h/a.whl#sha256=cd"),
        (
            {"url": "https://user:secret@h/r", "vcs_info": {"vcs": "git", "commit_id": "c0"}, "subdirectory": "s"},
            "vcs",
            "git+https://h/r@c0#subdirectory=s",
        ),
        ("{broken", "index", ""),
        ("[1]", "index", ""),
    ],
)
def test_the_source_is_told_without_credentials(tmp_path: Path, origin: object, source: str, url: str) -> None:
    install(tmp_path, "Some_Thing-1.0", origin)
    assert scan([str(tmp_path)]) == [("some-thing", "1.0", source, url)]


def test_leftovers_and_broken_folders_are_no_distributions(tmp_path: Path) -> None:
    install(tmp_path, "~umpy-1.0")
    (tmp_path / "empty-1.0.dist-info").mkdir()
    install(tmp_path, "noversion")
    assert scan([str(tmp_path), str(tmp_path / "absent")]) == []


def test_the_first_on_the_path_wins_and_an_install_is_noticed(tmp_path: Path) -> None:
    install(tmp_path / "a", "one-1.0")
    install(tmp_path / "b", "one-2.0")
    paths = [str(tmp_path / "a"), str(tmp_path / "b")]
    assert [row[1] for row in scan(paths)] == ["1.0"]
    install(tmp_path / "b", "two-2.0")
    assert [row[:2] for row in scan(paths)] == [("one", "1.0"), ("two", "2.0")]


def test_only_the_folder_that_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", "one-1.0")
    notebook = tmp_path / "work"
    notebook.mkdir()
    paths = [str(notebook), str(tmp_path / "site")]
    before = scan(paths)
    read: list[str] = []
    plain = os.scandir

    def noted(path: str) -> Any:
        read.append(path)
        return plain(path)

    monkeypatch.setattr(os, "scandir", noted)
    (notebook / "saved.ipynb").write_text("")
    assert scan(paths) is before
    assert read == [str(notebook)]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://token@h/r", "https://h/r"),
        ("https://u:p@h:8080/r", "https://h:8080/r"),
        ("https://${TOKEN}@h/r", "https://${TOKEN}@h/r"),
        ("https://me:${TOKEN}@h/r", "https://me:${TOKEN}@h/r"),
        ("https://${ME}:secret@h/r", "https://h/r"),
        ("ssh://git@h/r", "ssh://git@h/r"),
        ("ssh://git:pw@h/r", "ssh://h/r"),
        ("https://h/r", "https://h/r"),
    ],
)
def test_only_references_to_credentials_stay(url: str, kept: str) -> None:
    assert without_credentials(url) == kept


def test_a_capture_describes_this_interpreter() -> None:
    environment = capture()
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
    assert {d.name: d.extras for d in capture(directories=[tmp_path]).distributions} == {"one": (), "two": ()}
    known = {d.name: d.extras for d in capture(directories=[tmp_path], extras=True).distributions}
    assert known == {"one": ("a", "b"), "two": ()}


def test_variables_go_along_by_name_and_secrets_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JP_REGION", "eu")
    monkeypatch.setenv("JP_TOKEN", "hidden")
    monkeypatch.setenv("JP_DATABASE", "postgresql://me:hidden@h/db")
    asked = ["JP_REGION", "JP_TOKEN", "JP_DATABASE", "JP_UNSET"]
    assert capture(variables=asked).variables == {"JP_REGION": "eu"}
    assert chosen(asked) == ({"JP_REGION": "eu"}, ["JP_DATABASE", "JP_TOKEN"])
