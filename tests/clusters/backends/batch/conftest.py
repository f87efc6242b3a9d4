"""Helpers for the tests of one batch system."""

from __future__ import annotations

import asyncio
import os
import sys
import warnings
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
from distributed.core import Status

from jupyter_pipeline.clusters import backends, profiles
from jupyter_pipeline.clusters.backends.batch.base import BatchBackend
from jupyter_pipeline.clusters.backends.batch.submission import SubmissionLog
from jupyter_pipeline.clusters.security import load_own_security, make_certificates

TAG = "jp-0a1b2c-0123456789"


@pytest.fixture
def read_listing() -> Callable[[type[BatchBackend], str], list[tuple[str, str, str, str]]]:
    """Return id, state, reason and host of each job in a listing, whose first job is job 0 of the cluster."""

    def read(backend: type[BatchBackend], text: str) -> list[tuple[str, str, str, str]]:
        jobs = backend.parse_listing(text)
        assert jobs[0].name == f"{TAG}.0"
        assert jobs[0].tag == TAG
        assert {job.backend for job in jobs} == {backend.name}
        return [(job.id, job.state, job.reason, job.host) for job in jobs]

    return read


@pytest.fixture
def check_job_script(tmp_path: Path) -> Callable[..., str]:
    """Return a function that compares the job script of the real class with ``golden/KIND.sh``, and returns it."""

    def check(kind: str, overrides: Mapping[str, Any]) -> str:
        script = _job_script(kind, overrides, tmp_path)
        golden = Path(__file__).parent / "golden" / f"{kind}.sh"
        if os.environ.get("UPDATE_GOLDEN"):
            golden.write_text(script)
        assert script == golden.read_text()
        assert "PRIVATE KEY" not in script
        assert "CLUSTER/tls/key.pem" in script
        assert f"{TAG}.7" in script
        return script

    return check


@pytest.fixture
def write_job_script(tmp_path: Path) -> Callable[[str, Mapping[str, Any]], str]:
    """Return a function that returns the job script of the real class."""
    return lambda kind, overrides: _job_script(kind, overrides, tmp_path)


async def _ignore(ids: Collection[str]) -> None:
    pass


def _job_script(kind: str, overrides: Mapping[str, Any], folder: Path) -> str:
    """Return the script of a worker of the built-in profile `kind`, without the paths of this machine."""
    profile = profiles.get_profile(kind, overrides=overrides)
    make_certificates(folder, TAG)
    context = backends.Context(tag=TAG, name="demo", directory=folder, security=load_own_security(folder))

    async def write() -> str:
        backend = backends.get_backend(profile)
        assert isinstance(backend, BatchBackend)
        cls = backends.import_class(profile.cluster_class)
        job_class = backend.make_job_class(cls, SubmissionLog(TAG, folder, lambda: asyncio.sleep(0, []), _ignore))
        cluster = cls(job_cls=job_class, **backend.prepare(profile, context))
        job = job_class("tls://10.0.0.1:8786", name=cluster._new_worker_name(7), **cluster._job_kwargs)
        cluster.status = Status.closed  # it was never started
        return str(job.job_script())

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # dask-jobqueue reads renamed keys of its own defaults
        script = asyncio.run(write())
    lines = script.replace(str(folder), "CLUSTER").replace(sys.executable, "PYTHON").splitlines()
    return "\n".join(line.rstrip() for line in lines) + "\n"
