from __future__ import annotations

import socket
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


def test_processes_with_other_variables_find_the_same_sockets(
    isolated_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(isolated_state.parent))
    first = paths.runtime_dir()
    monkeypatch.delenv("XDG_RUNTIME_DIR")
    assert paths.runtime_dir() == first
    first.rmdir()  # as logind does at the last log-out
    second = paths.runtime_dir()
    assert second != first
    assert stat.S_IMODE(second.stat().st_mode) == 0o700
    assert paths.runtime_dir() == second


def test_a_folder_that_another_user_could_write_is_replaced(isolated_state: Path) -> None:
    first = paths.runtime_dir()
    first.chmod(0o777)
    try:
        assert paths.runtime_dir() != first
    finally:
        first.rmdir()


@pytest.mark.parametrize("content", ["", "\0", "relative", "/nowhere/at/all", "[]"])
def test_a_damaged_path_of_the_sockets_is_replaced(isolated_state: Path, content: str) -> None:
    first = paths.runtime_dir()
    (stored,) = isolated_state.glob("hosts/*/runtime")
    stored.write_text(content)
    second = paths.runtime_dir()
    assert second.is_dir()
    assert stored.read_text().strip() == str(second)
    first.rmdir()


def test_sockets_avoid_folders_with_long_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = tmp_path / ("x" * 60) / ("y" * 60)
    deep.mkdir(parents=True)
    for name in ("XDG_RUNTIME_DIR", "TMPDIR"):
        monkeypatch.setenv(name, str(deep))
    monkeypatch.setattr("tempfile.tempdir", None)
    found = paths.runtime_dir()
    assert not found.is_relative_to(deep)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(found / ("s" * 48)))
    monkeypatch.setattr("tempfile.tempdir", None)
