"""How jobs ended, in words."""

from __future__ import annotations

import pytest

from jupyter_pipeline.clusters.backends.batch import accounting
from jupyter_pipeline.clusters.backends.batch.job import Job, why_waiting


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
            "it needed more memory than it had asked for (OUT_OF_MEMORY on n2, signal 125)",
        ),
        ("FAILED", "3:0", "n2", "it failed (FAILED on n2, exit code 3)"),
        ("RUNNING", "0:0", "n2", ""),
        ("PENDING", "0:0", "", ""),
        ("", "", "", ""),
    ],
)
def test_a_state_is_told_in_words(state: str, exit_code: str, node: str, expected: str) -> None:
    assert accounting.describe(state, exit_code, node) == expected


@pytest.mark.parametrize("text", ["", "Slurm accounting storage is disabled", "slurm_load_jobs error: Invalid job id"])
def test_a_system_that_does_not_know_tells_nothing(text: str) -> None:
    assert accounting.sacct(text) == accounting.scontrol(text) == {}


def test_jobs_that_wait_are_counted_with_their_reasons() -> None:
    jobs = [
        Job(id="1", state="pending", reason="Resources"),
        Job(id="2", state="pending", reason="Priority"),
        Job(id="3", state="pending", reason="Priority"),
        Job(id="4", state="running"),
    ]
    assert why_waiting(jobs) == "3 jobs wait: Priority; Resources"
    assert why_waiting(jobs[3:]) == ""
    assert why_waiting([Job(id="5", state="pending")]) == "1 job waits"
