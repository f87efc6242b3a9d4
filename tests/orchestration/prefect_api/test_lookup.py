from __future__ import annotations

import asyncio
import datetime as dt
from typing import Any, cast

import pytest

from jupyter_pipeline.exceptions import NotFoundError
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.lookup import _name_active, find_run


class Server:
    """A server with a scheduled run and two earlier ones."""

    async def post(self, path: str, body: dict[str, Any]) -> list[dict[str, Any]]:
        if "name" in body["flow_runs"]:
            return []
        earlier = "before_" in body["flow_runs"]["expected_start_time"]
        return [{"name": name} for name in ([] if earlier else ["later-run"]) + ["red-fox", "blue-owl"]]


def test_an_unknown_run_offers_the_runs_of_the_list_the_newest_first() -> None:
    with pytest.raises(NotFoundError) as error:
        asyncio.run(find_run(cast("PrefectApi", Server()), "zzz"))
    assert str(error.value) == "No run is called 'zzz'. There are: red-fox, blue-owl."


@pytest.mark.parametrize(("time", "expected"), [(5.0, ""), (15.0, "running"), (25.0, "running"), (45.0, "starting")])
def test_the_run_that_was_active_is_named(time: float, expected: str) -> None:
    def run(name: str, start: float | None, end: float | None) -> dict[str, str | None]:
        times = [None if t is None else dt.datetime.fromtimestamp(t, dt.UTC).isoformat() for t in (start, end)]
        return {"name": name, "start_time": times[0], "end_time": times[1]}

    found = [run("running", 10.0, 30.0), run("ended", 0.0, 4.0)]
    starting = [run("starting", 50.0, None)] if time > 40.0 else []
    assert _name_active([*starting, *found[time < 10.0 :]], time) == expected
