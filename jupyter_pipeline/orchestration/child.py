"""``python -m jupyter_pipeline.orchestration.child PARENT COMMAND…``: become COMMAND, and die with PARENT.

The supervisor starts the server and the worker through this, so that neither is left when it is killed.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

__all__ = ["main"]

_PR_SET_PDEATHSIG = 1  # linux/prctl.h; kept across execve(2)


def main() -> None:
    """Ask the kernel for SIGKILL at the parent's death, then replace this process by the command."""
    parent, *command = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != int(parent):  # it died before the request
        sys.exit(1)
    os.execv(command[0], command)  # noqa: S606 - the supervisor's own command


if __name__ == "__main__":
    main()
