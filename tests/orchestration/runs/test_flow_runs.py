from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from waiting import wait_until

from jupyter_pipeline import processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.exceptions import ApiUnreachableError, NotFoundError, OrchestrationError, UsageError
from jupyter_pipeline.models import DeploymentSpec, RunRecord, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect
from jupyter_pipeline.orchestration.prefect_api.run_sync import run_sync
from jupyter_pipeline.orchestration.versions import snapshots
from jupyter_pipeline.workflows.log_search import search
from jupyter_pipeline.workflows.log_search.query import parse_query

Make = Callable[..., DeploymentSpec]


def test_the_schedule_itself_fires_a_run(live: ServiceStatus, specification: Make, tmp_path: Path) -> None:
    deployments.deploy(specification("ticking", schedules=(Schedule(every=5.0),)))
    states: list[str] = []
    run = runs.wait_scheduled("ticking", timeout=120, progress=lambda record: states.append(record.state))
    deployments.pause("ticking")
    assert (run.state, run.auto_scheduled, run.deployment) == ("Completed", True, "ticking")
    assert states[-1] == "Completed"
    assert (tmp_path / "ticking.txt").read_text().startswith("42")
    assert run.id in [record.id for record in runs.list_runs("ticking")]
    assert {record.name: record for record in deployments.list_deployments()}["ticking"].last_run is not None


def test_a_run_is_started_awaited_and_read(live: ServiceStatus, specification: Make, tmp_path: Path) -> None:
    deployments.deploy(specification("manual"))
    result = tmp_path / "elsewhere.txt"
    run = deployments.run_now("manual", {"result": str(result)})
    ended = runs.wait(run.id, timeout=120)
    assert (ended.state, ended.auto_scheduled) == ("Completed", False)
    assert result.read_text() == "42\n"
    assert oct(result.stat().st_mode & 0o777) == "0o644"  # by the umask of the user, not of the service
    assert "Beginning flow run" in _logs_with(run.name, "Finished in state Completed")


def test_a_request_whose_answer_is_lost_makes_one_run(
    live: ServiceStatus, specification: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    deployments.deploy(specification("once", overlap="queue"))
    send = PrefectApi._send
    lost: list[str] = []

    async def lose_an_answer(self: PrefectApi, method: str, path: str, *rest: Any, **options: Any) -> Any:
        answer = await send(self, method, path, *rest, **options)
        if path.endswith("create_flow_run") and not lost:
            lost.append(path)
            raise ApiUnreachableError(live.api_url, "the connection was reset")
        return answer

    monkeypatch.setattr(PrefectApi, "_send", lose_an_answer)
    run = deployments.run_now("once")
    assert lost
    assert [record.id for record in runs.list_runs("once")] == [run.id]
    deployments.run_now("once")
    assert len(runs.list_runs("once")) == 2
    deployments.delete("once")


def _logs_with(run: str, text: str) -> str:
    """Return the log once it holds `text`: the process of a run sends it in parts."""
    return wait_until(lambda: log if text in (log := runs.read_log(run)) else "", 20, f"{text!r} in the log", 0.5)


def test_a_failed_run_reports_its_cause(live: ServiceStatus, specification: Make, tmp_path: Path) -> None:
    deployments.deploy(specification("failing"))
    run = runs.wait(
        deployments.run_now("failing", {"result": str(tmp_path / "no" / "such" / "folder")}).id, timeout=120
    )
    assert run.state == "Failed"
    assert "FileNotFoundError" in run.message
    assert "No such file or directory" in _logs_with(run.id, "Finished in state Failed")


def test_a_run_is_cancelled(live: ServiceStatus, specification: Make, tmp_path: Path) -> None:
    deployments.deploy(specification("long"))
    run = deployments.run_now("long", {"seconds": 300})
    _await_state(run, "Running")
    with pytest.raises(OrchestrationError, match="it goes on"):
        runs.wait(run.id, timeout=0.1)
    assert runs.cancel(run.id).state == "Cancelling"
    assert runs.wait(run.id, timeout=60).state == "Cancelled"
    assert not (tmp_path / "long.txt").exists()
    with pytest.raises(UsageError, match="has ended already"):
        runs.cancel(run.id)
    person = f"Cancelled by {processes.user_name()} on {processes.hostname()}."
    assert runs.find(run.id).cause == person
    early = _schedule_later("long")
    assert runs.cancel(early).cause == person  # it never started


async def _schedule_later_async(name: str) -> str:
    """Return the id of a new run that is due in an hour."""
    async with connect() as api:
        deployment = await api.get(f"/deployments/name/{name}/{name}")
        later = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 3600))
        state = {"type": "SCHEDULED", "state_details": {"scheduled_time": later}}
        return str((await api.post(f"/deployments/{deployment['id']}/create_flow_run", {"state": state}))["id"])


