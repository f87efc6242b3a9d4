from __future__ import annotations

import json
import os
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.environments.plugins.distributions import normalize_name, scan_distributions, strip_credentials


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
        theirs.setdefault(normalize_name(found.metadata["Name"]), found.version)
    ours = {row[0]: row[1] for row in scan_distributions(sys.path)}
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
def test_the_source_is_reported_without_credentials(tmp_path: Path, origin: object, source: str, url: str) -> None:
    install(tmp_path, "Some_Thing-1.0", origin)
    assert scan_distributions([str(tmp_path)]) == [("some-thing", "1.0", source, url)]


def test_leftovers_and_broken_folders_are_no_distributions(tmp_path: Path) -> None:
    install(tmp_path, "~umpy-1.0")
    (tmp_path / "empty-1.0.dist-info").mkdir()
    install(tmp_path, "noversion")
    assert scan_distributions([str(tmp_path), str(tmp_path / "absent")]) == []


def test_the_first_on_the_path_wins_and_an_install_is_noticed(tmp_path: Path) -> None:
    install(tmp_path / "a", "one-1.0")
    install(tmp_path / "b", "one-2.0")
    paths = [str(tmp_path / "a"), str(tmp_path / "b")]
    assert [row[1] for row in scan_distributions(paths)] == ["1.0"]
    install(tmp_path / "b", "two-2.0")
    assert [row[:2] for row in scan_distributions(paths)] == [("one", "1.0"), ("two", "2.0")]


def test_only_the_folder_that_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(tmp_path / "site", "one-1.0")
    notebook = tmp_path / "work"
    notebook.mkdir()
    paths = [str(notebook), str(tmp_path / "site")]
    before = scan_distributions(paths)
    read: list[str] = []
    plain = os.scandir

    def noted(path: str) -> Any:
        read.append(path)
        return plain(path)

    monkeypatch.setattr(os, "scandir", noted)
    (notebook / "saved.ipynb").write_text("")
    assert scan_distributions(paths) is before
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
    assert strip_credentials(url) == kept
