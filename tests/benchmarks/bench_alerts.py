"""Alerts of failed runs: number sent, over a first start and a restart of the database, and their delay.

Run it with ``python tests/benchmarks/bench_alerts.py [FAILURES] [sqlite|postgresql]``. The service starts on an empty
database. The deploy follows at once, and half of the runs fail before the restart. Runs are set to Failed by a request:
the server sees the same change of state as for a run with a process. With PostgreSQL the database is restarted, with
SQLite the Prefect server.
"""

from __future__ import annotations

import asyncio
import contextlib
import http.server
import json
import os
import re
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any, ClassVar

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from postgresql import PROGRAMS, run_postgresql

from jupyter_pipeline import environment_variables
from jupyter_pipeline.exceptions import OrchestrationError
from jupyter_pipeline.models import Alert, DeploymentSpec
from jupyter_pipeline.orchestration import alerts, deployments, service, service_state
from jupyter_pipeline.orchestration.prefect_api.client import PrefectApi, connect
from jupyter_pipeline.orchestration.versions import snapshots

FAILURES = int(sys.argv[1]) if len(sys.argv) > 1 else 100
DATABASE = sys.argv[2] if len(sys.argv) > 2 else "postgresql" if PROGRAMS else "sqlite"

_FLOW = """
from prefect import flow

@flow(name="bench")
def bench():
    return 42
"""
_RUN = re.compile(r"Run (\S+): Failed")


class _Receiver(http.server.BaseHTTPRequestHandler):
    arrived: ClassVar[dict[str, list[float]]] = {}

    def do_POST(self) -> None:
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["text"]
        found = _RUN.search(text)
        self.arrived.setdefault(found[1] if found else "without a name", []).append(time.time())
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: Any) -> None:
        pass


async def _fail_runs(api: PrefectApi, deployment: str, count: int, failed: dict[str, float]) -> None:
    """Create runs in state Failed, and note the time of each by its name."""
    slots = asyncio.Semaphore(4)

    async def fail() -> None:
        async with slots:
            state = {"type": "FAILED", "name": "Failed", "message": "bench"}
            begun = time.time()
            run = await api.post(f"/deployments/{deployment}/create_flow_run", {"state": state})
            failed[run["name"]] = begun

    await asyncio.gather(*(fail() for _ in range(count)))


async def _measure(restart: Any) -> None:
    failed: dict[str, float] = {}
    try:
        async with connect() as api:
            deployment = (await api.get("/deployments/name/bench/bench"))["id"]
            await _fail_runs(api, deployment, FAILURES // 2, failed)
            print(f"{len(failed)} failures, {len(_Receiver.arrived)} alerts at the restart", flush=True)
            restart()
            while True:
                with contextlib.suppress(OrchestrationError):
                    await api.post("/work_pools/filter", {"limit": 1})
                    break
                await asyncio.sleep(0.2)
            await _fail_runs(api, deployment, FAILURES - FAILURES // 2, failed)
            print(f"{len(failed)} failures, {len(_Receiver.arrived)} alerts", flush=True)
            quiet = time.time() + 150
            while len(_Receiver.arrived) < len(failed) and time.time() < quiet:
                await asyncio.sleep(0.5)
            await asyncio.sleep(5)  # for doubled alerts
    finally:
        _report(failed)


def _report(failed: dict[str, float]) -> None:
    arrived = _Receiver.arrived
    delays = sorted(times[0] - failed[name] for name, times in arrived.items() if name in failed)
    lost, doubled = len(failed) - len(delays), sum(len(arrived[name]) - 1 for name in arrived if name in failed)
    nameless = len(arrived.get("without a name", ()))
    print(
        f"{DATABASE}: {len(failed)} failures, {len(delays)} alerts, {lost} lost, {doubled} doubled, {nameless} nameless"
    )
    if delays:
        print(f"delay: median {delays[len(delays) // 2]:.2f} s, longest {delays[-1]:.2f} s")


def main() -> None:
    """Print the counts."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a timeout ends the service, too
    receiver = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Receiver)
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        folder = Path(name)
        os.environ["JUPYTER_PIPELINE_STATE"] = str(folder / "state")
        if DATABASE == "postgresql":
            database = stack.enter_context(run_postgresql(folder))
            os.environ[environment_variables.DATABASE] = database.address

            def restart() -> None:
                database.stop()
                time.sleep(float(os.environ.get("BENCH_OUTAGE", "2")))
                database.start()
        else:

            def restart() -> None:
                state = service_state.read_state()
                assert state is not None
                os.kill(state.children["server"].pid, signal.SIGKILL)
                time.sleep(1)

        service.up()
        stack.callback(service.down)
        version, path = snapshots.store_snapshot({"flow.py": _FLOW})
        alerts.add("bench", f"http://127.0.0.1:{receiver.server_port}/")
        alert = Alert(block="bench", events=("failure",))
        deployments.deploy(
            DeploymentSpec(
                name="bench", flow_name="bench", entrypoint="flow.py:bench", path=str(path), version=version,
                alerts=(alert,),
            )
        )  # fmt: skip
        asyncio.run(_measure(restart))
        if keep := os.environ.get("BENCH_LOG"):
            Path(keep).write_text(Path(service.status().log).read_text())


if __name__ == "__main__":
    main()
