from __future__ import annotations

import itertools
import json
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from jupyter_pipeline.clusters import registry
from jupyter_pipeline.clusters.registry import events
from jupyter_pipeline.exceptions import ApiUnreachableError, NotFoundError
from jupyter_pipeline.models import ClusterRecord, ClusterState
from jupyter_pipeline.orchestration import runs
from jupyter_pipeline.workflows.log_search.query import parse_query
from jupyter_pipeline.workflows.log_search.search import follow, format_entry, search
from jupyter_pipeline.workflows.run_logs import store
from jupyter_pipeline.workflows.run_logs.log_file import LogFile

RUN, CLUSTER = "aaaaaaaa-1111", "jp-1"


@pytest.fixture
def begin(monkeypatch: pytest.MonkeyPatch) -> float:
    """Write the log of a run and of its cluster, and return the time of the first line."""
    begin = float(int(time.time()) - 600)

    def refuse(*_: object, **__: object) -> Any:
        raise ApiUnreachableError("http://127.0.0.1:1", "It is stopped.")

    monkeypatch.setattr(runs, "read_entries", refuse)
    monkeypatch.setattr(runs, "find", refuse)
    folder = store.create_folder(RUN)
    store.write_run(folder, {"name": "otter", "started": begin, "clusters": [CLUSTER]})
    write(folder, [(0, "run", "begins", 20), (3, "run", "fails", 40), (2, "worker 0", "printed", 20)], begin)
    record = ClusterRecord(
        id=CLUSTER, name="team", profile="local", state=ClusterState.STOPPED, started=begin, since=begin + 9, host="h"
    )
    registry.create_record(record, {})
    target = registry.cluster_dir(CLUSTER)
    events.add_run(target, RUN, "otter")
    stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(begin + 1))
    (target / "keeper.log").write_text(f"{stamp},900 - distributed.nanny - WARNING - paused\nprinted\n")
    return begin


def write(folder: Path, lines: list[tuple[float, str, str, int]], begin: float) -> None:
    file = LogFile(folder, "run")
    file.write(
        {
            "time": begin + seconds,
            "process": process,
            "message": message,
            "level": level,
            "host": "h",
            "cluster": "team" if process != "run" else "",
        }
        for seconds, process, message, level in lines
    )
    file.close()


def messages(**values: Any) -> list[str]:
    return [entry.message for entry in search(parse_query({"since": "1h", **values}))]


@pytest.mark.parametrize("selection", [{"run": "otter"}, {"run": RUN}, {"cluster": "team"}, {"all": True}])
def test_a_run_and_its_cluster_are_in_one_order(begin: float, selection: dict[str, Any]) -> None:
    found = messages(**selection)
    assert found[0] == "begins"
    assert [text for text in found if not text.startswith("The cluster")] == ["begins", "paused", "printed", "fails"]


def test_filters_and_notes(begin: float) -> None:
    assert messages(run="otter", level="warning") == ["paused", "fails"]
    assert messages(run="otter", grep="^f") == ["fails"]
    assert messages(run="otter", grep="fails") == ["fails"]
    notes: list[str] = []
    shown = list(search(parse_query({"run": "otter", "tail": "1", "grep": "."}), note=notes.append))
    assert len(shown) == 1
    assert any(text.startswith("The log of Prefect's server is missing") for text in notes)
    assert any("earlier entries are omitted. --tail 0 shows all." in text for text in notes)


def test_an_entry_as_text(begin: float) -> None:
    entry = next(entry for entry in search(parse_query({"run": "otter"})) if entry.message == "paused")
    text = format_entry(entry)
    assert text.endswith(" WARNING  [team keeper] distributed.nanny: paused")


def test_a_missing_run_is_named(begin: float) -> None:
    with pytest.raises(NotFoundError, match="It is stopped"):
        search(parse_query({"run": "nobody"}))


def test_new_lines_are_followed(begin: float) -> None:
    entries = follow(parse_query({"run": "otter", "grep": "begins|fails|later"}))
    assert [entry.message for entry in itertools.islice(entries, 2)] == ["begins", "fails"]
    write(store.create_folder(RUN), [(0, "run", "later", 20)], time.time())
    assert next(entries).message == "later"


def test_a_run_that_starts_later_is_followed(begin: float, monkeypatch: pytest.MonkeyPatch) -> None:
    record = SimpleNamespace(id="bbbbbbbb-2222", name="heron", state_type="RUNNING")
    monkeypatch.setattr(runs, "find", lambda _: record)
    server = {"time": time.time(), "level": 20, "message": "submitted", "task": ""}
    monkeypatch.setattr(runs, "read_entries", lambda *_: [server, {**server, "message": "both"}][: 1 + has_begun])
    has_begun = False
    entries = follow(parse_query({"run": "heron"}))
    assert next(entries).message == "submitted"
    folder = store.create_folder(record.id)
    store.write_run(folder, {"name": "heron", "started": time.time()})
    write(folder, [(0, "run", "both", 20), (0.1, "run", "own", 30)], time.time())
    has_begun = True
    assert [entry.message for entry in itertools.islice(entries, 2)] == ["both", "own"]


def test_damaged_lines_are_left_out(begin: float) -> None:
    path = store.create_folder(RUN) / "run.000009.jsonl"
    good = {"time": begin + 5, "message": "good\x1b[2J"}
    lines = [b"{", b"[]", b'{"time": "x", "message": ""}', b'{"time": NaN, "message": "n"}', json.dumps(good).encode()]
    path.write_bytes(b"\n".join([*lines, b'{"time": 1, "mess']) + b"\n")
    assert messages(run="otter", grep="good|n$") == ["good"]
