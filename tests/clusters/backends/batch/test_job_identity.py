"""Identity of jobs under every batch system: ids, labels, and options that would hide a job."""

from __future__ import annotations

import dataclasses
import getpass
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.clusters import backends, registry
from jupyter_pipeline.clusters.backends import Job
from jupyter_pipeline.clusters.backends.batch import base, identity
from jupyter_pipeline.clusters.backends.batch.base import BatchBackend
from jupyter_pipeline.clusters.backends.batch.checks import check_options
from jupyter_pipeline.clusters.backends.batch.htcondor import HTCondorBackend
from jupyter_pipeline.clusters.backends.batch.identity import is_same_job
from jupyter_pipeline.clusters.backends.batch.options import parse_options
from jupyter_pipeline.clusters.backends.batch.pbs import PBSBackend
from jupyter_pipeline.clusters.backends.batch.sge import SGEBackend
from jupyter_pipeline.clusters.backends.batch.slurm import SlurmBackend
from jupyter_pipeline.clusters.registry.submitted_jobs import JobFile, SubmittedJob

TAG = "jp-0a1b2c-0123456789"
NOW = 1795814489.0


def find_batch(name: str) -> BatchBackend:
    backend = backends.find_backend(name)
    assert isinstance(backend, BatchBackend)
    return backend


@pytest.mark.parametrize(
    ("system", "output", "job_id"),
    [
        ("pbs", "Welcome to 2026 nodes\nproject 42 is charged\n17.server.site\n", "17.server.site"),
        ("pbs", "17\n", "17"),
        ("sge", 'jsv: 3 rules\nYour job 17 ("my 4 jobs") has been submitted\n', "17"),
        ("sge", "17\n", "17"),
        ("lsf", "Project 42: 12 hours\nJob <17> is submitted to default queue <normal>.\n", "17"),
        ("htcondor", "Submitting job(s).\n1 job(s) submitted to cluster 17.\n", "17.0"),  # as condor_q lists it
        ("htcondor", "17.0 - 17.0\n", "17.0"),
        ("oar", "[ADMISSION RULE] 3 rules\nOAR_JOB_ID=17\n", "17"),
        ("moab", "\n17\n", "17"),
        ("moab", "\nMoab.17\n", "Moab.17"),
    ],
)
def test_the_id_is_found_between_banners(system: str, output: str, job_id: str) -> None:
    assert find_batch(system).parse_job_id(output) == job_id


@pytest.mark.parametrize(
    ("system", "script", "message"),
    [
        ("pbs", "#PBS -J 0-3", "The option -J makes an array job"),
        ("pbs", "#PBS -t 0-3", "The option -t makes an array job"),
        ("pbs", "#PBS -W block=true", "The option -W block waits"),
        ("sge", "#$ -t 1-3", "The option -t makes an array job"),
        ("sge", "#$ -sync y", "The option -sync waits"),
        ("lsf", f"#BSUB -J {TAG}.0\n#BSUB -K", "The option -K waits"),
        ("lsf", "#BSUB -J mine[1-3]\n#BSUB -Jd " + f"{TAG}.0", r"The option -J mine\[1-3\] makes an array job"),
        ("lsf", "#BSUB -J mine\n#BSUB -Jd theirs", "The options -J and -Jd are both in use"),
        ("oar", "#OAR --array=3", "The option --array starts the same worker several times"),
        ("moab", "#PBS -N mine", "Remove -N and job_name"),
    ],
)
def test_options_that_would_lose_jobs_are_refused(system: str, script: str, message: str) -> None:
    (problem,) = find_batch(system).check_script(script)
    assert re.search(message, problem)


def test_arguments_of_the_submit_command_are_checked() -> None:
    options = parse_options(["-name", "other", "-batch-name", "x"], long_names=True)
    (problem,) = check_options(options, HTCondorBackend.refused_options)
    assert problem.startswith("The option -name submits to another queue")


@pytest.mark.parametrize(
    ("system", "overrides", "text"),
    [
        ("lsf", {"job_extra_directives": ["-J mine"], "lsf_units": "mb"}, f"#BSUB -Jd {TAG}.7"),
        ("oar", {"job_extra_directives": ["-n mine"]}, f"\n: {TAG}.7\n"),
        ("oar", {"job_name": "mine"}, f"\n: {TAG}.7\n"),
        ("htcondor", {"job_name": "mine"}, f'MY.JupyterPipelineJob = "{TAG}.7"'),
    ],
)
def test_another_field_has_the_label_of_jobs_with_another_name(
    system: str, overrides: Mapping[str, Any], text: str, write_job_script: Callable[..., str]
) -> None:
    assert text in write_job_script(system, {f"cluster_kwargs.{key}": value for key, value in overrides.items()})


