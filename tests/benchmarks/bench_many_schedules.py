"""Lateness of the runs of many schedules over a fixed time, on PostgreSQL.

Usage: ``python tests/benchmarks/bench_many_schedules.py [--schedules 500] [--every 300] [--seconds 60] [--workers N]``
with ``tests/support`` in ``PYTHONPATH``. To measure a load of five-minute schedules in a short time, deploy fewer
deployments that are due more often: 50 schedules of 30 seconds have 100 runs a minute, as 500 of five minutes have.
``--deployments`` adds deployments without a schedule, so that the lists of the server are as long. A run is a small
process that reports its states by REST, as in `bench_due_runs`.
"""

from __future__ import annotations

import argparse
import collections
import os
import statistics
import time

from bench_due_runs import FLOW, deploy_all, run_service
from scheduled_times import UNFINISHED

from jupyter_pipeline.models import DeploymentSpec, Schedule
from jupyter_pipeline.orchestration import runs
from jupyter_pipeline.orchestration.versions import snapshots


def deploy(options: argparse.Namespace, python: str) -> None:
    version, path = snapshots.store_snapshot({"flow.py": FLOW})
    deploy_all(
        DeploymentSpec(
            name=f"many-{number}",
            flow_name="due",
            entrypoint="flow.py:due",
            path=str(path),
            version=version,
            profile="local",
            python=python,
            schedules=(Schedule(every=float(options.every)),) if number < options.schedules else (),
            parameter_schema={"type": "object", "properties": {}},
        )
        for number in range(max(options.schedules, options.deployments))
    )


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--schedules", type=int, default=500)
    parser.add_argument("--deployments", type=int, default=0)
    parser.add_argument("--every", type=float, default=300)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--workers", type=int)
    options = parser.parse_args()
    with run_service(postgres="local", workers=options.workers) as reporter:
        measure(options, reporter)


def measure(options: argparse.Namespace, reporter: str) -> None:
    """Deploy, wait, and print the lateness of the runs."""
    begun = time.time()
    deploy(options, reporter)
    since = time.time() + 5
    print(f"deployed after {time.time() - begun:.0f} s, load {os.getloadavg()[0]:.1f}", flush=True)
    time.sleep(options.seconds + 5)
    until = since + options.seconds
    while time.time() < until + 60:
        found = [run for run in runs.list_runs(limit=20_000) if since <= (run.expected_start or 0) < until]
        if not any(run.state in UNFINISHED for run in found):
            break
        time.sleep(5)
    delays = sorted(run.start - run.expected_start for run in found if run.start and run.expected_start)
    times = collections.Counter((run.deployment, run.expected_start) for run in found)
    expected = options.schedules * options.seconds / options.every
    print(
        f"{options.schedules} schedules of {options.every:g} s over {options.seconds:g} s: {len(found)} runs of "
        f"{expected:.0f} ({dict(collections.Counter(run.state for run in found))}), "
        f"doubled {sum(count > 1 for count in times.values())}, start after {statistics.median(delays):.1f} s "
        f"(median), {delays[-1]:.1f} s (last), load {os.getloadavg()[0]:.1f}"
    )


if __name__ == "__main__":
    main()
