"""Pickle `jupyter_pipeline.environments.plugins` by value, so that the cluster does not need this package."""

from __future__ import annotations

import pickle
import sys
import threading
from typing import Any

_LOCK = threading.Lock()


class VersionGuard:
    """A pickled worker plugin that unpickles to an empty plugin in another minor version of Python.

    Functions that are pickled by value contain bytecode, which may crash another version of Python.

    Parameters
    ----------
    data : bytes
        The pickled plugin.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __reduce__(self) -> tuple[Any, ...]:
        """Return an expression that every version of Python can evaluate."""
        here = f"__import__('sys').version_info[:2] == {tuple(sys.version_info[:2])}"
        empty = "__import__('distributed').WorkerPlugin()"
        return eval, (f"__import__('pickle').loads({self.data!r}) if {here} else {empty}",)


def pickle_scheduler_plugin(cluster: str, kernel: list[Any]) -> bytes:
    """Return the scheduler plugin, which contains the worker plugin, pickled by value.

    Parameters
    ----------
    cluster : str
        ID of the scheduler.
    kernel : list
        Identity of the kernel's process; see `plugins.process.process_identity`.
    """
    import cloudpickle

    from jupyter_pipeline.environments import plugins
    from jupyter_pipeline.environments.plugins.scheduler_plugin import EnvironmentSchedulerPlugin
    from jupyter_pipeline.environments.plugins.worker_plugin import EnvironmentWorkerPlugin

    with _LOCK:  # cloudpickle has one registry per process
        cloudpickle.register_pickle_by_value(plugins)
        try:
            worker_plugin = pickle.dumps(VersionGuard(cloudpickle.dumps(EnvironmentWorkerPlugin(cluster, kernel))))
            data: bytes = cloudpickle.dumps(EnvironmentSchedulerPlugin(worker_plugin, kernel))
        finally:
            cloudpickle.unregister_pickle_by_value(plugins)
    return data
