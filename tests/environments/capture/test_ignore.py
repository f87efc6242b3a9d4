from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_pipeline.environments.capture.ignore import IgnoreRules, has_private_key


@pytest.mark.parametrize(
    ("path", "verdict"),
    [
        ("tests/test_a.py", "send"),
        ("docs/index.md", "send"),
        (".git/", "cache"),
        ("a/__pycache__/", "cache"),
        ("a/b.pyc", "cache"),
        ("node_modules/", "cache"),
        (".env", "secret"),
        ("a/.env.production", "secret"),
        (".env.example", "send"),
        ("keys/id_ed25519", "secret"),
        (".ssh/", "secret"),
        ("monkey.py", "send"),
    ],
)
def test_without_ignore_files_only_the_usual_stays_behind(path: str, verdict: str) -> None:
    assert IgnoreRules().classify(path) == verdict


def test_patterns_are_relative_to_the_folder_of_their_file(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text("*.log\n/build\n!keep.log\n")
    below = tmp_path / "below.gitignore"
    below.write_text("/data\n!special.log\n")
    rules = IgnoreRules()
    rules.read("", [tmp_path / ".gitignore"])
    rules.read("a/", [below])
    reported = {
        p: rules.classify(p) for p in ("x.log", "keep.log", "build", "a/build", "a/data", "data", "a/special.log")
    }
    assert reported == {
        "x.log": "ignored",
        "keep.log": "send",
        "build": "ignored",
        "a/build": "send",
        "a/data": "ignored",
        "data": "send",
        "a/special.log": "send",
    }


def test_patterns_of_docker_are_anchored(tmp_path: Path) -> None:
    (tmp_path / ".dockerignore").write_text("# text\ncache\n**/*.tmp\n!keep.tmp\n")
    rules = IgnoreRules()
    rules.read("", [tmp_path / ".dockerignore"])
    reported = [rules.classify(p) for p in ("cache", "a/cache", "a/b.tmp", "keep.tmp")]
    assert reported == ["ignored", "send", "ignored", "send"]


def test_included_and_excluded_paths_override_the_rules() -> None:
    rules = IgnoreRules(include=[".env", "/a/b.pyc"], exclude=["*.csv"])
    assert [rules.classify(p) for p in (".env", "a/b.pyc", "x.csv")] == ["send", "send", "excluded"]


def test_a_private_key_is_known_by_its_content() -> None:
    assert has_private_key(b"\n-----BEGIN OPENSSH PRIVATE KEY-----\nabc")
    assert not has_private_key(b"-----BEGIN CERTIFICATE-----\nabc")
    assert not has_private_key(b'text = "-----BEGIN PRIVATE KEY-----"')


def test_a_changed_ignore_file_replaces_its_old_rules(tmp_path: Path) -> None:
    rules = IgnoreRules()
    (tmp_path / ".gitignore").write_text("*.log\n")
    rules.read("", [tmp_path / ".gitignore"])
    (tmp_path / ".gitignore").write_text("*.csv\n")
    rules.read("", [tmp_path / ".gitignore"])
    assert [rules.classify(p) for p in ("x.log", "x.csv")] == ["send", "ignored"]
    rules.read("", [])
    assert rules.classify("x.csv") == "send"
