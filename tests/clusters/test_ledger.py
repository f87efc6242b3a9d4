from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline import paths
from jupyter_pipeline.clusters import ledger
from jupyter_pipeline.exceptions import NewerStateError
from jupyter_pipeline.models import ClusterEnd, UsageInterval, WorkerUsage


def interval(number: int = 1, seconds: float = 60.0, **changes: Any) -> UsageInterval:
    values: dict[str, Any] = {"cluster": "jp-1", "start": 1e9, "workers": 1, "cores": 2, **changes}
    return UsageInterval(number=number, seconds=seconds, **values)


def end(**changes: Any) -> ClusterEnd:
    values: dict[str, Any] = {"name": "local-1", "profile": "local", "state": "stopped", "reason": "Stopped by request"}
    return ClusterEnd(**{**values, "cluster": "jp-1", "start": 1e9, "end": 1e9 + 60, **changes})


@pytest.fixture
def folder() -> Path:
    return paths.private_dir(paths.clusters_dir() / "jp-1")


def ledger_file() -> Path:
    [path] = paths.ledger_dir().iterdir()
    return path


def test_an_interval_that_was_written_twice_counts_once_with_its_longest_time(folder: Path) -> None:
    assert ledger.append([interval(), interval(2, 5.0), interval(2, 9.0), interval(2, 7.0)])
    ledger.write_open_usage(folder, ledger.OpenUsage(intervals=(interval(2, 8.0), interval(3, 1.0))))
    assert [(i.number, i.seconds) for i in ledger.read_intervals()] == [(1, 60.0), (2, 9.0), (3, 1.0)]
    assert [i.number for i in ledger.read_intervals(include_open=False)] == [1, 2]
    assert ledger_file().stat().st_mode & 0o777 == 0o600


def test_a_part_of_a_row_and_wrong_rows_are_left_out() -> None:
    ledger.append([interval()])
    for line in (
        dataclasses.replace(interval(2), seconds=float("nan")),
        dataclasses.replace(interval(3), seconds=-5.0),
        dataclasses.replace(interval(4), cores="many"),
    ):
        ledger.append([line])
    with ledger_file().open("a") as file:
        file.write('[1]\n{"kind":"usage"}\n{"kind":"usage","cluster":"jp-1","num')
    ledger.append([interval(5)])
    assert [i.number for i in ledger.read_intervals()] == [1, 5]


def test_the_end_of_a_cluster_closes_its_usage(folder: Path) -> None:
    workers = WorkerUsage(samples=3, cores=1.5)
    usage = ledger.OpenUsage(intervals=(interval(),), peak_memory=7, memory_limit=9, workers=workers)
    ledger.write_open_usage(folder, usage)
    closed = end(run="r1", worker_ends=("Worker died",), peak_memory=7, usage=workers, jobs=("17",))
    ledger.close_usage(folder, closed)
    assert ledger.read_open_usage(folder) == dataclasses.replace(usage, intervals=(), ended=True)
    [found] = ledger.read_ends("r1")
    assert found == closed
    assert ledger.read_ends("r2") == []
    assert len(ledger.read_intervals(include_open=False)) == 1


def test_rows_from_before_the_measurement_are_read() -> None:
    usage_row = {"user": "ada", "cluster": "jp-1", "number": 1, "start": 1e9, "seconds": 9, "workers": 1, "cores": 2}
    end_row = {"cluster": "jp-1", "name": "a", "profile": "local", "state": "stopped", "reason": "", "start": 1e9}
    rows = [{"kind": "usage", **usage_row}, {"kind": "end", **end_row, "end": 2e9, "job_ends": ["job 1: it failed"]}]
    content = "".join(json.dumps({"format": 1, **row}) + "\n" for row in rows)
    (paths.ledger_dir() / "2001-09-host.jsonl").write_text(content)
    [usage] = ledger.read_intervals()
    assert (usage.has_tasks, usage.busy, usage.total_memory_limit) == (None, None, 0)
    [closed] = ledger.read_ends()
    assert (closed.usage, closed.jobs, closed.job_ends) == (WorkerUsage(), (), ("job 1: it failed",))


def test_without_space_the_usage_stays_open(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ledger.write_open_usage(folder, ledger.OpenUsage(intervals=(interval(),)))
    with monkeypatch.context() as patch:
        patch.setattr("os.write", lambda *_: 3)
        ledger.close_usage(folder, end())
    assert not ledger.read_open_usage(folder).ended
    ledger.close_usage(folder, end())
    assert ledger.read_open_usage(folder).ended
    assert len(ledger.read_intervals(include_open=False)) == 1


def test_rows_of_a_newer_release_are_refused() -> None:
    ledger.append([interval()])
    ledger_file().write_text(ledger_file().read_text().replace('"format": 1', '"format": 99'))
    with pytest.raises(NewerStateError):
        ledger.read_intervals()
    reader = ledger.LedgerReader()
    for _ in range(2):
        with pytest.raises(NewerStateError):
            reader.read()


def test_a_reader_reads_only_what_was_appended(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    other = paths.private_dir(paths.clusters_dir() / "jp-2")
    ledger.write_open_usage(folder, ledger.OpenUsage(intervals=(interval(2, 5.0),)))
    ledger.close_usage(other, end(cluster="jp-2"))
    ledger.append([interval(user="ada"), interval(9, user="bob")])
    reader = ledger.LedgerReader(texts=["ada"])
    for _ in range(2):
        reader.read()
        assert [i.number for i in reader.closed.values()] == [1]
        assert [(i.number, i.seconds) for i in reader.open] == [(2, 5.0)]
    content = ledger_file().read_text()
    ledger_file().write_text(content.replace("ada", "eve"))  # these rows are known
    ledger.append([interval(2, 5.0, user="ada")])
    with monkeypatch.context() as patch:
        paths_read: list[Path] = []
        patch.setattr(ledger, "read_open_usage", lambda path: paths_read.append(path) or ledger.OpenUsage())
        reader.read()
    assert paths_read == [folder]
    assert [i.number for i in reader.closed.values()] == [1, 2]
    assert reader.open == []


def test_a_reader_waits_for_the_rest_of_a_row_and_reads_a_shorter_file_again() -> None:
    ledger.append([interval(), interval(2)])
    first, second, _ = ledger_file().read_text().split("\n")
    ledger_file().write_text(f"{first}\n{second[:40]}")
    reader = ledger.LedgerReader()
    reader.read()
    assert [i.number for i in reader.closed.values()] == [1]
    ledger_file().write_text(f"{first}\n{second}\n")
    reader.read()
    assert [i.number for i in reader.closed.values()] == [1, 2]
    ledger_file().write_text(f"{second.replace('60.0', '70.0')}\n")
    reader.read()
    assert [(i.number, i.seconds) for i in reader.closed.values()] == [(1, 60.0), (2, 70.0)]


def test_old_files_are_not_read() -> None:
    old = interval(start=1e9)
    (paths.ledger_dir() / "2001-09-host.jsonl").write_text(json.dumps({"kind": "usage", **old.to_dict()}) + "\n")
    assert ledger.read_intervals() == [old]
    assert ledger.read_intervals(1.5e9) == []
