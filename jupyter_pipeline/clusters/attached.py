"""A living cluster in the hands of a notebook or a script, whoever started it."""

from __future__ import annotations

import importlib
import sys
import threading
from types import TracebackType
from typing import TYPE_CHECKING, Self

from jupyter_pipeline import processes
from jupyter_pipeline.clusters import manager, registry, security
from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.models import ClusterRecord, ClusterState

if TYPE_CHECKING:
    import distributed

__all__ = ["AttachedCluster", "attach", "preload_distributed"]

_CONNECT = "30s"


def preload_distributed() -> None:
    """Import what a client needs in the background, while its cluster starts."""
    if "distributed" not in sys.modules:
        threading.Thread(target=importlib.import_module, args=("distributed",), daemon=True).start()


def attach(name: str) -> AttachedCluster:
    """Return the running cluster called `name`.

    Raises
    ------
    NotFoundError
        If there is none; the nearest names are offered.
    ClusterError
        If it does not run, or cannot be reached from this host.
    """
    record = registry.find_record(name)
    _check_running(record)
    if record.host != processes.hostname() and security.is_loopback(record.scheduler_address):
        raise ClusterError(f"{record.name} can be reached on {record.host} alone: attach there.")
    return AttachedCluster(record)


def _check_running(record: ClusterRecord) -> None:
    if record.state is not ClusterState.RUNNING:
        reason = f": {record.reason.rstrip('.')}" if record.reason else ""
        raise ClusterError(f"{record.name} is {record.state}{reason}.")


class AttachedCluster:
    """One cluster that is kept by its keeper; this object may come and go.

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
        """Id of the cluster: another may have its name one day."""
        return self._record.id

    @property
    def name(self) -> str:
        """Name of the cluster."""
        return self._record.name

    @property
    def scheduler_address(self) -> str:
        """Where its scheduler listens."""
        return self._record.scheduler_address

    @property
    def dashboard_link(self) -> str:
        """The dashboard's own address, on the loopback of its host."""
        return self._record.dashboard_link

    def record(self) -> ClusterRecord:
        """Return what the registry knows of it now, also after its end."""
        found = registry.read_record(registry.cluster_dir(self._record.id))
        if found is not None:
            self._record = registry.resolve_state(found)
        return self._record

    def get_client(self, set_as_default: bool = True) -> distributed.Client:
        """Return a client of the cluster; always the same one until it is closed.

        Parameters
        ----------
        set_as_default : bool, default True
            Whether collections compute on it from now on.

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
                    self._record.scheduler_address, security=keys, set_as_default=set_as_default, timeout=_CONNECT
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
        """Ask for `n` workers."""
        self._record = manager.scale(self._record.id, n)
        return self._record

    def adapt(self, *, minimum: int, maximum: int) -> ClusterRecord:
        """Let the number of workers follow the work, from `minimum` to `maximum`."""
        self._record = manager.adapt(self._record.id, minimum, maximum)
        return self._record

    def close(self) -> None:
        """Stop the cluster. On return nothing of it is left; no-op if it ended already."""
        self.detach()
        if self.record().state.alive or self._record.state is ClusterState.LOST:
            self._record = manager.stop(self._record.id)

    def detach(self) -> None:
        """Close this object's client; the cluster lives on."""
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
