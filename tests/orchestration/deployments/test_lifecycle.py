from __future__ import annotations

import asyncio
import dataclasses
import math
import re
from collections.abc import Callable
from typing import Any

import pytest

from jupyter_pipeline.exceptions import (
    ApiUnreachableError,
    ConfigurationError,
    NotFoundError,
    OrchestrationError,
    UsageError,
)
from jupyter_pipeline.models import DeploymentSpec, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import deployments
from jupyter_pipeline.orchestration.prefect_api import client
from jupyter_pipeline.orchestration.prefect_api.client import connect

Make = Callable[..., DeploymentSpec]
NIGHTLY = Schedule(cron="0 3 * * *", timezone="Europe/Berlin")


@pytest.fixture
def writes(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Collect the requests that change something."""
    seen: list[str] = []
    send = client.PrefectApi._send

    async def listen(self: Any, method: str, path: str, *rest: Any, **options: Any) -> Any:
        if method != "GET" and not path.endswith("/filter"):
            seen.append(f"{method} {path}")
        return await send(self, method, path, *rest, **options)

    monkeypatch.setattr(client.PrefectApi, "_send", listen)
    return seen


def test_a_deployment_is_made_and_listed(live: ServiceStatus, specification: Make) -> None:
    spec = specification(
        "made", schedules=(NIGHTLY,), tags=("b", "a"), notebook="work/sales.ipynb", description="Sales"
    )
    made = deployments.deploy(spec)
    listed = {record.name: record for record in deployments.list_deployments()}["made"]
    assert (listed.id, listed.flow_name, listed.version, listed.profile) == (made.id, "made", spec.version, "local")
    assert listed.tags == ("a", "b")
    assert listed.notebook == "work/sales.ipynb"
    assert listed.schedule_text == "At 03:00 (Europe/Berlin)"
    assert listed.next_run is not None
    assert listed.last_run is None
    assert listed.url.startswith(live.ui_url)


def test_deploying_again_unchanged_writes_nothing(live: ServiceStatus, specification: Make, writes: list[str]) -> None:
    schedules = (
        NIGHTLY,
        Schedule(every=900.0, slug="quarter"),
        Schedule(rrule="RRULE:FREQ=WEEKLY;BYDAY=MO", timezone="Asia/Tokyo", slug="weekly", parameters={"seconds": 1}),
    )
    spec = specification("unchanged", schedules=schedules, tags=("x",), parameters={"seconds": 0.5})
    deployments.deploy(spec)
    assert writes
    writes.clear()
    deployments.deploy(spec)
    assert writes == []


def test_the_server_refuses_before_anything_is_written(
    live: ServiceStatus, specification: Make, writes: list[str]
) -> None:
    # Longer than the longest rule of Prefect.
    days = ",".join(f"{year}0101T000000" for year in range(2030, 2530))
    endless = Schedule(rrule=f"RRULE:FREQ=DAILY\nEXDATE:{days}")
    for refused, reason in (
        (specification("refused", schedules=(endless,)), r"Max length is 6500, got \d+ \(field schedules.0"),
        (specification("refused", schedules=(Schedule(cron="0 0 * * 5L"),)), 'Invalid cron string: "0 0 [*] [*] 5L"'),
        (specification("refused", concurrency_limit=-1), "greater than 0"),
    ):
        with pytest.raises(UsageError, match=reason) as error:
            deployments.preview(refused, {})
        assert "Field required" not in str(error.value)
    assert {request.split("/")[1] for request in writes if not request.startswith("PATCH")} <= {"csrf-token"}
    assert "refused" not in {record.name for record in deployments.list_deployments()}


def test_a_changed_deployment_keeps_its_identity_and_its_pause(live: ServiceStatus, specification: Make) -> None:
    spec = specification("kept", schedules=(NIGHTLY,))
    made = deployments.deploy(spec)
    assert deployments.pause("kept").paused
    changed = deployments.deploy(dataclasses.replace(spec, description="new", schedules=(Schedule(cron="0 4 * * *"),)))
    assert (changed.id, changed.paused) == (made.id, True)
    assert changed.schedule_text == "At 04:00 (UTC)"
    assert not deployments.resume("kept").paused


def test_a_schedule_paused_on_the_server_is_shown_kept_and_resumed(live: ServiceStatus, specification: Make) -> None:
    spec = specification("halted", schedules=(NIGHTLY,))
    deployments.deploy(spec)

    async def halt() -> None:
        async with client.connect() as api:
            server = await api.get("/deployments/name/halted/halted")
            await api.patch(f"/deployments/{server['id']}/schedules/{server['schedules'][0]['id']}", {"active": False})

    asyncio.run(halt())
    for record in (deployments.find("halted"), deployments.deploy(spec)):
        assert (record.paused, record.next_run, record.server_changes) == (True, None, ())
        assert record.schedule_text == "At 03:00 (Europe/Berlin) (paused on the server)"
    resumed = deployments.resume("halted")
    assert (resumed.paused, resumed.schedule_text) == (False, "At 03:00 (Europe/Berlin)")
    assert resumed.next_run is not None
    deployments.delete("halted")


def test_schedules_are_added_changed_and_removed_by_slug(live: ServiceStatus, specification: Make) -> None:
    first = Schedule(every=3600.0, slug="first")
    second = Schedule(every=7200.0, slug="second")
    deployments.deploy(specification("several", schedules=(first, second)))
    third = Schedule(cron="0 5 * * *", slug="third")
    changed = deployments.deploy(specification("several", schedules=(dataclasses.replace(first, every=1800.0), third)))
    assert {s.slug: s.every or s.cron for s in changed.schedules} == {"first": 1800.0, "third": "0 5 * * *"}
    assert deployments.deploy(specification("several")).schedules == ()


def test_a_schedule_added_by_other_means_stays(live: ServiceStatus, specification: Make) -> None:
    spec = specification("foreign", schedules=(NIGHTLY,))
    made = deployments.deploy(spec)

    async def add() -> None:
        async with client.connect() as connection:
            body = [{"schedule": {"cron": "5 5 * * *", "timezone": "UTC"}, "active": True}]
            await connection.post(f"/deployments/{made.id}/schedules", body)

    asyncio.run(add())
    again = deployments.deploy(dataclasses.replace(spec, schedules=(Schedule(cron="0 6 * * *"),)))
    assert sorted(s.cron for s in again.schedules) == ["0 6 * * *", "5 5 * * *"]


def test_a_name_of_another_notebook_is_not_taken_unasked(live: ServiceStatus, specification: Make) -> None:
    spec = specification("owned", notebook="mine.ipynb")
    deployments.deploy(spec)
    other = dataclasses.replace(spec, notebook="theirs.ipynb")
    with pytest.raises(OrchestrationError, match=r"belongs to the notebook mine\.ipynb"):
        deployments.deploy(other)
    assert deployments.deploy(other, overwrite=True).notebook == "theirs.ipynb"


def test_an_unknown_name_offers_the_nearest(live: ServiceStatus, specification: Make) -> None:
    deployments.deploy(specification("carriers"))
    for action in (deployments.pause, deployments.resume, deployments.run_now, deployments.delete):
        with pytest.raises(NotFoundError, match="Did you mean carriers"):
            action("cariers")


def test_an_unknown_work_pool_is_refused(live: ServiceStatus, specification: Make) -> None:
    with pytest.raises(NotFoundError, match="jupyter-pipeline"):
        deployments.deploy(specification("pooled", work_pool="jupiter-pipeline"))
    assert "pooled" not in [record.name for record in deployments.list_deployments()]


@pytest.mark.parametrize("pool_type", ["docker", "kubernetes", "prefect:managed"])
def test_a_pool_whose_runs_lack_code_and_packages_is_refused(
    live: ServiceStatus, specification: Make, pool_type: str
) -> None:
    name = f"{pool_type.rpartition(':')[2]}-pool"

    async def create() -> None:
        async with connect() as api:
            await api.post("/work_pools/", {"name": name, "type": pool_type})

    asyncio.run(create())
    spec = specification("containers", work_pool=name)
    for action in (deployments.deploy, lambda s: deployments.preview(s, {})):
        with pytest.raises(ConfigurationError, match=f"has the type {pool_type}.*--work-pool"):
            action(spec)
    assert "containers" not in [record.name for record in deployments.list_deployments()]


@pytest.mark.parametrize(
    ("given", "complaint"),
    [
        ({"parameters": {"seconds": "many"}}, "The deployment sets the parameter 'seconds' to 'many'"),
        ({"parameters": {"seconds": True}}, "does not match its type. Set a number"),
        ({"schedules": (Schedule(every=60.0, parameters={"secnds": 1}),)}, "Did you mean seconds?"),
        ({"schedules": (Schedule(every=60.0, slug="a", parameters={"result": 1}),)}, "The schedule 'a' sets"),
    ],
)
def test_parameters_that_the_flow_does_not_take_are_refused_before_the_deploy(
    live: ServiceStatus, specification: Make, given: dict[str, Any], complaint: str
) -> None:
    with pytest.raises(UsageError, match=re.escape(complaint)):
        deployments.deploy(specification("strict", **given))
    assert "strict" not in [record.name for record in deployments.list_deployments()]


@pytest.mark.parametrize("parameters", [{"secnds": 1}, {"seconds": "many"}, {"seconds": math.nan}])
def test_wrong_parameters_are_refused(live: ServiceStatus, specification: Make, parameters: dict[str, Any]) -> None:
    deployments.deploy(specification("parametrised"))
    with pytest.raises(UsageError, match=r"second|JSON"):
        deployments.run_now("parametrised", parameters)


def test_a_deleted_deployment_is_gone(live: ServiceStatus, specification: Make) -> None:
    deployments.deploy(specification("deleted", schedules=(NIGHTLY,)))
    deployments.delete("deleted")
    assert "deleted" not in [record.name for record in deployments.list_deployments()]


def test_flows_with_one_deployment_name_are_distinguished(live: ServiceStatus, specification: Make) -> None:
    for flow_name in ("north", "south"):
        deployments.deploy(specification("twin", flow_name=flow_name))
    with pytest.raises(UsageError, match="north/twin or south/twin"):
        deployments.pause("twin")
    assert deployments.pause("south/twin").flow_name == "south"


def test_without_a_service_the_way_out_is_named() -> None:
    with pytest.raises(ApiUnreachableError, match="jupyter pipeline up"):
        deployments.list_deployments()


def test_a_configured_server_that_does_not_answer_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:9/api")
    with pytest.raises(ApiUnreachableError, match=r"127\.0\.0\.1:9.*PREFECT_API_URL"):
        deployments.list_deployments()


def test_it_works_inside_a_running_loop(live: ServiceStatus) -> None:
    async def cell() -> list[Any]:
        return deployments.list_deployments()

    assert isinstance(asyncio.run(cell()), list)
