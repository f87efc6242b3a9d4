"""Backend of Slurm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jupyter_pipeline.clusters.backends.batch import slurm
from jupyter_pipeline.clusters.backends.batch.slurm import SlurmBackend

TAG = "jp-0a1b2c-0123456789"
LISTING = f"""\
12|RUNNING|n1|{TAG}.0|None
13|PENDING|n/a|{TAG}.1|Resources
14_3|CONFIGURING|n2|someone-elses job|with|pipes
15|COMPLETING|n1|{TAG}.2|None
16|NODE_FAIL|n1|{TAG}.3|NodeDown
"""


def test_a_listing_is_read(read_listing: Callable[..., Any]) -> None:
    assert read_listing(SlurmBackend, LISTING) == [
        ("12", "running", "", "n1"),
        ("13", "pending", "Resources", ""),
        ("14_3", "pending", "with|pipes", "n2"),
        ("15", "ending", "", "n1"),
        ("16", "ended", "NodeDown", "n1"),
    ]


@pytest.mark.parametrize("text", ["", "\n"])
def test_no_jobs_are_no_jobs(text: str) -> None:
    assert SlurmBackend.parse_listing(text) == []


def test_the_job_script_is_the_golden_one(check_job_script: Callable[..., str]) -> None:
    check_job_script(
        "slurm",
        {
            "cluster_kwargs.queue": "main",
            "cluster_kwargs.processes": 2,
            "cluster_kwargs.cores": 4,
            "cluster_kwargs.local_directory": "$TMPDIR",
            "cluster_kwargs.job_extra_directives": ["--qos=normal"],
        },
    )


@pytest.mark.parametrize(
    ("state", "exit_code", "node", "expected"),
    [
        ("TIMEOUT", "0:0", "n1", "it reached its walltime (TIMEOUT on n1)"),
        ("CANCELLED by 1000", "0:15", "n1", "it was cancelled (CANCELLED by 1000 on n1, signal 15)"),
        ("CANCELLED", "0:0", "None assigned", "it was cancelled (CANCELLED)"),
        ("CANCELLED+", "0:0", "(null)", "it was cancelled (CANCELLED+)"),
        (
            "OUT_OF_MEMORY",
            "0:125",
            "n2",
            "it needed more memory than it had requested (OUT_OF_MEMORY on n2, signal 125)",
        ),
        ("FAILED", "3:0", "n2", "it failed (FAILED on n2, exit code 3)"),
        ("RUNNING", "0:0", "n2", ""),
        ("PENDING", "0:0", "", ""),
        ("", "", "", ""),
    ],
)
def test_a_state_is_described(state: str, exit_code: str, node: str, expected: str) -> None:
    assert slurm.describe_end(state, exit_code, node) == expected


@pytest.mark.parametrize("text", ["", "Slurm accounting storage is disabled", "slurm_load_jobs error: Invalid job id"])
def test_a_system_without_accounting_yields_nothing(text: str) -> None:
    assert slurm.parse_sacct(text) == slurm.parse_scontrol(text) == {}
