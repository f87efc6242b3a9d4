"""Response times of the routes of a Jupyter server while many panels poll it, and its growth over many polls.

Usage: ``python tests/benchmarks/bench_server.py [--panels 50] [--every 2] [--deployments 500] [--records 1500]
[--seconds 60] [--state FOLDER]`` with ``tests/support`` in ``PYTHONPATH``. The service and the Jupyter server are real
processes. ``--state`` keeps the deployments for the next call. Each panel sends the requests of a visible sidebar, and
one more client calls the other routes in turn. A machine with other load has longer tails, so the table has medians,
and the time of a request that does nothing.
"""

from __future__ import annotations

import argparse
import asyncio
import collections
import contextlib
import dataclasses
import os
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import psutil
from bench_due_runs import FLOW, deploy_all

from jupyter_pipeline import ports, processes
from jupyter_pipeline.clusters import registry
from jupyter_pipeline.models import ClusterRecord, ClusterState, DeploymentSpec, Schedule
from jupyter_pipeline.orchestration import deployments, service
from jupyter_pipeline.orchestration.versions import snapshots

POLLED = ("changes/clusters", "changes/deployments")
"""Requests of a visible sidebar that gets no events, the worst case."""
OTHERS = (
    "profiles", "clusters", "clusters/load-1", "clusters/load-1/logs", "clusters?ended=1", "ended-clusters", "service",
    "deployments", "deployments/load-1/runs", "deployments/load-1/versions", "costs", "options",
)  # fmt: skip
"""Requests of dialogs and of other clients."""
IDLE = "/api/status"