def test_the_arguments_of_a_job_of_pbs_have_its_label() -> None:
    fields = ("Job_Name = mine", "job_state = H", "Hold_Types = u", f"Submit_arguments = /tmp/x/{TAG}.4.sh")
    text = "\n    ".join(("Job Id: 21.server", *fields)) + "\n"
    (job,) = PBSBackend.parse_listing(text)
    assert (job.label, job.tag, job.state, job.reason) == (f"{TAG}.4", TAG, "pending", "on hold (Hold_Types u)")


def test_details_of_grid_engine_have_the_label() -> None:
    fields = ("job_number:   7", "submission_time:   Fri Nov 27 21:26:42 2026", "owner:   ada", "job_name:   mine")
    text = "\n".join(("====", *fields, f"script_file:   /tmp/x/{TAG}.4.sh")) + "\n"
    (job,) = SGEBackend().parse_query(text)
    assert (job.id, job.owner, job.label) == ("7", "ada", f"{TAG}.4")
    assert job.submitted > 0


SUBMITTED = SubmittedJob(label=f"{TAG}.0", time=NOW, name="mine", user="ada", id="17")


@pytest.mark.parametrize(
    ("job", "same"),
    [
        (Job(id="17", label=f"{TAG}.0"), True),
        (Job(id="17", label="jp-0a1b2c-9999999999.0", owner="ada", submitted=NOW), False),
        (Job(id="17", name="renamed", owner="ada", submitted=NOW + 30), True),  # a filter rewrote the script
        (Job(id="17", name="mine", owner="ada", submitted=NOW + 86400), False),  # the id was used again
        (Job(id="17", name="mine", owner="bob", submitted=NOW), False),
        (Job(id="17", name="mine", owner="ada"), True),
        (Job(id="17", name="other", owner="ada"), False),
        (Job(id="17"), True),
    ],
)
def test_a_job_with_the_id_is_only_ours_with_label_or_time(job: Job, same: bool) -> None:
    assert is_same_job(SUBMITTED, job) is same


@pytest.fixture
def slurm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Return a function that plays squeue with some entries, and returns the file with the calls of scancel."""
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")

    def play(*entries: tuple[str, ...]) -> Path:
        text = "".join("\x1e" + "\x1f".join(entry) + "\n" for entry in entries)
        (tmp_path / "answer").write_text(text)
        for name, script in (("squeue", f"cat {tmp_path}/answer"), ("scancel", f'echo "$@" >> {tmp_path}/cancelled')):
            (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
            (tmp_path / name).chmod(0o755)
        return tmp_path / "cancelled"

    return play


def entry(number: str, name: str, submitted: float = NOW, comment: str = "(null)") -> tuple[str, ...]:
    return (number, "RUNNING", "n1", getpass.getuser(), f"{submitted:.0f}", comment, "/x.sh", name, "None")


def submit(tag: str, job_id: str, name: str = "mine") -> None:
    folder = registry.cluster_dir(tag)
    folder.mkdir(parents=True, exist_ok=True)
    file = JobFile(folder, tag)
    file.update(file.add(SubmittedJob(label=f"{tag}.0", time=NOW, name=name)), id=job_id)


def test_jobs_with_any_name_are_found_by_id(slurm: Callable[..., Path]) -> None:
    tag = registry.new_id()
    submit(tag, "17")
    slurm(entry("17", "my analysis"), entry("17", "my analysis"), entry("18", "my analysis"), entry("9_[0-3]", "array"))
    jobs = SlurmBackend().find_jobs(tag, max_age=0)
    assert [(job.id, job.tag) for job in jobs or []] == [("17", tag)]


def test_a_job_with_a_reused_id_is_not_ours(slurm: Callable[..., Path]) -> None:
    tag = registry.new_id()
    submit(tag, "17")
    slurm(entry("17", "mine", submitted=NOW + 3600))
    assert SlurmBackend().find_jobs(tag, max_age=0) == []
    assert SlurmBackend().find_remaining_jobs(tag) == []


def test_an_interrupted_submission_is_found_by_its_label(slurm: Callable[..., Path]) -> None:
    tag = registry.new_id()
    submit(tag, "")
    slurm(entry("17", "mine", comment=f"{tag}.0"))
    assert [job.id for job in SlurmBackend().find_jobs(tag, max_age=0) or []] == ["17"]


def test_a_recent_interrupted_submission_may_still_arrive(slurm: Callable[..., Path]) -> None:
    tag = registry.new_id()
    folder = registry.cluster_dir(tag)
    folder.mkdir(parents=True)
    JobFile(folder, tag).add(SubmittedJob(label=f"{tag}.0", time=time.time()))
    slurm()
    assert SlurmBackend().find_jobs(tag, max_age=0) == []
    assert SlurmBackend().find_remaining_jobs(tag) is None


def test_ten_thousand_jobs_of_the_user_take_less_than_five_seconds(slurm: Callable[..., Path]) -> None:
    tag = registry.new_id()
    submit(tag, "17")
    slurm(*(entry(str(number), f"job {number}") for number in range(100, 10_100)), entry("17", "mine"))
    begin = time.monotonic()
    assert [job.id for job in SlurmBackend().find_jobs(tag, max_age=0) or []] == ["17"]
    assert time.monotonic() - begin < 5


def test_the_selection_of_another_batch_system_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder, name in (("pbs", "qstat"), ("sge", "qselect")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text(f'#!/bin/sh\necho {name} "$@" >> {tmp_path}/asked\n')
        (tmp_path / folder / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}/pbs:{tmp_path}/sge:/usr/bin:/bin")
    assert PBSBackend().listing.read(max_age=0) == []
    assert (tmp_path / "asked").read_text() == "qstat -f\n"


def test_a_record_that_cannot_be_written_leaves_no_part(tmp_path: Path) -> None:
    code = """\
