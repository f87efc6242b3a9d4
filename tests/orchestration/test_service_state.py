from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_pipeline.exceptions import ConfigurationError
from jupyter_pipeline.orchestration.service import database, server_settings
from jupyter_pipeline.orchestration.service_state import ServiceState, read_secrets, read_state, write_state
from jupyter_pipeline.paths import service_dir

DAMAGED = ["", "[]", "null", "1", '{"a"', "[" * 100_000]


@pytest.mark.parametrize(
    "content", [*DAMAGED, '{"supervisor": []}', '{"children": [1]}', '{"supervisor": {"pid": {}}}']
)
def test_a_damaged_state_counts_as_absent(content: str) -> None:
    write_state(ServiceState(state="running", port=4200))
    assert read_state() is not None
    (service_dir() / "service.json").write_text(content)
    assert read_state() is None


def test_secrets_are_created_once() -> None:
    assert read_secrets() == read_secrets()


@pytest.mark.parametrize("content", [*DAMAGED, "{}", '{"auth": "x"}', '{"auth": null, "encryption_key": "x"}'])
def test_damaged_secrets_are_named_and_kept(content: str) -> None:
    path = service_dir() / "secrets.json"
    path.write_text(content)
    with pytest.raises(ConfigurationError, match=r"secrets\.json: is damaged .* Restore the file\."):
        read_secrets()
    assert path.read_text() == content


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_choice_of_the_database_is_not_ignored(tmp_path: Path, content: str) -> None:
    (tmp_path / "database.json").write_text(content)
    with pytest.raises(ConfigurationError, match=r"database\.json: is damaged .*up --postgres"):
        database.read_choice(tmp_path)


@pytest.mark.parametrize("content", DAMAGED)
def test_damaged_settings_are_not_ignored(tmp_path: Path, content: str) -> None:
    (tmp_path / "settings.json").write_text(content)
    with pytest.raises(ConfigurationError, match=r"settings\.json: is damaged .*repeat the options"):
        server_settings.read_options(tmp_path)
