from __future__ import annotations

from typing import Any

import pytest

from jupyter_pipeline.clusters import backends, profiles
from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Profile


def worker_size(profile: Profile, **sizes: Any) -> dict[str, Any]:
    return backends.get_backend(profile).size_workers(profile, **sizes)


@pytest.mark.parametrize(
    ("profile", "asked", "kwargs"),
    [
        ("local", {"cpus": 4, "memory": "2GiB"}, {"threads_per_worker": 4, "memory_limit": "2GiB"}),
        ("slurm", {"cpus": 4, "memory": "8GiB"}, {"cores": 4, "memory": "8GiB", "processes": 1}),
        ("slurm", {"gpus": 2}, {"job_extra_directives": ["--gpus=2"]}),
        (
            "coiled",
            {"cpus": 4, "memory": "8GiB", "gpus": 1},
            {"worker_cpu": 4, "worker_memory": "8GiB", "worker_gpu": 1},
        ),
        (
            "kubernetes",
            {"cpus": 2, "memory": "8GiB"},
            {"resources": {part: {"cpu": 2, "memory": "8Gi"} for part in ("requests", "limits")}},
        ),
    ],
)
def test_the_size_reaches_the_arguments_of_the_class(
    profile: str, asked: dict[str, Any], kwargs: dict[str, Any]
) -> None:
    described = profiles.get_profile(profile)
    sized = profiles.get_profile(profile, overrides=worker_size(described, **asked))
    assert {key: sized.cluster_kwargs[key] for key in kwargs} == kwargs


def test_sizes_without_a_request_come_from_the_profile() -> None:
    assert worker_size(profiles.get_profile("slurm")) == {}


def test_directives_of_the_profile_stay_beside_those_for_processors() -> None:
    profile = Profile(
        name="s",
        cluster_class="dask_jobqueue.SLURMCluster",
        cluster_kwargs={"job_extra_directives": ["--qos=high", "--gpus=1"]},
    )
    assert worker_size(profile, gpus=2) == {"cluster_kwargs.job_extra_directives": ["--qos=high", "--gpus=2"]}


@pytest.mark.parametrize(("profile", "asked"), [("local", {"gpus": 1}), ("ssh", {"cpus": 2}), ("pbs", {"gpus": 1})])
def test_an_unsupported_size_is_named(profile: str, asked: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match=f"--{next(iter(asked))} cannot be chosen"):
        worker_size(profiles.get_profile(profile), **asked)
