from __future__ import annotations

import json
import socket
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.clusters import backends, preflight, profiles
from jupyter_pipeline.clusters.preflight import checks, mounts
from jupyter_pipeline.clusters.preflight.signatures import find_unknown_arguments, is_installed
from jupyter_pipeline.clusters.profiles import layers
from jupyter_pipeline.models import Profile

JOBQUEUE = ["htcondor", "lsf", "moab", "oar", "pbs", "sge", "slurm"]
SITE_CLUSTER = """\
from dask_jobqueue.core import Job, JobQueueCluster


class SiteJob(Job):
    config_name = "site"

    def __init__(self, scheduler=None, name=None, queue=None, **kwargs):
        super().__init__(scheduler=scheduler, name=name, **kwargs)


class SiteCluster(JobQueueCluster):
    job_cls = SiteJob
"""


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the only folder on the ``PATH``, empty."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    return folder


def program(folder: Path, name: str, script: str = "exit 0") -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


def unknown(cluster_class: str, names: Iterable[str]) -> list[str]:
    return find_unknown_arguments(cluster_class, names, backends.get_backend_class(cluster_class).sources)[0]


def problems(kind: str, overrides: Mapping[str, Any] | None = None) -> list[str]:
    return preflight.check(profiles.get_profile(kind, overrides=overrides))


def test_a_local_profile_can_start() -> None:
    assert problems("local") == []


def test_a_class_that_is_not_installed_names_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "is_installed", lambda path: False)
    (problem,) = problems("slurm")
    assert problem == ("dask-jobqueue is not installed in this environment. Install it: pip install dask-jobqueue")


def test_a_missing_class_is_reported() -> None:
    (problem,) = preflight.check(Profile(name="p", cluster_class="json.NoCluster"))
    assert "module json has no NoCluster" in problem


@pytest.mark.parametrize(
    ("cluster_class", "reason"),
    [
        ("distributed.Client", "distributed.Client is no cluster class: it cannot scale"),
        ("os.path", "os.path is no cluster class"),
        ("argparse.ArgumentParser", "it cannot scale or close"),
    ],
)
def test_a_class_that_is_no_cluster_is_reported(cluster_class: str, reason: str) -> None:
    (problem,) = preflight.check(Profile(name="p", cluster_class=cluster_class))
    assert reason in problem
    assert problem.endswith("Name a cluster class, such as distributed.LocalCluster.")


@pytest.mark.parametrize(
    ("kind", "argument", "nearest"),
    [
        ("local", "n_worker", "n_workers"),
        ("slurm", "wall_time", "walltime"),
        ("moab", "memry", "memory"),
        ("ssh", "host", "hosts"),
        ("vm", "hots", "host"),
        ("address", "adress", "address"),
        ("kubernetes", "namspace", "namespace"),
        ("coiled", "regoin", "region"),
        ("cloud", "instance_typ", "instance_type"),
    ],
)
def test_an_unknown_argument_offers_the_nearest(kind: str, argument: str, nearest: str) -> None:
    profile = profiles.get_profile(kind)
    if kind in ("kubernetes", "coiled", "cloud") and not is_installed(profile.cluster_class):
        pytest.skip(f"{profile.cluster_class} is not installed here")
    found = problems(kind, {f"cluster_kwargs.{argument}": "1"})
    assert f"{profile.cluster_class} takes no argument {argument!r}. Did you mean {nearest}" in "\n".join(found)


def test_a_class_of_another_package_takes_the_arguments_of_its_job_class(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "site_jobqueue.py").write_text(SITE_CLUSTER)
    monkeypatch.syspath_prepend(str(tmp_path))
    accepted = ["queue", "cores", "memory", "job_extra_directives", "scheduler_options", "n_workers"]
    assert unknown("site_jobqueue.SiteCluster", [*accepted, "no_such_argument"]) == ["no_such_argument"]


@pytest.mark.parametrize("kind", sorted(p.stem for p in layers.BUILTIN_DIR.glob("*.yaml")))
def test_the_arguments_of_a_built_in_profile_and_of_its_example_are_the_classes(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USER", "GATEWAY_PASSWORD"):
        monkeypatch.setenv(name, "alice")
    (tmp_path / "jupyter-pipeline.yaml").write_text(profiles.render_template(kind))
    (tmp_path / "jupyter-pipeline.yaml").chmod(0o600)
    for profile in profiles.load_profiles(tmp_path).values():
        if profile.name in (kind, f"my-{kind}", "my-hosts", "team-scheduler"):
            if not is_installed(profile.cluster_class):
                pytest.skip(f"{profile.cluster_class} is not installed here")
            assert unknown(profile.cluster_class, profile.cluster_kwargs) == []


def test_only_batch_systems_doubt_paths_hidden_from_nodes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mounts, "find_private_disk", lambda path: "tmpfs at /tmp")
    interpreter, folder = preflight.find_doubts(
        profiles.get_profile("slurm", overrides={"cluster_kwargs.python": "/x/py"})
    )
    assert "the interpreter: /x/py is on a disk of this host (tmpfs at /tmp)" in interpreter
    assert "with its keys" in folder
    assert preflight.find_doubts(profiles.get_profile("local")) == []
    monkeypatch.setattr(mounts, "find_private_disk", lambda path: "")
    assert preflight.find_doubts(profiles.get_profile("slurm")) == []