_schedule_later = run_sync(_schedule_later_async)


def _await_state(run: RunRecord, state: str) -> None:
    wait_until(lambda: runs.list_runs(run.deployment, 1)[0].state == state, 60, f"state {state}")


def test_an_unknown_run_is_named(live: ServiceStatus) -> None:
    with pytest.raises(NotFoundError, match="No run is called 'nobody'"):
        runs.read_log("nobody")


def test_waiting_for_a_schedule_that_makes_no_run_ends(live: ServiceStatus, specification: Make) -> None:
    deployments.deploy(specification("unscheduled"))
    with pytest.raises(OrchestrationError, match="the schedule has made none"):
        runs.wait_scheduled("unscheduled", timeout=1)


def test_relative_paths_count_from_the_working_directory(
    live: ServiceStatus, specification: Make, tmp_path: Path
) -> None:
    deployments.deploy(specification("relative", working_directory=str(tmp_path), parameters={"result": "here.txt"}))
    assert runs.wait(deployments.run_now("relative").id, timeout=120).state == "Completed"
    assert (tmp_path / "here.txt").read_text() == "42\n"


STEPS = """
import time
from prefect import flow, task

@task(name="load")
def load(fail):
    print("loading")
    if fail:
        raise ValueError("no such table")

@flow(name="{name}", log_prints=True)
def {name}(fail: bool = False, seconds: float = 0.0):
    load(fail)
    time.sleep(seconds)
    print("done")
"""


@pytest.fixture
def steps(specification: Make) -> Callable[..., DeploymentSpec]:
    """Make the specification of a flow with a task."""

    def make(name: str, **more: object) -> DeploymentSpec:
        version, path = snapshots.store_snapshot({"flow.py": STEPS.format(name=name)})
        schema = {"type": "object", "properties": {"fail": {"type": "boolean"}, "seconds": {"type": "number"}}}
        return specification(name, path=str(path), version=version, parameter_schema=schema, **more)

    return make


def test_a_run_is_followed_until_it_ends_and_an_interrupt_leaves_it_at_work(live: ServiceStatus, steps: Make) -> None:
    deployments.deploy(steps("followed"))
    started = deployments.run_now("followed", {"seconds": 4})
    next(search.follow(parse_query({"run": started.id})))
    assert runs.find(started.id).end is None
    lines = [search.format_entry(entry) for entry in search.follow(parse_query({"run": started.id}))]
    ended = runs.find(started.id)
    assert (ended.id, ended.state) == (started.id, "Completed")
    loading, done = (next(i for i, line in enumerate(lines) if text in line) for text in ("loading", " done"))
    assert loading < done
    # The first lines have the id of the run while its name is unknown.
    messages, read = (
        [line.partition("] ")[2] for line in found] for found in (lines, search.read_text(started.id).splitlines())
    )
    assert sorted(messages) == sorted(read)
    assert all(str(entry["message"]).strip() in "\n".join(lines) for entry in runs.read_entries(started.id))
    finished = [line for line in lines if "Finished in state Completed" in line]
    assert "/load]" in finished[0]


