from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from distributed import Client
from waiting import wait_until

from jupyter_pipeline.environments.sync.watcher import Watcher
from jupyter_pipeline.exceptions import PipelineError, SyncError
from jupyter_pipeline.models import SyncReport

Reported = list[SyncReport | PipelineError]


@pytest.fixture
def watch(client: Client) -> Iterator[Callable[[Path], tuple[Watcher, Reported]]]:
    started: list[Watcher] = []

    def watch(folder: Path) -> tuple[Watcher, Reported]:
        reported: Reported = []
        started.append(Watcher(client, directories=[folder], report=reported.append))
        return started[-1], reported

    yield watch
    for watcher in started:
        watcher.stop()


def test_a_saved_file_reaches_the_workers(
    watch: Callable[[Path], tuple[Watcher, Reported]],
    write: Callable[[str, str], Path],
    module: str,
    value: Callable[[str], list[object]],
) -> None:
    watcher, reported = watch(write(f"{module}.py", "x = 1"))
    wait_until(lambda: len(reported) == 1)
    write(f"{module}.py", "x = 2")
    wait_until(lambda: len(reported) == 2)
    assert value(f"{module}.x") == [2, 2]
    watcher.stop()
    assert not watcher.running


def test_a_sync_that_fails_is_reported_once_and_the_watch_goes_on(
    watch: Callable[[Path], tuple[Watcher, Reported]], write: Callable[[str, str], Path], module: str
) -> None:
    project = write(f"{module}.py", "x = 1")
    watcher, reported = watch(project)
    wait_until(lambda: len(reported) == 1)
    with (project / "huge.bin").open("wb") as file:
        file.truncate(2**30)
    wait_until(lambda: len(reported) == 2)
    wait_until(lambda: watcher._failures >= 4)
    assert isinstance(reported[1], SyncError)
    assert len(reported) == 2
    (project / "huge.bin").unlink()
    write(f"{module}.py", "x = 2")
    wait_until(lambda: len(reported) == 3)
    assert isinstance(reported[2], SyncReport)
