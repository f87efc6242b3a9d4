"""Where profiles are found, what overrides what, and what other tools' files are read as."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

import pytest
import yaml

from jupyter_pipeline.clusters import profiles, variables
from jupyter_pipeline.clusters.profiles import layers, schema
from jupyter_pipeline.environments.options import METHODS, POLICIES, Options
from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError, UsageError

BUILT_IN = {
    "local", "slurm", "pbs", "sge", "lsf", "htcondor", "oar", "moab", "ssh", "vm", "kubernetes", "gateway", "coiled",
    "saturn", "cloud", "address",
}  # fmt: skip
FLINT = """\
cluster_class: "dask_jobqueue.SLURMCluster"
cluster_kwargs:
    cores: 1
    processes: 1
    job_cpu: 8
    name: 'flint-worker'
    memory: "128GB"
    walltime: '0-24:00:00'
    job_extra_directives:
      - '--qos express'
      - '--no-requeue'
    # interface for the workers
    interface: "ib0"
    log_directory: 'flint_logs'
    job_script_prologue:
        - 'module load singularity'
        - 'unset SINGULARITY_BINDPATH'
        - "export OMP_NUM_THREADS=${SLURM_CPUS_ON_NODE}"
    local_directory: $LOCALDIR
    silence_logs: 'info'
adapt_kwargs:
    minimum: 1
    maximum: 38
