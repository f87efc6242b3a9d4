"""Fork local workers from a process that has imported Dask, so that they start without imports.

Dask starts workers by `spawn`, and each of them imports all modules. The keeper of a local cluster makes
multiprocessing's fork server import them, in parallel to its own imports, and forks workers from it. The fork server
has no threads, no connections and no user code, so its forks are as clean as new processes.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from jupyter_pipeline import paths, temporary_folders
from jupyter_pipeline.clusters.backends import get_backend
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

_FOLDER = "tempdir"  # multiprocessing's name of the setting
_METHOD = "distributed.worker.multiprocessing-method"
_WORKER_MODULES = [
    "distributed.nanny",
    "distributed.worker",
    "distributed.shuffle",
    "distributed.http.health",
    "distributed.http.statics",
    "distributed.http.worker.prometheus.core",
    "jupyter_pipeline.clusters.process_guard",
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
    "jupyter_pipeline.clusters.process_guard",
    "jupyter_pipeline.clusters.keeper.preload_tls",
    "psutil",
]
# Variables that Dask's nanny sets for a new worker. They are read at the start of a process, before a fork.
STARTUP_ENVIRONMENT = {
    "MALLOC_TRIM_THRESHOLD_": "65536",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def can_fork_workers(profile: Profile) -> bool:
    """Return True if `profile` starts worker processes on this host that can be forked."""
    return get_backend(profile).forks_workers(profile)


def start_forkserver() -> None:
    """Start the fork server, which imports modules in the background.

    Call this before importing Dask, so that both processes import in parallel.
    """
    import multiprocessing
    from multiprocessing import forkserver

    for name, value in STARTUP_ENVIRONMENT.items():
        os.environ.setdefault(name, value)
    if _FOLDER not in _configuration():  # a standby keeper has started it already
        _choose_folder()
    multiprocessing.set_forkserver_preload(_WORKER_MODULES)
    forkserver.ensure_running()


def use_forkserver() -> None:
    """Configure Dask to fork workers.

    A configuration with another start method, or with variables for the start of workers, is left unchanged.
    """
    import dask.config
    import distributed.nanny
    import distributed.utils

    from jupyter_pipeline.clusters.backends import dashboard

    dashboard.remove_proxy()
    chosen = dask.config.get("distributed.nanny.pre-spawn-environ", {})
    if dask.config.get(_METHOD) != "spawn" or {str(k): str(v) for k, v in chosen.items()} != STARTUP_ENVIRONMENT:
        return
    # Prevents Dask from importing optional packages into this process to choose the fork server's modules.
    distributed.utils._forkserver_preload_set = True
    dask.config.set({_METHOD: "forkserver"})
    # Poll interval for a new worker: Dask's 50 ms suit workers that import for seconds.
    distributed.nanny.WorkerProcess._init_msg_interval = 0.003


def preload_keeper_modules() -> None:
    """Import the modules of a local cluster's keeper, and fill caches that are filled on first use."""
    for name in _KEEPER_MODULES:
        with contextlib.suppress(ImportError):  # modules of the dashboard are optional
            importlib.import_module(name)
    from distributed.versions import get_versions

    from jupyter_pipeline.clusters import security

    get_versions()  # cached by Dask
    get_backend(Profile(name="", cluster_class="distributed.LocalCluster"))
    with tempfile.TemporaryDirectory() as folder:
        security.make_certificates(Path(folder), "none")
        security.load_own_security(Path(folder)).get_connection_args("scheduler")


def reduce_polling() -> None:
    """Reduce the load of an idle scheduler: Dask checks event loop and GIL 50 times a second by default."""
    import dask

    for key, default, reduced in (
        ("distributed.admin.tick.interval", "20ms", "500ms"),
        ("distributed.admin.system-monitor.gil.enabled", True, False),
    ):
        if dask.config.get(key, None) == default:
            dask.config.set({key: reduced})


def _configuration() -> dict[str, Any]:
    """Return the settings of multiprocessing in this process, which its child processes inherit."""
    from multiprocessing import process

    found: dict[str, Any] = getattr(process.current_process(), "_config")  # noqa: B009 - missing in typeshed
    return found


def _choose_folder() -> None:
    """Choose the folder of the fork server's socket, which `temporary_folders` removes if the keeper is killed."""
    for parent in temporary_folders.list_parents():
        with contextlib.suppress(OSError):
            folder = temporary_folders.create_folder("fork", parent)  # not the runtime folder: a log-out may remove it
            if paths.fits_socket(folder / "listener-12345678"):
                _configuration()[_FOLDER] = str(folder)
                return
            folder.rmdir()


def stop_helper_processes() -> None:
    """Stop multiprocessing's fork server and resource tracker by closing their pipes, without waiting.

    The folder with the socket of the fork server is removed.

    The resource tracker ignores SIGTERM. It removes remaining semaphores of workers when it exits.
    """
    from multiprocessing import forkserver, resource_tracker

    gc.collect()  # collects semaphores, which their owners unlink
    for owner, pipe in (
        (forkserver._forkserver, "_forkserver_alive_fd"),
        (resource_tracker._resource_tracker, "_fd"),
    ):
        descriptor = getattr(owner, pipe, None)
        if isinstance(descriptor, int):
            with contextlib.suppress(OSError):
                os.close(descriptor)
            setattr(owner, pipe, None)
    if folder := _configuration().pop(_FOLDER, None):
        shutil.rmtree(folder, ignore_errors=True)
