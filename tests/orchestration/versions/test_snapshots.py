from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.orchestration.versions import snapshots
from jupyter_pipeline.paths import snapshots_dir

FILES = {"flow.py": "import steps\n", "steps.py": "# Größe\n", "data/names.txt": ""}


def test_the_same_content_is_the_same_snapshot() -> None:
    version, path = snapshots.store_snapshot(FILES)
    assert snapshots.store_snapshot(dict(reversed(FILES.items()))) == (version, path)
    assert {str(p.relative_to(path)): p.read_text(encoding="utf-8") for p in path.rglob("*") if p.is_file()} == FILES
    assert path == snapshots_dir() / version


@pytest.mark.parametrize(
    "other",
    [
        {**FILES, "steps.py": "# Grösse\n"},
        {**FILES, "more.py": ""},
        {"flow.pyimport steps\n": "", "steps.py": "# Größe\n", "data/names.txt": ""},
    ],
)
def test_other_content_is_another_snapshot(other: dict[str, str]) -> None:
    assert snapshots.content_hash(other) != snapshots.content_hash(FILES)


@pytest.mark.parametrize("name", ["/etc/passwd", "../flow.py", "a/../../flow.py", ""])
def test_a_path_that_leaves_the_folder_is_refused(name: str) -> None:
    with pytest.raises(UsageError, match="not a path inside"):
        snapshots.store_snapshot({name: ""})
    assert list(snapshots_dir().iterdir()) == []


def test_a_damaged_snapshot_is_made_anew() -> None:
    _, path = snapshots.store_snapshot(FILES)
    (path / "flow.py").chmod(0o600)
    (path / "flow.py").write_text("import evil\n")
    snapshots.store_snapshot(FILES)
    assert (path / "flow.py").read_text() == "import steps\n"


def test_a_file_stored_again_counts_as_new() -> None:
    _, path = snapshots.store_snapshot(FILES)
    os.utime(path, (0, 0))
    snapshots.store_snapshot(FILES)
    assert path.stat().st_mtime > 0


@pytest.mark.parametrize("damaged", [False, True])
def test_many_at_once_make_one(damaged: bool) -> None:
    if damaged:
        _, path = snapshots.store_snapshot(FILES)
        (path / "flow.py").unlink()
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: snapshots.store_snapshot(FILES), range(40)))
    assert len(made) == 1
    assert [p.name for p in snapshots_dir().iterdir()] == [snapshots.content_hash(FILES)]
