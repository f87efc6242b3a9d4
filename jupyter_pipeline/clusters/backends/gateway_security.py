"""Credentials for a scheduler behind dask-gateway's proxy.

Importing this module makes ``gateway://`` addresses known to Dask, so that whoever loads the credentials can connect.
"""

from __future__ import annotations

import dask_gateway  # noqa: F401 - registers gateway://
from distributed.security import Security

__all__ = ["GatewaySecurity"]


class GatewaySecurity(Security):  # type: ignore[misc]
    """Dask's own security with the gateway's credentials in files, which other processes can load.

    Parameters
    ----------
    **files
        ``tls_ca_file``, ``tls_client_cert`` and ``tls_client_key``.
    """

    def __init__(self, **files: str) -> None:
        super().__init__(require_encryption=True, **files)
