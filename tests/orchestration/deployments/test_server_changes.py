"""Changes of deployments by other programs."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import Callable
from typing import Any

import pytest

from jupyter_pipeline.exceptions import NotFoundError, OrchestrationError
from jupyter_pipeline.models import DeploymentSpec, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import deployments
from jupyter_pipeline.orchestration.deployments.server_changes import deployed_state, find_server_changes
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect
from jupyter_pipeline.orchestration.versions import history

SERVER: dict[str, Any] = {
    "id": "1",
    "entrypoint": "/snapshots/ab/flow.py:daily",
    "pull_steps": [{"prefect.deployments.steps.set_working_directory": {"directory": "/work"}}],
    "job_variables": {"env": {"A": "1", "TOKEN": "secret"}, "command": "python -m prefect.engine"},
    "version": "ab",
    "parameters": {"n": 3},
    "tags": ["b", "a"],
    "description": "",
    "work_pool_name": "jupyter-pipeline",
    "work_queue_name": "default",
    "global_concurrency_limit": {"limit": 1},
    "concurrency_options": {"collision_strategy": "CANCEL_NEW", "grace_period_seconds": 600},
    "paused": False,
    "schedules": [
        {"slug": "schedule-1", "schedule": {"cron": "0 6 * * *", "timezone": "UTC"}, "parameters": {}, "active": True},
        {"slug": None, "schedule": {"rrule": "DTSTART:20260101T000000\nFREQ=DAILY", "timezone": "UTC"}, "active": True},
    ],
}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"paused": True, "tags": ["a", "b"], "description": None, "updated": "now"}, ()),
        ({"id": "2"}, ("it was deleted and created again",)),
        (
            {"entrypoint": "flow.py:daily", "pull_steps": None},
            ("code: flow.py:daily instead of /snapshots/ab/flow.py:daily in /work",),
        ),
        (
            {"pull_steps": [{"prefect.deployments.steps.git_clone": {"repository": "x"}}]},
            ("code: /snapshots/ab/flow.py:daily after git_clone instead of /snapshots/ab/flow.py:daily in /work",),
        ),
        (
            {"pull_steps": [*SERVER["pull_steps"], {"jupyter_pipeline.workflows.checks.check_packages": {}}]},
            ("code: the pull steps were changed",),
        ),
        (
            {"entrypoint": "/a.py:f", "description": "Doc."},
            ("code: /a.py:f in /work instead of /snapshots/ab/flow.py:daily in /work",),
        ),
        ({"description": "Doc."}, ("description: Doc. instead of none",)),
        ({"version": "0123456789abcdef"}, ("version: 0123456789ab instead of ab",)),
        ({"parameters": {}}, ('parameters: none instead of {"n": 3}',)),
        ({"work_pool_name": "other"}, ("work pool: other instead of jupyter-pipeline",)),
        (
            {"work_pool_name": None, "work_queue_name": None},
            ("work pool: jupyter-pipeline was deleted, so no worker runs it",),
        ),
        ({"global_concurrency_limit": {"limit": 5}}, ("concurrency limit: 5 instead of 1",)),
        (
            {"job_variables": {"env": {"A": "1", "TOKEN": "other"}, "command": "python -m prefect.engine"}},
            ("environment variables: TOKEN was changed",),
        ),
        (
            {"job_variables": {}},
            (
                "environment variables: A, TOKEN were removed",
                "job variable command: none instead of python -m prefect.engine",
            ),
        ),
    ],
)
def test_each_change_is_named_with_both_sides(change: dict[str, Any], expected: tuple[str, ...]) -> None:
    state = deployed_state(SERVER)
    assert "secret" not in str(state)
    assert find_server_changes(state, {**SERVER, **change}) == expected


def test_changed_added_and_removed_schedules_are_named_in_words() -> None:
    state, server = deployed_state(SERVER), copy.deepcopy(SERVER)
    server["schedules"][0]["active"] = False  # a pause
    server["schedules"][1]["schedule"]["rrule"] = "DTSTART:20260301T000000\nFREQ=DAILY"  # the server moves the start
    assert find_server_changes(state, server) == ()
    server["schedules"][0]["schedule"]["cron"] = "0 7 * * *"
    server["schedules"][1] = {"slug": None, "schedule": {"cron": "0 8 * * *", "timezone": "UTC"}}
    changed, removed, added = find_server_changes(state, server)
    assert changed == "schedule: At 07:00 (UTC) instead of At 06:00 (UTC)"
    assert removed.endswith("was removed")
    assert added == "schedule: At 08:00 (UTC) was added without a name, so a deploy keeps it"
    server["schedules"][1]["slug"] = "mine"
    assert find_server_changes(state, server)[-1] == "schedule: At 08:00 (UTC) was added"


def test_changes_of_alerts_are_named() -> None:
    sends = {"enabled": True, "digest": "a"}
    then = deployed_state({**SERVER, "alert_automations": {"failure": sends, "late": sends, "recovery": sends}})
    now = {"failure": {"enabled": False, "digest": "b"}, "late": sends, "heartbeat": sends}
    assert find_server_changes(then, {**SERVER, "alert_automations": now}) == (
        "alert: trigger, text or receiver for failure was changed",
        "alert: the automation for failure is disabled",
        "alert: an automation for heartbeat was added",
        "alert: the automation for recovery was deleted",
    )
    assert find_server_changes(then, SERVER) == ()  # no access to automations
    assert find_server_changes({**then, "alerts": None}, {**SERVER, "alert_automations": now}) == ()


def test_an_unknown_state_has_no_changes() -> None:
    assert find_server_changes({}, SERVER) == ()


def _with_api(act: Callable[[PrefectApi], Any]) -> None:
    async def run() -> None:
        async with connect() as api:
            await act(api)

    asyncio.run(run())


def test_a_deploy_repairs_the_changes_of_another_program(
    live: ServiceStatus, specification: Callable[..., DeploymentSpec]
) -> None:
    nightly = Schedule(cron="0 3 * * *", timezone="UTC")
    spec = specification("changed", schedules=(nightly,), notebook="/n/sales.ipynb", commit="a" * 40)
    made = deployments.deploy(spec)
    assert (made.server_changes, made.commit, made.deployed_version) == ((), "a" * 40, spec.version)
    assert deployments.find("changed").server_changes == ()
    body = {
        "entrypoint": "flow.py:changed",
        "pull_steps": [],
        "job_variables": {},
        "parameters": {"seconds": 2.0},
        "schedules": [{"slug": "schedule-1", "schedule": {"cron": "0 4 * * *", "timezone": "UTC"}, "active": True}],
    }
    _with_api(lambda api: api.patch(f"/deployments/{made.id}", body))
    found = deployments.find("changed")
    assert (found.notebook, found.commit) == ("/n/sales.ipynb", "")
    assert [text.partition(":")[0] for text in found.server_changes] == [
        "code", "parameters", "environment variables", "job variable command", "schedule",
    ]  # fmt: skip
    assert next(d for d in deployments.list_deployments() if d.name == "changed") == found
    assert deployments.deploy(spec).server_changes == ()
    repaired = deployments.find("changed")
    assert (repaired.server_changes, repaired.schedules[0].cron) == ((), "0 3 * * *")
    deployments.delete("changed")


def test_a_deleted_work_pool_is_named_and_runs_are_refused(
    live: ServiceStatus, specification: Callable[..., DeploymentSpec]
) -> None:
    _with_api(lambda api: api.post("/work_pools/", {"name": "short-lived", "type": "process"}))
    spec = specification("pooled", work_pool="short-lived")
    deployments.deploy(spec)
    _with_api(lambda api: api.delete("/work_pools/short-lived"))
    (change,) = deployments.find("pooled").server_changes
    assert change == "work pool: short-lived was deleted, so no worker runs it"
    with pytest.raises(OrchestrationError, match="work pool of 'pooled' was deleted"):
        deployments.run_now("pooled")
    with pytest.raises(NotFoundError, match="short-lived"):
        deployments.deploy(spec)
    _with_api(lambda api: api.post("/work_pools/", {"name": "short-lived", "type": "process"}))
    assert deployments.deploy(spec).server_changes == ()
    deployments.delete("pooled")
    assert history.current_version("pooled", "embedded") is None
