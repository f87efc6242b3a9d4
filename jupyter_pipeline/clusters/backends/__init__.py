"""Backends: everything peculiar to one kind of cluster, behind the interface `Backend`.

The keeper knows `distributed.deploy.Cluster` and this interface only. A backend turns the arguments of a profile into a
cluster with a tag, TLS and a private dashboard. It finds and removes the batch jobs and remote processes of a tag, and
repairs what Dask's class leaves broken.

Each backend is one module; batch systems are in ``batch``. Both packages are searched for backends, so their modules
must not import Dask. Classes that need it are in ``dask_classes``.

`get_backend` does not import Dask, so profiles, preflight, clean-up and the Jupyter server may call it.
"""

from __future__ import annotations

from jupyter_pipeline.clusters.backends.base import SHARED_LISTING_AGE, Backend, Context, import_class
from jupyter_pipeline.clusters.backends.job import Job
from jupyter_pipeline.clusters.backends.registry import (
    find_backend,
    get_backend,
    get_backend_class,
    job_backends,
    list_backends,
)

__all__ = [
    "SHARED_LISTING_AGE",
    "Backend",
    "Context",
    "Job",
    "find_backend",
    "get_backend",
    "get_backend_class",
    "import_class",
    "job_backends",
    "list_backends",
]
