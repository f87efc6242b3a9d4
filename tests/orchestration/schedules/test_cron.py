"""Cron expressions have the same answer and the same times here and on a real server."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import pytest

from jupyter_pipeline.exceptions import ApiRefusedError, UsageError
from jupyter_pipeline.models import Schedule, ServiceStatus
from jupyter_pipeline.orchestration import schedules
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect

ACCEPTED = """
* * * * * | */15 * * * * | 0 6 * * * | 0 6 * * 1-5
0 6 * * mon-fri | 0 6 * * MON,WED,FRI | 30 2 * * * | 30 1 * * *
0 0 1 * * | 0 0 29 2 * | 0 0 31 * * | 0 0 L * *
0 0 1,L * * | 0 0 L * 5 | 0 0 13 * 5 | 0 0 */2 * 1 | 0 6 1-7 * MON
0 12 * * L5 | 0 12 * * L7 | 0 12 * * 5#3 | 0 12 * * MON#1 | 0 12 * * fri#5 | 0 0 ? * 1 | 0 0 1 * ? | 0 0 ? * ?
0 22-2 * * * | 0 0 * * fri-mon | 0 0 * * 5-7 | 0 0 * * 0-7
0 0 * * 7 | 0 0 * * sun | 5/15 * * * * | 59/2 * * * *
*/61 * * * * | */7 * * * * | 10-50/20 * * * * | 0 8-18/2 * * *
0 0 * JAN,JUL * | 0 0 1 */3 * | 0 0 * nov-feb * | 15 1,2,3 * * *
0 0,12 1 */2 * | 59 23 31 12 * | 0 6 * * * 30 | * * * * * */20
0 6 * * * 0 * | 0 6 * * * */30 *
@daily | @midnight | @hourly | @weekly | @monthly
@yearly | @annually | @Daily | 0  6  *  *  1 | 0 6 1-15/3 * *
"""
REFUSED = """
5L * * * * | 0 0 * * 5L | 0 0 * * friL | 0 0 * * Lfri | 0 0 LW * *
0 0 15W * * | 0 0 L-2 * * | 0 0 L1 * * | 0 0 * * L | ? 0 * * *
0 0 * * 5#6 | 0 0 * * mon,fri#2 | 0 0 * * 1,L5 | 0 0 * * 1-5#2
0 0 * * *#2 | 60 * * * * | 0 24 * * * | 0 0 0 * *
0 0 32 * * | 0 0 * 0 * | 0 0 * 13 * | 0 0 * * 8 | */0 * * * * | 1--2 * * * * | -1 * * * *
0 6 * * 1-5, | */1.5 * * * *
0 6 * * Monday | 0 6 * * 1 - 5 | @reboot | @every_minute
* * * * * * * * | * * * | * | H * * * * | H(0-5) * * * *
H/15 * * * * | R * * * * | 0 R * * * | 0 6 * * * 60 | 0 6 * * * 0 1960 | every day
"""
STRICTER = """
R(0-5) * * * * | R/15 * * * *
0 0 30 2 * | 0 0 31 4 * | 0 0 1 1 * 0 2020 | 0 6 * * * 0 2028-2030 | \u0663 * * * *
"""
"""Expressions that the server accepts although their times are random, never come, or end.

The server creates no run for a deployment that has one whose times end."""

ZONES = ("UTC", "Europe/Berlin", "America/New_York")
STARTS = ("2027-03-27T20:00:01+00:00", "2027-03-14T00:30:01+00:00", "2027-10-30T23:10:01+00:00")
"""Before changes of the clocks in Europe and in America."""


def split(table: str) -> list[str]:
    return [expression for line in table.strip().splitlines() for expression in line.split(" | ")]


def is_accepted(cron: str) -> bool:
    try:
        return bool(schedules.parse_schedule(cron=cron))
    except UsageError:
        return False


async def is_accepted_by_server(api: PrefectApi, cron: str) -> bool:
    body = {"schedules": [{"schedule": {"cron": cron, "timezone": "UTC"}, "slug": "s"}]}
    with pytest.raises(ApiRefusedError) as refused:
        await api.patch("/deployments/00000000-0000-0000-0000-000000000000", body)
    assert refused.value.status in (404, 422), refused.value
    return refused.value.status == 404


async def create_times(api: PrefectApi, wanted: Mapping[str, Schedule], start: str) -> dict[str, list[float]]:
    """Return the first five times of each schedule that the server creates runs for."""
    flow = await api.post("/flows/", {"name": "cron"})
    entries = [
        {"schedule": {"cron": s.cron, "timezone": s.timezone, "day_or": True}, "slug": slug}
        for slug, s in wanted.items()
    ]
    deployment = await api.post(
        "/deployments/", {"name": "cron", "flow_id": flow["id"], "paused": True, "schedules": entries}
    )
    await api.post(
        f"/deployments/{deployment['id']}/schedule",
        {"start_time": start, "end_time": "2070-01-01T00:00:00+00:00", "min_time": 0, "min_runs": 5, "max_runs": 5},
    )
    slugs = {entry["id"]: entry["slug"] for entry in deployment["schedules"]}
    found: dict[str, list[float]] = defaultdict(list)
    body = {"sort": "EXPECTED_START_TIME_ASC", "deployments": {"id": {"any_": [deployment["id"]]}}}
    async for run in api.pages("/flow_runs/filter", body):
        due = dt.datetime.fromisoformat(run["expected_start_time"]).timestamp()
        found[slugs[run["created_by"]["id"]]].append(due)
    await api.delete(f"/deployments/{deployment['id']}")
    await api.delete(f"/flows/{flow['id']}")
    return found


def test_the_server_accepts_what_is_accepted_here(live: ServiceStatus) -> None:
    table = [*split(ACCEPTED), *split(REFUSED)]
    assert len(table) >= 60

    async def ask() -> dict[str, bool]:
        async with connect() as api:
            return {cron: await is_accepted_by_server(api, cron) for cron in [*table, *split(STRICTER)]}

    theirs = asyncio.run(ask())
    assert {cron for cron in table if is_accepted(cron) != theirs[cron]} == set()
    assert [cron for cron in table if theirs[cron]] == split(ACCEPTED)
    assert [is_accepted(cron) for cron in split(STRICTER)] == [False] * len(split(STRICTER))


@pytest.mark.slow
@pytest.mark.parametrize("start", STARTS)
def test_the_server_creates_runs_at_the_times_shown(live: ServiceStatus, start: str) -> None:
    wanted = {
        f"{zone}-{index}".lower().replace("/", "-").replace("_", "-"): schedules.parse_schedule(
            cron=cron, timezone=zone
        )
        for zone in ZONES
        for index, cron in enumerate(split(ACCEPTED))
    }
    after = dt.datetime.fromisoformat(start)

    async def ask() -> dict[str, list[float]]:
        async with connect() as api:
            return await create_times(api, wanted, start)

    theirs: dict[str, Any] = asyncio.run(ask())
    for slug, schedule in wanted.items():
        ours = [time.timestamp() for time in schedules.next_runs(schedule, 5, after=after)]
        assert ours == theirs[slug], schedule
