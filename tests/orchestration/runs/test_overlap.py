from __future__ import annotations

import dataclasses
import itertools
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import wait_until

from jupyter_pipeline.exceptions import NotFoundError, UsageError
from jupyter_pipeline.models import SKIPPED, DeploymentSpec, RunRecord, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.prefect_api.lookup import connect_to, find_deployment
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.runs import overlap
from jupyter_pipeline.orchestration.runs.flow_runs import start_run
from jupyter_pipeline.orchestration.service import queue_order

Make = Callable[..., DeploymentSpec]


def _running(run: RunRecord) -> None:
    wait_until(lambda: runs.find(run.id).state == "Running", 90, f"the start of {run.name}")


def test_skip_leaves_out_a_run_beyond_the_limit_and_names_the_active_one(
    live: ServiceStatus, specification: Make
) -> None:
    spec = specification("skipping")
    deployments.deploy(spec)
    first = deployments.run_now("skipping", {"seconds": 600})
    _running(first)
    for again in (lambda: deployments.run_now("skipping"), lambda: runs.rerun(first.id)):
        with pytest.raises(UsageError, match=f"The run {first.name} of 'skipping' is running since .* runs cancel"):
            again()
    deployments.deploy(dataclasses.replace(spec, schedules=(Schedule(every=5.0),)))
    wait_until(lambda: any(run.state == SKIPPED for run in runs.list_runs("skipping")), 90, "a run that is left out")
    deployments.pause("skipping")
    left_out = next(run for run in runs.list_runs("skipping") if run.state == SKIPPED)
    assert (
        left_out.message
        == runs.find(left_out.id).message
        == (f"Overlap: the run {first.name} of this deployment was active when this run was due.")
    )
    assert runs.find(first.id).state == "Running"
    runs.cancel(first.id)


def test_queued_runs_start_in_the_order_of_their_times(live: ServiceStatus, specification: Make) -> None:
    deployments.deploy(specification("queueing", overlap="queue"))
    first = deployments.run_now("queueing", {"seconds": 600})
    _running(first)
    made = [_start_due("queueing", time.time() - age) for age in (200.0, 100.0, 300.0)]
    wait_until(
        lambda: {runs.find(run.id).state for run in made} == {"AwaitingConcurrencySlot"}, 90, "three runs in the queue"
    )
    runs.cancel(first.id)
    ended = sorted((runs.wait(run.id, timeout=150) for run in (first, *made)), key=lambda run: run.start or 0)
    assert [run.state for run in ended] == ["Cancelled", *["Completed"] * 3]
    assert [run.id for run in ended] == [each.id for each in (first, made[2], made[0], made[1])]
    assert all((run.end or 0) <= (later.start or 0) for run, later in itertools.pairwise(ended))


@run_sync
async def _start_due(name: str, due: float) -> RunRecord:
    async with connect_to(name) as api:
        return await start_run(api, await find_deployment(api, name), {}, due=due)


@pytest.mark.parametrize(
    ("earlier", "limit", "pause"), [(1, 1, 2.0), (5, 1, 10.0), (5, 10, 2.0), (300, 2, 300.0), (5000, 1, 300.0)]
)
def test_a_run_far_back_in_the_queue_tries_again_later(earlier: int, limit: int, pause: float) -> None:
    assert queue_order.choose_pause(earlier, limit) == pause


def test_cancel_stops_the_running_run(live: ServiceStatus, specification: Make, tmp_path: Path) -> None:
    made = deployments.deploy(specification("replacing", overlap="cancel"))
    assert (made.overlap, made.concurrency_limit) == ("cancel", 1)
    first = deployments.run_now("replacing", {"seconds": 600})
    _running(first)
    second = runs.wait(deployments.run_now("replacing").id, timeout=120)
    stopped = runs.find(first.id)
    assert (stopped.state, second.state) == ("Cancelled", "Completed")
    assert (stopped.end or 0) <= (second.start or 0)
    assert (tmp_path / "replacing.txt").read_text() == "42\n"


def test_the_order_of_runs_is_that_of_their_times() -> None:
    due = ["2026-07-14T06:00:00Z", "2026-07-14T06:00:00.25Z", "2026-07-14T06:00:01Z"]
    runs_of = [{"expected_start_time": time, "id": str(9 - n)} for n, time in enumerate(due)]
    assert sorted([*runs_of[1:], runs_of[0]], key=overlap._sort_key) == runs_of


@pytest.mark.parametrize(("field", "wrong"), [("overlap", "canceled"), ("catch_up", "lates")])
def test_an_unknown_policy_is_refused(live: ServiceStatus, specification: Make, field: str, wrong: str) -> None:
    with pytest.raises(NotFoundError, match="Did you mean"):
        deployments.deploy(specification("undecided", **{field: wrong}))
