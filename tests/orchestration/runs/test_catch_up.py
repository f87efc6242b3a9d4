from __future__ import annotations

import dataclasses
import itertools
import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from waiting import wait_until

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import CatchUpPolicy, DeploymentSpec, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs, service, service_state
from jupyter_pipeline.orchestration.runs import catch_up

Make = Callable[..., DeploymentSpec]
MINUTELY = Schedule(cron="* * * * *")


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        (CatchUpPolicy.NONE, []),
        (CatchUpPolicy.LATEST, [420.0]),
        (CatchUpPolicy.ALL, [120.0, 180.0, 240.0, 300.0, 360.0, 420.0]),
    ],
)
def test_the_policy_selects_missed_times(policy: CatchUpPolicy, expected: list[float]) -> None:
    assert catch_up.select_missed_times(MINUTELY, policy, 100.0, 430.0) == expected


def test_after_a_long_outage_only_the_newest_runs_start() -> None:
    chosen = catch_up.select_missed_times(Schedule(every=60.0), CatchUpPolicy.ALL, 1.7e9, 1.7e9 + 86400)
    assert len(chosen) == catch_up.MOST
    assert chosen[-1] == 1.7e9 + 86400 - (1.7e9 + 86400) % 60


def test_all_needs_a_queue(live: ServiceStatus, specification: Make) -> None:
    with pytest.raises(UsageError, match="take overlap 'queue'"):
        deployments.deploy(specification("greedy", catch_up="all"))


@pytest.fixture
def outage(live: ServiceStatus) -> Iterator[Callable[[float], None]]:
    """Stop the service as if it had been stopped some seconds ago, and start it again."""

    def happen(seconds: float) -> None:
        service.down()
        long_ago = time.time() - seconds
        os.utime(Path(live.log).parent / "seen", (long_ago, long_ago))
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
    assert [run.state for run in ended["newest"]] == ["Completed"]
    assert [run.state for run in ended["every"]] == ["Completed"] * 2
    due = sorted(run.expected_start or 0 for run in ended["every"])
    assert [later - earlier for earlier, later in itertools.pairwise(due)] == [3600.0]
    assert ended["newest"][0].expected_start == due[-1]
    assert runs.list_runs("nothing") == runs.list_runs("paused") == []


@pytest.mark.slow
def test_runs_that_were_made_ahead_are_skipped_but_for_the_newest(live: ServiceStatus, specification: Make) -> None:
    deployments.deploy(specification("ahead", schedules=(Schedule(every=10.0),)))
    service.down()
    since = service_state.last_seen()
    time.sleep(45)
    back = time.time()
    service.up()
    assert since is not None
    made = [run for run in reversed(runs.list_runs("ahead")) if (run.expected_start or 0) > since]
    early = [run for run in made if (run.expected_start or 0) < back - 10]
    assert len(early) >= 2
    assert {run.state for run in early} == {"Skipped"}
    assert "was down" in early[0].message
    # The newest of the missed ones runs, or gives way to one that came due until the worker was there.
    wait_until(
        lambda: any(run.state == "Completed" and (run.expected_start or 0) > since for run in runs.list_runs("ahead")),
        120,
        "a completed run after the outage",
    )
    deployments.pause("ahead")
