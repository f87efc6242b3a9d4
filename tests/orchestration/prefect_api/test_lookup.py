from __future__ import annotations

import asyncio
from typing import Any, cast

import pytest

from jupyter_pipeline.exceptions import NotFoundError
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi
from jupyter_pipeline.orchestration.prefect_api.lookup import find_run


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