def write_records(count: int) -> None:
    """Write records of clusters, one of ten of which is active."""
    found = registry.list_records(include_ended=True)
    active = sum(each.state.alive for each in found)
    record = ClusterRecord(id="", name="", profile="local", state=ClusterState.RUNNING, keeper=processes.this_process())
    for number in range(max(count - len(found), count // 10 - active)):
        changes = {"id": registry.new_id(), "started": time.time(), "since": time.time()}
        changes["state"] = ClusterState.RUNNING if active + number < count // 10 else ClusterState.STOPPED
        registry.create_record(dataclasses.replace(record, name=f"load-{active + number}", **changes), {})


def deploy(count: int) -> None:
    """Deploy flows with a schedule, until there are `count`."""
    names = {record.name for record in deployments.list_deployments()}
    version, path = snapshots.store_snapshot({"flow.py": FLOW})
    deploy_all(
        DeploymentSpec(
            name=f"load-{number}",
            flow_name="due",
            entrypoint="flow.py:due",
            path=str(path),
            version=version,
            profile="local",
            schedules=(Schedule(cron=f"{number % 60} 3 1 1 *"),),
            parameter_schema={"type": "object", "properties": {}},
        )
        for number in range(count)
        if f"load-{number}" not in names
    )


@contextlib.contextmanager
def run_jupyter() -> Iterator[tuple[psutil.Process, str, str]]:
    """Start a Jupyter server, and yield its process, address and token."""
    token, port = secrets.token_hex(16), ports.choose(26000)
    command = [
        *(sys.executable, "-m", "jupyter_server", "--no-browser", f"--port={port}", "--ServerApp.port_retries=0"),
        *("--ServerApp.jpserver_extensions={'jupyter_pipeline': True}", "--allow-root"),
    ]
    with (
        tempfile.TemporaryFile() as log,
        subprocess.Popen(command, env=os.environ | {"JUPYTER_TOKEN": token}, stdout=log, stderr=log) as process,
    ):
        address = f"http://127.0.0.1:{port}"
        try:
            for _ in range(120):
                with contextlib.suppress(httpx.HTTPError):
                    httpx.get(f"{address}/api").raise_for_status()
                    break
                time.sleep(0.5)
            else:
                raise SystemExit("The Jupyter server did not start.")
            yield psutil.Process(process.pid), address, token
        finally:
            process.terminate()


class Load:
    """Clients of one Jupyter server."""

    def __init__(self, address: str, token: str) -> None:
        """Take the address and the token of the server."""
        self.seconds: dict[str, list[float]] = collections.defaultdict(list)
        self.statuses: collections.Counter[tuple[str, int]] = collections.Counter()
        self._client = httpx.AsyncClient(
            base_url=address, headers={"Authorization": f"token {token}"}, timeout=60, limits=httpx.Limits()
        )

    async def get(self, route: str, parameters: Mapping[str, str] | None = None) -> Any:
        """Send one request, record its time, and return the answer."""
        path = route if route.startswith("/") else f"/jupyter-pipeline/{route}"
        begin = time.perf_counter()
        answer = await self._client.get(path, params=parameters)
        self.seconds[route].append(time.perf_counter() - begin)
        self.statuses[route, answer.status_code] += 1
        return answer

    async def poll(self, every: float, begin: float, end: float) -> None:
        """Poll as one panel, with requests that go out together."""
        client, revisions = secrets.token_hex(8), dict.fromkeys(POLLED, "")

        async def get_changes(route: str) -> None:
            answer = await self.get(route, {"since": revisions[route], "client": client})
            if answer.is_success:
                revisions[route] = answer.json()["revision"]

        while begin < end:
            await asyncio.sleep(begin - time.monotonic())
            await asyncio.gather(*map(get_changes, POLLED))
            begin = max(begin + every, time.monotonic())

    async def call_others(self, end: float) -> None:
        """Call the routes of dialogs in turn."""
        while time.monotonic() < end:
            for route in (IDLE, *OTHERS):
                await self.get(route)
                await asyncio.sleep(0.1)

    async def run(self, panels: int, every: float, seconds: float) -> None:
        """Run all clients for some seconds."""
        begin = time.monotonic()
        panel_tasks = (self.poll(every, begin + every * number / panels, begin + seconds) for number in range(panels))
        await asyncio.gather(*panel_tasks, self.call_others(begin + seconds))

    def print_table(self) -> None:
        """Print the median and the 99th percentile of each route."""
        for route, seconds in self.seconds.items():
            ordered = sorted(seconds)
            codes = {code: count for (name, code), count in self.statuses.items() if name == route}
            print(
                f"{route:<32}{len(ordered):>7} requests {statistics.median(ordered) * 1000:>6.0f} ms median "
                f"{ordered[int(len(ordered) * 0.99)] * 1000:>6.0f} ms p99  {codes}",
                flush=True,
            )


def describe(process: psutil.Process) -> str:
    """Return the memory, descriptors and threads of a process."""
    with process.oneshot():
        memory, files, threads = process.memory_info().rss / 1e6, process.num_fds(), process.num_threads()
    return f"{memory:.0f} MB, {files} descriptors, {threads} threads"


def measure(options: argparse.Namespace) -> None:
    """Measure one state folder."""
    service.up()
    try:
        write_records(options.records)
        deploy(options.deployments)
        seconds = []
        for _ in range(7):
            begin = time.perf_counter()
            found = deployments.list_deployments()
            seconds.append(time.perf_counter() - begin)
        print(
            f"list {len(found)} deployments: {statistics.median(seconds) * 1000:.0f} ms, fastest {min(seconds):.3f} s"
        )
        with run_jupyter() as (process, address, token):
            asyncio.run(Load(address, token).run(2, 1, 5))  # imports
            for _ in range(options.rounds):
                load = Load(address, token)
                cpu = sum(process.cpu_times()[:2])
                asyncio.run(load.run(options.panels, options.every, options.seconds))
                cpu = (sum(process.cpu_times()[:2]) - cpu) / options.seconds
                load.print_table()
                print(f"load {os.getloadavg()[0]:.1f}; Jupyter server: {cpu:.0%} of a core, {describe(process)}")
    finally:
        service.down()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--panels", type=int, default=50)
    parser.add_argument("--every", type=float, default=2)
    parser.add_argument("--deployments", type=int, default=500)
    parser.add_argument("--records", type=int, default=1500)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--state")
    options = parser.parse_args()
    with contextlib.ExitStack() as stack:
        folder = options.state or stack.enter_context(tempfile.TemporaryDirectory(prefix="server-"))
        Path(folder).mkdir(mode=0o700, parents=True, exist_ok=True)
        os.environ["JUPYTER_PIPELINE_STATE"] = folder
        measure(options)


if __name__ == "__main__":
    main()
