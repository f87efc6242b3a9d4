from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from other_user import NOBODY, needs_root

from jupyter_pipeline import site_policy
from jupyter_pipeline.exceptions import ConfigurationError
from jupyter_pipeline.site_policy import files


@pytest.fixture
def policy_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Path of the first policy file; the test's folder stands for the system folders."""
    folders = [tmp_path / "etc" / "jupyter_pipeline", tmp_path / "usr" / "jupyter_pipeline"]
    for folder in folders:
        folder.mkdir(parents=True, mode=0o755)
    monkeypatch.setattr(files, "find_administrator_folders", lambda: folders)
    return folders[0] / "policy.yaml"


def test_without_a_file_there_is_no_policy(policy_file: Path) -> None:
    assert site_policy.find_policy() is None


def test_the_first_file_applies_and_a_change_is_read_at_once(policy_file: Path) -> None:
    other = policy_file.parents[2] / "usr" / "jupyter_pipeline" / "policy.yaml"
    other.write_text("max_workers: 1000")
    policy_file.write_text("max_workers: 4")
    for expected in (4, 8):
        policy_file.write_text(f"max_workers: {expected}")
        found = site_policy.find_policy()
        assert found is not None
        assert (found.max_workers, found.source) == (expected, str(policy_file))


def test_environment_variables_do_not_choose_the_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = files.find_administrator_folders()
    for name in ("JUPYTER_CONFIG_PATH", "JUPYTER_CONFIG_DIR", "XDG_CONFIG_DIRS", "HOME", "JUPYTER_PIPELINE_STATE"):
        monkeypatch.setenv(name, str(tmp_path))
    monkeypatch.setattr("sys.prefix", str(tmp_path))
    assert files.find_administrator_folders() == before
    assert before[0] == Path("/etc/jupyter/jupyter_pipeline")


def test_the_environment_of_the_package_has_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "_PACKAGE", tmp_path / "lib" / "python3.11" / "site-packages" / "jupyter_pipeline")
    assert files.find_administrator_folders()[-1] == tmp_path / "etc" / "jupyter" / "jupyter_pipeline"


def make_writable(path: Path) -> None:
    path.chmod(0o664)


def make_folder_writable(path: Path) -> None:
    path.parent.chmod(0o777)


def make_link_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nothing")


def make_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        (make_writable, "policy.yaml is writable for its group or for others. Run as root: chmod go-w"),
        (make_folder_writable, "jupyter_pipeline is writable for its group or for others. Run as root: chmod go-w"),
        (make_link_to_nothing, "cannot be read (No such file or directory). Run as root: chmod a+rX"),
        (make_folder, "is not a regular file"),
        (lambda path: path.write_text("max_workers: {"), "line 2: is not a usable YAML file"),
        (lambda path: path.write_bytes(b"\xff"), "is not UTF-8 text"),
        (lambda path: path.write_text(""), "has no keys"),
    ],
    ids=range(7),
)
def test_a_damaged_or_unprotected_file_is_an_error_with_its_path(
    policy_file: Path, damage: Callable[[Path], object], reason: str
) -> None:
    policy_file.write_text("max_workers: 4")
    policy_file.chmod(0o644)
    damage(policy_file)
    with pytest.raises(ConfigurationError) as caught:
        site_policy.find_policy()
    assert str(caught.value).startswith(f"{policy_file}: ")
    assert reason in str(caught.value)


def test_a_folder_with_the_sticky_bit_protects_the_files_of_their_owners(policy_file: Path) -> None:
    policy_file.write_text("max_workers: 4")
    policy_file.parent.chmod(0o1777)
    assert site_policy.find_policy() is not None


@needs_root
def test_a_file_of_another_user_is_refused(policy_file: Path) -> None:
    policy_file.write_text("max_workers: 4")
    os.chown(policy_file, NOBODY, NOBODY)
    with pytest.raises(ConfigurationError, match=f"policy.yaml belongs to the user {NOBODY}. Run as root: chown root"):
        site_policy.find_policy()


def test_links_of_the_administrator_are_followed(policy_file: Path, tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    (shared / "policy.yaml").write_text("max_workers: 4")
    (tmp_path / "link").symlink_to("shared")
    policy_file.symlink_to("../../link/../link/policy.yaml")
    found = site_policy.find_policy()
    assert found is not None
    assert found.max_workers == 4


def test_a_loop_of_links_is_an_error(policy_file: Path) -> None:
    policy_file.symlink_to(policy_file.name)
    with pytest.raises(ConfigurationError, match="cannot be read"):
        site_policy.find_policy()


@needs_root
@pytest.mark.parametrize("part", ["folder", "link"])
def test_a_link_in_a_folder_of_another_user_is_refused(policy_file: Path, tmp_path: Path, part: str) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (tmp_path / "real.yaml").write_text("max_workers: 4")
    (home / "link").symlink_to(tmp_path / "real.yaml")
    policy_file.symlink_to(home / "link")
    assert site_policy.find_policy() is not None
    changed = home if part == "folder" else home / "link"
    os.chown(changed, NOBODY, NOBODY, follow_symlinks=False)
    with pytest.raises(ConfigurationError, match=f"{changed} belongs to the user {NOBODY}. Replace the links to it"):
        site_policy.find_policy()
