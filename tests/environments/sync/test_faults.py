"""Syncs that are cut short, and hosts that cannot take what is sent: the old state stays, and the next sync works."""

from __future__ import annotations

import importlib
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from distributed import Client, LocalCluster
from waiting import wait_until

from jupyter_pipeline.environments.plugins.content import content_hash
from jupyter_pipeline.environments.sync.synchronize import sync_environment
from jupyter_pipeline.exceptions import SyncError

Write = Callable[[str, str], Path]
Value = Callable[[str], list[object]]

_SYNC = """
import sys
from distributed import Client
from jupyter_pipeline.environments.sync.session import Session
from jupyter_pipeline.environments.sync.synchronize import sync_environment
Session._list_unreachable = lambda self, contents, say: list(contents)  # as on another host
client = Client(sys.argv[1], set_as_default=False)
sync_environment(client, directories=[sys.argv[2]], packages=False, progress=lambda text: print(text, flush=True))
"""

_WORKERS = """
import asyncio, sys
sys.modules["jupyter_pipeline"] = None  # a cluster need not have it
from distributed import Worker
async def main(address, base, count):
    workers = [Worker(address, local_directory=f"{base}/{n}", nthreads=1, dashboard=False) for n in range(count)]
    await asyncio.gather(*workers)
    await asyncio.gather(*(worker.finished() for worker in workers))
asyncio.run(main(sys.argv[1], sys.argv[2], int(sys.argv[3])))
"""


@pytest.fixture
def cluster() -> Iterator[LocalCluster]:
    """Start a scheduler for each test, because leftovers of one would fill the small disk of another."""
    with LocalCluster(n_workers=0, dashboard_address=":0") as running:
        yield running


@pytest.fixture
def start_workers(cluster: LocalCluster) -> Iterator[Callable[..., None]]:
    """Return a function that starts workers, each with a separate temporary folder, as on separate hosts."""
    started: list[subprocess.Popen[bytes]] = []

    def start(base: Path, count: int = 1) -> None:
        command = [sys.executable, "-c", _WORKERS, cluster.scheduler_address, str(base), str(count)]
        before = len(cluster.scheduler.workers)
        started.append(subprocess.Popen(command, env={**os.environ, "DASK_LOGGING__DISTRIBUTED": "error"}))
        wait_until(lambda: len(cluster.scheduler.workers) >= before + count, timeout=120)

    yield start
    for process in started:
        process.kill()
        process.wait(20)


@pytest.fixture
def worker(start_workers: Callable[..., None], tmp_path: Path) -> None:
    """Start one worker that nothing is wrong with."""
    start_workers(tmp_path / "healthy")


