"""Random kills and stops on a real Slurm: afterwards no job, process, socket or open record is left.

``CHAOS_ROUNDS`` sets the number of rounds, and ``CHAOS_SEED`` repeats a sequence. `make chaos` runs sixty rounds.
"""

from __future__ import annotations

import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from jupyter_pipeline import paths
from jupyter_pipeline.clusters import manager, registry
from jupyter_pipeline.clusters.cleanup import cluster_processes
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import ClusterRecord

Eventually = Callable[..., Any]

ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "1"))
SEED = os.environ.get("CHAOS_SEED") or str(time.time_ns())
START = """\
import json, sys
from jupyter_pipeline.clusters import manager, profiles
overrides, workers = json.load(sys.stdin)
manager.start(profiles.get_profile("slurm", overrides=overrides), name="chaos", workers=workers)
"""
SLOW = """\
#!/bin/sh
case "$*" in *--test-only*) exec {real} "$@";; esac
sleep 0.$(($$ % 7))
{real} "$@"
code=$?
sleep 0.$(($$ % 9))
exit $code
"""
OPTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"cluster_kwargs.job_extra_directives": ["--hold"]},
    {"cluster_kwargs.job_extra_directives": ['--job-name="my analysis"', "--hold"]},
    {"cluster_kwargs.job_directives_skip": ["-J"]},
    {"cluster_kwargs.job_script_prologue": ["exit 3"]},
)


@pytest.fixture
def bed(bed_of: Callable[[str], Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Return the Slurm of the test bed, whose sbatch answers late."""
    found = bed_of("slurm")
    program = tmp_path / "sbatch"
    program.write_text(SLOW.format(real=shutil.which("sbatch")))
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    return found


def jobs() -> set[str]:
    command = ["squeue", "--noheader", "--all", "--format=%i"]
    return set(subprocess.run(command, capture_output=True, text=True, check=True, timeout=20).stdout.split())


def find_record() -> ClusterRecord | None:
    return next((record for record in registry.list_records() if record.name == "chaos"), None)


def kill(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def kill_keeper(start: subprocess.Popen[bytes], chance: random.Random) -> None:
    record = find_record()
    if record is not None and record.keeper is not None:
        kill(record.keeper.pid, signal.SIGKILL)


def terminate_keeper(start: subprocess.Popen[bytes], chance: random.Random) -> None:
    record = find_record()
    if record is not None and record.keeper is not None and record.keeper.pid != start.pid:
        kill(record.keeper.pid, signal.SIGTERM)


def kill_everything(start: subprocess.Popen[bytes], chance: random.Random) -> None:
    record = find_record()
    start.kill()
    for process in cluster_processes.find_processes(record.id) if record else ():
        with contextlib.suppress(psutil.Error):
            process.kill()


def kill_starter(start: subprocess.Popen[bytes], chance: random.Random) -> None:
    start.kill()


def interrupt_starter(start: subprocess.Popen[bytes], chance: random.Random) -> None:
    start.send_signal(signal.SIGINT)


def stop(start: subprocess.Popen[bytes], chance: random.Random) -> None:
    with contextlib.suppress(PipelineError):
        manager.stop("chaos")


def cancel_and_stop(start: subprocess.Popen[bytes], chance: random.Random) -> None:
    found = jobs()
    if found:
        subprocess.run(["scancel", chance.choice(sorted(found))], timeout=20)
    stop(start, chance)


def scale(start: subprocess.Popen[bytes], chance: random.Random) -> None:
    with contextlib.suppress(PipelineError):
        manager.scale("chaos", chance.randrange(4))
    time.sleep(chance.uniform(0, 1))
    chance.choice((stop, kill_keeper, kill_everything))(start, chance)


ACTIONS = (
    kill_keeper, terminate_keeper, kill_everything, kill_starter, interrupt_starter, stop, cancel_and_stop, scale,
)  # fmt: skip


@pytest.mark.backend("slurm")
@pytest.mark.timeout(60 + 60 * ROUNDS)
def test_random_kills_and_stops_leave_nothing(bed: Any, eventually: Eventually) -> None:
    before = jobs()
    chance = random.Random(SEED)
    for number in range(ROUNDS):
        options, action = chance.choice(OPTIONS), chance.choice(ACTIONS)
        delay, workers = chance.uniform(0, 6), chance.randint(1, 3)
        case = f"round {number} of CHAOS_SEED={SEED}: {action.__name__} after {delay:.2f} s with {workers}, {options}"
        print(case, flush=True)
        with subprocess.Popen(
            [sys.executable, "-c", START], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        ) as start:
            assert start.stdin is not None
            start.stdin.write(json.dumps([{**bed.overrides, **options}, workers]).encode())
            start.stdin.close()
            time.sleep(delay)
            action(start, chance)
            start.wait(60)
        record = find_record()
        with contextlib.suppress(PipelineError):
            manager.stop("chaos")
        removed = manager.gc()
        assert not [item for item in removed if item["kind"] == "problem"], case
        left = eventually(lambda: find_record() is None or None, f"no open record: {case}")
        assert left
        assert jobs() - before == set(), case
        assert record is None or cluster_processes.find_processes(record.id) == [], case
        assert cluster_processes.group_by_cluster() == {}, case
        assert list(paths.runtime_dir().glob(f"{registry.id_prefix()}*.sock")) == [], case
