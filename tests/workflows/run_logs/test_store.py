from __future__ import annotations

import os
import time

import pytest

from jupyter_pipeline.paths import runs_dir
from jupyter_pipeline.workflows.run_logs import store

OLD, NEW = "aaaaaaaa-0000", "bbbbbbbb-0000"


def test_runs_are_listed_and_old_ones_removed(monkeypatch: pytest.MonkeyPatch) -> None:
    now = time.time()
    for run, age in ((OLD, 100 * 86400), (NEW, 2 * 3600)):
        folder = store.create_folder(run)
        store.write_run(folder, {"name": run[:3], "started": now - age, "clusters": ["c1"], "unknown": 1})
        os.utime(folder / "run.json", (now - age, now - age))
    (runs_dir() / "cccccccc-0000").mkdir()  # the process has just created it
    assert [(run.name, run.clusters) for run in store.list_runs()] == [("aaa", ("c1",)), ("bbb", ("c1",))]
    assert store.prune_if_due(now=now) == [OLD]
    assert store.prune_if_due(now=now + 1800) == []
    monkeypatch.setattr(store, "SIZE", 1)
    assert store.prune_if_due(now=now + 4000) == [NEW]


@pytest.mark.parametrize("run", ["", "../x", "A" * 10])
def test_the_id_of_a_run_is_no_path(run: str) -> None:
    with pytest.raises(ValueError, match="is not the id of a run"):
        store.create_folder(run)
