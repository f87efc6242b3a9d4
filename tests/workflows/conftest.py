"""One real Prefect service for the tests of this folder that need one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_pipeline.orchestration import service


@pytest.fixture(scope="session")
def service_state(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    state = tmp_path_factory.mktemp("pipeline-service")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PIPELINE_STATE", str(state))
        service.up()
    yield state
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PIPELINE_STATE", str(state))
        service.down()


@pytest.fixture
def live(service_state: Path, isolated_state: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Use the session's service, and return its state folder."""
    monkeypatch.setenv("JUPYTER_PIPELINE_STATE", str(service_state))
    return service_state
