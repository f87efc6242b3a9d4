"""Run ``prefect ARGUMENTS…`` and exit when the process PARENT exits.

Usage: ``python -m jupyter_pipeline.orchestration.service.prefect_child PARENT ARGUMENTS…``

The supervisor starts the server and the worker through this, so that neither is left when it is killed.
"""

from __future__ import annotations

import ctypes
import functools
import os
import runpy
import signal
import sys
import zoneinfo
from typing import Any

__all__ = ["main", "write_in_turn"]

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


def main() -> None:
    """Ask the kernel for SIGKILL at the parent's death, then be Prefect's command line."""
    parent = int(sys.argv[1])
    signal.signal(signal.SIGINT, signal.default_int_handler)  # the parent may ignore it, which is inherited
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:  # it died before the request
        sys.exit(1)
    # Prefect asks for all time zones at each schedule that it reads, and the answer takes 8 ms of reading files: the
    # list of 500 deployments would take seconds, in which the server does nothing else.
    zoneinfo.available_timezones = functools.cache(zoneinfo.available_timezones)
    if sys.argv[2] == "server" and os.environ["PREFECT_SERVER_DATABASE_CONNECTION_URL"].startswith("sqlite"):
        write_in_turn()
    sys.argv = ["prefect", *sys.argv[2:]]
    runpy.run_module("prefect", run_name="__main__", alter_sys=True)


def write_in_turn() -> None:
    """Let each transaction of the Prefect server on SQLite take the write lock at its beginning."""
    from prefect.server.database.configurations import AioSqliteConfiguration

    begin = AioSqliteConfiguration.begin_transaction

    def begin_immediately(self: Any, session: Any, with_for_update: bool = False) -> Any:
        return begin(self, session, with_for_update=True)

    AioSqliteConfiguration.begin_transaction = begin_immediately


if __name__ == "__main__":
    main()
