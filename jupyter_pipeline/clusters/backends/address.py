"""A scheduler that already runs: connect to it, and never stop it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends.base import CLUSTER_SOURCES, Backend, Context
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster
    from distributed.security import Security

__all__ = ["AddressBackend", "AddressCluster"]

_TIMEOUT = 10.0  # seconds; a running scheduler answers at once
_TLS_FILES = ("tls_ca_file", "tls_client_cert", "tls_client_key")


def AddressCluster(address: str, security: Security | None = None, **kwargs: Any) -> Cluster:  # noqa: N802
    """Return a cluster for the scheduler at an address. Closing the cluster leaves the scheduler running.

    A function like `distributed.SSHCluster`, so that this module does not import Dask.

    Parameters
    ----------
    address : str
        Such as ``tls://host:8786``.
    security : distributed.security.Security, optional
        Credentials for ``tls://``.
    **kwargs
        Further arguments of `distributed.deploy.Cluster`.
    """
    from distributed.core import rpc
    from distributed.deploy.cluster import Cluster
    from distributed.security import Security

    cluster = Cluster(**kwargs)
    cluster.security = security or Security()
    arguments = cluster.security.get_connection_args("client")
    cluster.scheduler_comm = rpc(address, timeout=_TIMEOUT, connection_args=arguments)
    return cluster


class AddressBackend(Backend):
    """A scheduler at an address, with the TLS files that the profile names."""

    name = "address"
    cluster_classes = ("*.AddressCluster",)
    sources = (("jupyter_pipeline", "clusters/backends/address.py", "AddressCluster"), CLUSTER_SOURCES[1])
    scheduler_is_here = False

    def check(self, profile: Profile) -> Iterator[str]:
        """Yield an invalid address and missing TLS files."""
        address = profile.cluster_kwargs.get("address")
        if not isinstance(address, str) or "://" not in address:
            yield f"cluster_kwargs.address: {address!r} is no address of a scheduler. Write e.g. tls://host:8786."
        elif address.startswith("tls://"):
            for name in _TLS_FILES:
                path = profile.security.get(name)
                if not path or not Path(str(path)).expanduser().is_file():
                    problem = f"security.{name}: {path} is not a file" if path else f"security.{name} is not set"
                    yield f"{problem}. tls:// needs {', '.join(_TLS_FILES)}."

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the address and the credentials for it."""
        from distributed.security import Security

        kwargs = super().prepare(profile, context)
        files = {key: value for key, value in profile.security.items() if key.startswith("tls_") and value}
        security = Security(require_encryption=True, **files) if files else None
        return {**kwargs, "security": security, "name": context.name}

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Connect to the scheduler. On return it has answered."""
        from distributed.core import Status

        kwargs = self.prepare(profile, context)
        cluster = AddressCluster(**kwargs)
        try:
            await cluster._start()  # awaiting a plain `Cluster` does not connect it
        except BaseException as error:
            cluster.status = Status.failed
            await cluster.scheduler_comm.close_rpc()
            if isinstance(error, OSError | RuntimeError):
                raise ClusterStartError(
                    f"No scheduler answers at {kwargs.get('address')} ({error}). "
                    "Correct cluster_kwargs.address, or the files in security."
                ) from error
            raise
        return cluster

    async def scale(self, cluster: Cluster, n: int) -> None:
        """Refuse: the workers belong to the owner of the scheduler.

        Raises
        ------
        ClusterError
            Always.
        """
        raise ClusterError("This scheduler was started elsewhere. Its workers cannot be started or stopped from here.")
