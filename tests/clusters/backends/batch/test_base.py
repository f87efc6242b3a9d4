"""Code that all batch systems share."""

from __future__ import annotations

import pytest

from jupyter_pipeline.clusters import backends
from jupyter_pipeline.clusters.backends.batch.additions import dashboard_arguments, lifetime_arguments
from jupyter_pipeline.clusters.backends.batch.base import BatchBackend

SYSTEMS = [backend for backend in backends.list_backends() if issubclass(backend, BatchBackend)]


@pytest.mark.parametrize(
    ("walltime", "arguments", "kind", "expected"),
    [
        ("01:00:00", [], "slurm", ["--lifetime", "3300s", "--lifetime-stagger", "150s"]),
        ("00:10:00", [], "pbs", ["--lifetime", "540s", "--lifetime-stagger", "30s"]),
        ("02:00", [], "lsf", ["--lifetime", "6900s", "--lifetime-stagger", "150s"]),
        ("30", [], "slurm", ["--lifetime", "1620s", "--lifetime-stagger", "90s"]),
        ("3600", [], "sge", ["--lifetime", "3300s", "--lifetime-stagger", "150s"]),
        (None, [], "slurm", []),
        ("01:00:00", ["--lifetime", "10m"], "slurm", []),
    ],
)
def test_a_worker_stops_before_its_walltime(
    walltime: object, arguments: list[str], kind: str, expected: list[str]
) -> None:
    backend = backends.find_backend(kind)
    assert isinstance(backend, BatchBackend)
    seconds = None if walltime is None else backend.parse_walltime(walltime)
    assert lifetime_arguments(seconds, arguments) == expected


@pytest.mark.parametrize("system", SYSTEMS)
def test_each_batch_system_is_found_by_class_and_name(system: type[BatchBackend]) -> None:
    assert all(backends.get_backend_class(cluster_class) is system for cluster_class in system.cluster_classes)
    assert isinstance(backends.find_backend(system.name), system)


def test_orphans_are_searched_where_the_commands_are() -> None:
    assert len(SYSTEMS) >= 7
    assert {backend.name for backend in backends.job_backends()} <= {system.name for system in SYSTEMS}


@pytest.mark.parametrize("system", SYSTEMS)
def test_garbage_is_not_taken_for_no_jobs(system: type[BatchBackend]) -> None:
    with pytest.raises((ValueError, AttributeError)):
        system.parse_listing("slurm_load_jobs error: Unable to contact slurm controller (connect failure)")


def test_a_profile_that_places_its_dashboards_is_left_alone() -> None:
    assert dashboard_arguments("127.0.0.1:0", ["--preload", "x"]) == [
        "--dashboard-address",
        "127.0.0.1:0",
        "--no-dashboard",
    ]
    for own in (["--no-dashboard"], ["--dashboard"], ["--dashboard-address", ":8790"], ["--dashboard-address=:8790"]):
        assert dashboard_arguments("127.0.0.1:0", own) == []
