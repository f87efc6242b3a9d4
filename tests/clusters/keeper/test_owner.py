"""Owners of clusters: a real Jupyter server with a real kernel, both killed."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import pytest
from jupyter_client import BlockingKernelClient
from waiting import patience, wait_until

from jupyter_pipeline.clusters import attached, manager, registry
from jupyter_pipeline.models import ClusterRecord, ClusterState

_PROFILE = """
cluster_class: distributed.LocalCluster
cluster_kwargs: {processes: false, threads_per_worker: 1, dashboard_address: null}
workers: 1
"""


@dataclass
class Session:
    """One kernel of one server."""

    server: subprocess.Popen[bytes]
    client: BlockingKernelClient

    def await_restart(self) -> None:
        """Return when the server has restarted a killed kernel, which uses the same ports."""

        wait_until(lambda: _is_ready(self.client), 60)

    def run(self, code: str) -> str:
        """Run a cell and return what it printed, and its error."""
        output: list[str] = []

        def hook(message: dict[str, Any]) -> None:
            content = message["content"]
            output.append(content.get("text", "") or "\n".join(content.get("traceback", ())))

        self.client.execute_interactive(code, timeout=patience(60), output_hook=hook)
        return "".join(output)


@pytest.fixture
def session(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Session]:
    runtime = Path(f"/tmp/jp-test-{os.getpid()}")  # short: the paths of a kernel's sockets are limited
    runtime.mkdir(mode=0o700)
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("JUPYTER_PIPELINE_STANDBY", "0")
    command = [sys.executable, "-m", "jupyter_server", "--ServerApp.port=0", "--no-browser", "--allow-root"]
    log = (tmp_path / "server.log").open("wb")
    server = subprocess.Popen([*command, f"--ServerApp.root_dir={tmp_path}"], stdout=log, stderr=log)
    client = BlockingKernelClient()
    try:
        info = json.loads(_wait_for_file(runtime / f"jpserver-{server.pid}.json").read_bytes())
        request = urllib.request.Request(
            f"{info['url']}api/kernels", b"{}", {"Authorization": f"token {info['token']}"}, method="POST"
        )
        address = urlsplit(info["url"])
        wait_until(lambda: _listens(address.hostname, address.port), 60)  # the file is older than the listener
        with urllib.request.urlopen(request, timeout=patience(30)) as answer:
            kernel = json.loads(answer.read())["id"]
        client.load_connection_file(str(_wait_for_file(runtime / f"kernel-{kernel}.json")))
        client.start_channels()
        wait_until(lambda: _is_ready(client), 60)
        yield Session(server, client)
    finally:
        client.stop_channels()
        children = psutil.Process(server.pid).children() if server.poll() is None else []
        for process in (server, *children):
            process.kill()
        server.wait()
        log.close()
        for path in runtime.iterdir():
            path.unlink()
        runtime.rmdir()


def _listens(host: str | None, port: int | None) -> bool:
    try:
        socket.create_connection((host, port), timeout=5).close()
    except OSError:
        return False
    return True


def _is_ready(client: BlockingKernelClient) -> bool:
    try:
        client.wait_for_ready(timeout=patience(30))
    except RuntimeError:  # dead, or too busy for a heartbeat
        return False
    return True


def _wait_for_file(path: Path) -> Path:
    wait_until(lambda: path.exists() and path.stat().st_size, 60, str(path))
    return path


@pytest.mark.slow
def test_clusters_stop_with_their_owner_and_not_before(
    session: Session, tmp_path: Path, wait_for_record: Callable[..., ClusterRecord], nothing_left: Callable[..., bool]
) -> None:
    profile = tmp_path / "thin.yaml"
    profile.write_text(_PROFILE)
    records = {}
    start = f"import jupyter_pipeline\njupyter_pipeline.start_cluster({str(profile)!r}, name=%r, owner=%r)"
    for owner in ("kernel", "server", "detached"):
        output = session.run(start % (owner, owner))
        assert "Error" not in output, output
        records[owner] = registry.find_record(owner)
    kernel = int(session.run("import os; print(os.getpid())"))
    assert records["server"].owner is not None
    assert records["server"].owner.pid == session.server.pid
    assert records["detached"].owner is None

    os.kill(kernel, 9)
    ended = wait_for_record(records["kernel"], lambda r: not r.state.alive)
    assert (ended.state, ended.reason) == (ClusterState.STOPPED, "Its owner process exited")
    session.await_restart()
    assert int(session.run("import os; print(os.getpid())")) != kernel
    output = session.run("%load_ext jupyter_pipeline\n%cluster status")
    for name in ("server", "detached"):
        assert f"{name} of another notebook or an earlier session is running: %cluster attach or stop {name}" in output

    session.server.kill()
    session.server.wait()
    ended = wait_for_record(records["server"], lambda r: not r.state.alive)
    assert (ended.state, ended.reason) == (ClusterState.STOPPED, "Its owner process exited")
    with attached.attach("detached") as cluster:
        assert cluster.get_client(set_as_default=False).submit(sum, [1, 2]).result(timeout=patience(20)) == 3
    assert registry.list_records() == []
    assert manager.gc() == []
    assert nothing_left(within=0)
