"""Workers that end by themselves soon after each start."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.clusters import manager
from jupyter_pipeline.clusters.keeper.crash_loops import ShortLifetimes, count_short_lifetimes, describe_last_words
from jupyter_pipeline.models import ClusterRecord, ClusterState, Profile

Event = tuple[float, dict[str, Any]]


def live(worker: str, start: float, end: float, *, tasks: bool = False, expected: bool = False) -> list[Event]:
    removal = {"action": "remove-worker", "worker": worker, "processing-tasks": ["t"] * tasks, "expected": expected}
    return [(start, {"action": "add-worker", "worker": worker}), (end, removal)]


def live_often(count: int, **values: bool) -> list[Event]:
    return [event for i in range(count) for event in live(f"a{i}", 10.0 * i, 10.0 * i + 2, **values)]


@pytest.mark.parametrize(
    ("events", "now", "total", "idle"),
    [
        ([], 5.0, 0, 0),
        (live_often(3), 35.0, 3, 3),
        (live_often(4, tasks=True), 35.0, 4, 0),
        (live_often(4, expected=True), 35.0, 0, 0),
        ([*live_often(3), *live("b", 30.0, 61.0)], 62.0, 0, 0),
        ([*live_often(3), (30.0, {"action": "add-worker", "worker": "b"})], 40.0, 3, 3),
        ([*live_often(3), (30.0, {"action": "add-worker", "worker": "b"})], 61.0, 0, 0),
        ([(0.0, {"action": "add-worker", "worker": "b"}), *live_often(3)], 25.0, 0, 0),
        ([*live_often(3), (33.0, {"action": "restart-workers", "workers": ["x"]})], 35.0, 0, 0),
        ([*live("a", 0, 2), *[(t, {"action": "worker-failed", "started": t - 1.0}) for t in (4.0, 7.0)]], 8.0, 3, 3),
        ([(1.0, "a client may log anything"), *live_often(1)], 5.0, 1, 1),
    ],
    ids=[
        "none", "short", "tasks", "expected", "a longer life", "a young worker", "a sound worker",
        "an older worker", "a restart by a client", "workers that never join", "other events",
    ],
)  # fmt: skip
def test_consecutive_short_lives_are_counted(events: list[Event], now: float, total: int, idle: int) -> None:
    assert count_short_lifetimes(events, now) == ShortLifetimes(total, idle)


def test_workers_that_run_at_the_same_time_count_once() -> None:
    together = sorted(
        [event for i in range(4) for event in live(f"w{i}", 0.1 * i, 2.0 + 0.1 * i)], key=lambda event: event[0]
    )
    assert count_short_lifetimes(together, 5.0) == ShortLifetimes(1, 1)


@pytest.mark.parametrize(("lifetimes", "loop"), [((3, 3), False), ((4, 0), False), ((4, 1), False), ((4, 2), True)])
def test_a_task_that_kills_its_workers_is_no_crash_loop(lifetimes: tuple[int, int], loop: bool) -> None:
    assert ShortLifetimes(*lifetimes).is_loop is loop


def test_the_last_words_are_those_of_the_worker() -> None:
    keeper = "2026-01-02 03:04:05,678 distributed.nanny INFO Worker process 12 exited with status 3\n"
    keeper = f"no device\n{keeper}Traceback (most recent call last):\n"
    requested = (
        "other\n2026-01-02 03:04:05,678 - distributed.nanny - INFO - Worker process 13 was killed by signal 15\n"
    )
    words = "Worker process 12 exited with status 3; last lines of its output: no device"
    assert describe_last_words([keeper, keeper, requested]) == (words, 1)
    assert describe_last_words([requested, ""]) == ("", 0)


def test_a_cluster_whose_workers_end_soon_after_each_start_fails(
    make_profile: Callable[..., Profile], wait_for_record: Any, nothing_left: Callable[..., bool], tmp_path: Path
) -> None:
    preload = tmp_path / "broken_preload.py"
    preload.write_text(
        "import os, sys, threading\ndef dask_setup(worker):\n    print('no such device', file=sys.stderr, flush=True)\n"
        "    threading.Timer(0.5, os._exit, (3,)).start()\n"
    )
    profile = make_profile(cluster_kwargs={"processes": True, "preload": [str(preload)]})
    record: ClusterRecord = manager.start(profile, name="one")
    ended = wait_for_record(record, lambda r: not r.state.alive, within=60.0)
    assert ended.state is ClusterState.FAILED
    assert ended.reason.startswith("No worker starts: workers ended within 30 s of their start (4 times in a row). ")
    assert ended.reason.endswith("exited with status 3; last lines of its output: no such device")
    assert nothing_left()
