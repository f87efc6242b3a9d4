"""What steps ask of the workers, ``--cpus``, ``--memory``, ``--gpus``, in the words of the cluster's class (pure)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from jupyter_pipeline.exceptions import UsageError
from jupyter_pipeline.models import Profile

__all__ = ["worker_size"]

BATCH = {"HTCondorCluster", "LSFCluster", "MoabCluster", "OARCluster", "PBSCluster", "SGECluster", "SLURMCluster"}


def worker_size(profile: Profile, *, cpus: int = 0, memory: str = "", gpus: int = 0) -> dict[str, Any]:
    """Return the overrides of `profile` that give each worker this size; what is 0 or empty stays the profile's.

    Parameters
    ----------
    profile : Profile
        The profile.
    cpus : int
        Processors.
    memory : str
        Such as ``8GiB``.
    gpus : int
        Graphics processors.

    Returns
    -------
    dict of str to Any
        By dotted key, as `get_profile` takes it.

    Raises
    ------
    UsageError
        If the size of this class's workers cannot be chosen in this way: write it into a profile.

    Examples
    --------
    >>> worker_size(Profile(name="slurm", cluster_class="dask_jobqueue.SLURMCluster"), cpus=4)
    {'cluster_kwargs.cores': 4, 'cluster_kwargs.processes': 1}
    """
    asked = {"cpus": cpus, "memory": memory, "gpus": gpus}
    asked = {name: value for name, value in asked.items() if value}
    kind = profile.cluster_class.rpartition(".")[2]
    words = _WORDS.get("batch" if kind in BATCH else profile.cluster_class if kind == "Cluster" else kind, {})
    found: dict[str, Any] = {}
    for name, value in asked.items():
        word = words.get(name)
        if kind == "SLURMCluster" and name == "gpus":
            word = _slurm_gpus
        if word is None:
            raise UsageError(
                f"--{name} cannot be chosen for workers of {profile.cluster_class} (profile {profile.name!r}). Write "
                "it into a profile of its own, and deploy with that."
            )
        found |= word(value, profile.cluster_kwargs)
    return {f"cluster_kwargs.{key}": value for key, value in found.items()}


Word = Callable[[Any, Mapping[str, Any]], dict[str, Any]]


def _called(*keys: str, **constants: Any) -> Word:
    return lambda value, _: {**dict.fromkeys(keys, value), **constants}


def _slurm_gpus(value: int, kwargs: Mapping[str, Any]) -> dict[str, Any]:
    before = [d for d in kwargs.get("job_extra_directives") or () if not str(d).startswith("--gpus")]
    return {"job_extra_directives": [*before, f"--gpus={value}"]}


def _pod(key: str) -> Word:
    return lambda value, _: {f"resources.{part}.{key}": value for part in ("requests", "limits")}


_WORDS: Mapping[str, Mapping[str, Word]] = {
    "batch": {"cpus": _called("cores", processes=1), "memory": _called("memory", processes=1)},
    "LocalCluster": {"cpus": _called("threads_per_worker"), "memory": _called("memory_limit")},
    "coiled.Cluster": {
        "cpus": _called("worker_cpu"),
        "memory": _called("worker_memory"),
        "gpus": _called("worker_gpu"),
    },
    "KubeCluster": {"cpus": _pod("cpu"), "memory": lambda v, _: _pod("memory")(v.rstrip("B"), {})},
}
