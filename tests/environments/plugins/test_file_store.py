from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_pipeline.environments.plugins import file_store as stores
from jupyter_pipeline.environments.plugins.content import content_hash, pack_blob, safe_path, safe_target
from jupyter_pipeline.environments.plugins.file_store import FileStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FileStore]:
    opened = FileStore(tmp_path / "scratch", "one")
    opened.open()
    yield opened
    opened.close()


def put(store: FileStore, generation: int, **files: bytes) -> None:
    store.stage([pack_blob(data) for data in files.values()])
    entries = {f"{name}.py": ["f", content_hash(data), len(data)] for name, data in files.items()}
    store.commit({"k/p": {"put": entries, "delete": []}}, generation)


@pytest.mark.parametrize("path", ["/etc/passwd", "../x", "a/../../x", "a//b", "", "a/.", "a\0b"])
def test_a_path_that_leaves_its_folder_is_refused(path: str) -> None:
    with pytest.raises(ValueError, match="leaves the folder"):
        safe_path(path)


@pytest.mark.parametrize("target", ["/etc/passwd", "../../x", "../a/../../x", "c/..", ""])
def test_a_link_that_leaves_its_folder_is_refused(target: str) -> None:
    assert safe_target("a/b", "../c") == "../c"
    with pytest.raises(ValueError, match="outside the folder"):
        safe_target("a/b", target)


@pytest.mark.parametrize(
    ("key", "put", "delete"),
    [
        ("k/p", {"../../escaped": ["f", content_hash(b"x"), 1]}, []),
        ("k/p", {"escaped": ["l", "../../../../etc", 0]}, []),
        ("k/p", {}, ["../../../victim"]),
        ("../..", {"escaped": ["f", content_hash(b"x"), 1]}, []),
        ("/etc", {"escaped": ["f", content_hash(b"x"), 1]}, []),
    ],
)
def test_changes_that_leave_the_store_are_refused_before_anything_is_written(
    store: FileStore, tmp_path: Path, key: str, put: dict[str, list[object]], delete: list[str]
) -> None:
    """The scheduler and each worker check all data from clients."""
    (tmp_path / "victim").write_text("here")
    store.stage([pack_blob(b"x")])
    good = {"put": {"a": ["f", content_hash(b"x"), 1]}, "delete": []}
    with pytest.raises(ValueError, match=r"leaves the folder|outside the folder"):
        store.commit({"good/one": good, key: {"put": put, "delete": delete}}, 1)
    assert (tmp_path / "victim").exists()
    assert not [p for p in tmp_path.rglob("*") if p.name in ("escaped", "a")]
    assert store.state()["generation"] == -1


def test_the_store_does_not_write_through_a_link(store: FileStore, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    store.commit({"k/p": {"put": {"d": ["l", "e", 0]}, "delete": []}}, 1)
    (store.code / "k/p/d").unlink()
    (store.code / "k/p/d").symlink_to(outside)
    store.stage([pack_blob(b"x")])
    store.commit({"k/p": {"put": {"d/f": ["f", content_hash(b"x"), 1]}, "delete": []}}, 2)
    assert not list(outside.iterdir())
    assert (store.code / "k/p/d/f").read_bytes() == b"x"


def test_damaged_content_and_bombs_are_refused(store: FileStore) -> None:
    digest, size, compressed, data = pack_blob(b"a" * 1000)
    for blob in ([content_hash(b"b"), size, compressed, data], [digest, 10, compressed, data]):
        with pytest.raises(ValueError, match="damaged"):
            store.stage([blob])


def test_content_that_was_not_staged_changes_nothing(store: FileStore) -> None:
    put(store, 1, a=b"old")
    entries = {"a.py": ["f", content_hash(b"new"), 3]}
    with pytest.raises(FileNotFoundError):
        store.commit({"k/p": {"put": entries, "delete": []}}, 2)
    assert store.read("k/p", "a.py") == b"old"
    assert store.state()["generation"] == 1


def test_a_full_disk_while_staging_changes_nothing(store: FileStore, monkeypatch: pytest.MonkeyPatch) -> None:
    put(store, 1, a=b"old")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(stores.os, "fdopen", full)
    with pytest.raises(OSError, match="No space"):
        store.stage([pack_blob(b"new")])
    assert store.read("k/p", "a.py") == b"old"
    assert not list((store.root / "incoming").iterdir())


def test_a_commit_killed_in_between_is_finished_by_the_next_process(tmp_path: Path) -> None:
    """The process kills itself after the first of two renames."""
    code = """
import os, pathlib, sys
from jupyter_pipeline.environments.plugins.content import content_hash, pack_blob
from jupyter_pipeline.environments.plugins.file_store import FileStore
store = FileStore(pathlib.Path(sys.argv[1]), "one")
store.open()
store.stage([pack_blob(b"1"), pack_blob(b"2")])
place = pathlib.Path.replace
def replace(self, target):
    place(self, target)
    if pathlib.Path(target).name == "a.py":
        os.kill(os.getpid(), 9)
pathlib.Path.replace = replace
store.commit({"k/p": {"put": {"a.py": ["f", content_hash(b"1"), 1], "b.py": ["f", content_hash(b"2"), 1]},
                      "delete": []}}, 7)
"""
    keeper = FileStore(tmp_path, "one")
    keeper.open()  # keeps the store alive
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], cwd=Path(__file__).parents[2], check=False)
    assert done.returncode == -9
    assert keeper.state()["generation"] == -1
    late = FileStore(tmp_path, "one")
    late.open()
    assert late.state()["generation"] == 7
    assert (late.read("k/p", "a.py"), late.read("k/p", "b.py")) == (b"1", b"2")
    late.close()
    keeper.close()
    assert not late.root.exists()