"""


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.fixture
def user_file(isolated_state: Path) -> Path:
    return Path(os.environ["JUPYTER_CONFIG_DIR"], "jupyter_pipeline", "profiles.yaml")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


# What is there


def test_an_override_keeps_the_source_of_the_profile(tmp_path: Path) -> None:
    path = tmp_path / "p.yaml"
    path.write_text("{extends: local}")
    path.chmod(0o600)
    assert profiles.get_profile(str(path), overrides={"workers": 2}).source == str(path)


def test_a_name_that_is_not_text_is_refused() -> None:
    with pytest.raises(UsageError, match="not None"):
        profiles.get_profile(None)  # type: ignore[arg-type]


def test_workers_in_the_class_arguments_set_the_profile_size(tmp_path: Path) -> None:
    path = tmp_path / "ctl.yaml"
    path.write_text("{module: dask_jobqueue, class: SLURMCluster, kwargs: {n_workers: 3, cores: 1, memory: 1 GB}}")
    path.chmod(0o600)
    assert profiles.get_profile(str(path)).workers == 3
    assert profiles.get_profile(str(path), overrides={"workers": 2}).workers == 2
    adaptive = {"adapt_kwargs.maximum": 5, "cluster_kwargs.n_workers": 0}
    assert profiles.get_profile(str(path), overrides=adaptive).workers is None
    with pytest.raises(ConfigurationError, match="n_workers: 0 is less than 1"):
        profiles.get_profile(str(path), overrides={"cluster_kwargs.n_workers": 0})


def test_every_kind_of_cluster_has_a_built_in_profile() -> None:
    assert set(profiles.load_profiles()) == BUILT_IN
    assert profiles.list_problems() == []


@pytest.mark.parametrize("kind", ["slurm", "pbs", "sge", "lsf", "htcondor", "oar", "moab"])
def test_a_built_in_profile_of_a_batch_system_requests_workers(kind: str, project: Path) -> None:
    assert profiles.get_profile(kind).adapt_kwargs == {"minimum": 0, "maximum": 8}
    own = (
        f"profiles: {{fixed: {{extends: {kind}, workers: 3}}, other: {{extends: fixed, adapt-kwargs: {{maximum: 5}}}}}}"
    )
    write(project / "jupyter-pipeline.yaml", own)
    fixed, other = (profiles.get_profile(name, cwd=project) for name in ("fixed", "other"))
    assert (fixed.workers, fixed.adapt_kwargs) == (3, {})
    assert (other.workers, other.adapt_kwargs) == (None, {"maximum": 5})
    for key in ("workers", "cluster_kwargs.n_workers"):
        changed = profiles.get_profile(kind, overrides={key: 2})
        assert (changed.workers, changed.adapt_kwargs) == (2, {})


@pytest.mark.parametrize("kind", sorted(BUILT_IN))
def test_the_template_of_a_kind_is_a_profile(kind: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "GATEWAY_PASSWORD"):
        monkeypatch.setenv(name, "alice")
    text = profiles.render_template(kind)
    assert text.startswith("# ")
    (name,) = yaml.safe_load(text)["profiles"]
    write(project / "jupyter-pipeline.yaml", text)
    found = profiles.get_profile(name, cwd=project)
    assert found.cluster_class == profiles.get_profile(kind).cluster_class


def test_an_unknown_profile_offers_the_nearest_names() -> None:
    with pytest.raises(NotFoundError, match=r"No profile is called 'slrum'\. Did you mean slurm"):
        profiles.get_profile("slrum")
    with pytest.raises(NotFoundError, match="Did you mean slurm"):
        profiles.render_template("slrum")


# Layers


def test_a_later_layer_overrides_key_by_key(user_file: Path, project: Path) -> None:
    write(user_file, "profiles: {local: {cluster_kwargs: {memory_limit: 1 GiB, threads_per_worker: 2}}}")
    write(project / "jupyter-pipeline.yaml", "profiles: {local: {cluster_kwargs: {memory_limit: 2 GiB}}}")
    extra = {"local": {"workers": 3}}
    found = profiles.get_profile("local", cwd=project, extra=extra)
    assert found.cluster_kwargs == {"threads_per_worker": 2, "processes": True, "memory_limit": "2 GiB"}
    assert found.workers == 3
    assert found.source == "the caller's own profiles"


def test_a_layer_with_another_class_does_not_inherit_arguments(project: Path) -> None:
    write(
        project / "jupyter-pipeline.yaml",
        "profiles: {local: {cluster_class: some.Other, cluster_kwargs: {a: 1}}}",
    )
    assert profiles.get_profile("local", cwd=project).cluster_kwargs == {"a": 1}


def test_the_project_file_is_found_up_to_the_root_of_its_repository(project: Path) -> None:
    below = project / "notebooks" / "deep"
    below.mkdir(parents=True)
    write(project / "jupyter-pipeline.yaml", "profiles: {mine: {extends: local}}")
    assert layers.find_project_file(below) is None
    (project / "notebooks" / ".git").mkdir()
    assert layers.find_project_file(below) is None
    (project / "notebooks" / ".git").rmdir()
    (project / ".git").mkdir()
    assert layers.find_project_file(below) == project / "jupyter-pipeline.yaml"
    assert "mine" in profiles.load_profiles(below)


def test_a_file_in_profiles_d_is_a_profile_of_its_name(user_file: Path) -> None:
    write(user_file.parent / "profiles.d" / "flint.yaml", FLINT)
    assert profiles.get_profile("flint").adapt_kwargs == {"minimum": 1, "maximum": 38}


@pytest.fixture
def site_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a package among the installed ones, as pip does: its module, and metadata that names its entry points."""
    folder = tmp_path / "site-packages"
    write(
        folder / "site_profiles.py",
        "from pathlib import Path\n"
        "mapping = {'site-slurm': {'extends': 'slurm', 'cluster_kwargs': {'queue': 'site'}}}\n"
        "def function():\n    return {'profiles': {'site-local': {'extends': 'local', 'workers': 5}}}\n"
        "def broken():\n    raise RuntimeError('no licence')\n"
        "file = Path(__file__).with_name('site.yaml')\n",
    )
    write(folder / "site.yaml", "profiles: {site-file: {extends: local}}")
    metadata = folder / "site_profiles-1.0.dist-info"
    write(metadata / "METADATA", "Metadata-Version: 2.1\nName: site-profiles\nVersion: 1.0\n")
    write(
        metadata / "entry_points.txt",
        f"[{layers.ENTRY_POINT_GROUP}]\n"
        "a = site_profiles:mapping\nb = site_profiles:function\nc = site_profiles:file\n"
        "d = site_profiles:broken\ne = no_such_module:x\n",
    )
    monkeypatch.syspath_prepend(str(folder))


def test_an_installed_package_offers_profiles_by_entry_points(site_package: None) -> None:
    found = profiles.load_profiles()
    assert found["site-slurm"].cluster_kwargs["queue"] == "site"
    assert found["site-local"].workers == 5
    assert "site-file" in found
    broken, absent = profiles.list_problems()
    assert (broken.source, absent.source) == (
        "package site-profiles (entry point d)",
        "package site-profiles (entry point e)",
    )
    assert "RuntimeError: no licence" in broken.reason
    assert broken.fix


