"""Values that contain a secret, values that only look like one, and the list of files that are checked."""

from __future__ import annotations

import ast
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import jupyter_pipeline
from jupyter_pipeline.clusters import profiles
from jupyter_pipeline.exceptions import ConfigurationError
from jupyter_pipeline.orchestration.deployments import targets
from jupyter_pipeline.secret_detection import (
    find_secrets,
    has_secret,
    is_private_name,
    list_private_values,
    mask_secrets,
    mask_values,
    read_settings,
)
from jupyter_pipeline.workflows import testing

PACKAGE = Path(jupyter_pipeline.__file__).parent
REFERENCE = "{{ prefect.blocks.secret.database }}"

SECRETS = [
    ("DATABASE_URL", "postgresql://me:hunter2@db/sales", "an address contains a password"),
    ("BROKER", "redis://:hunter2@cache", "an address contains a password"),
    ("INDEX", "git+https://abcdefghij0123456789@git.example.com/x", "an address contains a token"),
    ("DATABASE", "host=db user=me password=hunter2", "a secret (password)"),
    ("DATABASE", "Server=db;Uid=me;Pwd=hunter2;", "a secret (Pwd)"),
    ("SOURCE", "https://x.blob.core.windows.net/c?sv=1&sig=hunter2", "a secret (sig)"),
    ("COMMAND", "export AWS_SECRET_ACCESS_KEY=hunter2", "a secret (AWS_SECRET_ACCESS_KEY)"),
    ("PGPASSWORD", "hunter2", "a secret is written"),
    ("DB_PASS", "hunter2", "a secret is written"),
    ("MYSQL_PWD", "hunter2", "a secret is written"),
    ("PREFECT_API_AUTH_STRING", "me:hunter2", "a secret is written"),
    ("AZURE_ACCOUNT_KEY", "hunter2", "a secret is written"),
    ("pin.token", 1234, "a secret is written"),
    ("NAME", "AKIAIOSFODNN7EXAMPLE", "AWS Access Key"),
    ("NAME", "ghp_0123456789abcdefghij0123456789abcdef", "GitHub Token"),
    ("NAME", "-----BEGIN RSA PRIVATE KEY-----\nhunter2", "Private Key"),
    ("HOOK", "https://hooks.slack.com/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX", "Slack Token"),
]
PLAIN = [
    ("DATABASE_URL", "postgresql://me@db/sales"),
    ("DATABASE_URL", f"postgresql://me:{REFERENCE}@db/sales"),
    ("DATABASE_URL", "postgresql://me:${PASSWORD}@db/sales"),
    ("DB_PASSWORD", REFERENCE),
    ("DB_PASSWORD", "$PASSWORD"),
    ("API_TOKEN", ""),
    ("PWD", "/data"),
    ("OLDPWD", "/data"),
    ("password_file", "/run/secrets/database"),
    ("secret_name", "database"),
    ("max_tokens", 500),
    ("partition_key", "day"),
    ("IMAGE", "ghcr.io/example/image:2026.11-abcdefgh"),
    ("ADDRESS", "https://host:8080/path@revision"),
    ("COMMAND", "run --sort-key=day --tokenizer=words compass=2 bypass=3"),
    ("COMMAND", "export TOKEN=$TOKEN"),
    ("checksum", "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"),
]


@pytest.mark.parametrize(("name", "value", "reason"), SECRETS)
def test_a_secret_is_found_at_any_depth(name: str, value: Any, reason: str) -> None:
    (found,) = find_secrets({"env": [{name: value}]})
    assert found.path == f"env[0].{name}"
    assert reason in found.reason
    assert found.in_address is ("address" in reason)
    assert "hunter2" not in found.reason
    assert has_secret(name, value)


@pytest.mark.parametrize(("name", "value"), PLAIN)
def test_other_values_are_accepted(name: str, value: Any) -> None:
    assert list(find_secrets({name: value})) == []


PRIVATE_NAMES = ["MY_TOKEN", "SORT_KEY", "HTTP_AUTHORIZATION", "AUTHORISATION", "NPM_AUTH", "TOKENIZER_TOKEN"]
OTHER_NAMES = ["AUTHOR", "GIT_AUTHOR_NAME", "AUTHORITY_HOST", "TOKENIZERS_PARALLELISM", "DATA_ROOT", "THREADS"]


def test_variables_with_private_names_are_recognized() -> None:
    assert [name for name in (*OTHER_NAMES, *PRIVATE_NAMES) if is_private_name(name)] == PRIVATE_NAMES


def _load_target(folder: Path, text: str) -> None:
    (folder / "targets.yaml").write_text(f"production: {{env: {{{text}}}}}")
    targets.load(folder)


def _load_own_target(folder: Path, text: str) -> None:
    (folder / "sales").mkdir()
    (folder / "sales" / "targets.yaml").write_text(f"staging: {{schedules: [{{every: 1h, parameters: {{{text}}}}}]}}")
    targets.load(folder, "sales")


