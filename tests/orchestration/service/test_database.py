"""The choice of the database."""

from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_pipeline import environment_variables
from jupyter_pipeline.exceptions import ConfigurationError, PipelineError, UsageError
from jupyter_pipeline.orchestration.service import database
from jupyter_pipeline.orchestration.service_state import ServiceState

URL = "postgresql://me@db/prefect"
POSTGRESQL = ServiceState(state="stopped", database="postgresql")


@pytest.mark.parametrize(
    "choice", ["", "local", URL, "postgres://me:${PASSWORD}@db/prefect", "postgresql+asyncpg://me@db/x"]
)
def test_a_choice_is_accepted(choice: str) -> None:
    assert database.check_choice(choice) == choice


@pytest.mark.parametrize(
    ("choice", "complaint"),
    [
        ("mysql://me@db/x", "takes local, or an address"),
        ("yes", "takes local, or an address"),
        ("postgresql://me:hunter2@db/x", "contains a password"),
        ("postgresql://db/x?user=me&password=hunter2", "contains a password"),
    ],
)
def test_another_choice_is_refused(choice: str, complaint: str) -> None:
    with pytest.raises(UsageError, match=complaint) as refused:
        database.check_choice(choice)
    assert "hunter2" not in str(refused.value)


def test_an_address_gets_its_driver_and_its_variables() -> None:
    address = "postgres://me:${PASSWORD}@db/x"
    assert database.resolve_address(address, {"PASSWORD": "hunter2"}) == "postgresql+asyncpg://me:hunter2@db/x"
    assert database.resolve_address(URL, {}) == "postgresql+asyncpg://me@db/prefect"
    with pytest.raises(ConfigurationError, match="the variable PASSWORD is not set"):
        database.resolve_address(address, {})


def test_a_choice_is_stored(tmp_path: Path) -> None:
    assert database.select(tmp_path, "", None, migrate=None) == ""
    assert database.select(tmp_path, "local", None, migrate=None) == "local"
    database.write_choice(tmp_path, "local")
    assert (tmp_path / "database.json").stat().st_mode & 0o777 == 0o600
    assert database.select(tmp_path, "", POSTGRESQL, migrate=None) == "local"


@pytest.mark.parametrize(
    ("stored", "variable", "sqlite", "state", "postgres", "migrate", "complaint"),
    [
        ("local", "", False, POSTGRESQL, URL, None, "are in the local PostgreSQL"),
        ("", "", True, None, "local", None, "Add --migrate to copy them"),
        ("", "", False, POSTGRESQL, "", None, "are in PostgreSQL"),
        ("", "postgresql+asyncpg://me@db/x", False, None, "local", None, "both name a database"),
        ("", "mysql://me:hunter2@db/x", False, None, "", None, "is not an address of PostgreSQL"),
        ("", "", True, None, "", True, "--migrate needs a PostgreSQL database"),
    ],
)
def test_a_contradiction_is_refused(
    stored: str, variable: str, sqlite: bool, state: ServiceState | None, postgres: str, migrate: bool | None,
    complaint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv(environment_variables.DATABASE, variable)
    if stored:
        database.write_choice(tmp_path, stored)
    if sqlite:
        (tmp_path / "prefect").mkdir()
        (tmp_path / "prefect" / "prefect.db").touch()
    with pytest.raises(PipelineError, match=complaint) as refused:
        database.select(tmp_path, postgres, state, migrate=migrate)
    assert "hunter2" not in str(refused.value)