def test_dasks_configuration_is_offered_as_profiles(monkeypatch: pytest.MonkeyPatch) -> None:
    text = """\
jobqueue:
  slurm: {name: my-worker, cores: 8, memory: 16GB, job-extra-directives: [--qos=x], queue: null}
  pbs: {cores: null, memory: null}
labextension:
  factory: {module: dask.distributed, class: LocalCluster, args: [], kwargs: {n_workers: 2}}
  default: {workers: null, adapt: {minimum: 0, maximum: 4}}
"""
    write(Path(os.environ["DASK_CONFIG"]) / "site.yaml", text)
    found = profiles.load_profiles()
    assert "dask-pbs" not in found
    assert found["dask-slurm"].cluster_kwargs == {
        "job_name": "my-worker", "cores": 8, "memory": "16GB", "job_extra_directives": ["--qos=x"],
    }  # fmt: skip
    assert found["dask-labextension"].cluster_class == "dask.distributed.LocalCluster"
    assert found["dask-labextension"].adapt_kwargs == {"minimum": 0, "maximum": 4}


def test_one_broken_profile_does_not_hide_the_others(project: Path) -> None:
    write(project / "jupyter-pipeline.yaml", "profiles: {good: {extends: local}, bad: {extends: local, workers: ten}}")
    assert "good" in profiles.load_profiles(project)
    (problem,) = profiles.list_problems(project)
    assert problem.key == "profile bad: workers"
    assert profiles.get_profile("good", cwd=project).name == "good"
    with pytest.raises(ConfigurationError, match="'ten' is not a whole number"):
        profiles.get_profile("bad", cwd=project)


def test_loading_does_not_import_dask(project: Path) -> None:
    import subprocess
    import sys

    code = (
        "import sys; from jupyter_pipeline.clusters import profiles; profiles.load_profiles(); "
        "from jupyter_pipeline.clusters import preflight; assert not preflight.check(profiles.get_profile('local')); "
        "print([m for m in sys.modules if m.split('.')[0] in ('dask', 'distributed', 'dask_jobqueue')])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=project, check=True)
    assert done.stdout.strip() == "[]"


# Other tools' files


def test_a_flint_file_is_a_profile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCALDIR", raising=False)
    found = profiles.get_profile(str(write(tmp_path / "flint.yaml", FLINT)))
    assert found.name == "flint"
    assert dict(found.cluster_kwargs) == yaml.safe_load(FLINT)["cluster_kwargs"]
    assert found.adapt_kwargs == {"minimum": 1, "maximum": 38}


def test_a_dask_ctl_spec_is_a_profile(tmp_path: Path) -> None:
    spec = 'version: 1\nmodule: "dask.distributed"\nclass: "LocalCluster"\nargs: []\nkwargs: {n_workers: 2}\n'
    found = profiles.get_profile(str(write(tmp_path / "spec.yaml", spec)))
    assert (found.cluster_class, found.cluster_kwargs) == ("dask.distributed.LocalCluster", {"n_workers": 2})


def test_a_hyphen_in_a_key_is_an_underscore(tmp_path: Path) -> None:
    spec = "{module: dask_jobqueue, class: SLURMCluster, kwargs: {job-extra-directives: [-x], job_cpu: 2, cores: 1}}"
    flint = spec.replace("kwargs:", "cluster-kwargs:").replace(
        "module: dask_jobqueue, class: ", "cluster-class: dask_jobqueue."
    )
    for text in (spec, flint):
        found = profiles.get_profile(str(write(tmp_path / "x.yaml", text)))
        assert found.cluster_kwargs == {"job_extra_directives": ["-x"], "job_cpu": 2, "cores": 1}


def test_positional_arguments_of_a_dask_ctl_spec_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "spec.yaml", "module: a\nclass: B\nargs: [1]\n")
    with pytest.raises(ConfigurationError, match="args: positional arguments"):
        profiles.get_profile(str(path))


def test_a_file_may_extend_a_profile(tmp_path: Path) -> None:
    path = write(tmp_path / "mine.yml", "extends: slurm\ncluster_kwargs: {queue: long}\n")
    assert profiles.get_profile("./mine.yml", cwd=tmp_path).cluster_kwargs["walltime"] == "01:00:00"
    assert path.exists()


# extends, overrides, variables


def test_extends_takes_all_but_the_name_and_description(project: Path) -> None:
    text = "profiles: {a: {extends: slurm, cluster_kwargs: {queue: x}}, b: {extends: a, cluster_kwargs: {cores: 2}}}"
    write(project / "jupyter-pipeline.yaml", text)
    found = profiles.get_profile("b", cwd=project)
    assert (found.name, found.description) == ("b", "")
    assert found.cluster_kwargs["queue"] == "x"
    assert found.cluster_kwargs["cores"] == 2


