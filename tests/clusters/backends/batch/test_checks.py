from __future__ import annotations

import sys
from typing import Any

import pytest

from jupyter_pipeline.clusters.backends.batch import checks
from jupyter_pipeline.models import Limits, Profile


def profile(lifetime: float | None = 3600.0, keeper: str = "local", **kwargs: Any) -> Profile:
    return Profile(
        name="p",
        cluster_class="dask_jobqueue.SLURMCluster",
        cluster_kwargs=kwargs,
        keeper=keeper,
        limits=Limits(lifetime=lifetime),
    )


@pytest.mark.parametrize(
    ("keeper", "lifetime", "seconds", "words"),
    [
        ("local", None, None, ()),
        ("local", None, 120.0, ()),
        ("local", None, 119.0, ("leaves a worker no time to work",)),
        ("job", 3600.0, 3600.0, ()),
        ("job", 3601.0, 3600.0, ("before its lifetime",)),
        ("job", None, 60.0, ("leaves a worker no time to work", "before its lifetime")),
    ],
)
def test_a_walltime_leaves_time_for_worker_and_keeper(
    keeper: str, lifetime: float | None, seconds: float | None, words: tuple[str, ...]
) -> None:
    problems = list(checks.check_walltime(profile(lifetime, keeper), seconds))
    assert len(problems) == len(words)
    assert all(word in problem for word, problem in zip(words, problems, strict=True))


@pytest.mark.parametrize(
    ("kwargs", "start"),
    [
        ({}, ""),
        ({"python": sys.executable}, ""),
        ({"python": f"env {sys.executable}"}, ""),
        ({"python": "$CONDA_PREFIX/bin/python"}, ""),
        ({"python": "python-of-a-module", "job_script_prologue": ["module load python"]}, ""),
        ({"python": "python-of-a-module"}, "There is no interpreter python-of-a-module."),
        ({"python": "no-srun -n 1 python"}, "There is no program no-srun."),
        ({"python": "/no/python", "env_extra": ["x"]}, "There is no interpreter /no/python."),
        ({"local_directory": " "}, "cluster_kwargs.local_directory is empty."),
    ],
)
def test_the_command_of_a_worker_can_run(kwargs: dict[str, Any], start: str) -> None:
    problems = list(checks.check_command(profile(**kwargs)))
    assert len(problems) == bool(start)
    assert all(problem.startswith(start) for problem in problems)


def test_a_refused_option_is_named_as_it_is_written() -> None:
    refused = {"-J --job-name": "hides the job.", "-A": "is unused."}
    options = [("-n", "1"), ("--job-name", "x")]
    assert list(checks.check_options(options, refused)) == ["The option --job-name hides the job."]
    assert list(checks.check_options([("-n", "1")], refused)) == []
