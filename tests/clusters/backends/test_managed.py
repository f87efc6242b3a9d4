"""Arguments for services that cannot run here, and the manifest of the class for Kubernetes."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from jupyter_pipeline.clusters import backends, profiles
from jupyter_pipeline.clusters.backends.managed import ManagedBackend
from jupyter_pipeline.clusters.preflight.signatures import find_unknown_arguments, is_installed

GOLDEN = Path(__file__).parent / "golden"
TAG = "jp-0a1b2c-0123456789"


def asked(kind: str, folder: Path, overrides: dict[str, Any] | None = None) -> dict[str, Any]:
    profile = profiles.get_profile(kind, overrides=overrides)
    backend = backends.get_backend(profile)
    assert isinstance(backend, ManagedBackend)
    return backend.prepare(profile, backends.Context(tag=TAG, name="demo", directory=folder, workers=2))


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (
            "kubernetes",
            {
                "name": TAG, "idle_timeout": 7800, "n_workers": 2, "namespace": "default", "quiet": True,
                "asynchronous": True,
            },
        ),
        (
            "coiled",
            {
                "name": TAG, "idle_timeout": "3000 seconds", "no_client_timeout": None, "n_workers": 2,
                "shutdown_on_close": True, "asynchronous": True,
            },
        ),
        ("saturn", {"n_workers": 2, "shutdown_on_close": True}),
        (
            "cloud",
            {
                "n_workers": 2, "auto_shutdown": True, "security": True, "asynchronous": True,
                "instance_tags": {"jupyter-pipeline": TAG},
            },
        ),
    ],
)  # fmt: skip
def test_a_service_cluster_has_a_time_limit(kind: str, expected: dict[str, Any], tmp_path: Path) -> None:
    assert asked(kind, tmp_path) == expected


@pytest.mark.parametrize("kind", ["kubernetes", "coiled", "saturn", "cloud"])
def test_the_class_takes_what_it_is_given(kind: str, tmp_path: Path) -> None:
    path = profiles.get_profile(kind).cluster_class
    if not is_installed(path):
        pytest.skip(f"{path} is not installed here")
    sources = backends.get_backend_class(path).sources
    assert find_unknown_arguments(path, asked(kind, tmp_path), sources)[0] == []


def test_the_profile_decides_where_it_says_something(tmp_path: Path) -> None:
    kwargs = asked("coiled", tmp_path, {"cluster_kwargs.no_client_timeout": "10 minutes", "workers": 5})
    assert kwargs["no_client_timeout"] == "10 minutes"


def test_the_manifest_for_kubernetes_is_the_golden_one(tmp_path: Path) -> None:
    operator = pytest.importorskip("dask_kubernetes.operator")
    overrides = {
        "cluster_kwargs.image": "ghcr.io/dask/dask:2026.8.0",
        "cluster_kwargs.env": {"EXTRA_PIP_PACKAGES": "pyarrow"},
        "cluster_kwargs.resources": {"requests": {"cpu": "1", "memory": "4Gi"}, "limits": {"memory": "4Gi"}},
    }
    kwargs = asked("kubernetes", tmp_path, overrides)
    names = ("name", "image", "n_workers", "resources", "env", "idle_timeout")
    manifest = yaml.safe_dump(operator.make_cluster_spec(**{key: kwargs[key] for key in names}))
    golden = GOLDEN / "kubernetes.yaml"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(manifest)
    assert manifest == golden.read_text()
