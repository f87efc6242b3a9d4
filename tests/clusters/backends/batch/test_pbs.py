"""Backend of PBS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jupyter_pipeline.clusters.backends.batch.pbs import PBSBackend, parse_ends

TAG = "jp-0a1b2c-0123456789"
LISTING = f"""\
Job Id: 21.server
    Job_Name = {TAG}.0
    Job_Owner = alice@login
    job_state = R
    exec_host = node7/0*8
    Resource_List.walltime = 01:00:00

Job Id: 22.server
    Job_Name = jp-0a1b2c-01234
\t56789.1
    job_state = Q
    comment = Not Running: Insufficient amount of resource: ncpus

Job Id: 23.server
    Job_Name = old
    job_state = F
"""


def test_a_listing_is_read(read_listing: Callable[..., Any]) -> None:
    assert read_listing(PBSBackend, LISTING) == [
        ("21.server", "running", "", "node7"),
        ("22.server", "pending", "Not Running: Insufficient amount of resource: ncpus", ""),
        ("23.server", "ended", "", ""),
    ]


def test_no_jobs_are_no_jobs() -> None:
    assert PBSBackend.parse_listing("") == []


def test_the_job_script_is_the_golden_one(check_job_script: Callable[..., str]) -> None:
    check_job_script(
        "pbs", {"cluster_kwargs.account": "mine", "cluster_kwargs.job_script_prologue": ["module load gcc"]}
    )


def test_a_name_that_is_folded_is_put_together() -> None:
    assert PBSBackend.parse_listing(LISTING)[1].name == f"{TAG}.1"


def test_an_imitation_of_qstat_is_read_too(read_listing: Callable[..., Any]) -> None:
    text = f"Job Id:\t16\n\tJob_Name = {TAG}.0\n\tjob_state = R\n\texec_host = n1/1\n\nJob Id:\t17\n\tjob_state = C\n"
    assert read_listing(PBSBackend, text) == [("16", "running", "", "n1"), ("17", "ended", "", "")]


@pytest.mark.parametrize(("value", "seconds"), [("90", 90), ("01:30", 90)])
def test_a_walltime_has_the_units_of_the_system(value: object, seconds: float) -> None:
    assert PBSBackend.parse_walltime(value) == seconds


@pytest.mark.parametrize(
    ("fields", "end"),
    [
        (("job_state = F", "Exit_status = 0", "comment = Job run at Wed on (n1:ncpus=1) and finished"), "it completed"),
        (
            ("job_state = F", "Exit_status = -29", "comment = Job run at Wed on (n1) and exceeded resource walltime"),
            "it failed (exit code -29 on n1, exceeded resource walltime)",
        ),
        (("job_state = F", "Exit_status = 1", "comment = Job run at Wed and failed"), "it failed (exit code 1 on n1)"),
        (("job_state = C", "exit_status = 271"), "it failed (exit code 271 on n1)"),  # Torque
        (("job_state = R",), None),
    ],
)
def test_the_history_has_the_ends_of_jobs(fields: tuple[str, ...], end: str | None) -> None:
    text = "\n    ".join(("Job Id: 21.server", "exec_host = n1/0*8", *fields)) + "\n"
    assert parse_ends(text).get("21.server") == end
