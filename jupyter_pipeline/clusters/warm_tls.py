"""Imported for its effect: Tornado's default TLS context, which reads all certificates of the system, made in advance.

Each process would make it when it opens its first encrypted connection, though Dask's have contexts of their own.
Elsewhere than on Linux that may start threads, which a process that is forked must not have.
"""

from __future__ import annotations

import contextlib
import sys

import tornado.netutil

if sys.platform == "linux":
    with contextlib.suppress(AttributeError):  # Tornado before 6.5.3 makes it when it is imported
        tornado.netutil._client_ssl_defaults()