def _load_test(folder: Path, text: str) -> None:
    (folder / "prefect.yaml").write_text("deployments: [{entrypoint: 'flow.py:flow'}]")
    (folder / "test.yaml").write_text(f"env: {{{text}}}")
    testing.run_test(folder)


def _load_manifest(folder: Path, text: str) -> None:
    job = f"{{work_pool: {{job_variables: {{env: {{{text}}}}}}}, entrypoint: 'flow.py:flow'}}"
    (folder / "prefect.yaml").write_text(f"deployments: [{job}]")
    testing.run_test(folder)


def _load_project_profile(folder: Path, text: str) -> None:
    (folder / "jupyter-pipeline.yaml").write_text(f"profiles: {{p: {{extends: local, cluster_kwargs: {{{text}}}}}}}")
    profiles.get_profile("p", cwd=folder)


def _load_profile_file(folder: Path, text: str) -> None:
    """Load flint's file format, too."""
    (folder / "p.yaml").write_text(f"{{cluster_class: distributed.LocalCluster, cluster_kwargs: {{{text}}}}}")
    profiles.get_profile("p.yaml", cwd=folder)


FILES = [_load_target, _load_own_target, _load_test, _load_manifest, _load_project_profile, _load_profile_file]


@pytest.mark.parametrize("load", FILES)
@pytest.mark.parametrize("name", ["DATABASE_URL", "PGPASSWORD", "NAME"])
def test_each_of_our_files_refuses_secrets(name: str, load: Callable[[Path, str], None], tmp_path: Path) -> None:
    value = {"DATABASE_URL": "postgresql://me:hunter2@db/x", "PGPASSWORD": "hunter2"}.get(name, "AKIAIOSFODNN7EXAMPLE")
    with pytest.raises(ConfigurationError) as refused:
        load(tmp_path, f"{name}: '{value}'")
    assert refused.value.key.endswith(name)
    assert refused.value.fix
    assert value not in str(refused.value)
    assert "hunter2" not in str(refused.value)


READERS = {
    "clusters/profiles/dask_config.py": "profiles, which `validate` checks",
    "clusters/profiles/layers.py": "profiles, which `validate` checks",
    "clusters/profiles/loading.py": "profiles, which `validate` checks",
    "secret_detection.py": "`read_settings`, which checks",
    "site_policy/files.py": "`parse_policy`, which refuses unknown keys",
}
"""Modules that read YAML files, and the check of their content."""


def test_every_file_passes_the_detector() -> None:
    """A new reader of YAML files uses `read_settings`, or its content is checked and it is in `READERS`."""
    found = set()
    for path in PACKAGE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) else None
            name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
            reads = name == "read_file" and "compiler" not in path.parts
            if (reads or name in ("safe_load", "full_load", "load_all", "safe_load_all")) and path.stem != "safe_yaml":
                found.add(path.relative_to(PACKAGE).as_posix())
    assert found == set(READERS)


def test_a_file_with_references_is_read(tmp_path: Path) -> None:
    (tmp_path / "targets.yaml").write_text(f"production: {{env: {{DB_PASSWORD: '{REFERENCE}'}}}}")
    assert read_settings(tmp_path / "targets.yaml", "") == {"production": {"env": {"DB_PASSWORD": REFERENCE}}}
    assert targets.load(tmp_path)["production"].env == {"DB_PASSWORD": REFERENCE}


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("key sesame-street", "key ********"),
        ("postgres://ann:pw1@db/x", "postgres://ann:********@db/x"),
        ("db_password = 'hunter22'", "db_password = '********'"),
        ('{"api_key": "abcdef1"}', '{"api_key": "********"}'),
        ("AKIAABCDEFGHIJKLMNOP", "********"),
        ("tokens=12 rows, n=3", "tokens=12 rows, n=3"),
        ("https://host/path?x=1", "https://host/path?x=1"),
    ],
)
def test_secrets_in_a_log_are_masked(text: str, masked: str) -> None:
    values = list_private_values({"APP_TOKEN": "sesame-street", "PWD": "/home/ann", "PASSWORD": "abc"})
    assert values == ("sesame-street",)
    assert mask_secrets(text, values) == masked


@pytest.mark.parametrize("part", ["a.", "_", "token", "x=", "://", "-----BEGIN ", "eyJa.", "password ="])
def test_masking_takes_little_time(part: str) -> None:
    begun = time.process_time()
    mask_secrets(part * (65_536 // len(part)) + "://=")
    assert time.process_time() - begun < 1.0


def test_known_values_in_displays_are_masked() -> None:
    content = {"text/html": "<b>a&amp;b-street</b><script>token=12345678</script>", "rows": ["a&b-street", 1]}
    masked = {"text/html": "<b>********</b><script>token=12345678</script>", "rows": ["********", 1]}
    assert mask_values(content, ("a&b-street",)) == masked
    assert mask_values(content, ()) is content