@pytest.mark.usefixtures("worker")
def test_a_kernel_that_is_killed_halfway_leaves_the_old_state_and_the_next_resumes(
    write: Write, cluster: LocalCluster, client: Client, module: str, value: Value
) -> None:
    project = write(f"{module}.py", "x = 1")
    sync_environment(client, directories=[project], packages=False)
    write(f"{module}.py", "x = 2")
    for number in range(4):
        (project / f"part_{number}.bin").write_bytes(os.urandom(9 * 2**20))
    command = [sys.executable, "-c", _SYNC, cluster.scheduler_address, str(project)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as kernel:
        assert kernel.stdout is not None
        assert kernel.stdout.readline().startswith(b"Sent")
        kernel.kill()
    assert value(f"{module}.x") == [1]
    report = sync_environment(client, directories=[project], packages=False)
    assert value(f"{module}.x") == [2]
    assert report.uploaded[0]["bytes"] < 30 * 2**20


@pytest.mark.usefixtures("worker")
def test_an_interrupt_while_files_are_read_changes_nothing(
    write: Write, client: Client, module: str, value: Value, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = write(f"{module}.py", "x = 1")
    sync_environment(client, directories=[project], packages=False)
    write(f"{module}.py", "x = 2")
    for number in range(10):
        write(f"{number}.txt", str(number))
    read: list[int] = []

    def interrupted(content: bytes) -> str:
        read.append(len(content))
        if len(read) == 6:
            signal.raise_signal(signal.SIGINT)
        return content_hash(content)

    with monkeypatch.context() as patch:
        patch.setattr("jupyter_pipeline.environments.capture.folder.content_hash", interrupted)
        with pytest.raises(KeyboardInterrupt):
            sync_environment(client, directories=[project], packages=False)
    assert value(f"{module}.x") == [1]
    sync_environment(client, directories=[project], packages=False)
    assert value(f"{module}.x") == [2]


@pytest.mark.usefixtures("worker")
def test_a_full_disk_on_one_host_is_reported_and_no_host_changes(
    write: Write,
    client: Client,
    module: str,
    value: Value,
    small_disk: Path,
    start_workers: Callable[..., None],
) -> None:
    project = write(f"{module}.py", "x = 1")
    start_workers(small_disk)
    sync_environment(client, directories=[project], packages=False)
    write(f"{module}.py", "x = 2")
    (project / "large.bin").write_bytes(os.urandom(3 * 2**20))
    with pytest.raises(SyncError, match=r"No space left.*The previous state is intact"):
        sync_environment(client, directories=[project], packages=False)
    assert value(f"{module}.x") == [1, 1]
    (project / "large.bin").unlink()
    sync_environment(client, directories=[project], packages=False)
    assert value(f"{module}.x") == [2, 2]


@pytest.mark.usefixtures("worker")
def test_a_worker_that_comes_with_a_full_disk_takes_no_tasks_until_a_sync_finds_room(
    write: Write, client: Client, module: str, small_disk: Path, start_workers: Callable[..., None]
) -> None:
    project = write(f"{module}.py", "x = 1")
    (project / "large.bin").write_bytes(os.urandom(2**19))
    filler = small_disk / "filler"
    filler.write_bytes(b"x" * 2**19)
    sync_environment(client, directories=[project], packages=False)
    before = set(client.scheduler_info(n_workers=-1)["workers"])
    start_workers(small_disk)
    [late] = set(client.scheduler_info(n_workers=-1)["workers"]) - before
    deadline = time.monotonic() + 20
    notes: tuple[str, ...] = ()
    while not notes and time.monotonic() < deadline:
        notes = sync_environment(client, directories=[project], packages=False).notes
    assert f"Worker {late} takes no tasks" in notes[0]
    assert "No space left" in notes[0]
    assert client.submit(int, 3, workers=[late], allow_other_workers=True, pure=False).result(timeout=20) == 3
    filler.unlink()
    assert not sync_environment(client, directories=[project]).notes
    assert client.submit(lambda: importlib.import_module(module).x, workers=[late], pure=False).result(timeout=20) == 1


@pytest.mark.slow
def test_fifty_hosts_get_the_same_and_so_does_one_that_comes_later(
    write: Write, client: Client, module: str, tmp_path: Path, start_workers: Callable[..., None]
) -> None:
    project = write(f"{module}.py", "x = 1")
    for number in range(100):
        write(f"data/{number}.txt", str(number))
    start_workers(tmp_path / "hosts", 50)
    report = sync_environment(client, directories=[project], packages=False)
    assert report.uploaded[0]["changed"] == 101
    write(f"{module}.py", "x = 2")
    (project / "data" / "7.txt").unlink()
    sync_environment(client, directories=[project], packages=False)
    before = set(client.scheduler_info(n_workers=-1)["workers"])
    start_workers(tmp_path / "late")
    late = sorted(set(client.scheduler_info(n_workers=-1)["workers"]) - before)
    assert client.submit(int, 1, workers=late, pure=False).result(timeout=30) == 1
    assert not sync_environment(client, directories=[project], packages=False).changed

    def synced(dask_worker: Any) -> str:
        member = dask_worker.plugins["jupyter-pipeline-environment"]
        [file] = member.store.code.glob(f"*/project/{module}.py")
        return str(file.read_text())

    found = client.run(synced)
    assert list(found.values()) == ["x = 2"] * 51
    stores = {p.parent for p in tmp_path.rglob(f"{module}.py") if "environment-" in str(p)}
    assert len(stores) == 51
    assert not [s for s in stores if (s / "data" / "7.txt").exists()]


@pytest.mark.usefixtures("worker")
@pytest.mark.skipif(os.getuid() != 0, reason="only root can become another user")
def test_a_file_that_this_user_cannot_read_is_named_and_nothing_is_sent(
    client: Client, module: str, value: Value
) -> None:
    with tempfile.TemporaryDirectory() as name:
        project = Path(name) / "project"
        project.mkdir()
        for path in (Path(name), project):
            path.chmod(0o755)
        (project / f"{module}.py").write_text("x = 1")
        (project / "private.py").write_text("")
        (project / "private.py").chmod(0)
        os.seteuid(65534)
        try:
            with pytest.raises(SyncError, match=r"private\.py cannot be read \(Permission denied\).*Nothing was sent"):
                sync_environment(client, directories=[project], packages=False)
        finally:
            os.seteuid(0)
        assert value(f"{module}.x") == ["absent"]
