"""A scheduler that runs already: attached to, never ended."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jupyter_pipeline.clusters.backends.base import Backend, Context
from jupyter_pipeline.exceptions import ClusterError, ClusterStartError
from jupyter_pipeline.models import Profile

if TYPE_CHECKING:
    from distributed.deploy.cluster import Cluster

__all__ = ["AddressBackend"]

_NOT_OURS = "This scheduler was started elsewhere: its workers are not ours to start or end."


class AddressBackend(Backend):
    """Attach to an address, with the TLS files that the profile names."""

    name = "address"

    def prepare(self, profile: Profile, context: Context) -> dict[str, Any]:
        """Return the address and the security of its scheduler, which is not ours to make."""
        from distributed.security import Security

        kwargs = super().prepare(profile, context)
        files = {key: value for key, value in profile.security.items() if key.startswith("tls_") and value}
        security = Security(require_encryption=True, **files) if files else None
        return {**kwargs, "security": security, "name": context.name}

    async def create(self, profile: Profile, context: Context) -> Cluster:
        """Return the cluster once its scheduler has answered."""
        from jupyter_pipeline.clusters.backends.address_cluster import AddressCluster

        kwargs = self.prepare(profile, context)
        try:
            return await AddressCluster(**kwargs)
        except (OSError, RuntimeError) as error:
            raise ClusterStartError(
                f"No scheduler answers at {kwargs.get('address')} ({error}). "
                "Correct cluster_kwargs.address, or the files in security."
            ) from error

    async def scale(self, cluster: Cluster, n: int) -> None:
        """Refuse.

        Raises
        ------
        ClusterError
            Always.
        """
        raise ClusterError(_NOT_OURS)
