from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import wait_until

from jupyter_pipeline.environments.capture.folder import Folder
from jupyter_pipeline.environments.capture.ignore import IgnoreRules
from jupyter_pipeline.environments.capture.size_limits import SizeLimits
from jupyter_pipeline.exceptions import SyncError

OLD = time.time() - 3600.5
Make = Callable[[dict[str, str]], Path]


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Return a function that writes files as they would have been an hour ago, and returns their folder."""
    project = tmp_path / "project"

    def make(files: dict[str, str]) -> Path:
        for name, text in files.items():
            file = project / name
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
            os.utime(file, (OLD, OLD))
        return project

    return make


def test_unchanged_files_are_not_read_again(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = Folder(source=make({"a.py": "1", "below/b.py": "2"}))
    monkeypatch.setattr("jupyter_pipeline.environments.capture.folder._FINE", 0)
    wait_until(lambda: time.time_ns() > (folder.source / "below" / "b.py").stat().st_ctime_ns)
    assert folder.refresh()
    monkeypatch.setattr(Path, "read_bytes", lambda self: pytest.fail(f"{self} was read"))
    assert not folder.refresh()
    assert sorted(folder.files) == ["a.py", "below/b.py"]


def test_a_file_that_was_just_written_is_read_again(make: Make) -> None:
    """Two edits within one tick of the file system's clock, of equal size and with the first's times put back."""
    project = make({"a.py": "1"})
    folder = Folder(source=project)
    folder.refresh()
    before = (project / "a.py").stat()
    (project / "a.py").write_text("2")
    os.utime(project / "a.py", ns=(before.st_atime_ns, before.st_mtime_ns))
    assert folder.refresh()


def test_changes_at_any_depth_are_seen(make: Make) -> None:
    project = make({"a.py": "1", "x/y/z/b.py": "2", "x/c.py": "3"})
    folder = Folder(source=project)
    folder.refresh()
    (project / "x/y/z/b.py").write_text("new")
    assert folder.refresh()
    (project / "x/y/z/b.py").unlink()
    assert folder.refresh()
    assert sorted(folder.files) == ["a.py", "x/c.py"]
    (project / "x").rename(project / "w")
    assert folder.refresh()
    assert sorted(folder.files) == ["a.py", "w/c.py"]
    (project / "w/c.py").chmod(0o755)
    assert folder.refresh()
    assert folder.files["w/c.py"][0] == "x"
    assert not folder.refresh()


def test_rules_are_followed_as_they_change(make: Make) -> None:
    project = make({"a.py": "1", "b.txt": "2", "below/c.txt": "3"})
    folder = Folder(source=project)
    ignore = project / ".gitignore"
    for patterns, left in (("*.txt", []), ("/b.txt", ["below/c.txt"]), (None, ["b.txt", "below/c.txt"])):
        if patterns is None:
            ignore.unlink()
        else:
            ignore.write_text(patterns)
        folder.refresh()
        assert sorted(p for p in folder.files if p.endswith(".txt")) == left


def test_a_deleted_omitted_file_is_not_reported_again(make: Make) -> None:
    project = make({"a.py": "1"})
    (project / ".env").write_text("TOKEN=1")
    folder = Folder(source=project)
    folder.refresh()
    folder.refresh()
    assert folder.left_out == {".env": "looks like a secret"}
    (project / ".env").unlink()
    folder.refresh()
    assert folder.left_out == {}


def test_a_secret_that_is_named_goes(make: Make) -> None:
    project = make({"key.pem": "-----BEGIN PRIVATE KEY-----\n"})
    folder = Folder(source=project)
    folder.refresh()
    assert folder.left_out == {"key.pem": "has a private key"}
    named = Folder(source=project, rules=IgnoreRules(include=["key.pem"]))
    named.refresh()
    assert list(named.files) == ["key.pem"]


def test_sizes_are_limited_by_file_and_in_all(make: Make) -> None:
    project = make({"a.py": "12345", "b.py": "12345"})
    with pytest.raises(SyncError, match=r"has 5 B.*max_file_size"):
        Folder(source=project, sizes=SizeLimits(file=4)).refresh()
    with pytest.raises(SyncError, match=r"to send.*max_size"):
        Folder(source=project, sizes=SizeLimits(total=9)).refresh()
    found = Folder(source=project, sizes=SizeLimits(file=4), named=False)
    found.refresh()
    assert found.files == {}
    assert set(found.left_out) == {"a.py", "b.py"}
    large = Folder(source=project, sizes=SizeLimits(total=9), named=False)
    large.refresh()
    assert large.files == {}
    assert "more than the limit" in large.left_out[""]


def test_a_folder_that_is_too_large_is_not_read_to_its_end(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    project = make({"a.py": "12345", "below/b.py": "12345", "below/further/c.py": "12345"})
    read: list[str] = []
    plain = Path.read_bytes

    def noted(self: Path) -> bytes:
        read.append(self.name)
        return plain(self)

    monkeypatch.setattr(Path, "read_bytes", noted)
    folder = Folder(source=project, sizes=SizeLimits(total=12), named=False)
    folder.refresh()
    assert sorted(read) == ["a.py", "b.py"]
    (project / "a.py").unlink()
    assert folder.refresh()
    assert sorted(folder.files) == ["below/b.py", "below/further/c.py"]


def test_pipes_and_links_to_nothing_are_no_files(make: Make) -> None:
    project = make({"a.py": "1"})
    os.mkfifo(project / "pipe")
    (project / "dead").symlink_to("/nowhere/at/all")
    (project / "outside").symlink_to("/etc")
    folder = Folder(source=project)
    folder.refresh()
    assert list(folder.files) == ["a.py"]
    assert folder.left_out == {"dead": "is a link to nothing", "outside": "is a link to a folder outside"}


def test_names_that_are_no_text_are_left_out_and_reported_in_one(make: Make) -> None:
    project = make({"größe/数据 1.txt": "1"})
    (project / "größe" / os.fsdecode(b"caf\xe9.txt")).write_text("2")
    folder = Folder(source=project)
    folder.refresh()
    assert list(folder.files) == ["größe/数据 1.txt"]
    assert folder.left_out == {"größe/caf\\udce9.txt": "has a name that is not UTF-8"}


def test_a_folder_that_is_gone_is_reported(make: Make) -> None:
    project = make({"a.py": "1"})
    folder = Folder(source=project)
    folder.refresh()
    project.rename(project.with_name("elsewhere"))
    with pytest.raises(SyncError, match="is gone"):
        folder.refresh()
