"""Tags that connect processes and batch jobs with their cluster: the cluster's id.

A process carries the id in its initial environment, a job in its label.
"""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_pipeline import environment_variables, paths
from jupyter_pipeline.clusters.registry.submitted_jobs import KEEPER_SUFFIX

__all__ = [
    "KEEPER_JOB_MODULE",
    "KEEPER_MODULE",
    "STANDBY_MODULE",
    "build_environment",
    "cluster_id_of",
    "keeper_job_tag",
]

KEEPER_MODULE = "jupyter_pipeline.clusters.keeper.main"
"""Module that runs as the keeper."""
STANDBY_MODULE = "jupyter_pipeline.clusters.keeper.standby"
"""Module that runs as a standby keeper, and as the keeper once a cluster is assigned."""
KEEPER_JOB_MODULE = "jupyter_pipeline.clusters.keeper.batch_job"
"""Module that submits a keeper as a batch job."""


def build_environment(cluster_id: str, profile: str = "") -> dict[str, str]:
    """Return the environment of a new keeper: this process's, the tag, and the location of this package.

    Its scheduler, workers and batch jobs inherit it, and a batch system may pass it to other hosts. So secrets of the
    Prefect API are left out.

    Parameters
    ----------
    cluster_id : str
        Id of the cluster.
    profile : str
        Text of the profile. The keeper gets the secrets that it names.
    """
    package_location = str(Path(paths.__file__).parent.parent)
    original = os.environ.get("PYTHONPATH", "")
    values = {
        **{n: v for n, v in os.environ.items() if n not in environment_variables.API_SECRETS or n in profile},
        environment_variables.CLUSTER: cluster_id,
        environment_variables.STATE: str(paths.state_dir()),
        environment_variables.ORIGINAL_PYTHONPATH: original,
        "PYTHONPATH": os.pathsep.join(p for p in (package_location, original) if p),
    }
    values.pop(environment_variables.STANDBY_OF, None)
    return values


def keeper_job_tag(cluster_id: str) -> str:
    """Return the tag of the job that runs the keeper. It differs from the workers' tag, whose jobs it cancels."""
    return cluster_id + KEEPER_SUFFIX


def cluster_id_of(tag: str) -> str:
    """Return the id of the cluster to which a job tagged `tag` belongs."""
    return tag.removesuffix(KEEPER_SUFFIX)
