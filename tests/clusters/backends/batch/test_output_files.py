"""Names of output files under every batch system."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from jupyter_pipeline.clusters import backends
from jupyter_pipeline.clusters.backends.batch.base import BatchBackend
from jupyter_pipeline.clusters.backends.batch.output_files import list_output_files, make_pattern
from jupyter_pipeline.clusters.registry.submitted_jobs import SubmittedJob

HTCONDOR = """\
MY.JobId = "$(ClusterId).$(ProcId)"
LogDirectory = /l
Output = $(LogDirectory)/w-$F(MY.JobId).out
Error = $(LogDirectory)/x
InitialDir = /i
error = job.$(PROCESS).$(CLUSTER).err
Queue
"""
HOME = str(Path.home())
SUBMIT = {
    "slurm": "sbatch", "pbs": "qsub", "sge": "qsub", "lsf": "bsub <", "oar": "oarsub -S", "moab": "msub",
    "htcondor": "condor_submit",
}  # fmt: skip


def find_batch(name: str) -> BatchBackend:
    backend = backends.find_backend(name)
    assert isinstance(backend, BatchBackend)
    return backend


@pytest.mark.parametrize(
    ("system", "script", "arguments", "patterns"),
    [
        ("slurm", "#SBATCH -J x\n", "", ["/w/slurm-17.out"]),
        ("slurm", "#SBATCH -e /l/my-%J.err\n#SBATCH -o /l/my-%J.out\n", "", ["/l/my-17.out", "/l/my-17.err"]),
        ("slurm", "#SBATCH --output=/l/%u/%x-%5j-%N.log\n", "", ["/l/ada/my job-00017-*.log"]),
        ("slurm", "#SBATCH -e '/l/my logs/%A.err'\n", "", ["/w/slurm-17.out", "/l/my logs/17.err"]),
        ("slurm", "#SBATCH -o a\n#SBATCH -o b\n#SBATCH --chdir=/d\n", "", ["/d/b"]),
        ("slurm", "#SBATCH -o /l/[a]%%-%j\n", "", ["/l/[[]a]%-17"]),
        ("slurm", "#SBATCH -o a\n", "--output=/c/%j", ["/c/17"]),
        ("slurm", "#SBATCH -o /dev/null\n", "", ["/dev/null"]),
        ("pbs", "#PBS -N x\n", "", ["/w/*.o17", "/w/*.e17"]),
        ("pbs", "#PBS -e /l/\n#PBS -o /l/\n", "", ["/l/"]),
        ("pbs", "#PBS -o login1:/l/$PBS_JOBID.out\n#PBS -j oe\n", "", ["/l/17.server.out"]),
        ("pbs", "#PBS -o out.txt\n", "", ["/w/out.txt", "/w/*.e17"]),
        ("pbs", "#PBS -o $HOME/l/${PBS_JOBNAME}.$PBS_O_HOST\n#PBS -e e\n", "", [f"{HOME}/l/my job.*", "/w/e"]),
        ("sge", "#$ -cwd\n#$ -j y\n", "", ["/w/*.o17"]),
        ("sge", "#$ -N x\n", "", [f"{HOME}/*.o17", f"{HOME}/*.e17"]),
        ("sge", "#$ -cwd\n#$ -o :/l/$JOB_NAME.$JOB_ID.$HOSTNAME\n#$ -j y\n", "", ["/l/my job.17.*"]),
        ("lsf", "#BSUB -o l/%J.%I.out\n#BSUB -eo /e/%J\n", "", ["/w/l/17.0.out", "/e/17"]),
        ("lsf", "#BSUB -J x\n", "", []),
        ("oar", "#OAR -n x\n", "", ["/w/OAR*.17.stdout", "/w/OAR*.17.stderr"]),
        ("oar", "#OAR -O /l/%jobname%.%jobid%\n#OAR --stderr=/l/e\n", "", ["/l/my job.17", "/l/e"]),
        ("moab", "#PBS -o /l/o.$PBS_JOBID\n#PBS -j oe\n", "", ["/l/o.17.server"]),
        (
            "htcondor",
            HTCONDOR,
            "",
            ["/l/w-17.0.out", "/i/job.0.17.err"],
        ),
        ("htcondor", "Queue\n", "", []),
    ],
)
def test_output_files_are_where_the_script_says(
    system: str, script: str, arguments: str, patterns: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "getcwd", lambda: "/w")
    backend = find_batch(system)
    outputs = backend.find_outputs(script, f"{SUBMIT[system]} {arguments}")
    job = SubmittedJob(label="jp-0a1b2c-0.0", time=1.0, id="17.server", name="my job", user="ada", outputs=outputs)
    assert [make_pattern(backend.output_rules, name, job) for name in outputs] == patterns


def test_variables_of_slurm_replace_directives(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SBATCH_OUTPUT", "/v/%j")
    backend = find_batch("slurm")
    assert backend.find_outputs("#SBATCH -o /l/%j\n", "sbatch") == ("/v/%j",)
    assert backend.find_outputs("#SBATCH -o /l/%j\n", "sbatch -o /c/%j") == ("/c/%j",)


def test_files_of_a_folder_have_the_number_of_the_job(tmp_path: Path) -> None:
    for name in ("17.server.OU", "17.server.ER", "117.server.ER", "x.o17", "x.o170", "other"):
        (tmp_path / name).touch()
    job = SubmittedJob(label="x.0", time=1.0, id="17.server", outputs=(f"{tmp_path}/",))
    (found,) = find_batch("pbs").find_output_files(job).values()
    assert [path.name for path in found] == ["17.server.ER", "17.server.OU", "x.o17"], "errors come first"
    assert [path.name for path in list_output_files(f"{tmp_path}/x*", job)] == ["x.o17", "x.o170"]
    assert [path.name for path in list_output_files(f"{tmp_path}/x*17*", job)] == ["x.o17"]
    for folder in ("17", "517"):
        (tmp_path / folder).mkdir()
        for name in ("x.o17", "x.o170"):
            (tmp_path / folder / name).touch()
        assert [p.name for p in list_output_files(f"{tmp_path}/{folder}/x*", job)] == ["x.o17", "x.o170"]
        assert [p.name for p in list_output_files(f"{tmp_path}/{folder}/x*17*", job)] == ["x.o17"]
