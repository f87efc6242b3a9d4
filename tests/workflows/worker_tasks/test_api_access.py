from __future__ import annotations

import subprocess
import sys

import pytest

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
