from __future__ import annotations

import asyncio
from collections.abc import Callable

from jupyter_pipeline.models import DeploymentSpec, Schedule, ServiceStatus
from jupyter_pipeline.orchestration import api, deployments, health


def test_schedules_that_make_no_runs_are_noticed(
    live: ServiceStatus, specification: Callable[..., DeploymentSpec]
) -> None:
    deployments.deploy(specification("hourly", schedules=(Schedule(cron="0 * * * *"),)))
    waiting = {"flow_runs": {"state": {"type": {"any_": ["SCHEDULED"]}}}}

    async def look() -> tuple[list[str], list[str], list[str]]:
        async with api.connect() as connection:
            well = await health.stalled_schedules(connection, settle=0)
            while (await connection.post("/flow_runs/bulk_delete", waiting))["deleted"]:
                pass
            ill = await health.stalled_schedules(connection, settle=0)
            return well, ill, await health.stalled_schedules(connection, settle=3600)

    well, ill, soon = asyncio.run(look())
    assert well == []
    assert "hourly" in ill
    assert soon == []  # it was deployed just now
    deployments.pause("hourly")


def test_the_pool_is_made_once(live: ServiceStatus) -> None:
    async def again() -> bool:
        async with api.connect() as connection:
            await health.ensure_pool(connection)
            await health.answers(connection)
            return await health.worker_online(connection, since=0)

    assert asyncio.run(again())
