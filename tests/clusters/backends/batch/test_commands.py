# ruff: noqa: E501 - program output is not wrapped
"""The commands of a batch system, played by small programs on the ``PATH``."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_pipeline.clusters.backends.batch.commands import shorten_error
from jupyter_pipeline.clusters.backends.batch.lsf import LSFBackend
from jupyter_pipeline.clusters.backends.batch.slurm import SlurmBackend
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.exceptions import ClusterError

SLURM = SlurmBackend()
FIELDS = ("1", "RUNNING", "n1", "ada", "1795814489", "(null)", "/x.sh", "jp-aaaaaa-0000000000.0", "None")
ENTRY = "printf '\\036" + "\\037".join(FIELDS) + "\\n'"


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder, first on the ``PATH``, for programs; the runtime folder is a new one."""
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    return tmp_path / "bin"


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def test_many_who_ask_at_once_ask_the_batch_system_once(programs: Path) -> None:
    program(programs, "squeue", f"echo x >> {programs}/asked; sleep 0.2; {ENTRY}")
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: SLURM.listing.read(max_age=5), range(8)))
    assert [[job.id for job in answer or []] for answer in answers] == [["1"]] * 8
    assert (programs / "asked").read_text().count("x") == 1


def test_an_expired_answer_is_requested_again(programs: Path) -> None:
    program(programs, "squeue", f"echo x >> {programs}/asked; {ENTRY}")
    SLURM.listing.read(max_age=0.1)
    time.sleep(0.15)
    SLURM.listing.read(max_age=0.1)
    SLURM.listing.read(max_age=0)
    assert (programs / "asked").read_text().count("x") == 3


def test_two_systems_of_one_kind_share_no_answer(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(programs, "squeue", f"echo x >> {programs}/asked; {ENTRY}")
    monkeypatch.setenv("SLURM_CONF", "/a")
    SLURM.listing.read(max_age=60)
    monkeypatch.setenv("SLURM_CONF", "/b")
    SLURM.listing.read(max_age=60)
    assert (programs / "asked").read_text().count("x") == 2


@pytest.mark.parametrize(
    "script",
    ["exit 1", "echo garbage", "sleep 5", f"{ENTRY}; exit 1", "echo 'slurm_load_jobs error' >&2; exit 1"],
)
def test_no_sensible_answer_is_not_no_jobs(script: str, programs: Path) -> None:
    program(programs, "squeue", script)
    assert SLURM.listing.read(timeout=0.5) is None


def test_a_program_that_is_not_there_is_not_no_jobs(programs: Path) -> None:
    assert LSFBackend().listing.read() is None
    assert not LSFBackend.available()


def test_jobs_are_cancelled_by_one_command(programs: Path) -> None:
    program(programs, "scancel", f'echo "$@" >> {programs}/cancelled')
    SLURM.cancel_jobs([Job(id="1"), Job(id="2")])
    assert (programs / "cancelled").read_text() == "1 2\n"


def test_a_program_may_have_a_subcommand(programs: Path) -> None:
    program(programs, "site", f'echo "$@" >> {programs}/called')

    class SiteBackend(SlurmBackend):
        submit_program = "site submit"
        cancel_program = "site cancel"
        listing_command = ("site", "list")

    assert SiteBackend.commands == ("site",)
    SiteBackend().cancel_jobs([Job(id="1"), Job(id="2")])
    assert (programs / "called").read_text() == "cancel 1 2\n"


def test_a_refusal_to_cancel_jobs_that_ended_is_fine(programs: Path) -> None:
    program(programs, "scancel", "echo 'scancel: error: Invalid job id 1' >&2; exit 1")
    program(programs, "squeue", "true")
    SLURM.cancel_jobs([Job(id="1")])


@pytest.mark.parametrize("squeue", [ENTRY, "exit 1"])
def test_a_failed_cancel_of_a_possibly_running_job_is_reported(squeue: str, programs: Path) -> None:
    program(programs, "scancel", "echo 'scancel: error: Access denied' >&2; exit 1")
    program(programs, "squeue", squeue)
    with pytest.raises(ClusterError, match="scancel did not cancel jobs 1: Access denied"):
        SLURM.cancel_jobs([Job(id="1")])


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (
            "sbatch: error: invalid partition specified: nope\nsbatch: error: Batch job submission failed: Invalid partition name specified\n",
            "invalid partition specified: nope; Batch job submission failed: Invalid partition name specified",
        ),
        ("qsub: Unknown queue\n", "Unknown queue"),
        ("same\nsame\n", "same"),
        ("", ""),
    ],
)
def test_a_refusal_is_shortened_to_one_line(text: str, reason: str) -> None:
    assert shorten_error(text, "sbatch", "qsub") == reason
