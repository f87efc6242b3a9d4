from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import struct
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from jupyter_pipeline.workflows import rehearsal_child


def test_variables_that_the_recorder_reads_are_not_those_of_the_flow(tmp_path: Path) -> None:
    (tmp_path / "flow.py").write_text("import os\n\ndef main():\n    return os.environ['STAGE']\n")
    request = {
        "mark": "m",
        "temporary_server": False,
        "folder": str(tmp_path),
        "working_directory": str(tmp_path),
        "entrypoint": "flow.py:main",
        "parameters": {},
        "offered": {"STAGE": "test"},
        "hidden_variables": [],
        "record": {"lines": [], "last": {}, "names": {}, "fingerprint": ""},
    }
    process = subprocess.Popen(
        [sys.executable, "-S", rehearsal_child.__file__, str(tmp_path / "answer.json")],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={"HF_HOME": "/models", "HOME": str(tmp_path), "PATH": os.environ["PATH"]},
        start_new_session=True,
    )
    assert process.stdin is not None
    process.stdin.write(json.dumps(request) + "\n")
    process.stdin.flush()
    process.wait(60)
    _, errors = process.communicate()
    answer = json.loads((tmp_path / "answer.json").read_text())
    assert answer["error"] is None, (answer, errors)
    assert answer["variables"]["read"] == ["STAGE"]
    assert not {"HF_HOME", "HOME"} & {*answer["variables"]["present"]}


def test_the_group_ends_even_if_files_cannot_be_put_back(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def restore(self) -> Any:
            raise OSError("disk full")

        def finish(self, *, keep_copies: bool) -> None:
            raise AssertionError

    ended: list[int] = []
    reader, writer = os.pipe()
    os.close(writer)
    monkeypatch.setattr(rehearsal_child, "_GRACE", 0)
    monkeypatch.setattr(signal, "pthread_kill", lambda *_: None)
    monkeypatch.setattr(os, "killpg", lambda _, number: ended.append(number))
    with pytest.raises(OSError, match="disk full"):
        rehearsal_child._end_with_parent(reader, threading.Event(), "m", Broken())
    os.close(reader)
    assert ended == [signal.SIGKILL]


_SILENT = "import signal; signal.pause()"
_HEALTHY = """
import http.server, sys

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()

http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
"""


def test_the_temporary_server_gets_another_port_if_the_first_one_resets_connections(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from prefect.server.api.server import SubprocessASGIServer

    def reset_connections() -> None:
        with contextlib.suppress(OSError):  # the listener is closed
            while True:
                connection, _ = listener.accept()
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_server(("127.0.0.1", 0)) as other:
        taken, free = listener.getsockname()[1], other.getsockname()[1]
        other.close()
        ports = iter((taken, free))
        threading.Thread(target=reset_connections, daemon=True).start()
        monkeypatch.setattr(SubprocessASGIServer, "_instances", {})
        monkeypatch.setattr(SubprocessASGIServer, "find_available_port", lambda _: next(ports))
        monkeypatch.setattr(
            SubprocessASGIServer,
            "_run_uvicorn_command",
            lambda server: subprocess.Popen(
                [sys.executable, "-c", _HEALTHY if server.port == free else _SILENT, str(server.port)],
                stdin=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            ),
        )
        rehearsal_child._start_server()
        server = SubprocessASGIServer()
        try:
            assert (server.port, server.running) == (free, True)
        finally:
            server.stop()
