from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from waiting import wait_until

from jupyter_pipeline import environment_variables, processes
from jupyter_pipeline.models import DeploymentSpec, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs
from jupyter_pipeline.orchestration.prefect_api import client
from jupyter_pipeline.orchestration.service import health, process_cleanup
from jupyter_pipeline.paths import service_dir


def test_schedules_that_make_no_runs_are_noticed(
    live: ServiceStatus, specification: Callable[..., DeploymentSpec]
) -> None:
    deployments.deploy(specification("hourly", schedules=(Schedule(cron="0 * * * *"),)))
    waiting = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}

    async def look() -> tuple[list[str], list[str], list[str]]:
        async with client.connect() as connection:
            well = await health.find_stalled_schedules(connection, settle=0)
            while (await connection.post("/flow_runs/bulk_delete", waiting))["deleted"]:
                pass
            ill = await health.find_stalled_schedules(connection, settle=0)
            return well, ill, await health.find_stalled_schedules(connection, settle=3600)

    well, ill, soon = asyncio.run(look())
    assert "hourly" not in well
    assert "hourly" in ill
    assert "hourly" not in soon  # it was deployed just now
    deployments.pause("hourly")


@pytest.mark.parametrize(
    ("names", "text"),
    [
        ([], ""),
        (["kind-owl"], "Ending 1 active run: kind-owl"),
        (["b", "a"], "Ending 2 active runs: a, b"),
        ([f"r{i}" for i in range(12)], "Ending 12 active runs: r0, r1, r10, r11, r2, r3, r4, r5, r6, r7 and 2 more"),
    ],
)
def test_runs_that_a_stop_ends_are_named(names: list[str], text: str) -> None:
    assert health.describe_ended_runs(names) == text


def test_the_pool_is_made_once(live: ServiceStatus) -> None:
    async def again() -> bool:
        async with client.connect() as connection:
            await health.ensure_pool(connection)
            await health.check_server(connection)
            return bool(await connection.get("/work_pools/jupyter-pipeline"))

    assert asyncio.run(again())


def test_a_lost_run_whose_limit_is_gone_is_crashed(
    live: ServiceStatus, specification: Callable[..., DeploymentSpec]
) -> None:
    made = deployments.deploy(specification("orphan"))
    run = deployments.run_now("orphan", {"seconds": 600})
    _await_running(run.id)

    async def lose() -> list[str]:
        async with client.connect() as connection:
            await connection.delete(f"/deployments/{made.id}")  # as another program might
            for process in processes.with_variable(environment_variables.SERVICE, str(service_dir())):
                if process.environ().get("PREFECT__FLOW_RUN_ID") == run.id:
                    process.kill()
            alive = process_cleanup.find_running_runs(service_dir())
            leases = service_dir() / "prefect" / "concurrency_leases"
            return await health.crash_lost_runs(connection, "its process is gone", alive=alive, leases=leases)

    asyncio.run(lose())
    assert runs.wait(run.id, timeout=30).state == "Crashed"


def test_a_deployment_is_deleted_after_its_runs_have_ended(
    live: ServiceStatus, specification: Callable[..., DeploymentSpec]
) -> None:
    deployments.deploy(specification("ending"))
    run = deployments.run_now("ending", {"seconds": 600})
    _await_running(run.id)

    async def list_active() -> list[str]:
        async with client.connect() as connection:
            return [active["name"] for active in await health.find_active_runs(connection)]

    assert run.name in asyncio.run(list_active())
    deployments.delete("ending")
    assert runs.find(run.id).state == "Cancelled"


def _await_running(run: str) -> None:
    wait_until(lambda: runs.find(run).state == "Running", 90, "the start of the run")


def test_scheduled_runs_are_counted(live: ServiceStatus, specification: Callable[..., DeploymentSpec]) -> None:
    def count() -> int:
        async def ask() -> int:
            async with client.connect() as connection:
                return await health.count_scheduled_runs(connection)

        return asyncio.run(ask())

    before = count()
    every_minute = tuple(Schedule(cron="* * * * *", slug=f"s{n}") for n in range(3))
    deployments.deploy(specification("often", schedules=every_minute))
    wait_until(lambda: count() - before >= 3, 90, "the runs of three schedules")
    deployments.pause("often")
