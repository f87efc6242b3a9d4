"""Profiles in the Jupyter server's own configuration."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from jupyter_pipeline.clusters.profiles import traitlets_config
from jupyter_pipeline.server.kernel_cli import Interpreter


@pytest.fixture
def jp_server_config(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr(traitlets_config, "_application_configs", [])
    return {
        "ServerApp": {"jpserver_extensions": {"jupyter_pipeline": True}},
        "JupyterPipeline": {"profiles": {"night": {"extends": "local", "workers": 3}}},
    }


async def test_they_are_listed_and_handed_to_the_command_line_of_kernels(
    call: Callable[..., Awaitable[tuple[int, Any]]],
) -> None:
    code, profiles = await call("GET", "profiles")
    assert code == 200
    assert next(p for p in profiles if p["name"] == "night")["workers"] == 3
    answer = await Interpreter(sys.executable).run(["profiles", "show", "night"])
    assert answer["workers"] == 3
