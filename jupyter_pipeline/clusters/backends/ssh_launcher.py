"""Runs on a remote host, below sshd: starts one Dask process and ends it when the connection does.

Its source is sent over the connection, so it needs nothing but Python's standard library there. What it is given comes
through standard input, never on the command line, where every user of the host could read it: first its source, then
one line of JSON with ``command``, ``files`` (certificates, by name) and ``environ``. The end of standard input is the
end of the connection, however that happened: the process group is terminated and the certificates are removed.
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

_PATIENCE = 10.0


def main() -> int:
    """Run the process to its end, or to that of the connection; return its exit code."""
    order = json.loads(sys.stdin.buffer.readline())
    folder = Path(tempfile.mkdtemp(prefix="jupyter-pipeline-"))  # 0700
    try:
        for name, content in order["files"].items():
            descriptor = os.open(folder / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(content)
        environ = {name: value.replace("{folder}", str(folder)) for name, value in order["environ"].items()}
        process = subprocess.Popen(
            [sys.executable, *order["command"]],
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )

        def end(*_: object) -> None:
            for number in (signal.SIGTERM, signal.SIGKILL):
                try:
                    os.killpg(process.pid, number)
                    process.wait(_PATIENCE)
                except (ProcessLookupError, subprocess.TimeoutExpired):
                    continue

        def watch() -> None:
            while sys.stdin.buffer.read(1024):
                pass
            end()

        signal.signal(signal.SIGTERM, end)
        signal.signal(signal.SIGHUP, end)
        threading.Thread(target=watch, daemon=True).start()
        return process.wait()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
