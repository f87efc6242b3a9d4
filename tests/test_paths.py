from __future__ import annotations

import stat
from pathlib import Path

import pytest

from jupyter_pipeline import paths
from jupyter_pipeline.exceptions import ConfigurationError, UsageError


@pytest.mark.parametrize("name", ["a", "slurm-1", "delays_by.month", "A" * 63])
def test_check_name_accepts_what_every_system_accepts(name: str) -> None:
    assert paths.check_name("cluster", name) == name


@pytest.mark.parametrize(
    "name", ["", "../x", "a..b", "a/b", ".hidden", "-x", "x-", "a b", "$(id)", "a\0b", "a\n", "é", "x" * 64, "x" * 300]
)
def test_check_name_refuses_what_could_leave_its_folder(name: str) -> None:
    with pytest.raises(UsageError, match="cannot be the name of a cluster"):
        paths.check_name("cluster", name)


def test_state_is_private(isolated_state: Path) -> None:
    for folder in (paths.state_dir(), paths.clusters_dir(), paths.service_dir(), paths.snapshots_dir()):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700
        assert folder == isolated_state or folder.parent == isolated_state


def test_a_wide_folder_is_made_private(tmp_path: Path) -> None:
    (tmp_path / "wide").mkdir(mode=0o755)
    assert stat.S_IMODE(paths.private_dir(tmp_path / "wide").stat().st_mode) == 0o700


def test_a_file_in_the_place_of_the_state_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "state").write_text("")
    monkeypatch.setenv("JUPYTER_PIPELINE_STATE", str(tmp_path / "state"))
    with pytest.raises(ConfigurationError, match="JUPYTER_PIPELINE_STATE"):
        paths.state_dir()


def test_write_private_replaces_at_once(tmp_path: Path) -> None:
    target = tmp_path / "record.json"
    paths.write_private(target, "old")
    paths.write_private(target, b"new")
    assert target.read_text() == "new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert list(tmp_path.iterdir()) == [target]


def test_write_private_leaves_the_old_file_when_it_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "record.json"
    paths.write_private(target, "old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        paths.write_private(target, "new")
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]
