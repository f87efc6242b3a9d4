"""Suspend and kill a service at random, and count the scheduled times that ran, were skipped, lost or doubled.

Usage: ``python tests/benchmarks/bench_missed_times.py [--events 20] [--seed 1]`` with ``tests/support`` in
``PYTHONPATH``. An event takes about a minute.
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time

from scheduled_times import UNFINISHED, account, kill, suspend

from jupyter_pipeline.models import DeploymentSpec, Schedule
from jupyter_pipeline.orchestration import deployments, runs, service
from jupyter_pipeline.orchestration.versions import snapshots

FLOW = "from prefect import flow\n\n@flow(name='{0}')\ndef {0}():\n    pass\n"
POLICIES = {"latest": ("latest", "skip", 30.0), "every": ("all", "queue", 60.0), "nothing": ("none", "skip", 20.0)}
SHORT, LONG = 5.0, 75.0


def deploy() -> None:
    for name, (catch_up, overlap, interval) in POLICIES.items():
        version, path = snapshots.store_snapshot({"flow.py": FLOW.format(name)})
        deployments.deploy(
            DeploymentSpec(
                name=name,
                flow_name=name,
                entrypoint=f"flow.py:{name}",
                path=str(path),
                version=version,
                profile="local",
                schedules=(Schedule(every=interval),),
                catch_up=catch_up,
                overlap=overlap,
                parameter_schema={"type": "object", "properties": {}},
            )
        )


def disturb(chance: random.Random) -> str:
    """Suspend or kill something at random, and return a description."""
    seconds = chance.uniform(SHORT, LONG)
    what = chance.choice(
        [
            "suspend all",
            "suspend worker",
            "suspend server",
            "suspend supervisor",
            "kill worker",
            "kill server",
            "kill supervisor",
        ]
    )
    verb, name = what.split()
    if verb == "suspend":
        suspend(seconds, *([] if name == "all" else [name]))
    else:
        kill(name, seconds)
    return f"{what} for {seconds:.0f} s" if verb == "suspend" or name == "supervisor" else what


def settle(until: float) -> None:
    """Wait until each run that was due has ended."""
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline:
        late = [r for r in runs.list_runs(limit=500) if r.state in UNFINISHED and (r.expected_start or 0) <= until]
        if not late:
            return
        time.sleep(2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--events", type=int, default=20)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="missed-times-") as state:
        measure(state, options)


def measure(state: str, options: argparse.Namespace) -> None:
    """Disturb the service, and print the outcome of each scheduled time."""
    chance = random.Random(options.seed)
    os.environ["JUPYTER_PIPELINE_STATE"] = state
    service.up()
    try:
        deploy()
        since = time.time()
        for number in range(1, options.events + 1):
            time.sleep(chance.uniform(10, 25))
            print(f"{time.strftime('%H:%M:%S')} {number:2} {disturb(chance)}", flush=True)
        time.sleep(60)
        until = time.time() - 30
        for name in POLICIES:
            deployments.pause(name)
        settle(until)
        for name, (catch_up, _, interval) in POLICIES.items():
            found = account(name, Schedule(every=interval), since, until)
            print(
                f"{name} (catch-up {catch_up}, every {interval:g} s): {found.times} times, {dict(found.states)}, "
                f"lost {len(found.lost)}, doubled {len(found.doubled)}, unexplained {len(found.unexplained)}"
            )
            for reason, count in found.reasons.most_common():
                print(f"  {count:4} {reason}")
    finally:
        service.down()


if __name__ == "__main__":
    main()
