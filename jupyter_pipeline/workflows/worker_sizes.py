"""Advise sizes of workers of runs and interactive clusters, from Dask's metrics and accounts of batch systems."""

from __future__ import annotations

import contextlib
import shlex
import time
from collections.abc import Iterable, Sequence
from functools import partial

from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import ClusterEnd, ClusterRecord, JobUsage, Profile, SizeAdvice

__all__ = ["advise_clusters", "advise_run"]

_ACCOUNTING_TIMEOUT = 5.0
"""Seconds to wait for the accounts of all clusters together."""


def advise_run(ends: Iterable[ClusterEnd]) -> tuple[SizeAdvice, ...]:
    """Return the use of the workers of a run, with deploy options for better sizes.

    Parameters
    ----------
    ends : iterable of ClusterEnd
        Ends of the clusters of the run, or their states until now.
    """
    from jupyter_pipeline.clusters.right_sizing import advise_size

    deadline = time.monotonic() + _ACCOUNTING_TIMEOUT
    found = (advise_size(end, _read_job_usage(end, deadline), arguments=_list_arguments(end)) for end in ends)
    return tuple(advice for advice in found if advice)


def advise_clusters(records: Sequence[ClusterRecord]) -> list[str]:
    """Return the use of the workers of clusters as text, with options of ``cluster start`` for better sizes.

    Parameters
    ----------
    records : sequence of ClusterRecord
        Clusters, running or ended.
    """
    from jupyter_pipeline.clusters import registry
    from jupyter_pipeline.clusters.cleanup.cluster_ends import describe_end
    from jupyter_pipeline.clusters.registry.start_request import StartRequest
    from jupyter_pipeline.clusters.right_sizing import advise_size

    texts, deadline = [], time.monotonic() + _ACCOUNTING_TIMEOUT
    for record in records:
        folder = registry.cluster_dir(record.id)
        # Its profile or its folder cannot be read.
        with contextlib.suppress(PipelineError, OSError, KeyError, ValueError, TypeError, AttributeError):
            end = describe_end(record, folder)
            profile = StartRequest.from_dict(registry.read_request(folder)).profile
            write = partial(_write_overrides, profile)
            jobs = _read_job_usage(end, deadline)
            advice = advise_size(end, jobs, arguments=_list_arguments(end), write_options=write)
            texts += [f"{record.name}: {advice.text}"] if advice else []
    return texts


def _list_arguments(end: ClusterEnd) -> tuple[str, ...]:
    """Return the sizes that can be chosen for the workers of a cluster."""
    from jupyter_pipeline.clusters.backends import find_backend

    try:
        return tuple(find_backend(end.backend).size_arguments)
    except KeyError:  # the backend was in another package, or the row is from before it was recorded
        return ()


def _read_job_usage(end: ClusterEnd, deadline: float) -> JobUsage | None:
    """Return the use of the jobs of a cluster, ``None`` if it has no accounts or needs none."""
    from jupyter_pipeline.clusters.backends import find_backend
    from jupyter_pipeline.clusters.right_sizing import has_samples

    timeout = deadline - time.monotonic()
    if not end.jobs or not has_samples(end) or timeout <= 0:
        return None
    try:
        backend = find_backend(end.backend)
    except KeyError:
        return None
    return backend.read_job_usage(end.jobs, since=end.start, environment=end.job_environment, timeout=timeout)


def _write_overrides(profile: Profile, memory: str, cpus: int) -> str:
    from jupyter_pipeline.clusters.backends import get_backend

    overrides = get_backend(profile).size_workers(profile, memory=memory, cpus=cpus)
    return " ".join(f"-o {shlex.quote(f'{key}={value}')}" for key, value in overrides.items())
