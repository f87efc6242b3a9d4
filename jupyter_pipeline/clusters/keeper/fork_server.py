"""Local workers without the wait for their imports: forked from a process that has imported Dask.

Dask starts workers by `spawn`: each imports everything anew. The keeper of a local cluster lets multiprocessing's fork
server import meanwhile, side by side with its own imports, and forks workers from it. That server has no threads, no
connections and nothing of the user's, so a fork of it is as clean as a new process.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import tempfile
from pathlib import Path

from jupyter_pipeline.models import Profile

__all__ = [
    "STARTUP_ENVIRONMENT",
    "can_fork_workers",
    "preload_keeper_modules",
    "reduce_polling",
    "start_forkserver",
    "stop_helper_processes",
    "use_forkserver",
]

_METHOD = "distributed.worker.multiprocessing-method"
_WORKER_MODULES = [
    "distributed.nanny",
    "distributed.worker",
    "distributed.shuffle",
    "distributed.http.health",
    "distributed.http.statics",
    "distributed.http.worker.prometheus.core",
    "jupyter_pipeline.clusters.keeper.preload_tls",
]
_KEEPER_MODULES = [
    "distributed",
    "jupyter_pipeline.clusters.keeper.lifecycle",
    "jupyter_pipeline.clusters.backends.dashboard",
    "distributed.dashboard.scheduler",
    "distributed.http.health",
    "distributed.http.scheduler.info",
    "distributed.http.scheduler.json",
    "distributed.http.scheduler.prometheus.core",
    "distributed.http.statics",
    "jupyter_pipeline.clusters.keeper.preload_tls",
    "psutil",
]
# What Dask's nanny sets before it starts a worker: read when a process starts, so too late after a fork.
STARTUP_ENVIRONMENT = {
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def can_fork_workers(profile: Profile) -> bool:
    """Return whether `profile` starts worker processes on this host that may be forked."""
    return profile.cluster_class.rpartition(".")[2] == "LocalCluster" and profile.cluster_kwargs.get("processes", True)


def start_forkserver() -> None:
    """Start the process that workers are forked from; returns at once, while it imports.

    To be called before Dask is imported, so that both import side by side.
    """
    import multiprocessing
    from multiprocessing import forkserver

    for name, value in STARTUP_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    multiprocessing.set_forkserver_preload(_WORKER_MODULES)
    forkserver.ensure_running()


def use_forkserver() -> None:
    """Let Dask fork its workers, unless its configuration says otherwise.

    It does so by another method than its default, or by settings that a process must have when it starts.
    """
    import dask.config
    import distributed.nanny
    import distributed.utils

    from jupyter_pipeline.clusters.backends import dashboard

    dashboard.leave_out_proxy()
    chosen = dask.config.get("distributed.nanny.pre-spawn-environ", {})
    if dask.config.get(_METHOD) != "spawn" or {str(k): str(v) for k, v in chosen.items()} != STARTUP_ENVIRONMENT:
        return
    # Dask would import every optional package into this process, to choose what the fork server imports.
    distributed.utils._forkserver_preload_set = True
    dask.config.set({_METHOD: "forkserver"})
    # How often a nanny looks whether its worker is there: Dask's 50 ms are for workers that import for seconds.
    distributed.nanny.WorkerProcess._init_msg_interval = 0.003


def preload_keeper_modules() -> None:
    """Import what the keeper of a local cluster will need, and load what is loaded on first use."""
    for name in _KEEPER_MODULES:
        with contextlib.suppress(ImportError):  # what the dashboard needs is optional
            importlib.import_module(name)
    from distributed.versions import get_versions

    from jupyter_pipeline.clusters import backends, security

    get_versions()  # Dask remembers them
    backends.get_backend(Profile(name="", cluster_class="distributed.LocalCluster"))
    with tempfile.TemporaryDirectory() as folder:
        security.make_certificates(Path(folder), "none")
        security.load_own_security(Path(folder)).get_connection_args("scheduler")


def reduce_polling() -> None:
    """Let a scheduler at rest rest: Dask looks 50 times a second whether its event loop hangs, and at the GIL."""
    import dask

    for key, usual, calm in (
        ("distributed.admin.tick.interval", "20ms", "500ms"),
        ("distributed.admin.system-monitor.gil.enabled", True, False),
    ):
        if dask.config.get(key, None) == usual:
            dask.config.set({key: calm})


def stop_helper_processes() -> None:
    """Let multiprocessing's own processes end: both do when their pipes close. Nobody waits for them here.

    The resource tracker ignores SIGTERM, and removes semaphores that a worker left when it ends by itself.
    """
    from multiprocessing import forkserver, resource_tracker

    gc.collect()  # semaphores are unlinked by their owners
    for owner, pipe in (
        (forkserver._forkserver, "_forkserver_alive_fd"),
        (resource_tracker._resource_tracker, "_fd"),
    ):
        descriptor = getattr(owner, pipe, None)
        if isinstance(descriptor, int):
            with contextlib.suppress(OSError):
                os.close(descriptor)
            setattr(owner, pipe, None)
