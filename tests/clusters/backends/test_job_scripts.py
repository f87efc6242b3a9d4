"""What is handed to batch systems: the real classes write the job scripts, compared with golden files."""

from __future__ import annotations

import asyncio
import os
import sys
import warnings
from pathlib import Path

import pytest
from distributed.core import Status

from jupyter_pipeline.clusters import backends, profiles
from jupyter_pipeline.clusters.backends.batch.base import BatchBackend, dashboard_arguments, lifetime_arguments
from jupyter_pipeline.clusters.backends.batch.submission import Ledger, tracked
from jupyter_pipeline.clusters.security import load_own_security, make_certificates

GOLDEN = Path(__file__).parent / "golden"
TAG = "jp-0a1b2c-0123456789"
OVERRIDES = {
    "htcondor": {"cluster_kwargs.job_extra_directives": {"requirements": "(OpSysMajorVer >= 8)"}},
    "lsf": {"cluster_kwargs.queue": "normal", "cluster_kwargs.mem": "4 GiB", "cluster_kwargs.lsf_units": "mb"},
    "moab": {"cluster_kwargs.queue": "batch", "cluster_kwargs.resource_spec": "nodes=1:ppn=8,mem=32gb"},
    "oar": {"cluster_kwargs.project": "mine"},
    "pbs": {"cluster_kwargs.account": "mine", "cluster_kwargs.job_script_prologue": ["module load gcc"]},
    "sge": {"cluster_kwargs.queue": "main.q", "cluster_kwargs.job_extra_directives": ["-pe smp 4"]},
    "slurm": {
        "cluster_kwargs.queue": "main",
        "cluster_kwargs.processes": 2,
        "cluster_kwargs.cores": 4,
        "cluster_kwargs.local_directory": "$TMPDIR",
        "cluster_kwargs.job_extra_directives": ["--qos=normal"],
    },
}


def job_script(kind: str, folder: Path) -> str:
    """Return the script of a worker of the built-in profile `kind`, free of this machine's paths."""
    profile = profiles.get_profile(kind, overrides=OVERRIDES[kind])
    make_certificates(folder, TAG)
    context = backends.Context(tag=TAG, name="demo", directory=folder, security=load_own_security(folder))

    async def write() -> str:
        backend = backends.get_backend(profile)
        cls = backends.import_class(profile.cluster_class)
        ledger = Ledger(TAG, lambda: asyncio.sleep(0, []))
        job_class = tracked(cls.job_cls, ledger)
        cluster = cls(job_cls=job_class, **backend.prepare(profile, context))
        job = job_class("tls://10.0.0.1:8786", name=cluster._new_worker_name(7), **cluster._job_kwargs)
        cluster.status = Status.closed  # it was never started
        return str(job.job_script())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # dask-jobqueue reads renamed keys of its own defaults
        script = asyncio.run(write())
    lines = script.replace(str(folder), "CLUSTER").replace(sys.executable, "PYTHON").splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"


@pytest.mark.parametrize("kind", sorted(OVERRIDES))
def test_the_job_script_is_the_golden_one(kind: str, tmp_path: Path) -> None:
    script = job_script(kind, tmp_path)
    golden = GOLDEN / f"job_script_{kind}.sh"
    if os.environ.get("UPDATE_GOLDEN"):
        golden.write_text(script)
    assert script == golden.read_text()


@pytest.mark.parametrize("kind", sorted(OVERRIDES))
def test_no_key_is_in_the_job_script(kind: str, tmp_path: Path) -> None:
    script = job_script(kind, tmp_path)
    assert "PRIVATE KEY" not in script
    assert "CLUSTER/tls/key.pem" in script
    assert f"{TAG}.7" in script


@pytest.mark.parametrize(
    ("walltime", "arguments", "backend", "expected"),
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
def test_a_worker_hands_over_before_its_walltime(
    walltime: object, arguments: list[str], backend: str, expected: list[str]
) -> None:
    assert lifetime_arguments(walltime, arguments, backend) == expected


def test_each_batch_system_has_a_backend_and_its_orphans_are_found_where_it_is() -> None:
    for kind in OVERRIDES:
        backend = backends.get_backend(profiles.get_profile(kind))
        assert isinstance(backend, BatchBackend)
        assert backend.name == kind
        assert backends.find_backend(kind).name == kind
    assert {e.name for e in backends.job_backends()} <= set(OVERRIDES)


def test_a_profile_that_places_its_dashboards_is_left_alone() -> None:
    assert dashboard_arguments("127.0.0.1:0", ["--preload", "x"]) == [
        "--dashboard-address",
        "127.0.0.1:0",
        "--no-dashboard",
    ]
    for own in (["--no-dashboard"], ["--dashboard"], ["--dashboard-address", ":8790"], ["--dashboard-address=:8790"]):
        assert dashboard_arguments("127.0.0.1:0", own) == []
