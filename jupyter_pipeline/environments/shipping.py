"""Sends `jupyter_pipeline.environments.remote` to a cluster by value, so that it need not be installed there."""

from __future__ import annotations

import threading
from typing import Any

_LOCK = threading.Lock()


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

    from jupyter_pipeline.environments import remote
    from jupyter_pipeline.environments.remote.hub import EnvironmentHub
    from jupyter_pipeline.environments.remote.member import EnvironmentMember

    with _LOCK:  # the registry of cloudpickle is one for the process
        cloudpickle.register_pickle_by_value(remote)
        try:
            member = cloudpickle.dumps(EnvironmentMember(cluster, kernel))
            data: bytes = cloudpickle.dumps(EnvironmentHub(member, kernel))
        finally:
            cloudpickle.unregister_pickle_by_value(remote)
    return data
