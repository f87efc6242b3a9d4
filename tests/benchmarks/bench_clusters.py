"""What keeping a cluster costs. Run: ``python tests/benchmarks/bench_clusters.py [ROUNDS] [PART …]``.

Parts: ``starts``, ``slurm``, ``attach``, ``rest``, ``list``; by default all. The machine may be busy: ours and the bare
class take turns, or run side by side, and ratios of medians are what counts.
"""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 7
REST = 60.0  # seconds
WORKERS = 2
LOCAL = {"threads_per_worker": 1}

BARE = """
import sys, time; workers = int(sys.argv[1]); begin = time.perf_counter()
from distributed import Client, LocalCluster
if __name__ == "__main__":
    cluster = LocalCluster(n_workers=workers, threads_per_worker=1, dashboard_address="127.0.0.1:0")
    client = Client(cluster); client.wait_for_workers(workers)
    print(time.perf_counter() - begin)
    client.close(); cluster.close()
"""
OURS = """
import sys, time; workers = int(sys.argv[1]); begin = time.perf_counter()
import jupyter_pipeline
cluster = jupyter_pipeline.start_cluster("local", workers=workers)
client = cluster.get_client(); client.wait_for_workers(workers)
print(time.perf_counter() - begin)
cluster.close()
"""

SLURM = {"cores": 1, "memory": "500 MB", "interface": "lo", "walltime": "01:00:00"}
BARE_SLURM = f"""
import sys, time; workers = int(sys.argv[1]); begin = time.perf_counter()
from dask_jobqueue import SLURMCluster
from distributed import Client
cluster = SLURMCluster(n_workers=workers, scheduler_options={{"dashboard_address": "127.0.0.1:0"}}, **{SLURM})
client = Client(cluster); client.wait_for_workers(workers)
print(time.perf_counter() - begin)
client.close(); cluster.close()
"""
OURS_SLURM = f"""
import sys, time; workers = int(sys.argv[1]); begin = time.perf_counter()
import jupyter_pipeline
overrides = {{f"cluster_kwargs.{{key}}": value for key, value in {SLURM}.items()}}
cluster = jupyter_pipeline.start_cluster("slurm", workers=workers, overrides=overrides)
client = cluster.get_client(); client.wait_for_workers(workers)
print(time.perf_counter() - begin)
cluster.close()
"""


def timed(action: Callable[[], Callable[[], None]]) -> float:
    """Return the seconds that `action` takes; what it returns cleans up, untimed."""
    begin = time.perf_counter()
    clean = action()
    seconds = time.perf_counter() - begin
    clean()
    return seconds


def in_new_process(code: str, workers: int = WORKERS) -> float:
    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(code)
        file.flush()
        done = subprocess.run([sys.executable, file.name, str(workers)], capture_output=True, text=True)
    if not done.stdout:
        raise RuntimeError(done.stderr)
    return float(done.stdout.split()[-1])  # the bare class may abort the interpreter at its very end


def bare(workers: int) -> Callable[[], None]:
    from distributed import Client, LocalCluster

    cluster = LocalCluster(n_workers=workers, dashboard_address="127.0.0.1:0", **LOCAL)
    client = Client(cluster)
    client.wait_for_workers(workers)
    return lambda: (client.close(), cluster.close())  # type: ignore[return-value]


def ours(workers: int) -> Callable[[], None]:
    import jupyter_pipeline

    cluster = jupyter_pipeline.start_cluster("local", workers=workers)
    cluster.get_client().wait_for_workers(workers)
    return cluster.close


def attach(name: str) -> Callable[[], None]:
    from jupyter_pipeline.clusters import attached

    cluster = attached.attach(name)
    cluster.get_client(set_as_default=False)
    return cluster.detach


def row(what: str, *values: str) -> None:
    print(f"{what:<44}" + "".join(f"{value:>14}" for value in values))


def starts() -> None:
    import distributed  # noqa: F401 - a warm session has it

    from jupyter_pipeline.clusters.keeper import standby

    for workers in (WORKERS, 2 * WORKERS):
        cold: dict[str, list[float]] = {"bare": [], "ours": []}
        warm: dict[str, list[float]] = {"bare": [], "ours": []}
        for _ in range(ROUNDS):
            cold["bare"].append(in_new_process(BARE, workers))
            cold["ours"].append(in_new_process(OURS, workers))
            standby.start()
            time.sleep(3)  # as a user takes to come back
            warm["bare"].append(timed(lambda: bare(workers)))  # noqa: B023 - called at once
            warm["ours"].append(timed(lambda: ours(workers)))  # noqa: B023
        standby.discard()
        for what, seconds in (("cold start, new process", cold), ("warm start, second in a session", warm)):
            mine, theirs = (statistics.median(seconds[k]) for k in ("ours", "bare"))
            row(f"{what}, {workers} workers", f"{theirs:.2f} s", f"{mine:.2f} s", f"{mine / theirs:.2f}")