def test_a_failed_run_shows_its_traceback_and_is_run_again(live: ServiceStatus, steps: Make) -> None:
    deployments.deploy(steps("again"))
    failed = runs.wait(deployments.run_now("again", {"fail": True}).id, timeout=90)
    _logs_with(failed.id, "Finished in state Failed")
    trace = runs.failure(failed.id)
    assert trace.startswith("Traceback (most recent call last)")
    assert 'flow.py", line 9, in load' in trace
    assert trace.endswith("ValueError: no such table")
    repeated = runs.rerun(failed.id)
    assert (repeated.parameters["fail"], repeated.deployment) == (True, "again")
    assert runs.failure(repeated.id) == ""
    runs.cancel(repeated.id)
    deployments.delete("again")
    with pytest.raises(UsageError, match="nothing to run again"):
        runs.rerun(failed.id)


WINDOW = """
from prefect import flow, runtime
from jupyter_pipeline.orchestration.runs.window import window_of

@flow(name="windowed")
def windowed(result: str):
    start, end = window_of(runtime.flow_run.id)
    with open(result, "a") as file:
        file.write(f"{start:%d}-{end:%d} ")
"""


def test_a_backfill_runs_each_window_once(live: ServiceStatus, specification: Make, tmp_path: Path) -> None:
    version, path = snapshots.store_snapshot({"flow.py": WINDOW})
    result = tmp_path / "windows.txt"
    spec = specification(
        "windowed",
        path=str(path),
        version=version,
        windows={"day": "start"},
        schedules=(Schedule(cron="0 0 * * *", parameters={"result": str(result)}),),
    )
    deployments.deploy(spec)
    first = dt.datetime(2026, 1, 1, tzinfo=dt.UTC).timestamp()
    said: list[str] = []
    made = runs.backfill("windowed", first, first + 2 * 86400, progress=lambda run: said.append(run.state))
    assert [runs.wait(run.id, timeout=120).state for run in made] == ["Completed"] * 2
    assert sorted(result.read_text().split()) == ["01-02", "02-03"]
    assert said == ["Scheduled", "Completed"] * 2
    deployments.delete("windowed")


def test_a_backfill_without_windows_is_refused(live: ServiceStatus, specification: Make) -> None:
    deployments.deploy(specification("unbound", schedules=(Schedule(every=3600.0),)))
    with pytest.raises(UsageError, match="No parameter of 'unbound' is bound"):
        runs.backfill("unbound", 0.0, 86400.0)
    deployments.deploy(specification("unbound", schedules=(Schedule(every=1.0),), windows={"day": "end"}))
    with pytest.raises(UsageError, match="86400 runs"):
        runs.backfill("unbound", 1.7e9, 1.7e9 + 86400.0)
    with pytest.raises(UsageError, match="no time window"):
        runs.backfill("unbound", 1.7e9, 1.7e9)
    deployments.delete("unbound")


CLUSTERED = """
import time
from prefect import flow
from jupyter_pipeline.runtime import run_on

@flow(name="clustered")
def clustered(ready: str):
    with run_on("local", __file__, workers=1) as client:
        open(ready, "w").close()
        time.sleep(600)
"""


@pytest.mark.slow
def test_cancelling_a_run_stops_its_cluster(live: ServiceStatus, specification: Make, tmp_path: Path) -> None:
    version, path = snapshots.store_snapshot({"flow.py": CLUSTERED})
    schema = {"type": "object", "properties": {"ready": {"type": "string"}}}
    deployments.deploy(specification("clustered", path=str(path), version=version, parameter_schema=schema))
    ready = tmp_path / "ready"
    run = deployments.run_now("clustered", {"ready": str(ready)})
    _until(ready.exists)
    mine = [record for record in registry.list_records() if "-run-" in record.name and record.state == "running"]
    assert len(mine) == 1
    runs.cancel(run.id)
    assert runs.wait(run.id, timeout=90).state == "Cancelled"
    _until(lambda: not [record for record in registry.list_records() if record.state == "running"])


def _until(condition: Callable[[], bool]) -> None:
    wait_until(condition, 90)
