"""Use a running cluster from a notebook or a script, independent of the process that started it."""

from __future__ import annotations

import importlib
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from jupyter_pipeline.clusters import manager, registry, security
from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import ClusterRecord, ClusterState

if TYPE_CHECKING:
    import distributed

__all__ = ["AttachedCluster", "attach", "preload_distributed"]

_CONNECT_TIMEOUT = "30s"


def preload_distributed() -> None:
    """Import ``distributed`` in a thread, while the cluster starts."""
    if "distributed" not in sys.modules:
        threading.Thread(target=importlib.import_module, args=("distributed",), daemon=True).start()


def attach(name: str) -> AttachedCluster:
    """Return the running cluster called `name`.

    Raises
    ------
    NotFoundError
        If there is none. The message offers similar names.
    ClusterError
        If the cluster is not running, or its scheduler cannot be reached from this host.
    """
    record = registry.find_record(name)
    _check_running(record)
    if not registry.is_on_this_host(record) and security.is_loopback(record.scheduler_address):
        raise ClusterError(f"{record.name} can only be reached on {record.host}: attach there.")
    return AttachedCluster(record)


def _check_running(record: ClusterRecord) -> None:
    if record.state is not ClusterState.RUNNING:
        reason = f": {record.reason.rstrip('.')}" if record.reason else ""
        raise ClusterError(f"{record.name} is {record.state}{reason}.")


class AttachedCluster:
    """A cluster owned by its keeper. The cluster is independent of this object.

    Parameters
    ----------
    record : ClusterRecord
        The cluster.

    Examples
    --------
    >>> with attach("local-1") as cluster:  # doctest: +SKIP
    ...     cluster.scale(4)
    ...     client = cluster.get_client()
    """

    def __init__(self, record: ClusterRecord) -> None:
        self._record = record
        self._client: distributed.Client | None = None

    @property
    def id(self) -> str:
        """Id of the cluster. Unlike its name, it is never used again."""
        return self._record.id

    @property
    def name(self) -> str:
        """Name of the cluster."""
        return self._record.name

    @property
    def scheduler_address(self) -> str:
        """Address of the scheduler."""
        return self._record.scheduler_address

    @property
    def dashboard_link(self) -> str:
        """Address of the dashboard on the loopback interface of the cluster's host. It asks for the cluster's token."""
        return self._record.dashboard_link

    def record(self) -> ClusterRecord:
        """Return the current record from the registry, also after the end of the cluster."""
        found = registry.read_record(registry.cluster_dir(self._record.id))
        if found is not None:
            self._record = registry.resolve_state(found)
        return self._record

    def get_client(self, set_as_default: bool = True) -> distributed.Client:
        """Return a client of the cluster, the same one until it is closed.

        Parameters
        ----------
        set_as_default : bool, default True
            Compute collections on this client from now on.

        Raises
        ------
        ClusterError
            If the cluster has ended, its certificates have expired, or its scheduler does not answer.
        """
        from distributed import Client
        from distributed.client import _set_global_client

        if self._client is None or self._client.status in ("closed", "closing"):
            _check_running(registry.refresh_record(self._record))
            keys = security.load_connection(registry.cluster_dir(self._record.id)) if self._record.tls else None
            try:
                self._client = Client(
                    self._record.scheduler_address,
                    security=keys,
                    set_as_default=set_as_default,
                    timeout=_CONNECT_TIMEOUT,
                )
            except OSError as error:
                raise ClusterError(
                    f"The scheduler of {self.name} at {self.scheduler_address} does not answer ({error}). "
                    f"Look at the logs of the cluster, or stop it: stop {self.name}"
                ) from error
        elif set_as_default:
            _set_global_client(self._client)
        return self._client

    def scale(self, n: int) -> ClusterRecord:
        """Request `n` workers."""
        self._record = manager.scale(self._record.id, n)
        return self._record

    def adapt(self, *, minimum: int, maximum: int) -> ClusterRecord:
        """Scale adaptively between `minimum` and `maximum` workers."""
        self._record = manager.adapt(self._record.id, minimum, maximum)
        return self._record

    def close(self) -> None:
        """Stop the cluster. On return, all its processes and jobs have ended. No-op if it has ended already."""
        self.detach()
        if self.record().state.alive or self._record.state is ClusterState.LOST:
            self._record = manager.stop(self._record.id)

    def detach(self) -> None:
        """Close the client of this object. The cluster continues to run."""
        client, self._client = self._client, None
        if client is not None:
            client.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        record = self.record()
        size = f"workers: {record.workers}, threads: {record.threads}"
        return f"<{type(self).__name__} {record.name!r}: {record.state}, {size}, profile {record.profile}>"
