from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from distributed import Client

from jupyter_pipeline.environments.sync.watch import Watcher
from jupyter_pipeline.exceptions import PipelineError, SyncError
from jupyter_pipeline.models import SyncReport

Told = list[SyncReport | PipelineError]


def until(true: Callable[[], bool], seconds: float = 15) -> float:
    start = time.monotonic()
    while not true():
        assert time.monotonic() - start < seconds
        time.sleep(0.02)
    return time.monotonic() - start


@pytest.fixture
def watch(client: Client) -> Iterator[Callable[[Path], tuple[Watcher, Told]]]:
    started: list[Watcher] = []

    def watch(folder: Path) -> tuple[Watcher, Told]:
        told: Told = []
        started.append(Watcher(client, directories=[folder], report=told.append))
        return started[-1], told

    yield watch
    for watcher in started:
        watcher.stop()


def test_a_saved_file_reaches_the_workers(
    watch: Callable[[Path], tuple[Watcher, Told]],
    write: Callable[[str, str], Path],
    module: str,
    value: Callable[[str], list[object]],
) -> None:
    watcher, told = watch(write(f"{module}.py", "x = 1"))
    until(lambda: len(told) == 1)
    write(f"{module}.py", "x = 2")
    until(lambda: len(told) == 2)
    assert value(f"{module}.x") == [2, 2]
    watcher.stop()
    assert not watcher.running


def test_a_sync_that_fails_is_told_once_and_the_watch_goes_on(
    watch: Callable[[Path], tuple[Watcher, Told]], write: Callable[[str, str], Path], module: str
) -> None:
    project = write(f"{module}.py", "x = 1")
    _, told = watch(project)
    until(lambda: len(told) == 1)
    with (project / "huge.bin").open("wb") as file:
        file.truncate(2**30)
    until(lambda: len(told) == 2)
    time.sleep(1)
    assert isinstance(told[1], SyncError)
    assert len(told) == 2
    (project / "huge.bin").unlink()
    write(f"{module}.py", "x = 2")
    until(lambda: len(told) == 3)
    assert isinstance(told[2], SyncReport)
