"""Fixtures for tests with real keepers of small clusters, which check that no process or socket remains."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from waiting import patience, wait_until

from jupyter_pipeline import paths
from jupyter_pipeline.clusters import manager, registry
from jupyter_pipeline.models import ClusterRecord, Limits, Profile


def find_tagged_processes() -> list[psutil.Process]:
    """Return every process whose environment names a cluster of this test's registry, without product code."""
    found = []
    for process in psutil.process_iter():
        try:
            tag = process.environ().get("JUPYTER_PIPELINE_CLUSTER", "")
            if tag.startswith(registry.id_prefix()) and process.status() != psutil.STATUS_ZOMBIE:
                found.append(process)
        except (psutil.Error, OSError):
            continue
    return found


def find_orphaned_sockets() -> list[Path]:
    """Return the control sockets of this test's registry that no record claims."""
    claimed = {record.id for record in registry.list_records()}
    sockets = paths.runtime_dir().glob(f"{registry.id_prefix()}*.sock")
    return [path for path in sockets if path.stem not in claimed]


@pytest.fixture
def nothing_left() -> Callable[..., bool]:
    """Return True if no process and no socket of this test's clusters remains after at most `within` seconds."""

    def check(within: float = 5.0) -> bool:
        if within == 0:
            return not find_tagged_processes() and not find_orphaned_sockets()
        return wait_until(lambda: not find_tagged_processes() and not find_orphaned_sockets(), within, "nothing left")

    return check


@pytest.fixture
def tagged_processes() -> Callable[[], list[psutil.Process]]:
    return find_tagged_processes


@pytest.fixture
def find_by_command(tagged_processes: Callable[[], list[psutil.Process]]) -> Callable[[str], list[psutil.Process]]:
    """Return the tagged processes with a word in their command line."""

    def find(word: str) -> list[psutil.Process]:
        found = []
        for process in tagged_processes():
            with contextlib.suppress(psutil.Error):  # it has exited meanwhile
                if word in " ".join(process.cmdline()):
                    found.append(process)
        return found

    return find


@pytest.fixture(autouse=True)
def clean_registry(isolated_state: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Give each test its own sockets, and kill its remaining processes."""
    monkeypatch.delenv("XDG_RUNTIME_DIR", raising=False)
    yield
    for process in find_tagged_processes():
        process.kill()


@pytest.fixture
def make_profile() -> Callable[..., Profile]:
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
def make_faulty_profile(
    make_profile: Callable[..., Profile], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Profile]:
    """Make a profile of a class in ``classes/faulty.py``."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "classes"))

    def make(kind: str, **values: Any) -> Profile:
        return make_profile("faulty", cluster_class=f"faulty.{kind}", **values)

    return make


@pytest.fixture
def wait_for_record() -> Callable[..., ClusterRecord]:
    """Wait until a record satisfies a condition."""

    def wait(record: ClusterRecord, condition: Callable[[ClusterRecord], Any], within: float = 20.0) -> ClusterRecord:
        def check() -> ClusterRecord | None:
            current = registry.read_record(registry.cluster_dir(record.id))
            return current if current is not None and condition(current) else None

        found = wait_until(check, within, "a condition of the record")
        assert found is not None
        return found

    return wait


@pytest.fixture
def kill_keeper(tagged_processes: Callable[[], list[psutil.Process]]) -> Callable[[ClusterRecord], None]:
    """Kill the keeper of a record, and wait until it has exited."""

    def act(record: ClusterRecord) -> None:
        assert record.keeper is not None
        victim = psutil.Process(record.keeper.pid)
        os.kill(victim.pid, 9)
        victim.wait(patience(5))

    return act


@pytest.fixture
def started(make_profile: Callable[..., Profile]) -> Iterator[ClusterRecord]:
    """Return a running cluster called ``one``; it is stopped at the end."""
    record = manager.start(make_profile(), name="one")
    yield record
    if registry.list_records():
        manager.stop("one")
