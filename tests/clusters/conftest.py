"""Real keepers of small clusters, and the proof that nothing of them is left."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from jupyter_pipeline import paths
from jupyter_pipeline.clusters import manager, registry
from jupyter_pipeline.models import ClusterRecord, Limits, Profile


def processes_of_ours() -> list[psutil.Process]:
    """Return every process whose environment names a cluster of this test's registry; found without the product."""
    found = []
    for process in psutil.process_iter():
        try:
            tag = process.environ().get("JUPYTER_PIPELINE_CLUSTER", "")
            if tag.startswith(registry.id_prefix()) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def sockets_without_a_cluster() -> list[Path]:
    """Return the control sockets of this test's registry that no record claims."""
    claimed = {record.id for record in registry.list_records()}
    sockets = paths.runtime_dir().glob(f"{registry.id_prefix()}*.sock")
    return [path for path in sockets if path.stem not in claimed]


def nothing_is_left(within: float = 5.0) -> bool:
    """Return whether no process, port or socket of ours is there any more, or none is after `within` seconds.

    A port is listened on by a process alone.
    """
    deadline = time.monotonic() + within
    while processes_of_ours() or sockets_without_a_cluster():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


@pytest.fixture
def left() -> Callable[..., bool]:
    return nothing_is_left


@pytest.fixture
def processes() -> Callable[[], list[psutil.Process]]:
    return processes_of_ours


@pytest.fixture(autouse=True)
def clean_registry(isolated_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test its own sockets, and end what it left running."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    yield
    for process in processes_of_ours():
        process.kill()


@pytest.fixture
def thin() -> Callable[..., Profile]:
    """Make a profile of one worker inside the keeper itself: the cheapest real cluster."""

    def make(name: str = "thin", /, **values: Any) -> Profile:
        kwargs = {"processes": False, "threads_per_worker": 1, "dashboard_address": None}
        kwargs |= values.pop("cluster_kwargs", {})
        limits = Limits(**{"idle": 300.0, "lifetime": 600.0, "start_timeout": 60.0, **values.pop("limits", {})})
        values.setdefault("cluster_class", "distributed.LocalCluster")
        values.setdefault("workers", 1)
        return Profile(name=name, cluster_kwargs=kwargs, limits=limits, **values)

    return make


@pytest.fixture
def awkward(thin: Callable[..., Profile], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Profile]:
    """Make a profile of a class in ``classes/awkward.py``."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "classes"))

    def make(kind: str, **values: Any) -> Profile:
        return thin("awkward", cluster_class=f"awkward.{kind}", **values)

    return make


@pytest.fixture
def wait_for() -> Callable[..., ClusterRecord]:
    """Wait until a record satisfies a condition."""

    def wait(record: ClusterRecord, condition: Callable[[ClusterRecord], Any], within: float = 20.0) -> ClusterRecord:
        deadline = time.monotonic() + within
        while True:
            now = registry.read_record(registry.cluster_dir(record.id))
            if now is not None and condition(now):
                return now
            assert time.monotonic() < deadline, f"not within {within} s: {now}"
            time.sleep(0.05)

    return wait


@pytest.fixture
def kill(processes: Callable[[], list[psutil.Process]]) -> Callable[[ClusterRecord], None]:
    """Kill the keeper of a record, and wait until it is dead."""

    def act(record: ClusterRecord) -> None:
        assert record.keeper is not None
        victim = psutil.Process(record.keeper.pid)
        os.kill(victim.pid, 9)
        victim.wait(5)

    return act


@pytest.fixture
def started(thin: Callable[..., Profile]) -> Iterator[ClusterRecord]:
    """Return a running cluster called ``one``; it is stopped at the end."""
    record = manager.start(thin(), name="one")
    yield record
    if registry.list_records():
        manager.stop("one")
