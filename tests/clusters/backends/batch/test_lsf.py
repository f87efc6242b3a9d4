"""Backend of LSF."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.clusters.backends.batch.lsf import LSFBackend, parse_ends
from jupyter_pipeline.clusters.backends.batch.submission import CommandError, run_command

TAG = "jp-0a1b2c-0123456789"
LISTING = f"""\
31|RUN|8*hostA|ada|-|-|{TAG}.0
32|PEND|-|ada|{TAG}.1|New job is waiting for scheduling;|my|job
33|EXIT|hostA|ada|-|-|{TAG}.2
34|PSUSP|-|ada|-|Job was suspended by the user while pending;|{TAG}.3
"""


def test_a_listing_is_read(read_listing: Callable[..., Any]) -> None:
    assert read_listing(LSFBackend, LISTING) == [
        ("31", "running", "", "hostA"),
        ("32", "pending", "New job is waiting for scheduling;", ""),
        ("33", "ended", "", "hostA"),
        ("34", "pending", "Job was suspended by the user while pending;", ""),
    ]


def test_no_jobs_are_no_jobs() -> None:
    assert LSFBackend.parse_listing("No unfinished job found\n") == []


def test_the_job_script_is_the_golden_one(check_job_script: Callable[..., str]) -> None:
    check_job_script(
        "lsf", {"cluster_kwargs.queue": "normal", "cluster_kwargs.mem": "4 GiB", "cluster_kwargs.lsf_units": "mb"}
    )


@pytest.mark.parametrize(("value", "seconds"), [("01:30", 5400)])
def test_a_walltime_has_the_units_of_the_system(value: object, seconds: float) -> None:
    assert LSFBackend.parse_walltime(value) == seconds


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("echo banner; echo 'Queue nope: no such queue' >&2; exit 255", "Queue nope: no such queue; banner"),
        ("exit 3", "bsub failed with code 3"),
    ],
)
def test_a_refusal_has_the_reason_that_the_class_discards(script: str, reason: str, tmp_path: Path) -> None:
    program = tmp_path / "bsub"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    with pytest.raises(CommandError) as refusal:
        asyncio.run(run_command([f"{program}< /dev/null 2> /dev/null"], shell=True))
    assert str(refusal.value) == reason


def test_finished_jobs_have_their_ends() -> None:
    reason = "TERM_RUNLIMIT: job killed after reaching LSF run time limit."
    text = f"31|EXIT|140|8*hostA|{reason}\n32|DONE|-|hostA|-\n33|RUN|-|hostA|-\n34|EXIT|-|-|TERM_OWNER: killed\n"
    assert parse_ends(text) == {
        "31": f"it failed (exit code 140 on hostA, {reason.rstrip('.')})",
        "32": "it completed",
        "34": "it failed (TERM_OWNER: killed)",
    }
