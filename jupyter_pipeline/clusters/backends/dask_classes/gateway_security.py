"""Credentials for a scheduler behind dask-gateway's proxy.

Importing this module registers the scheme ``gateway://``. The class that `security.load` imports is here and not in
`gateway`, because `gateway` must not import Dask.
"""

from __future__ import annotations

import dask_gateway  # noqa: F401 - registers gateway://
from distributed.security import Security

__all__ = ["GatewaySecurity"]


class GatewaySecurity(Security):  # type: ignore[misc]
    """`distributed.security.Security` with the gateway's credentials in files, which other processes can load.

    Parameters
    ----------
    **files
        ``tls_ca_file``, ``tls_client_cert`` and ``tls_client_key``.
    """

    def __init__(self, **files: str) -> None:
        super().__init__(require_encryption=True, **files)