def test_overrides_by_dotted_keys_are_read_as_yaml() -> None:
    overrides = {"cluster_kwargs.memory_limit": "8 GiB", "workers": "3", "limits.idle": "null"}
    found = profiles.get_profile("local", overrides=overrides)
    assert (found.cluster_kwargs["memory_limit"], found.workers, found.limits.idle) == ("8 GiB", 3, None)
    with pytest.raises(
        ConfigurationError, match=r"override: profile local: memory_limit: is unknown\. .*cluster_kwargs"
    ):
        profiles.get_profile("local", overrides={"memory_limit": "8 GiB"})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("$A/x", "1/x"),
        ("${A}b", "1b"),
        ("${B:-two}", "two"),
        ("${EMPTY:-two}", "two"),
        ("${B:-}", ""),
        ("$EMPTY", ""),
        ("5$$", "5$"),
        ("$${A}", "${A}"),
    ],
)
def test_variables_are_replaced(text: str, expected: str) -> None:
    assert variables.substitute(text, {"A": "1", "EMPTY": ""}) == expected


def test_job_script_lines_keep_their_variables(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PARTITION", "long")
    text = """\
profiles:
  mine:
    extends: slurm
    cluster_kwargs:
      queue: $PARTITION
      local_directory: $TMPDIR
      job_script_prologue: ["export N=${SLURM_CPUS_ON_NODE}", "a\\nb $(date)"]
      worker_extra_args: ["--resources", "GPU=$GPUS"]
"""
    write(project / "jupyter-pipeline.yaml", text)
    kwargs = profiles.get_profile("mine", cwd=project).cluster_kwargs
    assert kwargs["queue"] == "long"
    assert kwargs["local_directory"] == "$TMPDIR"
    assert kwargs["job_script_prologue"] == ["export N=${SLURM_CPUS_ON_NODE}", "a\nb $(date)"]
    assert kwargs["worker_extra_args"] == ["--resources", "GPU=$GPUS"]


def test_a_secret_stays_a_reference_until_the_class_is_called(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_PASSWORD", "hunter2")
    text = "profiles: {g: {extends: gateway, cluster_kwargs: {auth: {class: basic, password: '${GATEWAY_PASSWORD}'}}}}"
    write(project / "jupyter-pipeline.yaml", text)
    found = profiles.get_profile("g", cwd=project)
    assert "hunter2" not in str(found)
    assert "hunter2" not in profiles.render_profile(found)
    assert variables.expand_secrets(found.cluster_kwargs, os.environ)["auth"]["password"] == "hunter2"


def test_a_rendered_profile_with_dollar_signs_loads_as_the_same_profile(tmp_path: Path, project: Path) -> None:
    text = "profiles: {p: {extends: slurm, description: costs 5$$, cluster_kwargs: {job_script_prologue: [echo $X]}}}"
    write(project / "jupyter-pipeline.yaml", text)
    found = profiles.get_profile("p", cwd=project)
    path = write(tmp_path / "p.yaml", profiles.render_profile(found))
    assert dataclasses.replace(profiles.get_profile(str(path)), source=found.source) == found


def test_one_word_sets_the_policy_of_the_environment(project: Path) -> None:
    text = (
        "profiles: {a: {extends: local, environment: {policy: warn, exclude: [x]}}, b: {extends: a, environment: sync}}"
    )
    write(project / "jupyter-pipeline.yaml", text)
    assert profiles.get_profile("b", cwd=project).environment == {"policy": "sync", "exclude": ["x"]}


def test_the_keys_of_the_environment_are_the_options_of_sync() -> None:
    known = {f.name for f in dataclasses.fields(Options)} - {"pip_options", "upload_options"}
    keys = schema.SECTIONS["environment"]
    assert set(keys) == known
    assert (keys["max_file_size"].default, keys["max_size"].default) == ("100 MiB", "1 GiB")
    for name, choices in (("policy", POLICIES), ("method", METHODS)):
        assert {keys[name].parse(choice) for choice in choices} == set(choices)
        assert keys[name].type.count("`") == 2 * len(choices)


def test_the_default_idle_time_fits_the_lifetime(project: Path) -> None:
    write(project / "jupyter-pipeline.yaml", "profiles: {p: {extends: local, limits: {lifetime: 10 min}}}")
    assert profiles.get_profile("p", cwd=project).limits.idle == 600
