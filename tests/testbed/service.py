"""Code shared by the substitutes for services: a web server process, and clusters that run on this host."""

from __future__ import annotations

import itertools
import json
import shutil
import sys
import urllib.parse
import urllib.request
from collections.abc import Awaitable, Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import daemons

__all__ = ["Daemon", "Machines"]

Answer = Callable[[str, str, Any, Any], Awaitable[tuple[int, Any]]]
"""From method, path, query and body to status code and content."""


class Daemon:
    """The process of a substitute.

    Parameters
    ----------
    folder : Path
        Folder with its state: ``server.pid``, ``server.log`` and ``requests.jsonl``.
    script : str
        Python file that serves requests when called with ``serve``.
    address : str
        Address that answers once it is running.
    environ : mapping of str to str
        Variables that a client needs.
    needs : str
        Names of the modules that a client needs.
    """

    def __init__(self, folder: Path, script: str, address: str, environ: Mapping[str, str], *needs: str) -> None:
        self.folder, self.script, self.address, self.environ, self.needs = folder, script, address, environ, needs
        self.requests = folder / "requests.jsonl"
        self._pid = folder / "server.pid"

    def missing(self) -> str:
        """Return the reason why it cannot run here, or an empty string."""
        absent = [name for name in self.needs if not find_spec(name)]
        return f"needs {', '.join(absent)}" if absent else ""

    def running(self) -> bool:
        """Return True if it is running."""
        return daemons.alive(self._pid) is not None

    def start(self) -> dict[str, str]:
        """Start it unless it is running, and return the variables that a client needs."""
        if self.missing():
            raise RuntimeError(self.missing())
        if not self.running():
            command = [sys.executable, self.script, "serve"]
            daemons.spawn(*command, log=self.folder / "server.log", pid_file=self._pid, cwd=self.folder)
        daemons.wait_for(lambda: urllib.request.urlopen(self.address, timeout=2), self.folder.name)
        return dict(self.environ)

    def stop(self, *, purge: bool = False) -> None:
        """Stop it and its clusters. With `purge`, remove its state."""
        daemons.stop(self._pid, timeout=15)
        if purge:
            shutil.rmtree(self.folder, ignore_errors=True)

    def main(self, answer: Answer) -> None:
        """Run the command ``start``, ``stop [--purge]``, or ``serve``, which serves the answers of `answer`."""
        if sys.argv[1:2] == ["serve"]:
            serve(answer, urllib.parse.urlsplit(self.address).port or 0, self.requests)
        elif sys.argv[1:2] == ["stop"]:
            self.stop(purge="--purge" in sys.argv)
        else:
            print("\n".join(f"export {k}={v}" for k, v in self.start().items()))

    def asked(self, method: str, end: str) -> list[dict[str, Any]]:
        """Return the requests by `method` for a path that ends in `end`, in order."""
        asked = [json.loads(line) for line in self.requests.read_text().splitlines()]
        return [one for one in asked if one["method"] == method and one["path"].rstrip("/").endswith(end)]


class Machines:
    """A scheduler in this process, and workers that are processes of this host."""

    def __init__(self, prefix: str, security: Any = None) -> None:
        self.prefix = prefix
        self.scheduler: Any = None
        self.workers: dict[str, Any] = {}
        self._options = {"host": "127.0.0.1", "protocol": "tls://" if security else "tcp://", "security": security}
        self._serials = itertools.count()

    async def start(self, workers: int) -> None:
        """Start the scheduler and `workers` workers."""
        from distributed import Scheduler

        self.scheduler = await Scheduler(**self._options, port=0, dashboard_address="127.0.0.1:0")
        await self.add(workers)

    async def add(self, n: int) -> list[str]:
        """Start `n` more workers and return their names."""
        names = [f"{self.prefix}-{next(self._serials)}" for _ in range(n)]
        for name in names:
            await self.add_named(name)
        return names

    async def add_named(self, name: str) -> None:
        """Start a worker called `name`."""
        from distributed import Nanny

        nanny = Nanny(self.scheduler.address, **self._options, name=name, nthreads=1, dashboard_address=None)
        self.workers[name] = await nanny

    async def resize(self, n: int) -> None:
        """Start or stop workers until there are `n`."""
        await self.add(n - len(self.workers))
        await self.remove(list(self.workers)[n:])

    async def remove(self, names: list[str]) -> None:
        """Stop workers."""
        for name in names:
            await self.workers.pop(name).close()

    async def stop(self) -> None:
        """Stop scheduler and workers."""
        await self.remove(list(self.workers))
        await self.scheduler.close()


def serve(answer: Answer, port: int, requests: Path) -> None:
    """Serve until terminated, and record the requests."""
    from aiohttp import web

    async def handle(request: web.Request) -> web.Response:
        text = await request.text()
        try:
            body = json.loads(text) if text else None
        except ValueError:
            body = dict(urllib.parse.parse_qsl(text))
        status, content = await answer(request.method, request.path, request.query, body)
        with requests.open("a") as file:
            asked = {"method": request.method, "path": request.path, "query": list(request.query.items())}
            file.write(json.dumps({**asked, "body": body, "status": status}) + "\n")
        if isinstance(content, str):
            return web.Response(text=content, status=status, content_type="text/xml")
        return web.json_response(content, status=status)

    application = web.Application(client_max_size=2**30)
    application.router.add_route("*", "/{path:.*}", handle)
    requests.unlink(missing_ok=True)
    web.run_app(application, host="127.0.0.1", port=port, print=None)
