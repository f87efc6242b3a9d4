"""Sends `jupyter_pipeline.environments.plugins` to a cluster by value, so that it need not be installed there."""

from __future__ import annotations

import pickle
import sys
import threading
from typing import Any

_LOCK = threading.Lock()


class Guarded:
    """A pickled plugin that becomes one which does nothing where another version of Python loads it.

    What is pickled by value is bytecode: another minor version of Python may crash over it.

    Parameters
    ----------
    data : bytes
        The pickled plugin.
    """

    def __init__(self, data: bytes) -> None:
        self.data = data

    def __reduce__(self) -> tuple[Any, ...]:
        """Unpickle by an expression, which every version of Python understands."""
        here = f"__import__('sys').version_info[:2] == {tuple(sys.version_info[:2])}"
        nothing = "__import__('distributed').WorkerPlugin()"
        return eval, (f"__import__('pickle').loads({self.data!r}) if {here} else {nothing}",)


def hub_pickle(cluster: str, kernel: list[Any]) -> bytes:
    """Return the scheduler's plugin, and in it the workers', pickled by value.

    Parameters
    ----------
    cluster : str
        Id of the scheduler.
    kernel : list
        Identity of this process.
    """
    import cloudpickle

    from jupyter_pipeline.environments import plugins
    from jupyter_pipeline.environments.plugins.scheduler_plugin import EnvironmentHub
    from jupyter_pipeline.environments.plugins.worker_plugin import EnvironmentMember

    with _LOCK:  # the registry of cloudpickle is one for the process
        cloudpickle.register_pickle_by_value(plugins)
        try:
            member = pickle.dumps(Guarded(cloudpickle.dumps(EnvironmentMember(cluster, kernel))))
            data: bytes = cloudpickle.dumps(EnvironmentHub(member, kernel))
        finally:
            cloudpickle.unregister_pickle_by_value(plugins)
    return data
