from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_pipeline import processes
from jupyter_pipeline.exceptions import ApiUnreachableError, ConfigurationError, NotFoundError
from jupyter_pipeline.models import ProcessIdentity
from jupyter_pipeline.orchestration import service_state
from jupyter_pipeline.orchestration.prefect_api import endpoint

PROFILES = """
active = "work"
[profiles.work]
PREFECT_API_URL = "https://prefect.example/api"
PREFECT_API_AUTH_STRING = "me:secret"
[profiles.cloud]
PREFECT_API_URL = "https://api.prefect.cloud/api/accounts/1/workspaces/2"
PREFECT_API_KEY = "pnu_key"
[profiles.local]
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "profiles.toml").write_text(PROFILES)
    return tmp_path


def _run_here() -> ProcessIdentity:
    me = processes.this_process()
    service_state.write_state(service_state.ServiceState(state="running", port=4299, supervisor=me))
    return me


def test_the_variable_comes_first(home: Path) -> None:
    _run_here()
    found = endpoint.resolve({"PREFECT_API_URL": "http://10.0.0.1:4200/api/", "PREFECT_HOME": str(home)})
    assert (found.url, found.source, found.authorization) == ("http://10.0.0.1:4200/api", "PREFECT_API_URL", "")
    assert found.ui_url == "http://10.0.0.1:4200"


@pytest.mark.parametrize(
    ("url", "embedded"),
    [
        ("http://127.0.0.1:4299/api", True),
        ("http://localhost:4299/api/", True),
        ("http://localhost:4200/api", False),
        ("http://10.0.0.1:4299/api", False),
        ("http://127.0.0.1:4299/other", False),
        ("http://127.0.0.1:port/api", False),
    ],
)
def test_a_configured_address_of_the_embedded_service_is_the_same_server(home: Path, url: str, embedded: bool) -> None:
    environ = {"PREFECT_API_URL": url, "PREFECT_HOME": str(home)}
    assert not endpoint.resolve(environ).embedded  # it does not run
    _run_here()
    assert endpoint.resolve(environ).embedded is embedded


def test_the_active_profile_comes_second(home: Path) -> None:
    _run_here()
    found = endpoint.resolve({"PREFECT_HOME": str(home)})
    assert (found.url, found.source) == ("https://prefect.example/api", "the Prefect profile 'work'")
    assert found.authorization == "Basic bWU6c2VjcmV0"


def test_a_profile_is_chosen_by_name(home: Path) -> None:
    found = endpoint.resolve({"PREFECT_HOME": str(home), "PREFECT_PROFILE": "cloud"})
    assert found.authorization == "Bearer pnu_key"
    assert found.ui_url == "https://app.prefect.cloud/account/1/workspace/2"


def test_the_embedded_service_comes_last(home: Path) -> None:
    _run_here()
    found = endpoint.resolve({"PREFECT_HOME": str(home), "PREFECT_PROFILE": "local"})
    assert (found.url, found.embedded) == ("http://127.0.0.1:4299/api", True)


def test_a_service_whose_process_is_gone_does_not_count(home: Path) -> None:
    import dataclasses

    other = dataclasses.replace(_run_here(), started=12.0)  # the pid is somebody else's now
    service_state.write_state(service_state.ServiceState(state="running", port=4299, supervisor=other))
    with pytest.raises(ApiUnreachableError, match="jupyter pipeline up"):
        endpoint.resolve({"PREFECT_HOME": str(home), "PREFECT_PROFILE": "local"})


def test_an_unknown_profile_offers_the_nearest(home: Path) -> None:
    with pytest.raises(NotFoundError, match="Did you mean cloud"):
        endpoint.resolve({"PREFECT_HOME": str(home), "PREFECT_PROFILE": "clud"})


def test_a_broken_file_of_profiles_is_named(home: Path) -> None:
    (home / "profiles.toml").write_text("active = [")
    with pytest.raises(ConfigurationError, match=r"profiles\.toml"):
        endpoint.resolve({"PREFECT_HOME": str(home)})


def test_secrets_are_not_shown(home: Path) -> None:
    found = endpoint.resolve({"PREFECT_HOME": str(home)})
    assert "bWU6c2VjcmV0" not in repr(found)
    assert service_state.read_secrets().auth not in repr(service_state.read_secrets())


@pytest.mark.parametrize(
    ("server", "url", "authorization"),
    [
        ("work", "https://prefect.example/api", "Basic bWU6c2VjcmV0"),
        ("${PROD}", "https://prod.example/api", "Bearer mine"),
        ("https://prefect.example/api", "https://prefect.example/api", "Basic bWU6c2VjcmV0"),  # of the profile
    ],
)
def test_a_server_is_named_by_reference(home: Path, server: str, url: str, authorization: str) -> None:
    environ = {"PREFECT_HOME": str(home), "PROD": "https://prod.example/api", "PREFECT_API_KEY": "mine"}
    found = endpoint.resolve(environ, server=server)
    assert (found.url, found.authorization, found.key) == (url, authorization, url)


@pytest.mark.parametrize(
    ("server", "complaint"),
    [
        ("wrk", "Did you mean work"),
        ("local", "has no PREFECT_API_URL"),
        ("${PROD}", "PROD is not set"),
        ("https://me:secret@prod.example/api", "without credentials"),
        ("ftp://prod.example", "without credentials"),
    ],
)
def test_a_server_that_cannot_be_used_is_refused(home: Path, server: str, complaint: str) -> None:
    with pytest.raises((ConfigurationError, NotFoundError), match=complaint) as refused:
        endpoint.resolve({"PREFECT_HOME": str(home)}, server=server)
    assert "secret" not in str(refused.value)
