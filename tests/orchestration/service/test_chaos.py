"""Random kills of all processes of a user: afterwards the service runs, each run has ended, and nothing is left.

The processes are a Jupyter server with a kernel, a cluster of the kernel, and a service with a run. ``CHAOS_ROUNDS``
sets the number of rounds, and ``CHAOS_SEED`` repeats a sequence. `make chaos` runs sixty rounds. The rounds do not
belong to the other tests, because each takes half a minute.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import psutil
import pytest
from jupyter_client import BlockingKernelClient
from tornado.testing import bind_unused_port
from waiting import wait_until

from jupyter_pipeline import paths, processes
from jupyter_pipeline.clusters import manager, registry
from jupyter_pipeline.clusters.cleanup import cluster_processes
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import ClusterRecord, DeploymentSpec, ServiceStatus
from jupyter_pipeline.orchestration import deployments, runs, service, service_state
from jupyter_pipeline.orchestration.service import folders, process_cleanup
from jupyter_pipeline.paths import service_dir

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "0"))
SEED = os.environ.get("CHAOS_SEED") or str(time.time_ns())


def _find_victims(run: str) -> dict[str, psutil.Process]:
    state = service_state.read_state()
    assert state is not None
    found = {"supervisor": processes.find(state.supervisor)}
    found |= {name: processes.find(identity) for name, identity in state.children.items()}
    engine = process_cleanup.group_by_run(service_dir()).get(run)
    found |= {"run": engine[0] if engine else None}
    return {name: process for name, process in found.items() if process is not None}


START = """
import jupyter_pipeline
jupyter_pipeline.start_cluster("local", name="chaos", workers=1, overrides={"owner": %r})
"""


def _is_ready(client: BlockingKernelClient) -> bool:
    """Return True if a kernel answers. A busy machine delays heartbeats, which the client takes for an end."""
    try:
        client.wait_for_ready(timeout=10)
    except RuntimeError:
        return False
    return True


class Notebook:
    """A Jupyter server, its kernel, and the cluster of the kernel."""

    def __init__(self, folder: Path) -> None:
        listener, self.port = bind_unused_port()
        listener.close()
        self._runtime = folder / "runtime"
        self._runtime.mkdir(exist_ok=True)
        environment = os.environ | {"JUPYTER_TOKEN": "chaos", "JUPYTER_RUNTIME_DIR": str(self._runtime)}
        command = [sys.executable, "-m", "jupyter_server", "--no-browser", f"--port={self.port}", "--allow-root"]
        self._popen = subprocess.Popen(
            command, cwd=folder, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.server = psutil.Process(self._popen.pid)
        self._api = httpx.Client(
            base_url=f"http://127.0.0.1:{self.port}/api/", headers={"Authorization": "token chaos"}, timeout=60
        )
        wait_until(self._answers, 90, "the Jupyter server")
        self._id = self._api.post("kernels", json={"name": "python3"}).raise_for_status().json()["id"]
        self.kernel = self.server.children()[0]

    def _answers(self) -> bool:
        try:
            return self._api.get("status").is_success
        except httpx.HTTPError:
            return False

    def start_cluster(self, owner: str) -> None:
        """Start a cluster, and do not wait for it."""
        client = BlockingKernelClient(connection_file=str(self._runtime / f"kernel-{self._id}.json"))
        client.load_connection_file()
        client.start_channels()
        try:
            wait_until(lambda: _is_ready(client), 120, "the kernel")
            client.execute(START % owner)
        finally:
            client.stop_channels()

    def end(self) -> None:
        """End the server, and check that its kernel and its port are gone."""
        self._popen.terminate()
        self._popen.wait(60)
        self._api.close()
        wait_until(lambda: not self.kernel.is_running(), 60, "the end of the kernel")
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(("127.0.0.1", self.port))


def _find_cluster(name: str) -> ClusterRecord | None:
    return next((record for record in registry.list_records() if record.name == name), None)


def _cluster_victims(name: str) -> Iterator[tuple[str, psutil.Process]]:
    """Yield the keeper, which has scheduler and nannies, and the processes of its workers."""
    record = _find_cluster(name)
    for process in cluster_processes.find_processes(record.id) if record else ():
        is_keeper = record is not None and record.keeper is not None and record.keeper.pid == process.pid
        yield ("keeper" if is_keeper else f"worker {process.pid}"), process


def _check_cluster(owner: str) -> None:
    """Wait for the end of the cluster, by its owner or by a stop, and check that nothing of it is left."""
    if owner == "kernel":
        wait_until(lambda: (found := _find_cluster("chaos")) is None or found.state == "lost", 120, "the cluster's end")
    with contextlib.suppress(PipelineError):
        manager.stop("chaos")
    wait_until(_is_clean, 120, "no record, process or socket of a cluster")


def _is_clean() -> bool:
    assert not [item for item in manager.gc() if item["kind"] == "problem"]
    sockets = list(paths.runtime_dir().glob(f"{registry.id_prefix()}*.sock"))
    return _find_cluster("chaos") is None and cluster_processes.group_by_cluster() == {} and sockets == []


def _is_running() -> bool:
    status = service.status()
    if status.state == "stopped":
        with contextlib.suppress(PipelineError):
            service.up()
    return service.status().state == "running"


@pytest.fixture
def stack() -> Iterator[contextlib.ExitStack]:
    with contextlib.ExitStack() as found:
        yield found


@pytest.mark.timeout(0)
@pytest.mark.skipif(not ROUNDS, reason="needs minutes: make chaos")
def test_random_kills_leave_nothing(
    live: ServiceStatus,
    specification: Callable[..., DeploymentSpec],
    tmp_path: Path,
    stack: contextlib.ExitStack,
) -> None:
    print(f"\nCHAOS_SEED={SEED}")
    chance = random.Random(SEED)
    deployments.deploy(specification("chaos", concurrency_limit=None))
    for number in range(ROUNDS):
        owner = chance.choice(("kernel", "detached"))
        notebook = Notebook(tmp_path)
        stack.callback(notebook.end)
        notebook.start_cluster(owner)
        run = deployments.run_now("chaos", {"seconds": chance.choice((0, 5, 600))})
        time.sleep(chance.uniform(0, 15))
        kills = []
        for _ in range(chance.choice((1, 1, 2, 3))):
            victims = {"Jupyter server": notebook.server, "kernel": notebook.kernel, **_find_victims(run.id)}
            victims |= _cluster_victims("chaos")
            # Each kind of process has the same chance.
            kind = chance.choice(sorted({name.split()[0] for name in victims}))
            name = chance.choice(sorted(name for name in victims if name.split()[0] == kind))
            number_of_signal = chance.choice((signal.SIGKILL, signal.SIGKILL, signal.SIGTERM))
            kills.append(f"{number_of_signal.name} {name}")
            with contextlib.suppress(psutil.Error):
                victims[name].send_signal(number_of_signal)
            time.sleep(chance.choice((0, 0, 2)))
        case = f"round {number}, cluster of {owner}: {', '.join(kills)}"
        print(case, flush=True)
        wait_until(_is_running, 180, f"a running service: {case}")
        if runs.find(run.id).state_type not in ("COMPLETED", "CRASHED", "FAILED", "CANCELLED"):
            with contextlib.suppress(PipelineError):  # it may end meanwhile
                runs.cancel(run.id)
        end = runs.wait(run.id, timeout=180)
        print(f"  {end.state} {end.message}", flush=True)
        assert end.state in ("Completed", "Crashed", "Cancelled", "Failed"), case
        assert end.state == "Completed" or end.message or end.cause, case
        wait_until(lambda run=run: run.id not in process_cleanup.group_by_run(service_dir()), 60, "the end of the run")
        notebook.end()
        _check_cluster(owner)
        assert runs.wait(deployments.run_now("chaos").id, timeout=180).state == "Completed", case
    assert len(list(folders.temporary_dir(service_dir()).iterdir())) < 10
    files = {path.stem for path in (service_dir() / "output").iterdir()}
    assert files