import resource, signal, sys
from pathlib import Path
from jupyter_pipeline.clusters.registry.submitted_jobs import JobFile, SubmittedJob, read_submitted_jobs
folder = Path(sys.argv[1])
job = SubmittedJob(label="jp-0a1b2c-0123456789.0", time=1.0)
file = JobFile(folder, job.tag)
first = file.add(job)
size = (folder / "jobs.jsonl").stat().st_size
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 50, size + 50))  # like a full disk
try:
    file.add(job)
except OSError:
    print("refused")
file.update(first, id="17")  # needs no space
print([job.id for job in read_submitted_jobs(folder, job.tag)], (folder / "jobs.jsonl").stat().st_size == size)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["refused", "['17'] True"]


def test_jobs_of_others_are_not_read_if_the_system_lists_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    for name, script in (("qstat", f'echo "$@" >> {tmp_path}/asked; exit 153'), ("qselect", "echo 5.server 6.server")):
        (tmp_path / name).write_text(f"#!/bin/sh\n{script}\n")
        (tmp_path / name).chmod(0o755)
    assert PBSBackend().listing.read(max_age=0) == []
    assert (tmp_path / "asked").read_text() == "-f 5.server 6.server\n"


def test_variables_of_the_user_do_not_hide_jobs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SQUEUE_STATES", "RUNNING")
    monkeypatch.setenv("SCANCEL_STATE", "PENDING")
    environment = SlurmBackend().listing.get_environment({"SLURM_CLUSTERS": "second"})
    assert not [name for name in environment if name.startswith(("SQUEUE_", "SCANCEL_"))]
    assert environment["SLURM_CLUSTERS"] == "second"


def test_jobs_are_cancelled_where_they_were_submitted(slurm: Callable[..., Path], tmp_path: Path) -> None:
    cancelled = slurm()
    (tmp_path / "scancel").write_text(f'#!/bin/sh\necho "$SLURM_CLUSTERS" "$@" >> {cancelled}\n')
    job = Job(id="1", environment={"SLURM_CLUSTERS": "second"})
    SlurmBackend().cancel_jobs([job, dataclasses.replace(job, id="2"), Job(id="3")])
    assert cancelled.read_text().splitlines() == ["second 1 2", " 3"]


def test_labels_are_found_in_any_text() -> None:
    assert identity.find_label("x", f"/tmp/{TAG}-keeper.0.sh") == f"{TAG}-keeper.0"


def test_the_end_of_a_job_is_read_where_it_was_submitted(slurm: Callable[..., Path], tmp_path: Path) -> None:
    calls = slurm()
    (tmp_path / "sacct").write_text(f'#!/bin/sh\necho "$SLURM_CLUSTERS" "$@" >> {calls}\necho "17|TIMEOUT|0:0|n1"\n')
    (tmp_path / "sacct").chmod(0o755)
    job = SubmittedJob(label=f"{TAG}.0", time=NOW, id="17", environment={"SLURM_CLUSTERS": "second"})
    assert SlurmBackend().describe_ended_jobs([job]) == {"17": "it reached its walltime (TIMEOUT on n1)"}
    (call,) = calls.read_text().splitlines()
    assert call.startswith("second -XnP --jobs=17")
    assert call.endswith("--clusters=second")


def test_a_system_that_does_not_answer_is_not_asked_for_each_end(
    slurm: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    slurm()
    for name in ("sacct", "scontrol"):
        (tmp_path / name).write_text("#!/bin/sh\nexec sleep 30\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setattr(base, "_QUERY_TIMEOUT", 0.3)
    jobs = [SubmittedJob(label=f"{TAG}.{number}", time=NOW, id=str(number)) for number in range(200)]
    begin = time.monotonic()
    assert SlurmBackend().describe_ended_jobs(jobs) == {}
    assert time.monotonic() - begin < 10
