from __future__ import annotations

from concurrent.futures import CancelledError
from pathlib import Path
from typing import Any

import pytest
from distributed import KilledWorker
from prefect._internal.concurrency.cancellation import CancelledError as PrefectCancelledError
from waiting import wait_until

from jupyter_pipeline import paths, tables
from jupyter_pipeline.exceptions import ClusterEndedError
from jupyter_pipeline.models import ClusterRecord, ClusterState, DeploymentSpec
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.versions import snapshots
from jupyter_pipeline.workflows import cluster_end, run_details
from jupyter_pipeline.workflows.cluster_end import name_cluster_end


class Cluster:
    """A cluster whose records come one after the other."""

    def __init__(self, *records: tuple[ClusterState, str]) -> None:
        self.records = list(records)

    def record(self) -> ClusterRecord:
        state, reason = self.records.pop(0) if len(self.records) > 1 else self.records[0]
        return ClusterRecord(id="1", name="team-1", profile="team", state=state, reason=reason)


RUNNING = (ClusterState.RUNNING, "")


@pytest.mark.parametrize(
    ("records", "error", "expected"),
    [
        (
            [RUNNING, (ClusterState.STOPPING, "Its budget of 5.00 EUR is spent")],
            CancelledError("task-1"),
            (
                "The cluster team-1 ended during the run: Its budget of 5.00 EUR is spent. "
                "Raise its limits in the profile 'team', and deploy again."
            ),
        ),
        (
            [(ClusterState.LOST, "Its keeper was killed.")],
            OSError("Timed out"),
            "ended during the run: Its keeper was killed. Read its log: jupyter pipeline cluster logs team-1",
        ),
        ([(ClusterState.FAILED, "")], RuntimeError("Client is closed"), "It is failed."),
        ([(ClusterState.RUNNING, "Job 17 ended: TIMEOUT")], TimeoutError(), "has a problem: Job 17 ended: TIMEOUT."),
    ],
)
def test_the_reason_of_the_cluster_replaces_the_error(
    records: list[tuple[ClusterState, str]], error: Exception, expected: str
) -> None:
    cluster: Any = Cluster(*records)
    with pytest.raises(ClusterEndedError) as raised, name_cluster_end(cluster):
        raise error
    assert expected in str(raised.value)
    assert raised.value.__cause__ is error


def test_other_errors_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_end, "_PATIENCE", 0.0)
    ended: Any = Cluster((ClusterState.STOPPED, "Its lifetime is over"))
    alive: Any = Cluster(RUNNING)
    with pytest.raises(ZeroDivisionError), name_cluster_end(ended):
        raise ZeroDivisionError
    with pytest.raises(FileNotFoundError), name_cluster_end(alive):
        raise FileNotFoundError
    with pytest.raises(KeyboardInterrupt), name_cluster_end(ended):
        raise KeyboardInterrupt


class RequestError(OSError):
    """Error of a library of the user."""


@pytest.mark.parametrize(
    "error",
    [
        FileNotFoundError("data.csv"),
        PermissionError("out.csv"),
        RequestError("no answer"),
        RuntimeError("The client of the shop has no address"),
        PrefectCancelledError(),
    ],
    ids=repr,
)
def test_errors_of_the_user_neither_wait_nor_become_the_end_of_the_cluster(error: BaseException) -> None:
    ended: Any = Cluster((ClusterState.STOPPED, "Its lifetime is over"))
    with pytest.raises(type(error)) as raised, name_cluster_end(ended):
        raise error
    assert raised.value is error


def test_the_timeout_of_a_step_is_no_error_of_the_cluster() -> None:
    ended: Any = Cluster((ClusterState.STOPPED, "Its lifetime is over"))
    with pytest.raises(PrefectCancelledError), name_cluster_end(ended):
        raise PrefectCancelledError from TimeoutError()