def test_stamps_never_repeat_and_bytecode_goes(store: FileStore) -> None:
    stamps = []
    for number in range(3):
        put(store, number, a=b"%d" % number)
        place = store.code / "k/p/a.py"
        stamps.append(int(place.stat().st_mtime))
        cache = place.parent / "__pycache__"
        assert not list(cache.glob("*"))
        cache.mkdir(exist_ok=True)
        (cache / "a.cpython-311.pyc").write_text("old")
    assert len(set(stamps)) == 3


def test_a_disk_that_is_full_when_one_content_is_needed_twice_changes_nothing(small_disk: Path) -> None:
    store = FileStore(small_disk, "one")
    store.open()
    put(store, 1, a=b"old", b=b"old")
    data = os.urandom(600_000)
    store.stage([pack_blob(data)])
    entry = ["f", content_hash(data), len(data)]
    change = {"k/p": {"put": {"a.py": entry, "b.py": entry}, "delete": []}}
    with pytest.raises(OSError, match="No space left"):
        store.commit(change, 2)
    assert (store.read("k/p", "a.py"), store.read("k/p", "b.py")) == (b"old", b"old")
    assert store.state()["generation"] == 1
    change["k/p"]["put"].pop("b.py")
    store.commit(change, 2)
    assert store.read("k/p", "a.py") == data
    store.close()


def test_deleted_files_take_their_empty_folders_with_them(store: FileStore) -> None:
    store.stage([pack_blob(b"x")])
    store.commit({"k/p": {"put": {"a/b/c.py": ["f", content_hash(b"x"), 1]}, "delete": []}}, 1)
    (store.code / "k/p/a/b/__pycache__").mkdir()
    store.commit({"k/p": {"put": {}, "delete": ["a/b/c.py"]}}, 2)
    assert not list((store.code / "k/p").iterdir())


def test_one_content_in_many_files_and_a_file_that_becomes_a_folder(store: FileStore) -> None:
    put(store, 1, a=b"x", b=b"x")
    assert store.read("k/p", "a.py") == store.read("k/p", "b.py") == b"x"
    store.stage([pack_blob(b"y")])
    change = {"put": {"a.py/inner.py": ["x", content_hash(b"y"), 1]}, "delete": ["a.py"]}
    store.commit({"k/p": change}, 2)
    assert os.access(store.code / "k/p/a.py/inner.py", os.X_OK)


def test_a_store_is_completed_from_its_existing_files(store: FileStore) -> None:
    put(store, 1, a=b"1", b=b"2", extra=b"3")
    wanted = {"a.py": ["f", content_hash(b"1"), 1], "b.py": ["f", content_hash(b"9"), 1], "l": ["l", "a.py", 0]}
    changes, missing = store.complete({"k/p": wanted})
    assert changes == {"k/p": {"put": {p: wanted[p] for p in ("b.py", "l")}, "delete": ["extra.py"]}}
    assert missing == {content_hash(b"9")}


def test_a_store_that_nobody_uses_is_removed_and_one_in_use_is_not(store: FileStore, tmp_path: Path) -> None:
    left = tmp_path / "scratch" / "environment-dead"
    (left / "users").mkdir(parents=True)
    (left / "users" / "gone").write_text("")
    other = FileStore(tmp_path / "scratch", "two")
    other.open()
    assert not left.exists()
    assert store.root.exists()
    other.close()


def test_files_of_an_interrupted_sync_are_kept_for_a_limited_time(store: FileStore) -> None:
    store.stage([pack_blob(b"recent"), pack_blob(b"old")])
    os.utime(store.staged(content_hash(b"old")), (1, 1))
    put(store, 1, a=b"1")
    assert store.has(content_hash(b"recent"))
    assert not store.has(content_hash(b"old"))


def test_a_torn_journal_is_no_change(store: FileStore) -> None:
    put(store, 1, a=b"1")
    (store.root / "journal.json").write_text(json.dumps({"generation": 2})[:-3])
    store.recover()
    assert store.state()["generation"] == 1


def test_content_is_taken_only_from_a_file_that_has_it(store: FileStore, tmp_path: Path) -> None:
    places = {}
    for name, content in (("same", b"1"), ("edited", b"2"), ("gone", b"3"), ("pipe", b"")):
        (tmp_path / name).write_bytes(content)
        places[content_hash(content)] = (str(tmp_path / name), len(content))
    (tmp_path / "edited").write_bytes(b"9")
    (tmp_path / "gone").unlink()
    (tmp_path / "pipe").unlink()
    os.mkfifo(tmp_path / "pipe")
    assert store.take(places) == [content_hash(content) for content in (b"2", b"3", b"")]
    assert store.staged(content_hash(b"1")).read_bytes() == b"1"
