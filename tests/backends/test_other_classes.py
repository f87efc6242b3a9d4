"""Schedulers that already run, and classes without a backend."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.clusters import attached, manager, profiles, security
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError
from jupyter_pipeline.models import ClusterState

_SCHEDULER = """\
import asyncio, sys
from distributed import Nanny, Scheduler
from distributed.security import Security

async def main(folder):
    files = {"tls_ca_file": f"{folder}/ca.pem"}
    for role in ("client", "scheduler", "worker"):
        files |= {f"tls_{role}_cert": f"{folder}/cert.pem", f"tls_{role}_key": f"{folder}/key.pem"}
    security = Security(require_encryption=True, **files)
    options = {"host": "127.0.0.1", "protocol": "tls://", "security": security}
    async with Scheduler(**options, port=0, dashboard_address="127.0.0.1:0") as scheduler:
        async with Nanny(scheduler.address, **options, nthreads=1):
            print(scheduler.address, flush=True)
            await scheduler.finished()

if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
"""


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """Start a scheduler with one worker outside of the registry. Yield its address and the folder of its keys."""
    security.make_certificates(tmp_path, "elsewhere")
    script = tmp_path / "scheduler.py"
    script.write_text(_SCHEDULER)
    process = subprocess.Popen(
        [sys.executable, script, tmp_path / "tls"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip(), tmp_path / "tls"
    assert process.poll() is None, "the scheduler was ended by a test"
    process.terminate()
    process.wait(20)
    process.stdout.close()


def address_profile(address: str, keys: Path) -> Any:
    return profiles.get_profile(
        "address",
        overrides={
            "cluster_kwargs.address": address,
            "security.tls_ca_file": str(keys / "ca.pem"),
            "security.tls_client_cert": str(keys / "cert.pem"),
            "security.tls_client_key": str(keys / "key.pem"),
        },
    )


def test_an_existing_scheduler_is_attached_to_and_left_running(
    scheduler: tuple[str, Path], eventually: Callable[..., Any]
) -> None:
    address, keys = scheduler
    record = manager.start(address_profile(address, keys))
    cluster = attached.attach(record.name)
    assert cluster.get_client().submit(sum, [1, 2]).result() == 3
    eventually(lambda: cluster.record().workers == 1, "the record counts its worker")
    with pytest.raises(ClusterError, match="cannot be started or stopped from here"):
        cluster.scale(3)
    cluster.close()
    assert cluster.record().state is ClusterState.STOPPED


def test_an_address_without_a_scheduler_is_reported(tmp_path: Path) -> None:
    security.make_certificates(tmp_path, "nowhere")
    with pytest.raises(ClusterStartError, match="No scheduler answers at tls://127"):
        manager.start(address_profile("tls://127.0.0.1:1", tmp_path / "tls"))


@pytest.fixture
def own_class(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the import path of a cluster class without a backend."""
    module = tmp_path / "site_clusters.py"
    module.write_text("from distributed import LocalCluster\nclass SiteCluster(LocalCluster):\n    pass\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return "site_clusters.SiteCluster"


def test_any_class_with_an_import_path_is_a_cluster(own_class: str) -> None:
    extra = {
        "site": {
            "cluster_class": own_class,
            "cluster_kwargs": {"n_workers": 1, "threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"},
            "security": {"tls": False, "insecure": True},
        }
    }
    with attached.attach(manager.start(profiles.get_profile("site", extra=extra)).name) as cluster:
        assert cluster.get_client().submit(sum, [1, 2]).result() == 3
        assert not cluster.record().tls


def test_a_class_without_tls_is_refused_unless_the_profile_says_so(own_class: str) -> None:
    extra = {"site": {"cluster_class": own_class, "cluster_kwargs": {"dashboard_address": "127.0.0.1:0"}}}
    with pytest.raises(ClusterStartError, match="did not turn on TLS"):
        manager.start(profiles.get_profile("site", extra=extra))


_LABEXTENSION = """\
labextension:
  factory: {module: dask.distributed, class: LocalCluster, args: [], kwargs: {threads_per_worker: 1}}
  default: {workers: 1, adapt: null}
"""
_SPEC = "version: 1\nmodule: dask.distributed\nclass: LocalCluster\nkwargs: {n_workers: 1, threads_per_worker: 1}\n"


@pytest.mark.parametrize(
    ("profile", "file", "text"),
    [("dask-labextension", "dask/site.yaml", _LABEXTENSION), ("./spec.yaml", "spec.yaml", _SPEC)],
    ids=["labextension", "dask-ctl"],
)
def test_a_cluster_that_another_tool_describes_starts(
    profile: str, file: str, text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DASK_CONFIG", str(tmp_path / "dask"))
    (tmp_path / file).parent.mkdir(exist_ok=True)
    (tmp_path / file).write_text(text)
    with attached.attach(manager.start(profiles.get_profile(profile, cwd=tmp_path)).name) as cluster:
        cluster.get_client().wait_for_workers(1, timeout=30)
        assert cluster.get_client().submit(sum, [1, 2]).result() == 3
        assert cluster.record().tls
