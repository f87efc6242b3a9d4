from __future__ import annotations

import subprocess
import sys

import pytest
from prefect.settings import Settings
from pydantic import AliasChoices

from jupyter_pipeline import environment_variables
from jupyter_pipeline.workflows.worker_tasks import api_access

URL = "https://prefect.example.org/api"
READ = f"""
import os
from jupyter_pipeline.workflows.worker_tasks import api_access
api_access.use_api({{"PREFECT_API_URL": {URL!r}, "PREFECT_API_KEY": "first"}}, None)
from prefect.settings import PREFECT_API_KEY, PREFECT_API_URL
assert (PREFECT_API_URL.value(), PREFECT_API_KEY.value()) == ({URL!r}, "first")
api_access.use_api({{"PREFECT_API_KEY": "second"}}, None)
assert PREFECT_API_KEY.value() == "second"
assert not {{"PREFECT_API_URL", "PREFECT_API_KEY"}} & os.environ.keys()
"""


def test_prefect_has_the_credentials_and_the_environment_has_not() -> None:
    subprocess.run([sys.executable, "-c", READ], check=True)


def test_another_host_does_not_get_the_credentials_of_a_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[object] = []
    monkeypatch.setattr(sys, "meta_path", found)
    api_access.use_api({"PREFECT_API_URL": "http://127.0.0.1:4280/api"}, "another boot")
    assert not found


def test_all_secrets_of_prefect_are_known() -> None:
    def list_secrets(model: type[Settings]) -> set[str]:
        found = set()
        for name, field in model.model_fields.items():
            if isinstance(field.annotation, type) and hasattr(field.annotation, "model_fields"):
                found |= list_secrets(field.annotation)
            elif "Secret" in str(field.annotation):
                alias = field.validation_alias
                choices = (
                    alias.choices if isinstance(alias, AliasChoices) else [f"{model.model_config['env_prefix']}{name}"]
                )
                found |= {text.upper() for text in choices if isinstance(text, str)}
        return {name for name in found if name.startswith("PREFECT_")}

    secrets = list_secrets(Settings)
    assert "PREFECT_SERVER_DATABASE_PASSWORD" in secrets
    assert secrets <= set(environment_variables.API_SECRETS)
