# ruff: noqa: E501 - a table reads better in one line a case

from __future__ import annotations

import dataclasses
import os
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest
import yaml

from jupyter_pipeline.clusters import profiles
from jupyter_pipeline.clusters.profiles import layers, quantities, validation, variables
from jupyter_pipeline.environments import options
from jupyter_pipeline.exceptions import ConfigurationError, NotFoundError

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


def test_every_kind_of_cluster_has_a_built_in_profile() -> None:
    assert set(profiles.load_profiles()) == BUILT_IN
    assert profiles.profile_problems() == []


@pytest.mark.parametrize("kind", sorted(BUILT_IN))
def test_the_worked_example_of_a_kind_is_a_profile(kind: str, project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("USER", "GATEWAY_PASSWORD"):
        monkeypatch.setenv(name, "alice")
    text = profiles.new(kind)
    assert text.startswith("# ")
    (name,) = yaml.safe_load(text)["profiles"]
    write(project / "jupyter-pipeline.yaml", text)
    found = profiles.get_profile(name, cwd=project)
    assert found.cluster_class == profiles.get_profile(kind).cluster_class


def test_an_unknown_profile_offers_the_nearest_names() -> None:
    with pytest.raises(NotFoundError, match=r"No profile is called 'slrum'\. Did you mean slurm"):
        profiles.get_profile("slrum")
    with pytest.raises(NotFoundError, match="Did you mean slurm"):
        profiles.new("slrum")


# Layers


def test_a_later_layer_overrides_key_by_key(user_file: Path, project: Path) -> None:
    write(user_file, "profiles: {local: {cluster_kwargs: {memory_limit: 1 GiB, threads_per_worker: 2}}}")
    write(project / "jupyter-pipeline.yaml", "profiles: {local: {cluster_kwargs: {memory_limit: 2 GiB}}}")
    extra = {"local": {"workers": 3}}
    found = profiles.get_profile("local", cwd=project, extra=extra)
    assert found.cluster_kwargs == {"threads_per_worker": 2, "processes": True, "memory_limit": "2 GiB"}
    assert found.workers == 3
    assert found.source == "c.JupyterPipeline.profiles"


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


def test_a_package_offers_profiles_by_an_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = [
        EntryPoint("site", "tests_clusters_fake:profiles", layers.ENTRY_POINT_GROUP),
        EntryPoint("broken", "no_such_module:profiles", layers.ENTRY_POINT_GROUP),
    ]
    monkeypatch.setattr(layers, "_entries", lambda: entries)
    offered = {"site-slurm": {"extends": "slurm", "cluster_kwargs": {"queue": "site"}}}
    monkeypatch.setattr(EntryPoint, "load", lambda self: _load(self, offered))
    assert profiles.load_profiles()["site-slurm"].cluster_kwargs["queue"] == "site"
    (problem,) = profiles.profile_problems()
    assert "broken" in problem.source


def _load(entry: EntryPoint, offered: Any) -> Any:
    if entry.name == "broken":
        raise ModuleNotFoundError("no_such_module")
    return lambda: offered


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
    (problem,) = profiles.profile_problems(project)
    assert problem.key == "profile bad: workers"
    assert profiles.get_profile("good", cwd=project).name == "good"
    with pytest.raises(ConfigurationError, match="'ten' is not a whole number"):
        profiles.get_profile("bad", cwd=project)


def test_nothing_of_dask_is_imported(project: Path) -> None:
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


def test_a_flint_file_is_a_profile_as_it_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("LOCALDIR", raising=False)
    found = profiles.get_profile(str(write(tmp_path / "flint.yaml", FLINT)))
    assert found.name == "flint"
    assert dict(found.cluster_kwargs) == yaml.safe_load(FLINT)["cluster_kwargs"]
    assert found.adapt_kwargs == {"minimum": 1, "maximum": 38}


def test_a_dask_ctl_spec_is_a_profile(tmp_path: Path) -> None:
    spec = 'version: 1\nmodule: "dask.distributed"\nclass: "LocalCluster"\nargs: []\nkwargs: {n_workers: 2}\n'
    found = profiles.get_profile(str(write(tmp_path / "spec.yaml", spec)))
    assert (found.cluster_class, found.cluster_kwargs) == ("dask.distributed.LocalCluster", {"n_workers": 2})


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
    assert "hunter2" not in profiles.resolved(found)
    assert variables.reveal(found.cluster_kwargs, os.environ)["auth"]["password"] == "hunter2"


def test_a_resolved_profile_with_dollar_signs_is_read_back(tmp_path: Path, project: Path) -> None:
    text = "profiles: {p: {extends: slurm, description: costs 5$$, cluster_kwargs: {job_script_prologue: [echo $X]}}}"
    write(project / "jupyter-pipeline.yaml", text)
    found = profiles.get_profile("p", cwd=project)
    path = write(tmp_path / "p.yaml", profiles.resolved(found))
    assert dataclasses.replace(profiles.get_profile(str(path)), source=found.source) == found


# Bad input: every refusal names file, key, reason and fix

BAD_FILES = [
    ("", "", "is empty"),
    ("# only a comment\n", "", "is empty"),
    ("just text", "", "holds text"),
    ("[1, 2]", "", "holds a list"),
    ("a: [1", "line", "is not a YAML file"),
    ("a: b: c", "line 1", "is not a YAML file"),
    ("profiles: {a: !!python/object/apply:os.system [id]}", "line 1", "asks for a Python object"),
    ("profiles: {a: {x: 1, x: 2}}", "line 1", "the key 'x' stands twice"),
    ("profiles: {a: {extends: local}}\nprofiles: {}", "line 2", "the key 'profiles' stands twice"),
    ("profiles: 5", "profiles", "holds a number"),
    ("profiles: {a: 5}", "profiles.a", "holds a number"),
    ("profiles: {}\nother: 1", "other", "is unknown beside"),
    ("slurm: {}", "", "has no `profiles:`"),
    ("a: &a [x, x, x, x, x, x, x, x, x, x]\n" + "".join(
        f"{chr(98 + i)}: &{chr(98 + i)} [{', '.join(['*' + chr(97 + i)] * 10)}]\n" for i in range(8)
    ), "line", "aliases grow"),
    ("a: &a [*a]", "line 1", "alias contains itself"),
    ("[" * 100 + "]" * 100, "line 1", "levels deep"),
    ("x: " + "y" * 300_000, "", "is larger than 256 KiB"),
    ("a\0b: 1", "", "NUL"),
    ("\x01: 1", "", "is not YAML"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "reason"), BAD_FILES, ids=[reason for _, _, reason in BAD_FILES])
def test_a_bad_file_is_refused(text: str, key: str, reason: str, project: Path) -> None:
    path = write(project / "jupyter-pipeline.yaml", text)
    with pytest.raises(ConfigurationError) as caught:
        profiles.get_profile("local", cwd=project)
    error = caught.value
    assert error.source == str(path)
    assert error.key.startswith(key)
    assert reason in error.reason
    assert error.fix
    assert len(str(error).splitlines()) <= 3


def test_a_file_that_is_not_text_is_refused(project: Path) -> None:
    (project / "jupyter-pipeline.yaml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigurationError, match="is not UTF-8"):
        profiles.get_profile("local", cwd=project)


def test_a_world_writable_file_is_refused(project: Path) -> None:
    path = write(project / "jupyter-pipeline.yaml", "profiles: {a: {extends: local}}")
    path.chmod(0o666)
    with pytest.raises(ConfigurationError, match=f"written by everyone.*chmod o-w {path}"):
        profiles.get_profile("local", cwd=project)


def test_the_command_that_closes_a_file_can_be_pasted(project: Path) -> None:
    path = write(project / "mein ordner" / "jupyter-pipeline.yaml", "profiles: {a: {extends: local}}")
    path.chmod(0o666)
    with pytest.raises(ConfigurationError, match=f"chmod o-w '{path}'"):
        profiles.get_profile("local", cwd=path.parent)


def test_one_word_is_short_for_the_policy_of_the_environment(project: Path) -> None:
    text = (
        "profiles: {a: {extends: local, environment: {policy: warn, exclude: [x]}}, b: {extends: a, environment: sync}}"
    )
    write(project / "jupyter-pipeline.yaml", text)
    assert profiles.get_profile("b", cwd=project).environment == {"policy": "sync", "exclude": ["x"]}


def test_the_keys_of_the_environment_are_those_that_sync_takes() -> None:
    known = {f.name for f in dataclasses.fields(options.Options)} - {"pip_options", "upload_options"}
    assert set(validation._SECTION_KEYS["environment"]) == known
    assert set(validation._CHOICES["environment.policy"]) == set(options.POLICIES)
    assert set(validation._CHOICES["environment.method"]) == set(options.METHODS)


@pytest.mark.skipif(os.getuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_where_everyone_writes_is_refused(project: Path) -> None:
    path = write(project / "jupyter-pipeline.yaml", "profiles: {a: {extends: local}}")
    os.chown(path, 12345, 12345)
    assert "a" in profiles.load_profiles(project)
    project.chmod(0o1777)
    with pytest.raises(ConfigurationError, match="belongs to another user"):
        profiles.get_profile("local", cwd=project)


def test_a_file_that_does_not_exist_is_refused() -> None:
    with pytest.raises(ConfigurationError, match="cannot be read"):
        profiles.get_profile("./missing.yaml")


K = "cluster_kwargs."
BAD_PROFILES: list[tuple[dict[str, Any], str, str]] = [
    ({"extends": "p"}, "extends", "cannot extend itself"),
    ({"extends": "nothing"}, "extends", "no profile is called 'nothing'"),
    ({"extends": ["local"]}, "extends", "not the name of a profile"),
    ({}, "cluster_class", "is missing"),
    ({"cluster_class": "LocalCluster"}, "cluster_class", "is not an import path"),
    ({"cluster_class": "os.system('x')"}, "cluster_class", "is not an import path"),
    ({"cluster_class": 5}, "cluster_class", "is not an import path"),
    ({"worker": 2}, "worker", "is unknown"),
    ({"environment": {"polcy": "sync"}}, "environment.polcy", "is unknown"),
    ({"environment": {"at_start": "sync"}}, "environment.at_start", "is unknown"),
    ({"environment": {"policy": "always"}}, "environment.policy", "'always' is not one of warn, sync, refuse, ignore"),
    ({"environment": {"installer": "conda"}}, "environment.installer", "is not one of"),
    ({"environment": "always"}, "environment.policy", "'always' is not one of"),
    ({"cluster_kwarg": {}}, "cluster_kwarg", "is unknown"),
    ({"cluster_kwargs": [1]}, "cluster_kwargs", "is not a set of keys"),
    ({"limits": {"idel": 5}}, "limits.idel", "is unknown"),
    ({"workers": -1}, "workers", "-1 is less than 1"),
    ({"workers": 0}, "workers", "0 is less than 1"),
    ({"workers": 1e9}, "workers", "is more than 100000"),
    ({"workers": "ten"}, "workers", "'ten' is not a whole number"),
    ({"workers": True}, "workers", "True is not a whole number"),
    ({"workers": 2.5}, "workers", "2.5 is not a whole number"),
    ({"workers": float("nan")}, "workers", "nan is not a whole number"),
    ({"workers": float("inf")}, "workers", "inf is not a whole number"),
    ({"workers": 2, "adapt_kwargs": {"maximum": 2}}, "workers", "a fixed size beside adapt_kwargs"),
    ({"adapt_kwargs": {"minimum": 5, "maximum": 2}}, "adapt_kwargs.minimum", "5 is above the maximum, 2"),
    ({"adapt_kwargs": {"maximum": 0}}, "adapt_kwargs.maximum", "0 is less than 1"),
    ({"adapt_kwargs": {"minimum": -1}}, "adapt_kwargs.minimum", "-1 is less than 0"),
    ({"adapt_kwargs": {"minimal": 1}}, "adapt_kwargs.minimal", "is unknown"),
    ({"limits": {"max_workers": 3}, "workers": 4}, "workers", "4 is above limits.max_workers, 3"),
    ({"cluster_kwargs": {"cores": -1}}, K + "cores", "-1 is less than 1"),
    ({"cluster_kwargs": {"cores": "ten"}}, K + "cores", "'ten' is not a whole number"),
    ({"cluster_kwargs": {"processes": True}}, K + "processes", "True is not a whole number"),
    ({"cluster_kwargs": {"memory": 0}}, K + "memory", "0 is not a positive size"),
    ({"cluster_kwargs": {"memory": "0"}}, K + "memory", "'0' is not a positive size"),
    ({"cluster_kwargs": {"memory": -1}}, K + "memory", "-1 is not a positive size"),
    ({"cluster_kwargs": {"memory": "4 gigs"}}, K + "memory", "'4 gigs' is not a size"),
    ({"cluster_kwargs": {"memory": True}}, K + "memory", "True is not a size"),
    ({"cluster_kwargs": {"memory": "9999 PiB"}}, K + "memory", "is more than one EiB"),
    ({"cluster_kwargs": {"walltime": "25:61:00"}}, K + "walltime", "is not a walltime"),
    ({"cluster_kwargs": {"walltime": "an hour"}}, K + "walltime", "is not a walltime"),
    ({"cluster_kwargs": {"walltime": "00:00:00"}}, K + "walltime", "is not a positive walltime"),
    ({"cluster_kwargs": {"walltime": -5}}, K + "walltime", "is not a walltime"),
    ({"limits": {"idle": "2 h", "lifetime": "1 h"}}, "limits.idle", "2 h is longer than the lifetime, 1 h"),
    ({"limits": {"idle": "soon"}}, "limits.idle", "'soon' is not a duration"),
    ({"limits": {"lifetime": -1}}, "limits.lifetime", "-1 is not a positive duration"),
    ({"limits": {"lifetime": 0}}, "limits.lifetime", "0 is not a positive duration"),
    ({"limits": {"lifetime": True}}, "limits.lifetime", "True is not a duration"),
    ({"limits": {"lifetime": "99 years"}}, "limits.lifetime", "is not a duration"),
    ({"limits": {"start_timeout": None}}, "limits.start_timeout", "None is not a duration"),
    ({"limits": {"budget": 5}}, "limits.budget", "cannot be kept without a price"),
    ({"limits": {"budget": -5}}, "limits.budget", "-5 is not a positive number"),
    ({"price": {"per_worker_hour": "cheap"}}, "price.per_worker_hour", "'cheap' is not a positive number"),
    ({"price": {"per_hour": 1}}, "price.per_hour", "is unknown"),
    ({"cluster_kwargs": {"queue": "main\n#SBATCH --uid=0"}}, K + "queue", "a line break"),
    ({"cluster_kwargs": {"job_extra_directives": ["--qos=x\n#SBATCH -p y"]}}, K + "job_extra_directives[0]", "a line break"),
    ({"cluster_kwargs": {"job_extra_directives": "--qos=x"}}, K + "job_extra_directives", "is not a list of lines"),
    ({"cluster_kwargs": {"queue": "a\0b"}}, K + "queue", "a control character"),
    ({"cluster_kwargs": {"queue": "$(rm -rf ~)"}}, K + "queue", "is not a variable"),
    ({"cluster_kwargs": {"queue": "$NOT_SET_ANYWHERE"}}, K + "queue", "NOT_SET_ANYWHERE is not set"),
    ({"cluster_kwargs": {"job_name": "../x"}}, K + "job_name", "cannot be the name of a job"),
    ({"cluster_kwargs": {"name": "x" * 300}}, K + "name", "cannot be the name of a job"),
    ({"cluster_kwargs": {"password": "hunter2"}}, K + "password", "a secret is written into the file"),
    ({"cluster_kwargs": {"env": {"API_TOKEN": "abc"}}}, K + "env.API_TOKEN", "a secret is written into the file"),
    ({"cluster_kwargs": {"token": 1234}}, K + "token", "a secret is written into the file"),
    ({"cluster_kwargs": {"address": "http://me:pw@host"}}, K + "address", "contains a password"),
    ({"cluster_kwargs": {"job_script_prologue": ["export AWS_SECRET_ACCESS_KEY=abc"]}}, K + "job_script_prologue[0]", "a secret"),
    ({"keeper": "cloud"}, "keeper", "'cloud' is not one of local, job"),
    ({"owner": "me"}, "owner", "'me' is not one of kernel"),
    ({"security": {"tls": "no"}}, "security.tls", "'no' is not true or false"),
    ({"security": {"tls": False}}, "security.tls", "without TLS"),
    ({"security": {"ssl": True}}, "security.ssl", "is unknown"),
]  # fmt: skip


@pytest.mark.parametrize(("values", "key", "reason"), BAD_PROFILES, ids=[f"{k}-{r}"[:60] for _, k, r in BAD_PROFILES])
def test_a_bad_profile_is_refused(values: dict[str, Any], key: str, reason: str, project: Path) -> None:
    base = {} if {"extends", "cluster_class"} & set(values) or values == {} else {"extends": "slurm"}
    path = write(project / "jupyter-pipeline.yaml", yaml.safe_dump({"profiles": {"p": {**base, **values}}}))
    with pytest.raises(ConfigurationError) as caught:
        profiles.get_profile("p", cwd=project)
    error = caught.value
    assert error.source == str(path)
    assert error.key == f"profile p: {key}"
    assert reason in error.reason
    assert error.fix
    assert "hunter2" not in str(error)


@pytest.mark.parametrize("name", ["../x", "$(id)", "a b", "x" * 300, "-x", "a/b"])
def test_a_bad_name_is_refused(name: str, project: Path) -> None:
    write(project / "jupyter-pipeline.yaml", yaml.safe_dump({"profiles": {name: {"extends": "local"}}}))
    (problem,) = profiles.profile_problems(project)
    assert "cannot be the name of a profile" in problem.reason


def test_circular_extends_is_refused(project: Path) -> None:
    text = "profiles: {a: {extends: b}, b: {extends: c}, c: {extends: a}}"
    write(project / "jupyter-pipeline.yaml", text)
    with pytest.raises(ConfigurationError, match="goes in a circle: a → b → c → a"):
        profiles.get_profile("a", cwd=project)


@pytest.mark.parametrize(
    "values",
    [
        {"memory": "4gb"},
        {"memory": "4 GiB"},
        {"memory": 4_000_000_000},
        {"memory": "1e9"},
        {"walltime": "1-12"},
        {"walltime": "90"},
        {"walltime": "0-24:00:00"},
        {"cores": 4.0},
        {"memory": "${NOT_SET:-2 GiB}"},
    ],
)
def test_usual_spellings_are_accepted(values: dict[str, Any], project: Path) -> None:
    content = {"profiles": {"p": {"extends": "slurm", "cluster_kwargs": values}}}
    write(project / "jupyter-pipeline.yaml", yaml.safe_dump(content))
    assert profiles.get_profile("p", cwd=project).name == "p"


def test_tls_may_be_turned_off_on_loopback_and_by_an_explicit_key(project: Path) -> None:
    text = """\
profiles:
  a: {extends: local, security: {tls: false}}
  b: {extends: slurm, security: {tls: false, insecure: true}}
  c: {extends: local, cluster_kwargs: {host: 0.0.0.0}, security: {tls: false}}
"""
    write(project / "jupyter-pipeline.yaml", text)
    assert {"a", "b"} <= set(profiles.load_profiles(project))
    with pytest.raises(ConfigurationError, match="without TLS"):
        profiles.get_profile("c", cwd=project)


def test_an_idle_time_that_is_not_given_fits_the_lifetime(project: Path) -> None:
    write(project / "jupyter-pipeline.yaml", "profiles: {p: {extends: local, limits: {lifetime: 10 min}}}")
    assert profiles.get_profile("p", cwd=project).limits.idle == 600


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("90", 90), (90, 90), ("1h30m", 5400), ("90 min", 5400), ("2 days", 172800), ("1.5 h", 5400), ("1w", 604800)],
)
def test_durations(value: object, seconds: float) -> None:
    assert quantities.parse_duration(value) == seconds


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("01:30:00", 5400), ("90", 5400), ("90:30", 5430), ("1-0", 86400), ("1-1:30", 91800), ("1-00:00:10", 86410)],
)
def test_walltimes_are_spelled_as_sbatch_does(value: object, seconds: float) -> None:
    assert quantities.parse_walltime(value) == seconds


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0 s"), (59.6, "1 min"), (5400, "1 h 30 min"), (90061, "1 d 1 h"), (86400, "1 d")]
)
def test_durations_in_words(seconds: float, text: str) -> None:
    assert quantities.format_duration(seconds) == text
