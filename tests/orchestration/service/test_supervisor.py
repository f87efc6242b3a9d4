from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest

from jupyter_pipeline.exceptions import ApiUnreachableError
from jupyter_pipeline.orchestration import deployments
from jupyter_pipeline.orchestration.service.child_process import ChildProcess
from jupyter_pipeline.orchestration.service.supervisor import Supervisor


class OddServer(BaseHTTPRequestHandler):
    """It answers everything, and never what was asked for."""

    answer = b"1"

    def do_GET(self) -> None:
        """Answer."""
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(200)
        self.send_header("Content-Length", str(len(self.answer)))
        self.end_headers()
        self.wfile.write(self.answer)

    do_POST = do_GET

    def log_message(self, *said: object) -> None:
        """Say nothing."""


@pytest.fixture
def odd_port() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), OddServer) as server:
        thread = Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_a_failing_check_is_logged_and_does_not_stop_the_supervisor(
    isolated_state: Path, odd_port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ChildProcess, "alive", True)

    async def watched() -> bool:
        supervisor = Supervisor(odd_port, fixed=True, umask=0o022)
        watch = asyncio.create_task(supervisor._watch())
        while caplog.text.count("checking the health of the service failed") < 2 and not watch.done():
            await asyncio.sleep(0.05)
        alive = not watch.done()
        watch.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watch
        return alive

    with caplog.at_level(logging.INFO):
        assert asyncio.run(asyncio.wait_for(watched(), 30))
    assert "TypeError" in caplog.text


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (3, "exited with code 3: ImportError: no module"),
        (-9, "was terminated by SIGKILL"),
    ],
)
def test_the_exit_of_a_process_is_described_with_its_reason(code: int, expected: str) -> None:
    child = ChildProcess("server", 1.0)
    child.last_lines.extend(["ImportError: no module", "Check out the dashboard"])
    assert child.describe_exit(code) == expected


def test_a_server_that_is_not_prefect_is_reported(
    isolated_state: Path, odd_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(OddServer, "answer", b"<html></html>")
    monkeypatch.setenv("PREFECT_API_URL", f"http://127.0.0.1:{odd_port}")
    with pytest.raises(ApiUnreachableError, match="ends in /api"):
        deployments.list_deployments()
