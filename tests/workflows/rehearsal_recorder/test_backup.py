from __future__ import annotations

import fcntl
import os
import threading
import time
from pathlib import Path

import pytest

from jupyter_pipeline.workflows.rehearsal_recorder import backup as backups
from jupyter_pipeline.workflows.rehearsal_recorder.backup import Backup


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "rehearsals"


@pytest.fixture
def backup(root: Path) -> Backup:
    found = Backup(root / "1")
    found.open()
    return found


def write(path: Path, text: str) -> str:
    path.write_text(text)
    return str(path)


def test_a_changed_file_is_put_back_in_place(backup: Backup, tmp_path: Path) -> None:
    path = tmp_path / "data" / "o.txt"
    path.parent.mkdir()
    backup.protect(write(path, "before"))
    before = path.stat()
    path.chmod(0o600)
    write(path, "the content of the run")
    with path.open("a") as held:  # as a logger of the kernel
        done = backup.restore()
        held.write(" and after")
    assert done.restored == (str(path),)
    assert path.read_text() == "before and after"
    assert (path.stat().st_ino, path.stat().st_mode) == (before.st_ino, before.st_mode)
    assert (Path(done.folder) / "o.txt").read_text() == "the content of the run"


def test_a_removed_file_and_its_folder_are_put_back(backup: Backup, tmp_path: Path) -> None:
    path = tmp_path / "data" / "o.txt"
    path.parent.mkdir()
    backup.protect(write(path, "before"))
    path.unlink()
    path.parent.rmdir()
    backup.restore()
    assert path.read_text() == "before"


def test_only_the_first_content_is_copied(backup: Backup, root: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "o.txt", "before")
    backup.protect(path)
    write(tmp_path / "o.txt", "changed")
    Backup(root / "1").protect(path)  # another process of the run
    backup.restore()
    assert Path(path).read_text() == "before"
    assert not list((root / "1").rglob("*.part"))


def test_unchanged_and_new_files_stay(backup: Backup, tmp_path: Path) -> None:
    same, new = write(tmp_path / "same.txt", "1"), str(tmp_path / "new.txt")
    backup.protect(same)
    backup.protect(new)
    write(tmp_path / "same.txt", "1")
    write(tmp_path / "new.txt", "2")
    done = backup.restore()
    assert (done.restored, done.created, done.folder) == ((), (new,), "")
    backup.finish()
    assert not backup.folder.exists()


def test_a_file_without_a_copy_is_named(backup: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backups, "_MOST_BYTES", 2)
    path = write(tmp_path / "large.bin", "before")
    backup.protect(path)
    write(tmp_path / "large.bin", "run")
    done = backup.restore()
    assert done.failed == {path: "it was too large for a copy"}
    assert Path(path).read_text() == "run"


def test_files_of_a_killed_rehearsal_are_put_back_unless_they_changed_since(
    backup: Backup, root: Path, tmp_path: Path
) -> None:
    run, user, half = (write(tmp_path / f"{name}.txt", "before") for name in ("run", "user", "half"))
    for path in (run, user, half):
        backup.protect(path)
        write(Path(path), "of the run")
    assert list(backups.find_interrupted(root)) == []  # the processes hold the lock
    backup.close()
    [(found, last)] = backups.find_interrupted(root)
    for path in (user, half):
        write(Path(path), "later")
        os.utime(path, (last + 10, last + 10))
    found._marker(half).touch()  # killed while it was put back
    done = found.restore(before=last)
    assert [Path(path).read_text() for path in (run, user, half)] == ["before", "later", "before"]
    [reason] = done.failed.values()
    assert Path(reason.rpartition(" in ")[2].rstrip(")")).read_text() == "before"
    found.finish(keep_copies=True)
    assert list(backups.find_interrupted(root)) == []


def test_a_killed_copy_is_no_record(backup: Backup, root: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "o.txt", "before")
    (root / "1" / "saved" / "x.1.copy").write_text("bef")
    (root / "1" / "saved" / "x.json.1.part").write_text("{")
    assert backup.restore().restored == ()
    assert Path(path).read_text() == "before"


def test_a_file_of_a_rehearsal_is_known_until_it_changes(root: Path, tmp_path: Path) -> None:
    path = write(tmp_path / "o.txt", "run")
    backups.mark_rehearsed_file(root, path)
    assert backups.find_rehearsed_files(root) == {path}
    write(tmp_path / "o.txt", "of the notebook")
    assert backups.find_rehearsed_files(root) == frozenset()
    assert not list((root / "written").glob("*.json"))


def test_old_files_are_removed(backup: Backup, root: Path) -> None:
    os.utime(backup.folder, (1, 1))
    backups.remove_old_backups(root)
    assert backup.folder.exists()
    backup.close()
    backups.remove_old_backups(root)
    assert not backup.folder.exists()


def test_a_backup_waits_for_a_process_that_tests_its_lock(root: Path) -> None:
    folder = root / "2"
    folder.mkdir(parents=True)
    test = os.open(folder / "lock", os.O_RDWR | os.O_CREAT)
    fcntl.flock(test, fcntl.LOCK_EX)
    release = threading.Timer(0.3, os.close, [test])
    release.start()
    found = Backup(folder)
    found.open()
    release.join()
    assert backups._is_in_use(folder)
    found.close()


def test_threads_wait_for_the_copy_of_a_file(backup: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "o.txt", "before")
    begun, copy = threading.Event(), backups.shutil.copyfile

    def copy_slowly(source: str, target: Path) -> None:
        begun.set()
        time.sleep(0.3)
        copy(source, target)

    monkeypatch.setattr(backups.shutil, "copyfile", copy_slowly)
    thread = threading.Thread(target=backup.protect, args=[path])
    thread.start()
    assert begun.wait(10)
    backup.protect(path)
    write(tmp_path / "o.txt", "of the run")
    thread.join()
    monkeypatch.undo()
    backup.restore()
    assert Path(path).read_text() == "before"


def test_a_failed_copy_is_tried_again(backup: Backup, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = write(tmp_path / "o.txt", "before")

    def fail(*_: object) -> bool:
        raise OSError("disk full")

    with monkeypatch.context() as patched:
        patched.setattr(backups, "_write_once", fail)
        with pytest.raises(OSError, match="disk full"):
            backup.protect(path)
    backup.protect(path)
    write(tmp_path / "o.txt", "of the run")
    assert backup.restore().restored == (path,)