def test_a_problem_of_a_running_cluster_explains_errors_of_dask_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cluster_end, "_PATIENCE", 0.0)
    impaired: Any = Cluster((ClusterState.RUNNING, "Job 17 ended: TIMEOUT"))
    with pytest.raises(ConnectionRefusedError), name_cluster_end(impaired):
        raise ConnectionRefusedError("the database")
    with pytest.raises(ClusterEndedError, match="has a problem: Job 17"), name_cluster_end(impaired):
        raise KilledWorker("task-1", None, [])


@pytest.mark.parametrize("text", ["IOLoop is closed", "ConnectionPool is closed"])
def test_closed_connections_of_dask_are_known(text: str) -> None:
    ended: Any = Cluster((ClusterState.STOPPED, "Its lifetime is over"))
    with pytest.raises(ClusterEndedError), name_cluster_end(ended):
        raise RuntimeError(text)


@pytest.mark.parametrize(
    ("log", "expected"),
    [
        (
            "2026 distributed.nanny.memory WARNING Worker tcp://1.2.3.4:5 (pid=6) exceeded 95% memory budget.\n",
            "Workers of the cluster team-1 exceeded their memory and were killed during a task. Use larger workers",
        ),
        (
            "distributed.nanny - INFO - Worker process 7 was killed by signal 9\n",
            "team-1 ended while they ran one task: Worker process 7 was killed by signal 9. Read its log",
        ),
    ],
)
def test_killed_workers_are_the_cause(log: str, expected: str) -> None:
    cluster: Any = Cluster(RUNNING)
    (paths.private_dir(paths.clusters_dir() / "1") / "keeper.log").write_text(log)
    with pytest.raises(ClusterEndedError) as raised, name_cluster_end(cluster):
        raise KilledWorker("work-1", None, 3)  # type: ignore[arg-type]
    assert expected in str(raised.value)


FLOW = """
import time
from jupyter_pipeline.runtime import run_on
from prefect import flow, task

@task
def compute():
    from distributed import get_client
    return get_client().submit(time.sleep, 300).result()

@flow(name="capped")
def capped():
    with run_on("team", __file__):
        compute()
"""
EXPECTED = "Its budget of 0.50 EUR is spent"


def test_a_run_names_the_limit_that_ended_its_cluster(live: Path, tmp_path: Path) -> None:
    profile = tmp_path / "team.yaml"
    profile.write_text(
        "profiles:\n  team:\n    extends: local\n    workers: 1\n    cluster_kwargs: {threads_per_worker: 1}\n"
        "    limits: {budget: 0.5}\n    price: {currency: EUR, per_core_hour: 600}\n"
    )
    version, path = snapshots.store_snapshot({"flow.py": FLOW})
    spec = DeploymentSpec(
        name="capped",
        flow_name="capped",
        entrypoint="flow.py:capped",
        path=str(path),
        version=version,
        profile="team",
        profile_file=str(profile),
    )
    deployments.deploy(spec, overwrite=True)
    run = runs.wait(deployments.run_now("capped").id, timeout=180)
    assert run.state == "Failed"
    assert "ClusterEndedError: The cluster team-run-" in run.message
    assert EXPECTED in run.message
    wait_until(lambda: EXPECTED in runs.read_log(run.id), 30, "the cause in the log")  # logs arrive in batches
    shown = run_details.show_run(run.name)
    assert run.cause == shown.cause == run.message.partition("ClusterEndedError: ")[2]
    assert [step.state for step in shown.steps] == ["Failed"]
    [cluster] = shown.clusters
    assert (cluster.name.startswith("team-run-"), EXPECTED in cluster.reason, cluster.run) == (True, True, run.id)
    [row] = shown.costs
    assert (row.currency, (row.cost or 0) > 0.4, row.core_hours > 0) == ("EUR", True, True)
    assert EXPECTED in tables.run_details(shown)
    assert runs.failure(run.id).splitlines()[-1].endswith(run.message.partition("exception: ")[2])
