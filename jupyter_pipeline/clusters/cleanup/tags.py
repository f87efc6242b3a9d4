"""By what the processes and batch jobs of a cluster are known, whichever of them still lives: its id.

A process carries it in its environment, as it was when it started; a job carries it in its name.
"""

from __future__ import annotations

import os
from pathlib import Path

import jupyter_pipeline
from jupyter_pipeline import paths

__all__ = [
    "KEEPER_JOB_MODULE",
    "KEEPER_MODULE",
    "PYTHONPATH_VARIABLE",
    "STANDBY_VARIABLE",
    "TAG_VARIABLE",
    "build_environment",
    "cluster_id_of",
    "keeper_job_tag",
]

KEEPER_MODULE = "jupyter_pipeline.clusters.keeper.main"
"""Module that a keeper runs."""
KEEPER_JOB_MODULE = "jupyter_pipeline.clusters.keeper.batch_job"
"""Module that submits a keeper as a batch job."""
TAG_VARIABLE = "JUPYTER_PIPELINE_CLUSTER"
"""Environment variable with the id of the cluster that a process belongs to."""
STANDBY_VARIABLE = "JUPYTER_PIPELINE_STANDBY_OF"
"""Environment variable with pid and start of the process for which a keeper is held ready."""
PYTHONPATH_VARIABLE = "JUPYTER_PIPELINE_ORIGINAL_PYTHONPATH"
"""Environment variable with the user's own ``PYTHONPATH``, which is put back before anything of theirs runs."""
_KEEPER_SUFFIX = "-keeper"


def build_environment(cluster_id: str) -> dict[str, str]:
    """Return the environment for a keeper: that of this process, the tag, and where this package is."""
    home = str(Path(jupyter_pipeline.__file__).parent.parent)
    own = os.environ.get("PYTHONPATH", "")
    values = {
        **os.environ,
        TAG_VARIABLE: cluster_id,
        "JUPYTER_PIPELINE_STATE": str(paths.state_dir()),
        PYTHONPATH_VARIABLE: own,
        "PYTHONPATH": os.pathsep.join(p for p in (home, own) if p),
    }
    values.pop(STANDBY_VARIABLE, None)
    return values


def keeper_job_tag(cluster_id: str) -> str:
    """Return the tag of the job in which the keeper runs: another than its workers', whom it cancels."""
    return cluster_id + _KEEPER_SUFFIX


def cluster_id_of(tag: str) -> str:
    """Return the id of the cluster that a job tagged `tag` belongs to."""
    return tag.removesuffix(_KEEPER_SUFFIX)
