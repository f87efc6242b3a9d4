"""Let many runs, ten of each deployment, become due in the same minute.

It counts those that ended, were lost or doubled, and shows their delays. Usage:
``python tests/benchmarks/bench_due_runs.py [--runs 200] [--engine] [--postgres local] [--workers N]`` with
``tests/support`` in ``PYTHONPATH``. Without ``--engine``, a run is a small process that reports its states by REST, so
that the service is measured and not the start of Prefect's engine, which takes seconds of a core.
"""

from __future__ import annotations

import argparse
import collections
import contextlib
import os
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from scheduled_times import UNFINISHED

from jupyter_pipeline.models import DeploymentSpec, RunRecord, Schedule
from jupyter_pipeline.orchestration import deployments, runs, service
from jupyter_pipeline.orchestration.versions import snapshots

FLOW = "from prefect import flow\n\n@flow(name='due')\ndef due():\n    pass\n"
_REPORTER = """#!{python} -IS
import base64, json, os, time, urllib.error, urllib.request

api, auth = os.environ["PREFECT_API_URL"], os.environ["PREFECT_API_AUTH_STRING"]
headers = {{"Authorization": "Basic " + base64.b64encode(auth.encode()).decode(), "Content-Type": "application/json"}}


def send(method, path, body=None):
    for attempt in range(60):
        data = json.dumps(body).encode() if body else None
        request = urllib.request.Request(api + path, data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return json.load(answer)
        except (OSError, urllib.error.URLError):
            time.sleep(1)
    raise SystemExit(1)


token = send("GET", "/csrf-token?client=" + os.environ["PREFECT__FLOW_RUN_ID"])
headers |= {{"Prefect-Csrf-Token": token["token"], "Prefect-Csrf-Client": token["client"]}}
for kind in ("RUNNING", "COMPLETED"):
    send("POST", "/flow_runs/" + os.environ["PREFECT__FLOW_RUN_ID"] + "/set_state", {{"state": {{"type": kind}}}})
"""


TIMES = (
    "{} * * * *", "{} 0-23 * * *", "{} */1 * * *", "{} * */1 * *", "{} * 1-31 * *",
    "{} * * 1-12 *", "{} * * */1 *", "{} * * * 0-6", "{} * * * */1", "{} 0-23 1-31 * *",
)  # fmt: skip
"""Expressions of the same times: a deployment has no schedule twice."""


def deploy(count: int, minute: int, python: str) -> None:
    version, path = snapshots.store_snapshot({"flow.py": FLOW})
    deploy_all(
        DeploymentSpec(
            name=f"due-{number}",
            flow_name="due",
            entrypoint="flow.py:due",
            path=str(path),
            version=version,
            profile="local",
            concurrency_limit=len(TIMES),
            python=python,
            schedules=tuple(
                Schedule(cron=text.format(minute), slug=f"time-{place}") for place, text in enumerate(TIMES)
            ),
            parameter_schema={"type": "object", "properties": {}},
        )
        for number in range(count // len(TIMES))
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=200)
    parser.add_argument("--engine", action="store_true", help="run real flows")
    parser.add_argument("--postgres", default="")
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    with run_service(postgres=options.postgres, workers=options.workers) as reporter:
        measure(options, reporter)


@contextlib.contextmanager
def run_service(*, postgres: str, workers: int | None) -> Iterator[str]:
    """Run a service of its own, and yield the path of an interpreter of runs that only reports their states."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # a timeout ends the service, too
    with tempfile.TemporaryDirectory(prefix="service-") as folder:
        os.environ["JUPYTER_PIPELINE_STATE"] = folder
        reporter = Path(folder, "reporter")
        reporter.write_text(_REPORTER.format(python=sys.executable))
        reporter.chmod(0o700)
        try:
            service.up(postgres=postgres, workers=workers)
            yield str(reporter)
        finally:
            service.down()


def deploy_all(specifications: Iterable[DeploymentSpec]) -> None:
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(deployments.deploy, specifications))


def measure(options: argparse.Namespace, reporter: str) -> None:
    """Deploy flows that are due at once, and print the delays of their runs."""
    due = (time.time() // 60 + 2 + options.runs // 400) * 60
    deploy(options.runs, time.gmtime(due).tm_min, "" if options.engine else reporter)
    print(f"deployed {options.runs}, due in {due - time.time():.0f} s", flush=True)
    while time.time() < due + 1200:
        time.sleep(5)
        found = [run for run in runs.list_runs(limit=10 * options.runs) if run.expected_start == due]
        if time.time() > due:
            _report(options.runs, found, due)
        if time.time() > due + 30 and not any(run.state in UNFINISHED for run in found):
            break


def _report(count: int, found: list[RunRecord], due: float) -> None:
    """Print the states of the runs until now."""
    by_deployment = collections.Counter(run.deployment for run in found)
    missing = sum(max(0, len(TIMES) - by_deployment[f"due-{number}"]) for number in range(count // len(TIMES)))
    doubled = sum(max(0, number - len(TIMES)) for number in by_deployment.values())
    delays = sorted(run.start - due for run in found if run.start) or [0.0]
    print(
        f"{time.time() - due:.0f} s after the time, load {os.getloadavg()[0]:.1f}: "
        f"{count} runs due at once: {dict(collections.Counter(run.state for run in found))}, "
        f"lost {missing}, doubled {doubled}, "
        f"start after {statistics.median(delays):.0f} s (median), {delays[-1]:.0f} s (last)",
        flush=True,
    )


if __name__ == "__main__":
    main()
