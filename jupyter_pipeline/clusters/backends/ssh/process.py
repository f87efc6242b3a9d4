"""Run one Dask process on another host, over an SSH connection.

`launcher` runs there. It stops the process when the connection ends. Certificates and the token of
the HTTP servers are sent over the connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import inspect
import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from distributed.core import Status
from distributed.deploy.spec import ProcessInterface

from jupyter_pipeline.clusters import dashboards
from jupyter_pipeline.clusters.backends.ssh import launcher

__all__ = ["RemoteProcess"]

_START_TIMEOUT = 60.0
_ROLES = ("client", "scheduler", "worker")


class RemoteProcess(ProcessInterface):  # type: ignore[misc]
    """One Dask process on a host.

    Parameters
    ----------
    scheduler : str, optional
        Address of the scheduler; ``None`` for the scheduler itself.
    host : str
        Host name or address.
    connect_options : mapping
        Arguments of `asyncssh.connect`.
    spec : mapping
        Class and options for ``dask spec``: ``cls`` and ``opts``.
    tag : str
        Id of the cluster, on the command line of the remote process.
    security : distributed.security.Security, optional
        Credentials, copied over the connection.
    guard : Path, optional
        File of `process_guard`, copied over the connection with the token beside it.
    remote_python : str, optional
        Interpreter on the host; the one of this process by default.
    log : Path, optional
        File for the output of the process.
    tunnel : bool
        Reach the scheduler through the connection, from this host's loopback.
    name : object
        Name of the worker.
    group : sequence of str
        Suffixes of the names of the workers in this process.
    """

    def __init__(
        self,
        scheduler: str | None = None,
        *,
        host: str,
        connect_options: Mapping[str, Any],
        spec: Mapping[str, Any],
        tag: str = "",
        security: Any = None,
        guard: Path | None = None,
        remote_python: str | None = None,
        log: Path | None = None,
        tunnel: bool = False,
        name: Any = None,
        group: Sequence[str] = ("",),
    ) -> None:
        super().__init__(scheduler, name)
        self.scheduler = scheduler
        self.host = host
        self.connect_options = connect_options
        self.spec = spec
        self.tag = tag
        self.security = security
        self.guard = guard
        self.remote_python = remote_python or sys.executable
        self.log = log
        self.tunnel = tunnel
        self.name = name
        self.names = [f"{name}{suffix}" for suffix in group]
        self.dashboard_link = ""
        self.connection: Any = None
        self.process: Any = None
        self._drain: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Start the process. On return its address is known.

        Raises
        ------
        OSError
            If the host cannot be reached, or the process exits before it listens. The message has its output.
        """
        try:
            await asyncio.wait_for(self._start(), _START_TIMEOUT)
        except BaseException as error:
            await self._disconnect()
            self.status = Status.failed
            if isinstance(error, Exception):
                reason = "no answer" if isinstance(error, TimeoutError) else str(error) or type(error).__name__
                raise OSError(f"{self.host}: {reason}") from error
            raise
        self._drain = asyncio.ensure_future(self._copy_output())
        await super().start()

    async def _start(self) -> None:
        import asyncssh

        self.connection = await asyncssh.connect(self.host, **self.connect_options)
        source = inspect.getsource(launcher)
        boot = f"import sys; exec(sys.stdin.buffer.read({len(source.encode())}))"
        command = f"{shlex.quote(self.remote_python)} -u -c {shlex.quote(boot)} {shlex.quote(self.tag)}"
        self.process = await self.connection.create_process(command, stderr=asyncssh.STDOUT)
        self.process.stdin.write(source + json.dumps(self._request()) + "\n")
        output: list[str] = []
        workers = 0
        while True:
            line = await self.process.stdout.readline()
            if not line:
                raise OSError("; ".join(output[-3:]) or "the process exited at once")
            output.append(line.strip())
            if self.scheduler is None and "dashboard at:" in line:
                await self._forward_dashboard(line)
            if self.scheduler is None and "Scheduler at:" in line:
                self.address = line.split("Scheduler at:")[1].strip()
                if self.tunnel:
                    self.external_address = await self._forward(self.address)
            workers += "worker at:" in line
            if (self.scheduler is None and "dashboard at:" in line) or workers == len(self.names):
                return

    def _request(self) -> dict[str, Any]:
        arguments = ["-m", "distributed.cli.dask_spec"] + ([self.scheduler] if self.scheduler else [])
        files: dict[str, str] = {}
        environ: dict[str, str] = {}
        if self.security is not None:
            for name in ("ca", "cert", "key"):
                role = "ca_file" if name == "ca" else f"scheduler_{name}"
                files[f"{name}.pem"] = Path(getattr(self.security, f"tls_{role}")).read_text()
            prefix = "DASK_DISTRIBUTED__COMM__"
            environ = {f"{prefix}REQUIRE_ENCRYPTION": "True", f"{prefix}TLS__CA_FILE": "{folder}/ca.pem"}
            for role in _ROLES:
                environ[f"{prefix}TLS__{role.upper()}__CERT"] = "{folder}/cert.pem"
                environ[f"{prefix}TLS__{role.upper()}__KEY"] = "{folder}/key.pem"
        program = ""
        if self.guard is not None:
            program = self.guard.name
            for file in (self.guard, dashboards.find_token_file(self.guard.parents[1])):
                files[file.name] = file.read_text()
        command = [*arguments, "--spec", json.dumps(self._named_spec())]
        return {"program": program, "command": command, "files": files, "environ": environ}

    def _named_spec(self) -> Mapping[str, Any]:
        if self.scheduler is None:
            return self.spec
        options = self.spec["opts"]
        return {name: {**self.spec, "opts": {**options, "name": name}} for name in self.names}

    async def _forward(self, address: str) -> str:
        """Forward a port of this host's loopback to `address`, as the remote host resolves it."""
        scheme, _, rest = address.rpartition("://")
        host, _, port = rest.rpartition(":")
        listener = await self.connection.forward_local_port("127.0.0.1", 0, host, int(port))
        return f"{scheme}://127.0.0.1:{listener.get_port()}"

    async def _forward_dashboard(self, line: str) -> None:
        link = line.split("dashboard at:")[1].strip()
        address, _, path = link.partition("://")[2].partition("/")
        if ":" in address:
            forwarded = await self._forward(f"http://127.0.0.1:{address.rpartition(':')[2]}")
            self.dashboard_link = f"{forwarded}/{path}"

    async def _copy_output(self) -> None:
        """Read the output until the process exits, so that it never blocks on a full pipe."""
        file = self.log.open("a") if self.log else None
        try:
            async for line in self.process.stdout:
                if file:
                    file.write(line)
                    file.flush()
        except (OSError, asyncio.CancelledError):
            pass
        finally:
            if file:
                file.close()
        if self.status == Status.running:
            self.status = Status.closed
            self._event_finished.set()

    async def close(self) -> None:
        """Close the connection. On return the process has stopped and its files are removed."""
        await self._disconnect()
        await super().close()

    async def _disconnect(self) -> None:
        if self.process is not None:
            with contextlib.suppress(Exception):
                self.process.stdin.write_eof()
                await asyncio.wait_for(self.process.wait_closed(), 15.0)
        if self._drain is not None:
            self._drain.cancel()
        if self.connection is not None:
            self.connection.close()
            with contextlib.suppress(Exception):
                await asyncio.wait_for(self.connection.wait_closed(), 5.0)
