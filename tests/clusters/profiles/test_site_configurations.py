"""Real configurations of sites: the script of a profile is the one of the bare class, apart from the additions."""

from __future__ import annotations

import asyncio
import gc
import re
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import dask
import dask_jobqueue
import pytest
import yaml
from distributed.core import Status
from distributed.deploy.cluster import Cluster

from jupyter_pipeline.clusters import backends, preflight, profiles
from jupyter_pipeline.clusters.dashboards import find_guard
from jupyter_pipeline.clusters.security import load_own_security, make_certificates

TAG = "jp-0a1b2c-0123456789"
ADDRESS = "tls://10.0.0.1:8786"
FILES = sorted((Path(__file__).parent / "site_configurations").glob("*.yaml"))
CLASSES = {
    "htcondor": "HTCondorCluster", "lsf": "LSFCluster", "moab": "MoabCluster", "oar": "OARCluster",
    "pbs": "PBSCluster", "sge": "SGECluster", "slurm": "SLURMCluster",
}  # fmt: skip


SECTIONS = [
    pytest.param(path, name, id=f"{path.stem}-{name}")
    for path in FILES
    for name in yaml.safe_load(path.read_text())["jobqueue"]
]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Run in an empty folder, since the classes create relative log directories."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("USER", "me")
    warnings.simplefilter("ignore")  # dask-jobqueue warns of former names
    monkeypatch.setattr(Cluster, "__del__", lambda self: None)  # fails for a cluster whose constructor raised
    return tmp_path


def complete(jobqueue: Mapping[str, Any]) -> dict[str, Any]:
    """Return Dask's configuration of batch systems with the defaults of dask-jobqueue, without product code."""
    config: dict[str, Any] = {}
    dask.config.update(config, {"jobqueue": jobqueue})
    for defaults in dask.config.defaults:
        dask.config.update(config, {"jobqueue": defaults.get("jobqueue", {})}, priority="old")
    return config


def write_script(cluster_class: Any, kwargs: Mapping[str, Any]) -> str:
    async def write() -> str:
        cluster = cluster_class(**{**kwargs, "asynchronous": True})
        cluster.status = Status.closed  # it was never started
        return str(cluster_class.job_cls(ADDRESS, name="demo-7", **cluster._job_kwargs).job_script())

    return asyncio.run(write())


