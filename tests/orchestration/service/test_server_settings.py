"""Settings of the server: files, options, and refusals before anything is started."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from redis_program import MISSING

from jupyter_pipeline.exceptions import ConfigurationError, PipelineError, ServiceError, UsageError
from jupyter_pipeline.orchestration import service, service_state
from jupyter_pipeline.orchestration.service import server_settings
from jupyter_pipeline.orchestration.service.environment import server_environment, worker_environment
from jupyter_pipeline.orchestration.service_state import Secrets
from jupyter_pipeline.paths import service_dir


def _write(text: str) -> Path:
    path = Path(os.environ["JUPYTER_CONFIG_DIR"]) / "jupyter_pipeline" / "service.yaml"
    path.parent.mkdir()
    path.write_text(text)
    return path


def test_settings_of_the_file_reach_the_server(tmp_path: Path) -> None:
    _write("pool_size: 75\nmax_overflow: 150\ndatabase_timeout: 80\ncsrf_protection: false\nkeep_alive_timeout: 10\n")
    settings = server_settings.find_settings(tmp_path)
    places: dict[str, Any] = {"home": tmp_path, "state_dir": tmp_path, "port": 1, "secrets": Secrets("a", "b")}
    environment = server_environment({}, settings=settings, **places)
    assert environment["PREFECT_SERVER_DATABASE_SQLALCHEMY_POOL_SIZE"] == "75"
    assert environment["PREFECT_SERVER_DATABASE_TIMEOUT"] == "80"
    assert environment["PREFECT_SERVER_CSRF_PROTECTION_ENABLED"] == "false"
    assert "PREFECT_REDIS_MESSAGING_URL" not in environment
    assert server_settings.count_connections({**settings, "workers": 4}) == 5 * 227 + 20
    several = {"JUPYTER_PIPELINE_BROKER_URL": "redis://:hunter2@h"}
    environment = server_environment(several, settings={"workers": 2, "max_requests": 4096}, **places)
    for name in ("SERVER_DOCKET", "REDIS_MESSAGING", "REDIS_WORKER_CLEANUP_QUEUE"):
        assert environment[f"PREFECT_{name}_URL"] == "redis://:hunter2@h"
    assert environment["JUPYTER_PIPELINE_SERVER_OPTIONS"] == '{"max_requests": 4096}'
    runs = worker_environment(several, **places)
    assert "hunter2" not in str(runs)
    assert runs["MPLBACKEND"] == "agg"


def test_options_replace_the_file_and_are_stored(tmp_path: Path) -> None:
    _write("workers: 4\npool_size: 10\n")
    assert server_settings.find_settings(tmp_path)["workers"] == 4
    assert server_settings.find_settings(tmp_path, workers=2, broker="local") == {
        "workers": 2,
        "pool_size": 10,
        "broker": "local",
    }
    server_settings.write_options(tmp_path, workers=1, broker="")
    assert server_settings.find_settings(tmp_path) == {"workers": 1, "pool_size": 10}
    assert (tmp_path / "settings.json").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("pool_sise: 3\n", r"pool_sise: is not a setting of the service\. Did you mean pool_size\?"),
        ("host: 0.0.0.0\n", "host: is not a setting of the service"),
        ("pool_size: many\n", r"pool_size: is 'many'\. Write a whole number"),
        ("pool_size: 2.5\n", "Write a whole number"),
        ("workers: 0\n", r"workers: is 0\. Write a number from 1 to 32"),
        ("workers: true\n", "workers: is True"),
        ("csrf_protection: 1\n", "Write true or false"),
        ("broker: redis://:hunter2@host\n", "contains a password"),
        ("max_requests: 4096\n", "needs several server processes"),
        ("- workers\n", "does not contain keys"),
    ],
)
def test_a_wrong_file_is_refused(text: str, complaint: str, tmp_path: Path) -> None:
    _write(text)
    with pytest.raises(ConfigurationError, match=complaint) as refused:
        server_settings.find_settings(tmp_path)
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize("text", ["[]", '{"workers": "four"}', '{"workers": 2, "broker": 5}', '{"worker": 2}'])
def test_damaged_options_are_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "settings.json").write_text(text)
    with pytest.raises(ConfigurationError, match=r"settings\.json"):
        server_settings.find_settings(tmp_path)


def test_the_broker_of_a_single_process_is_not_used() -> None:
    _write("broker: redis://:${SURELY_UNSET}@host\n")
    with pytest.raises(ServiceError, match="is not a TCP port"):  # the check after the one of the variable
        service.up(port=0)


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({"workers": 2}, "need PostgreSQL, because SQLite allows one writer"),
        ({"workers": 0}, "a number from 1 to 32"),
        ({"broker": "local"}, "--broker is for several server processes"),
        ({"workers": 2, "broker": "amqp://host"}, "takes local, or an address such as redis://"),
        ({"workers": 2, "broker": "redis://:hunter2@host"}, "contains a password"),
    ],
)
def test_options_that_cannot_work_start_nothing(options: dict[str, Any], complaint: str) -> None:
    with pytest.raises(PipelineError, match=complaint) as refused:
        service.up(**options)
    assert "hunter2" not in str(refused.value)
    assert service_state.read_state() is None


@pytest.mark.skipif(bool(MISSING), reason=MISSING or "installed")
def test_an_unset_variable_of_the_broker_is_named_before_a_server_is_prepared() -> None:
    with pytest.raises(ConfigurationError, match="--broker: the variable SURELY_UNSET is not set"):
        service.up(postgres="local", workers=2, broker="redis://:${SURELY_UNSET}@host")
    assert not (service_dir() / "postgresql").exists()


def test_missing_packages_are_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.metadata.version", lambda name: "3.4.14")
    with pytest.raises(ServiceError, match=r"Prefect 3\.4\.14 cannot run several server processes"):
        server_settings.check_processes(2, "local")
    monkeypatch.setattr("importlib.metadata.version", lambda name: "3.8.8")
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(ServiceError, match="need prefect-redis, which is not installed"):
        server_settings.check_processes(2, "local")
    server_settings.check_processes(1, "")


def test_an_address_of_redis_is_accepted() -> None:
    for address in ("local", "redis://host", "rediss://me:${PASSWORD}@host:6379/0", "unix:///run/redis.sock"):
        assert server_settings.check_broker(address) == address
    with pytest.raises(UsageError):
        server_settings.check_broker("yes")
