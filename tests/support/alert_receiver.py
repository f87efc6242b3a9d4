"""A receiver of alerts on the loopback, which takes what Slack's and Mattermost's webhooks take."""

from __future__ import annotations

import contextlib
import http.server
import json
import threading
from collections.abc import Iterator
from typing import Any

from waiting import wait_until

__all__ = ["HOOK", "PATH", "Receiver", "run_receiver"]

PATH = "/services/T00000000/B00000000/XXXXXXXXXXXXXXXXXXXXXXXX"
HOOK = "/hooks/3ccdd113474722377935511fc85d3dd4"
"""Path of a Mattermost webhook, as apprise writes to it."""


class Receiver(http.server.ThreadingHTTPServer):
    """Answers as Slack's webhooks do: ``ok`` to JSON with a text, refusals to anything else."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Answer)
        self.texts: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{PATH}"

    def wait(self, begin: str, seconds: float = 60) -> str:
        return wait_until(
            lambda: next((text for text in self.texts if text.startswith(begin)), ""), seconds, f"a message {begin!r}"
        )


class Answer(http.server.BaseHTTPRequestHandler):
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        status, answer = 200, b"ok"
        if self.path not in (PATH, HOOK):
            status, answer = 404, b"no_service"
        elif not self.headers["Content-Type"].startswith("application/json") or not json.loads(body).get("text"):
            status, answer = 400, b"invalid_payload"
        else:
            self.server.texts.append(json.loads(body)["text"])
        self.send_response(status)
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: Any) -> None:
        pass


@contextlib.contextmanager
def run_receiver() -> Iterator[Receiver]:
    """Run a receiver."""
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