def load(path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setenv("DASK_CONFIG", str(path))
    return profiles.get_profile(name)


def write_own_script(profile: Any, folder: Path) -> str:
    make_certificates(folder, TAG)
    context = backends.Context(tag=TAG, name="demo", directory=folder, security=load_own_security(folder))
    kwargs = backends.get_backend(profile).prepare(profile, context)
    return write_script(getattr(dask_jobqueue, profile.cluster_class.rpartition(".")[2]), kwargs)


def remove_additions(script: str, folder: Path, bare: str) -> str:
    """Return a script without the documented additions that the bare script does not have."""
    script = re.sub(r" --protocol tls://(?: --tls-(?:ca-file|cert|key) \S+?\.pem)+", "", script)
    script = script.replace(f" {find_guard(folder)}", "")
    script = script.replace(" --dashboard-address 127.0.0.1:0 --no-dashboard", "")
    if "--lifetime" not in bare:
        script = re.sub(r" --lifetime \d+s --lifetime-stagger \d+s", "", script)
    if "LogDirectory" not in bare:
        script = re.sub(rf"LogDirectory = {folder}.*?Stream_Error = True\n", "", script, flags=re.DOTALL)
    script = "".join(line for line in script.splitlines(keepends=True) if f"{folder}/logs" not in line)
    return script.replace(":?is not set on this node", "")


def strip_quotes(script: str) -> list[str]:
    return [re.sub(r"[\"'{}]", "", line).rstrip() for line in script.splitlines()]


def test_there_are_many_files_of_many_sites() -> None:
    kinds = {re.split(r"[,:]", path.read_text().partition("\n")[0])[0] for path in FILES}
    assert len(FILES) >= 60
    assert len(kinds) >= 30


@pytest.mark.parametrize(("path", "section"), SECTIONS)
def test_the_script_is_the_one_of_the_bare_class(
    path: Path, section: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile = load(path, f"dask-{section}", monkeypatch)
    with dask.config.set(complete(yaml.safe_load(path.read_text())["jobqueue"])):
        cluster_class = getattr(dask_jobqueue, CLASSES[section])
        try:
            bare = write_script(cluster_class, {})
        except FileNotFoundError:  # an empty log directory
            bare = ""
        if not bare:
            gc.collect()
            problems = " ".join(preflight.check(profile))
            assert "cluster_kwargs.log_directory is empty" in problems
            assert "cluster_kwargs.local_directory is empty" in problems
            return
        own = write_own_script(profile, folder)
    assert strip_quotes(remove_additions(own, folder, bare)) == strip_quotes(bare)
    assert "--no-dashboard" in own or "--dashboard" in bare
    assert "--tls-key" in own


@pytest.mark.parametrize(("path", "section"), SECTIONS)
def test_a_profile_from_scratch_and_the_built_in_one_get_the_options_of_the_site(
    path: Path, section: str, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "jupyter-pipeline.yaml").write_text(
        f"profiles: {{own: {{cluster_class: dask_jobqueue.{CLASSES[section]}, cluster_kwargs: {{queue: mine}}}}}}"
    )
    site = load(path, f"dask-{section}", monkeypatch).cluster_kwargs
    assert profiles.get_profile("own").cluster_kwargs == {**site, "queue": "mine"}
    built_in = profiles.get_profile(section).cluster_kwargs
    assert {key: built_in[key] for key in site} == site


def test_the_lifetime_follows_the_walltime_of_the_site(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "site.yaml").write_text("jobqueue: {slurm: {cores: 2, memory: 4GB, walltime: '02:00:00'}}")
    profile = load(folder / "site.yaml", "dask-slurm", monkeypatch)
    assert " --lifetime 6900s " in write_own_script(profile, folder)
    (folder / "site.yaml").write_text("jobqueue: {slurm: {cores: 2, memory: 4GB}}")
    profile = load(folder / "site.yaml", "dask-slurm", monkeypatch)
    script = write_own_script(profile, folder)
    assert "-t 00:30:00" in script  # the default of the class
    assert " --lifetime 1620s " in script


def test_ignored_and_changed_options_are_noted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = """\
jobqueue:
  slurm:
    cores: 2
    memory: 4GB
    walltime: 12:00:00
    worker-extra: [--nthreads, 4]
    silence_logs: true
    job-extra-directives: {--qos: long}
    log-directory: logs/$USER
"""
    (folder / "site.yaml").write_text(text)
    profile = load(folder / "site.yaml", "dask-slurm", monkeypatch)
    assert [note.partition("jobqueue.slurm.")[2] for note in profile.notes] == [
        "walltime is the number 43200. YAML reads a time with colons as a number; write it in quotes.",
        "worker-extra is ignored, since Dask has no such option. Did you mean worker-extra-args?",
        "silence-logs is ignored, since Dask has no such option.",
        "job-extra-directives is a mapping: Dask writes the keys only, so the values of --qos are lost.",
        "log-directory is logs/$USER. Dask does not replace variables in it.",
    ]
    assert "# " + profile.notes[0] in profiles.render_profile(profile)


def test_every_source_of_dask_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "site.yaml").write_text("jobqueue: {slurm: {cores: 2, memory: 4GB, queue: a, account: a, job-mem: a}}")
    monkeypatch.setenv("DASK_JOBQUEUE__SLURM__ACCOUNT", "b")
    monkeypatch.setenv("DASK_JOBQUEUE__SLURM__CORES", "4")
    in_process = {"cores": 4, "unknown": 1, "job-mem": "c"}
    with dask.config.set({f"jobqueue.slurm.{k}": v for k, v in in_process.items()} | {"jobqueue.long.queue": "long"}):
        kwargs = load(folder / "site.yaml", "dask-slurm", monkeypatch).cluster_kwargs
        assert {**kwargs} == {"cores": 4, "memory": "4GB", "queue": "a", "account": "b", "job_mem": "c"}
        (note,) = profiles.get_profile("dask-slurm").notes
        assert note.startswith("Dask's configuration in this process: jobqueue.slurm.unknown is ignored")
        overrides = {"cluster_kwargs.config-name": "long"}
        assert profiles.get_profile("dask-slurm", overrides=overrides).cluster_kwargs["queue"] == "long"


def test_a_file_that_dask_cannot_read_either_is_ignored(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "site.yaml").write_text("jobqueue: {slurm: {cores: 1, cores: 2, memory: 4GB}}")
    assert load(folder / "site.yaml", "dask-slurm", monkeypatch).cluster_kwargs["cores"] == 2
    monkeypatch.setattr("os.access", lambda path, mode: False)
    assert profiles.get_profile("local").name == "local"
