from __future__ import annotations

import pytest

from jupyter_pipeline import environment_variables
from jupyter_pipeline.clusters.cleanup import tags


def test_clusters_do_not_inherit_secrets_of_the_api_unless_their_profile_names_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in environment_variables.API_SECRETS:
        monkeypatch.setenv(name, "hunter2")
    monkeypatch.setenv("PREFECT_API_URL", "http://127.0.0.1:4280/api")
    found = tags.build_environment("an-id")
    assert "hunter2" not in found.values()
    assert found["PREFECT_API_URL"] == "http://127.0.0.1:4280/api"
    assert found[environment_variables.CLUSTER] == "an-id"
    named = tags.build_environment("an-id", '{"environ": {"KEY": "${PREFECT_API_KEY}"}}')
    assert {name for name, value in named.items() if value == "hunter2"} == {"PREFECT_API_KEY"}