def slurm_starts() -> None:
    """Start on a real Slurm, where one can run; a bare cluster has no TLS."""
    sys.path.insert(0, str(Path(__file__).parent.parent / "testbed"))
    import slurm

    reason = slurm.missing()
    if reason:
        row(f"start on Slurm: {reason}")
        return
    ran = slurm.running()
    os.environ |= slurm.start()
    seconds: dict[str, list[float]] = {"bare": [], "ours": []}
    try:
        with tempfile.TemporaryDirectory() as folder, contextlib.chdir(folder):  # bare jobs write their output there
            for _ in range(ROUNDS):
                seconds["bare"].append(in_new_process(BARE_SLURM))
                seconds["ours"].append(in_new_process(OURS_SLURM))
    finally:
        if not ran:
            slurm.stop()
    mine, theirs = (statistics.median(seconds[k]) for k in ("ours", "bare"))
    row(f"start on Slurm, {WORKERS} workers", f"{theirs:.2f} s", f"{mine:.2f} s", f"{mine - theirs:+.2f} s")


def attaching() -> None:
    from distributed import Client

    from jupyter_pipeline.clusters import manager, profiles, registry, security

    record = manager.start(profiles.get_profile("local"), name="bench", workers=WORKERS)
    keys = security.load_connection(registry.cluster_dir(record.id))

    def connect() -> Callable[[], None]:
        client = Client(record.scheduler_address, security=keys, set_as_default=False)
        return client.close  # type: ignore[no-any-return]

    theirs = statistics.median(timed(connect) for _ in range(ROUNDS))
    mine = statistics.median(timed(lambda: attach("bench")) for _ in range(ROUNDS))
    row("attach, beyond importing distributed", f"{theirs:.3f} s", f"{mine:.3f} s", f"{mine - theirs:+.3f} s")
    manager.stop("bench")


BARE_AT_REST = f"""
import sys
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers={WORKERS}, threads_per_worker=1, dashboard_address="127.0.0.1:0"):
        print("up", flush=True)
        sys.stdin.read()
"""


def resting() -> None:
    """Compare a keeper with a process that holds the bare class, side by side."""
    import psutil

    from jupyter_pipeline.clusters import manager, profiles

    with tempfile.NamedTemporaryFile("w", suffix=".py") as file:
        file.write(BARE_AT_REST)
        file.flush()
        bare = subprocess.Popen([sys.executable, file.name], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        assert bare.stdout is not None
        bare.stdout.readline()
    record = manager.start(profiles.get_profile("local"), name="bench", workers=WORKERS)
    manager.wait_for_workers("bench")
    assert record.keeper is not None
    processes = [psutil.Process(bare.pid), psutil.Process(record.keeper.pid)]
    time.sleep(5)
    before = [sum(process.cpu_times()[:2]) for process in processes]
    time.sleep(REST)
    theirs, mine = ((sum(p.cpu_times()[:2]) - b) / REST for p, b in zip(processes, before, strict=True))
    row(f"at rest for {REST:.0f} s, share of one core", f"{theirs:.2%}", f"{mine:.2%}", f"{mine / theirs:.2f}")
    alone, kept = (process.memory_info().rss / 1e6 for process in processes)
    row("memory, MB", f"{alone:.0f}", f"{kept:.0f}", f"{kept - alone:+.0f}")
    manager.stop("bench")
    bare.communicate()


def listing(count: int = 1500) -> None:
    from jupyter_pipeline import paths, processes
    from jupyter_pipeline.clusters import registry
    from jupyter_pipeline.models import ClusterRecord, ClusterState

    record = ClusterRecord(id="", name="", profile="local", state=ClusterState.RUNNING, keeper=processes.this_process())
    for number in range(count):
        state = ClusterState.RUNNING if number % 2 else ClusterState.STOPPED
        registry.create_record(
            dataclasses.replace(
                record, id=registry.new_id(), name=f"cluster-{number}", state=state, started=float(number)
            ),
            {},
        )
    files = list((paths.clusters_dir()).glob("jp-*/record.json"))
    plain = timed_often(lambda: [json.loads(path.read_bytes()) for path in files])
    for what, ended in (("the living among", False), ("all of", True)):
        look = functools.partial(registry.list_records, include_ended=ended)
        first, again = timed_often(look, prepare=registry.records._cache.clear), timed_often(look)
        peer = f"{plain * 1000:.0f} ms" if ended else ""
        row(f"list {what} {count} records, CPU", peer, f"{first * 1000:.0f} ms", f"again {again * 1000:.0f} ms")


def timed_often(action: Callable[[], object], prepare: Callable[[], object] = lambda: None) -> float:
    """Return the median of the processor's time for `action`: waiting for a busy machine is not its doing."""
    seconds = []
    for _ in range(ROUNDS):
        prepare()
        begin = time.process_time()
        action()
        seconds.append(time.process_time() - begin)
    return statistics.median(seconds)


PARTS = {"starts": starts, "slurm": slurm_starts, "attach": attaching, "rest": resting, "list": listing}


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["JUPYTER_PIPELINE_STATE"] = folder
        row(f"load {os.getloadavg()[0]:.1f}", "bare class", "ours", "ratio")
        for part in sys.argv[2:] or PARTS:
            PARTS[part]()
        print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
