"""Imported for its effect: Tornado's default TLS context, which reads all certificates of the system, made in advance.

Each process would make it when it opens its first encrypted connection, though Dask's have contexts of their own.
Elsewhere than on Linux that may start threads, which a process that is forked must not have.
"""

from __future__ import annotations

import contextlib
import sys

if sys.platform == "linux":
    with contextlib.suppress(ImportError):  # other versions of Tornado make it when they are imported
        from tornado.netutil import _client_ssl_defaults

        _client_ssl_defaults()
