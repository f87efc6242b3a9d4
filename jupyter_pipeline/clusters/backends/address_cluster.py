"""`distributed.deploy.Cluster` for a scheduler that runs already."""

from __future__ import annotations

from collections.abc import Generator
from typing import Any, Self

from distributed.core import Status, rpc
from distributed.deploy.cluster import Cluster
from distributed.security import Security

__all__ = ["AddressCluster"]

_TIMEOUT = 10.0  # seconds; it runs already, so it answers at once or not at all


class AddressCluster(Cluster):  # type: ignore[misc]
    """A scheduler at an address; closing disconnects and leaves it running.

    Parameters
    ----------
    address : str
        Such as ``tls://host:8786``.
    security : distributed.security.Security, optional
        For ``tls://``.
    **kwargs
        Further arguments of `distributed.deploy.Cluster`.
    """

    def __init__(self, address: str, security: Security | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.security = security or Security()
        self.scheduler_comm = rpc(
            address, timeout=_TIMEOUT, connection_args=self.security.get_connection_args("client")
        )

    def __await__(self) -> Generator[Any, Any, Self]:
        return self._connect().__await__()

    async def _connect(self) -> Self:
        if self.status == Status.created:  # type: ignore[has-type]
            try:
                await super()._start()
            except BaseException:
                self.status = Status.failed
                await self.scheduler_comm.close_rpc()
                raise
        return self
