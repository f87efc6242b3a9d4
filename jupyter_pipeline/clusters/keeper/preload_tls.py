"""Create Tornado's default TLS context on import, before a process forks.

The context reads all certificates of the system. Each process would create it at its first encrypted connection,
although Dask's connections use their own contexts. On other systems than Linux this may start threads, which a
process that forks must not have.
"""

from __future__ import annotations

import contextlib
import sys

if sys.platform == "linux":
    with contextlib.suppress(ImportError):  # other versions of Tornado create it on import
        from tornado.netutil import _client_ssl_defaults

        _client_ssl_defaults()
