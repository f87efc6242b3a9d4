# ruff: noqa: E501 - a table reads better in one line a case
"""Bad profiles: every refusal names file, key, reason and fix."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
import yaml

from jupyter_pipeline.clusters import profiles
from jupyter_pipeline.exceptions import ConfigurationError


def write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(0o600)
    return path


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    folder.mkdir()
    return folder


BAD_FILES = [
    ("", "", "is empty"),
    ("# only a comment\n", "", "is empty"),
    ("just text", "", "contains text"),
    ("[1, 2]", "", "contains a list"),
    ("a: [1", "line", "is not a usable YAML file"),
    ("a: b: c", "line 1", "is not a usable YAML file"),
    ("profiles: {a: !!python/object/apply:os.system [id]}", "line 1", "contains a Python object"),
    ("profiles: {a: {x: 1, x: 2}}", "line 1", "the key 'x' occurs twice"),
    ("profiles: {a: {extends: local}}\nprofiles: {}", "line 2", "the key 'profiles' occurs twice"),
    ("profiles: 5", "profiles", "contains a number"),
    ("profiles: {a: 5}", "profiles.a", "contains a number"),
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
    with pytest.raises(ConfigurationError, match=f"world-writable.*chmod o-w {path}"):
        profiles.get_profile("local", cwd=project)


def test_the_command_that_closes_a_file_can_be_pasted(project: Path) -> None:
    path = write(project / "mein ordner" / "jupyter-pipeline.yaml", "profiles: {a: {extends: local}}")
    path.chmod(0o666)
    with pytest.raises(ConfigurationError, match=f"chmod o-w '{path}'"):
        profiles.get_profile("local", cwd=path.parent)


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
    ({"environment": {"method": "magic"}}, "environment.method", "'magic' is not one of packages, dask, image"),
    ({"environment": {"policy": None}}, "environment.policy", "None is not one of"),
    ({"environment": {"pip_install": 3}}, "environment.pip_install", "3 is not text or a list of texts"),
    ({"environment": {"pip_install": {"pkgs": []}}}, "environment.pip_install", "pkgs is unknown"),
    ({"environment": {"pip_install": {"packages": 3}}}, "environment.pip_install", "3 is not text"),
    ({"environment": {"upload_directory": [3]}}, "environment.upload_directory", "[3] is not text or a list of texts"),
    ({"environment": {"upload_directory": {"mode": "all"}}}, "environment.upload_directory", "needs path"),
    ({"environment": {"include": 3}}, "environment.include", "3 is not text or a list of texts"),
    ({"environment": {"exclude": {"a": 1}}}, "environment.exclude", "is not text or a list of texts"),
    ({"environment": {"skip_packages": True}}, "environment.skip_packages", "True is not text or a list of texts"),
    ({"environment": {"variables": [None]}}, "environment.variables", "[None] is not text or a list of texts"),
    ({"environment": {"max_size": "banana"}}, "environment.max_size", "'banana' is not a size"),
    ({"environment": {"max_file_size": True}}, "environment.max_file_size", "True is not a size"),
    ({"environment": {"restart_workers": "yes"}}, "environment.restart_workers", "'yes' is not true or false"),
    ({"cluster_kwarg": {}}, "cluster_kwarg", "is unknown"),
    ({"cluster_kwargs": [1]}, "cluster_kwargs", "is not a set of keys"),
    ({"limits": {"idel": 5}}, "limits.idel", "is unknown"),
    ({"workers": -1}, "workers", "-1 is less than 1"),
    ({"workers": 0}, "workers", "0 is less than 1"),
    ({"workers": 1e9}, "workers", "is more than 100000"),
    ({"workers": "1e9"}, "workers", "'1e9' is not a whole number"),
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
    ({"adapt_kwargs": {"interval": "abc"}}, "adapt_kwargs.interval", "'abc' is not a duration"),
    ({"adapt_kwargs": {"interval": -1}}, "adapt_kwargs.interval", "-1 is not a positive duration"),
    ({"adapt_kwargs": {"target_duration": "0ms"}}, "adapt_kwargs.target_duration", "'0' is not a positive duration"),
    ({"adapt_kwargs": {"wait_count": "ten"}}, "adapt_kwargs.wait_count", "'ten' is not a whole number"),
    ({"adapt_kwargs": {"scale_factor": 0}}, "adapt_kwargs.scale_factor", "0 is not a positive number"),
    ({"extends": "local", "keeper": "job"}, "keeper", "job needs a batch system, and distributed.LocalCluster has none"),
    ({"extends": "local", "cluster_kwargs": {"scheduler_port": 99999}}, K + "scheduler_port", "99999 is not a port"),
    ({"cluster_kwargs": {"scheduler_options": {"port": -1}}}, K + "scheduler_options.port", "-1 is not a port"),
    ({"cluster_kwargs": {"memory": 1.5}}, K + "memory", "1.5 is not a whole number of bytes"),
    ({"limits": {"max_workers": 3}, "workers": 4}, "workers", "4 is above limits.max_workers, 3"),
    ({"limits": {"max_workers": 3}, "cluster_kwargs": {"n_workers": 4}}, K + "n_workers", "4 is above limits.max_workers, 3"),
    ({"cluster_kwargs": {"cores": -1}}, K + "cores", "-1 is less than 1"),
    ({"cluster_kwargs": {"cores": "ten"}}, K + "cores", "'ten' is not a whole number"),
    ({"cluster_kwargs": {"processes": True}}, K + "processes", "True is not a whole number"),
    ({"cluster_kwargs": {"memory": 0}}, K + "memory", "0 is not a positive size"),
    ({"cluster_kwargs": {"memory": "0"}}, K + "memory", "'0' is not a positive size"),
    ({"cluster_kwargs": {"memory": -1}}, K + "memory", "-1 is not a positive size"),
    ({"cluster_kwargs": {"memory": "4 gigs"}}, K + "memory", "'4 gigs' is not a size"),
    ({"cluster_kwargs": {"memory": "ten"}}, K + "memory", "'ten' is not a size"),
    ({"cluster_kwargs": {"memory": 1e30}}, K + "memory", "1e+30 is more than one EiB"),
    ({"cluster_kwargs": {"cores": 1e9}}, K + "cores", "is more than 100000"),
    ({"cluster_kwargs": {"cores": 0}}, K + "cores", "0 is less than 1"),
    ({"cluster_kwargs": {"memory": True}}, K + "memory", "True is not a size"),
    ({"cluster_kwargs": {"memory": "9999 PiB"}}, K + "memory", "is more than one EiB"),
    ({"cluster_kwargs": {"walltime": "an hour"}}, K + "walltime", "is not a walltime"),
    ({"cluster_kwargs": {"walltime": "00:00:00"}}, K + "walltime", "is not a positive walltime"),
    ({"cluster_kwargs": {"walltime": -5}}, K + "walltime", "is not a walltime"),
    ({"limits": {"idle": "2 h", "lifetime": "1 h"}}, "limits.idle", "2 h is longer than the lifetime, 1 h"),
    ({"limits": {"idle": "soon"}}, "limits.idle", "'soon' is not a duration"),
    ({"limits": {"lifetime": -1}}, "limits.lifetime", "-1 is not a positive duration"),
    ({"limits": {"lifetime": 0}}, "limits.lifetime", "0 is not a positive duration"),
    ({"limits": {"lifetime": True}}, "limits.lifetime", "True is not a duration"),
    ({"limits": {"lifetime": "99 years"}}, "limits.lifetime", "is not a duration"),
    ({"limits": {"lifetime": "3 h", "max_lifetime": "2 h"}}, "limits.lifetime", "3 h is longer than limits.max_lifetime, 2 h"),
    ({"limits": {"lifetime": None, "max_lifetime": "2 h"}}, "limits.lifetime", "no end is longer than limits.max_lifetime, 2 h"),
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
    ({"owner": "me"}, "owner", "'me' is not one of detached"),
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


@pytest.mark.parametrize("name", ["../x", "$(id)", "a b", "x" * 300, "-x", "a/b", "a\0b", ""])
def test_a_bad_name_is_refused(name: str, project: Path) -> None:
    write(project / "jupyter-pipeline.yaml", yaml.safe_dump({"profiles": {name: {"extends": "local"}}}))
    (problem,) = profiles.list_problems(project)
    assert "cannot be the name of a profile" in problem.reason


def test_circular_extends_is_refused(project: Path) -> None:
    text = "profiles: {a: {extends: b}, b: {extends: c}, c: {extends: a}}"
    path = write(project / "jupyter-pipeline.yaml", text)
    with pytest.raises(ConfigurationError, match="goes in a circle: a → b → c → a") as caught:
        profiles.get_profile("a", cwd=project)
    assert (caught.value.source, caught.value.key) == (str(path), "profile c: extends")
    assert caught.value.fix


@pytest.mark.parametrize(
    "values",
    [
        {"memory": "4gb"},
        {"memory": "4 GiB"},
        {"memory": 4_000_000_000},
        {"memory": "1e9"},
        {"scheduler_options": {"port": 0}},
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


@pytest.mark.parametrize(("written", "meant"), [("1:30:00", "1:30:00"), ("4:00", "4:00"), ("12:00:00", "12:00:00")])
def test_a_walltime_without_quotes_is_unchanged(written: str, meant: str, project: Path) -> None:
    """YAML 1.1 makes 5400 of 1:30:00, and Slurm 90 hours of that."""
    write(
        project / "jupyter-pipeline.yaml",
        f"profiles: {{p: {{extends: slurm, cluster_kwargs: {{walltime: {written}}}}}}}",
    )
    assert profiles.get_profile("p", cwd=project).cluster_kwargs["walltime"] == meant


def test_a_shorter_bound_replaces_the_default_lifetime(project: Path) -> None:
    write(project / "jupyter-pipeline.yaml", "profiles: {p: {extends: local, limits: {max_lifetime: 30 min}}}")
    limits = profiles.get_profile("p", cwd=project).limits
    assert (limits.lifetime, limits.idle) == (1800.0, 1800.0)


def test_an_invalid_yaml_override_names_its_key() -> None:
    with pytest.raises(ConfigurationError, match=r"override limits\.idle: line"):
        profiles.get_profile("local", overrides={"limits.idle": "[1"})


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
