"""Backend of Slurm."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jupyter_pipeline.clusters.backends.batch import slurm
from jupyter_pipeline.clusters.backends.batch.slurm import SlurmBackend

TAG = "jp-0a1b2c-0123456789"


def entry(*fields: str) -> str:
    """Return one entry of the output of squeue."""
    number, state, host, name, reason = fields
    return "\x1e" + "\x1f".join((number, state, host, "ada", "1795814489", "(null)", "/tmp/x.sh", name, reason)) + "\n"


LISTING = "".join((
    entry("12", "RUNNING", "n1", f"{TAG}.0", "None"),
    entry("13", "PENDING", "n/a", f"{TAG}.1", "Resources"),
    entry("14_3", "CONFIGURING", "n2", "someone-elses job|with|pipes\nand lines", "Begin|Time"),
    entry("15", "COMPLETING", "n1", f"{TAG}.2", "None"),
    entry("16", "NODE_FAIL", "n1", f"{TAG}.3", "NodeDown"),
    entry("17", "PENDING", "n/a", f"{TAG}.4", "JobHeldUser"),
    entry("18", "PENDING", "n/a", f"{TAG}.5", "JobHeldAdmin"),
))  # fmt: skip


def test_a_listing_is_read(read_listing: Callable[..., Any]) -> None:
    assert read_listing(SlurmBackend, LISTING) == [
        ("12", "running", "", "n1"),
        ("13", "pending", "Resources", ""),
        ("14_3", "pending", "Begin|Time", "n2"),
        ("15", "ending", "", "n1"),
        ("16", "ended", "NodeDown", "n1"),
        ("17", "pending", "JobHeldUser", ""),
        ("18", "pending", "JobHeldAdmin", ""),
    ]


def test_owner_and_time_of_a_job_are_read() -> None:
    job = SlurmBackend.parse_listing(f"CLUSTER: second\n{LISTING}")[0]
    assert (job.owner, job.submitted) == ("ada", 1795814489.0)


@pytest.mark.parametrize(
    ("directives", "comment"),
    [
        ([], False),
        (["--job-name=my-analysis"], True),
        (["--job-name", "'my analysis'"], True),
        (["-Jmine"], True),
        (["-J mine", "--comment=theirs"], False),
    ],
)
def test_the_comment_has_the_label_of_jobs_with_another_name(
    directives: list[str], comment: bool, write_job_script: Callable[..., str]
) -> None:
    script = write_job_script("slurm", {"cluster_kwargs.job_extra_directives": directives})
    assert (f"#SBATCH --comment={TAG}.7" in script) is comment


def test_jobs_without_a_name_have_the_label_as_comment(write_job_script: Callable[..., str]) -> None:
    assert f"#SBATCH --comment={TAG}.7" in write_job_script("slurm", {"cluster_kwargs.job_directives_skip": ["-J"]})


def test_the_name_of_the_user_stays(write_job_script: Callable[..., str]) -> None:
    script = write_job_script("slurm", {"cluster_kwargs.job_name": "mine"})
    assert "#SBATCH -J mine\n" in script
    assert f"#SBATCH --comment={TAG}.7" in script


@pytest.mark.parametrize(
    ("script", "clusters"),
    [("#SBATCH --clusters=second", "second"), ("#SBATCH -M second", "second"), ("#SBATCH -Msecond", "second")],
)
def test_jobs_of_another_cluster_are_searched_there(
    script: str, clusters: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLURM_CLUSTERS", raising=False)
    assert SlurmBackend().get_environment(script)["SLURM_CLUSTERS"] == clusters
    monkeypatch.setenv("SLURM_CLUSTERS", "first")
    assert SlurmBackend().get_environment(script)["SLURM_CLUSTERS"] == "first"  # as in sbatch


@pytest.mark.parametrize(
    ("script", "option"),
    [
        ("#SBATCH --array=0-3", "--array"),
        ("#SBATCH -a 0-3", "-a"),
        ("#SBATCH -a0-3", "-a"),
        ("#SBATCH --arr 0-3", "--arr"),
        ("#SBATCH --uid 5", "--uid"),
        ("#SBATCH --wait", "--wait"),
        ("#SBATCH --mem=1G --test-only", "--test-only"),
    ],
)
def test_options_that_would_lose_jobs_are_refused(script: str, option: str) -> None:
    (problem,) = SlurmBackend().check_script(f"#!/bin/sh\n{script}\n")
    assert problem.startswith(f"The option {option} ")


def test_jobs_on_one_of_several_clusters_are_refused() -> None:
    (problem,) = SlurmBackend().check_script("#SBATCH -M first,second\n")
    assert problem == "Jobs could be on several clusters (first,second). Name one with --clusters or SLURM_CLUSTERS."


def test_other_options_are_not_refused() -> None:
    harmless = ("--account=a", "-A a", "--wait-all-nodes=1", "--nodes=1", "-n 4", "--hold", "--comment 'a -a b'")
    assert list(SlurmBackend().check_script("\n".join(f"#SBATCH {option}" for option in harmless))) == []


@pytest.mark.parametrize(
    ("output", "job_id"),
    [
        ("Submitted batch job 17\n", "17"),
        ("Submitted batch job 17 on cluster second\n", "17"),
        ("17\n", "17"),
        ("17;second\n", "17"),
        ("Welcome to cluster 2026!\n*** 3 jobs of account 42 ***\nSubmitted batch job 17\nQuota: 81 %\n", "17"),
        ("sbatch: Submitted batch job 17", "17"),
        ("[site] Submitted batch job 17", "17"),
        ("2026-11-27 maintenance\n17\n", "17"),
    ],
)
def test_the_id_is_found_between_banners(output: str, job_id: str) -> None:
    assert SlurmBackend().parse_job_id(output) == job_id


def test_an_output_without_an_id_is_an_error() -> None:
    with pytest.raises(ValueError, match="sbatch printed no job id: 'Welcome to cluster 2026'"):
        SlurmBackend().parse_job_id("Welcome to cluster 2026\n")


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