def test_static_signatures_are_those_of_the_imported_classes() -> None:
    """The sources are read to save an import: here they are held against the import."""
    import inspect

    from dask_jobqueue import SLURMCluster
    from distributed import LocalCluster, SSHCluster

    for path, functions in {
        "distributed.LocalCluster": [LocalCluster.__init__],
        "dask_jobqueue.SLURMCluster": [SLURMCluster.__init__, SLURMCluster.job_cls.__init__],
        "distributed.SSHCluster": [SSHCluster],
    }.items():
        names = {
            p.name
            for function in functions
            for p in inspect.signature(function).parameters.values()
            if p.kind not in (p.VAR_KEYWORD, p.VAR_POSITIONAL) and p.name != "self"
        }
        assert unknown(path, names) == []
        assert unknown(path, ["no_such_argument"]) == ["no_such_argument"]


@pytest.mark.parametrize("kind", JOBQUEUE)
def test_absent_commands_are_named(kind: str, programs: Path) -> None:
    (problem,) = problems(kind)
    assert "not on the PATH" in problem


def test_a_missing_interpreter_is_reported(programs: Path) -> None:
    for name in ("qsub", "qstat", "qdel"):
        program(programs, name)
    (problem,) = problems("pbs", {"cluster_kwargs.python": "/no/such/python"})
    assert problem.startswith("There is no interpreter /no/such/python.")
    assert problems("pbs", {"cluster_kwargs.python": "$CONDA_PREFIX/bin/python"}) == []


@pytest.mark.parametrize(
    ("kwargs", "reason"),
    [
        ({"python": "srun -n 1 python"}, "There is no program srun."),
        ({"python": "qstat -n 1 python"}, ""),
        ({"python": "srun -n 1 python", "job_script_prologue": ["module load slurm"]}, ""),
        ({"python": "srun python", "env_extra": ["module load slurm"]}, ""),
        ({"python": "python", "job_script_prologue": ["conda activate x"]}, ""),
        ({"python": ""}, "cluster_kwargs.python is empty."),
        ({"local_directory": ""}, "cluster_kwargs.local_directory is empty."),
        ({"log_directory": " "}, "cluster_kwargs.log_directory is empty."),
        ({"interface": ""}, ""),
        ({"walltime": "UNLIMITED"}, ""),
        ({"job_extra": {"-C big": None}, "worker_extra_args": ["--nthreads", 2]}, ""),
        ({"job_name": "my analysis", "queue": ""}, ""),
    ],
)
def test_arguments_are_judged_as_in_the_class(kwargs: dict[str, Any], reason: str, programs: Path) -> None:
    for name in ("qsub", "qstat", "qdel"):
        program(programs, name)
    overrides = {f"cluster_kwargs.{key.replace('_', '-')}": json.dumps(value) for key, value in kwargs.items()}
    found = problems("pbs", overrides)
    assert [problem.startswith(reason) for problem in found] == ([True] if reason else [])


def test_an_unknown_interface_offers_those_that_are_there(programs: Path) -> None:
    for name in ("qsub", "qstat", "qdel"):
        program(programs, name)
    (problem,) = problems("pbs", {"cluster_kwargs.interface": "ib99"})
    assert problem.startswith("This host has no network interface 'ib99'. There are: ")
    assert "lo" in problem


def test_a_taken_port_is_reported() -> None:
    with socket.socket() as taken:
        taken.bind(("", 0))
        taken.listen()
        port = taken.getsockname()[1]
        (problem,) = problems("local", {"cluster_kwargs.scheduler_port": port})
    assert problem.startswith(f"Port {port} of this host is taken.")


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"cluster_kwargs.walltime": "00:01:00"}, "leaves a worker no time to work"),
        ({"keeper": "job"}, "the cluster ends at the walltime, 1 h"),
        ({"keeper": "job", "limits.lifetime": "30 min"}, ""),
        ({"cluster_kwargs.log_directory": "/proc/1/logs"}, "cluster_kwargs.log_directory: /proc/1 cannot be written"),
    ],
)
def test_walltime_lifetime_and_folders(overrides: dict[str, Any], said: str, programs: Path) -> None:
    import os

    if said.startswith("cluster_kwargs") and os.getuid() == 0:
        overrides = {"cluster_kwargs.log_directory": "/dev/null/logs"}
        said = "cluster_kwargs.log_directory: /dev/null cannot be written"
    for name in ("qsub", "qstat", "qdel"):
        program(programs, name)
    found = problems("pbs", overrides)
    assert (said in found[0]) if said else not found


