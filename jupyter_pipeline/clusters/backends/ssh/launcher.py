"""Start one Dask process on a remote host, and stop it when the SSH connection ends.

The source of this module is sent over the connection, so it imports the standard library only. Its input comes through
standard input, because every user of the host can read command lines. The input is this source, then one line of JSON.
Its ``files`` are certificates and the token, by name. Its ``program`` is the file among them that runs ``command``. At
the end of standard input, which is the end of the connection, the process group is terminated and the files are
removed.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path

_GRACE_SECONDS = 10.0


def main() -> int:
    """Run the process until it exits or the connection ends, and return its exit code."""
    request = json.loads(sys.stdin.buffer.readline())
    folder = Path(tempfile.mkdtemp(prefix="jupyter-pipeline-"))  # 0700
    try:
        for name, content in request["files"].items():
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(content)
        environ = {name: value.replace("{folder}", str(folder)) for name, value in request["environ"].items()}
        program = [str(folder / request["program"])] if request["program"] else []
        process = subprocess.Popen(
            [sys.executable, *program, *request["command"]],
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

        def terminate(*_: object) -> None:
            for number in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(process.pid, number)
                    process.wait(_GRACE_SECONDS)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue

        def wait_for_end() -> None:
            while sys.stdin.buffer.read(1024):
                pass
            terminate()

        signal.signal(signal.SIGTERM, terminate)
        signal.signal(signal.SIGHUP, terminate)
        threading.Thread(target=wait_for_end, daemon=True).start()
        return process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
