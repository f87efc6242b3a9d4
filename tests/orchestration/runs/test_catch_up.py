from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import itertools
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from scheduled_times import UNFINISHED, account, suspend
from waiting import wait_until

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import SKIPPED, CatchUpPolicy, DeploymentSpec, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs, service, service_state
from jupyter_pipeline.orchestration.runs import catch_up
from jupyter_pipeline.orchestration.service.start_gate import GAP

Make = Callable[..., DeploymentSpec]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (CatchUpPolicy.NONE, []),
        (CatchUpPolicy.LATEST, [420.0]),
        (CatchUpPolicy.ALL, [120.0, 180.0, 240.0, 300.0, 360.0, 420.0]),
    ],
)
def test_the_policy_selects_missed_times(policy: CatchUpPolicy, expected: list[float]) -> None:
    assert catch_up.select_missed_times([120.0, 180.0, 240.0, 300.0, 360.0, 420.0], policy) == expected


def test_after_a_long_outage_only_the_newest_runs_start() -> None:
    chosen = catch_up.select_missed_times([float(due) for due in range(5000)], CatchUpPolicy.ALL)
    assert len(chosen) == catch_up.MOST
    assert chosen[-1] == 4999.0


def test_all_needs_a_queue(live: ServiceStatus, specification: Make) -> None:
    with pytest.raises(UsageError, match="take overlap 'queue'"):
        deployments.deploy(specification("greedy", catch_up="all"))


@pytest.fixture
def outage(live: ServiceStatus) -> Iterator[Callable[[float], None]]:
    """Stop the service as if it had been stopped some seconds ago, and start it again."""

    def happen(seconds: float) -> None:
        service.down()
        long_ago = time.time() - seconds
        service_state.note_caught_up(long_ago)
        created = dt.datetime.fromtimestamp(long_ago, dt.UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        with contextlib.closing(sqlite3.connect(Path(live.log).parent / "prefect" / "prefect.db")) as database:
            for table in ("deployment", "deployment_schedule"):
                database.execute(f"UPDATE {table} SET created = ?, updated = ?", (created, created))
            database.commit()
        service.up()

    yield happen
    service.up()


@pytest.mark.slow
def test_after_an_outage_each_deployment_follows_its_policy(
    outage: Callable[[float], None], specification: Make
) -> None:
    for name, policy, overlap in (("newest", "latest", "skip"), ("every", "all", "queue"), ("nothing", "none", "skip")):
        spec = specification(name, catch_up=policy, overlap=overlap)
        # At one minute of each hour: not now, so that only what was missed can run.
        minute = (time.gmtime().tm_min + 30) % 60
        deployments.deploy(dataclasses.replace(spec, schedules=(Schedule(cron=f"{minute} * * * *"),)))
    deployments.deploy(specification("paused", schedules=(Schedule(cron=f"{minute} * * * *"),)))
    deployments.pause("paused")
    outage(2 * 3600)
    ended = {name: [runs.wait(run.id, timeout=120) for run in runs.list_runs(name)] for name in ("newest", "every")}
    assert [run.state for run in ended["newest"]] == ["Completed", "Skipped"]
    assert [run.state for run in ended["every"]] == ["Completed"] * 2
    due = sorted(run.expected_start or 0 for run in ended["every"])
    assert [later - earlier for earlier, later in itertools.pairwise(due)] == [3600.0]
    assert [run.expected_start for run in sorted(ended["every"], key=lambda run: run.start or 0)] == due
    assert ended["newest"][0].expected_start == due[-1]
    assert runs.list_runs("paused") == []
    for name, count in (("newest", 1), ("every", 0), ("nothing", 2)):
        skipped = [run for run in runs.list_runs(name) if run.state == SKIPPED]
        assert len(skipped) == count
        assert all("the service was not running" in run.message for run in skipped)


@pytest.mark.slow
def test_each_time_that_a_suspended_service_missed_is_a_run_or_skipped(
    live: ServiceStatus, specification: Make
) -> None:
    every = Schedule(every=10.0)
    for name, policy in (("newest-only", "latest"), ("none-at-all", "none")):
        deployments.deploy(specification(name.replace("-", "_"), schedules=(every,), catch_up=policy))
    since = time.time()
    suspend(60.0)
    back = time.time()
    time.sleep(15)
    until = time.time()
    for name, started in (("newest_only", 1), ("none_at_all", 0)):
        deployments.pause(name)
        wait_until(
            lambda name=name: not any(run.state in UNFINISHED for run in runs.list_runs(name)),
            120,
            "the end of all runs",
        )
        found = account(name, every, since, until)
        assert (found.lost, found.doubled, found.unexplained) == ([], [], [])
        missed = [run for run in runs.list_runs(name) if since < (run.expected_start or 0) < back - GAP - 5]
        skipped = [run for run in missed if run.state == SKIPPED]
        assert skipped
        assert len(skipped) >= len(missed) - started
        policy = f"Catch-up '{'latest' if started else 'none'}'"
        reasons = [run.message for run in skipped if not run.message.startswith("Overlap: ")]
        assert all("the service was suspended for" in reason and policy in reason for reason in reasons), reasons