def test_slurm_reports_its_reason_for_a_refusal(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "dask_jobqueue", raising=False)  # as in a kernel: a child writes the script
    for name in ("squeue", "scancel"):
        program(programs, name)
    refusal = "allocation failure: Invalid partition name specified"
    program(programs, "sbatch", f"echo '{refusal}' >&2; exit 1")
    (problem,) = problems("slurm", {"cluster_kwargs.queue": "nope"})
    assert "Slurm refuses such a job: allocation failure: Invalid partition name specified." in problem
    assert "dask_jobqueue" not in sys.modules


@pytest.mark.parametrize(
    ("kwargs", "present", "absent"),
    [
        ({"queue": "short"}, ["-p short", "--mem=4G"], []),
        ({"job_extra_directives": ["-p long", "-C haswell"]}, ["-p long", "-C haswell"], []),
        ({"job_directives_skip": ["-t ", "--mem", "-p"], "queue": "nope"}, ["-n 1"], ["-t ", "--mem", "-p "]),
        ({"job_extra_directives": ["--job-name=mine"]}, ["--job-name=mine", "--comment=jp-"], []),
        ({"job_mem": "3G", "job_cpu": 3}, ["--mem=3G", "--cpus-per-task=3"], []),
        ({"account": "${SITE_ACCOUNT}"}, ["-A physics"], []),
        ({"config_name": "site"}, ["-p site-queue", "--qos=site"], []),
    ],
)
def test_slurm_tests_the_script_that_a_start_submits(
    kwargs: dict[str, Any], present: list[str], absent: list[str], programs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import dask
    import dask_jobqueue  # noqa: F401 - as in a keeper

    for name in ("squeue", "scancel"):
        program(programs, name)
    copy = 'for last; do :; done; while read -r line; do echo "$line"; done < "$last"'
    program(programs, "sbatch", f'[ "$1" = --test-only ] || exit 9; ({copy}) > {programs}/tested')
    monkeypatch.setenv("SITE_ACCOUNT", "physics")
    site = {**dask.config.get("jobqueue.slurm", {}), "queue": "site-queue", "job-extra-directives": ["--qos=site"]}
    with dask.config.set({"jobqueue.site": site}):
        assert problems("slurm", {f"cluster_kwargs.{key}": value for key, value in kwargs.items()}) == []
    header = [line for line in (programs / "tested").read_text().splitlines() if line.startswith("#SBATCH ")]
    assert [part for part in present if not any(f"#SBATCH {part}" in line for line in header)] == []
    assert [part for part in absent if any(f"#SBATCH {part}" in line for line in header)] == []


def test_a_submit_command_of_the_site_is_never_run_as_a_test(programs: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dask_jobqueue.slurm import SLURMJob

    for name in ("sbatch", "squeue", "scancel"):
        program(programs, name)
    program(programs, "submit", f"echo ran > {programs}/ran")
    monkeypatch.setattr(SLURMJob, "submit_command", "submit")
    assert problems("slurm") == []
    assert not (programs / "ran").exists()


def test_a_slurm_controller_that_is_down_is_no_reason_to_refuse(programs: Path) -> None:
    for name in ("squeue", "scancel"):
        program(programs, name)
    program(programs, "sbatch", "echo 'sbatch: error: Unable to contact slurm controller' >&2; exit 1")
    assert problems("slurm") == []


def test_a_slurm_that_looks_for_its_configuration_is_refused(programs: Path) -> None:
    for name in ("squeue", "scancel"):
        program(programs, name)
    waits = "echo 'sbatch: error: s_p_parse_file: cannot stat file /nonexistent, retrying in 1sec up to 60sec' >&2"
    program(programs, "sbatch", f"{waits}; exec /bin/sleep 30")
    (problem,) = problems("slurm")
    assert "cannot stat file /nonexistent" in problem
    assert "set SLURM_CONF" in problem


@pytest.mark.parametrize(
    ("kind", "overrides", "said"),
    [
        ("ssh", {"cluster_kwargs.hosts": []}, "names no host"),
        ("ssh", {"cluster_kwargs.connect_options": {"known_hosts": None}}, "trusts any host"),
        ("ssh", {"cluster_kwargs.connect_options": {"known_hosts": None}, "security.insecure": True}, ""),
        ("vm", {}, ""),
        ("address", {"cluster_kwargs.address": "host"}, "is no address of a scheduler"),
        ("address", {}, "security.tls_ca_file is not set. tls:// needs"),
        ("address", {"cluster_kwargs.address": "tcp://h:1", "security": {"tls": False, "insecure": True}}, ""),
    ],
)
def test_hosts_and_addresses(kind: str, overrides: dict[str, Any], said: str) -> None:
    found = problems(kind, overrides)
    assert (said in found[0]) if said else not found
