"""Scheduler and workers on hosts reached by SSH.

`distributed.SSHCluster` cannot scale (`TypeError`), knows nothing of TLS, and leaves scheduler and workers running for
ever when its process is killed. This class takes the same arguments; each remote process is bound to its connection by
`remote`, certificates travel over the connection, and workers are dealt to the hosts in turn.
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
from distributed.deploy.spec import ProcessInterface, SpecCluster

from jupyter_pipeline.clusters.engines import remote
from jupyter_pipeline.clusters.engines.backoff import Backoff

__all__ = ["RemoteProcess", "SSHCluster", "VMCluster"]

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
        What ``dask spec`` runs: ``cls`` and ``opts``.
    tag : str
        Id of the cluster, on the command line of the remote process.
    security : distributed.security.Security, optional
        Its files are copied over the connection.
    remote_python : str, optional
        Interpreter there; by default this one.
    log : Path, optional
        File that gets what the process prints.
    tunnel : bool
        Whether to reach the scheduler through the connection, from this host's loopback.
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
        """Start the process; its address is known on return.

        Raises
        ------
        OSError
            If the host cannot be reached, or the process ends before it listens; the message says what it printed.
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
        source = inspect.getsource(remote)
        boot = f"import sys; exec(sys.stdin.buffer.read({len(source.encode())}))"
        command = f"{shlex.quote(self.remote_python)} -u -c {shlex.quote(boot)} {shlex.quote(self.tag)}"
        self.process = await self.connection.create_process(command, stderr=asyncssh.STDOUT)
        self.process.stdin.write(source + json.dumps(self._order()) + "\n")
        said: list[str] = []
        workers = 0
        while True:
            line = await self.process.stdout.readline()
            if not line:
                raise OSError("; ".join(said[-3:]) or "the process ended at once")
            said.append(line.strip())
            if self.scheduler is None and "dashboard at:" in line:
                await self._forward_dashboard(line)
            if self.scheduler is None and "Scheduler at:" in line:
                self.address = line.split("Scheduler at:")[1].strip()
                if self.tunnel:
                    self.external_address = await self._forward(self.address)
            workers += "worker at:" in line
            if (self.scheduler is None and "dashboard at:" in line) or workers == len(self.names):
                return

    def _order(self) -> dict[str, Any]:
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
        return {"command": [*arguments, "--spec", json.dumps(self._named_spec())], "files": files, "environ": environ}

    def _named_spec(self) -> Mapping[str, Any]:
        if self.scheduler is None:
            return self.spec
        options = self.spec["opts"]
        return {name: {**self.spec, "opts": {**options, "name": name}} for name in self.names}

    async def _forward(self, address: str) -> str:
        """Open a port of this host's loopback that leads to `address` as the remote host sees it."""
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
        """Read on, so that the process never blocks on a full pipe; mark the end."""
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
        """End the process by ending its connection, and wait until the remote side has cleaned up."""
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


class SSHCluster(SpecCluster):  # type: ignore[misc]
    """A scheduler on the first host and workers on the others in turn; the arguments are `distributed.SSHCluster`'s.

    Parameters
    ----------
    hosts : list of str
        With a single host, scheduler and workers share it.
    connect_options : dict or list of dict
        Arguments of `asyncssh.connect`, for all hosts or one each.
    worker_options, scheduler_options : dict
        Options of the worker and scheduler classes; ``n_workers`` workers go into one process.
    worker_class : str
        Import path.
    remote_python : str or list of str, optional
        Interpreter there; by default this one.
    tag : str
        Id of the cluster.
    security : distributed.security.Security, optional
        TLS by files.
    logs : Path, optional
        Folder for what the processes print.
    tunnel : bool
        Whether the scheduler is reached through the SSH connection.
    **kwargs
        Further arguments of `distributed.SpecCluster`.
    """

    def __init__(
        self,
        hosts: Sequence[str],
        connect_options: Mapping[str, Any] | Sequence[Mapping[str, Any]] | None = None,
        worker_options: Mapping[str, Any] | None = None,
        scheduler_options: Mapping[str, Any] | None = None,
        worker_class: str = "distributed.Nanny",
        remote_python: str | Sequence[str] | None = None,
        *,
        tag: str = "",
        security: Any = None,
        logs: Path | None = None,
        tunnel: bool = False,
        **kwargs: Any,
    ) -> None:
        self.hosts = list(hosts)
        self.backoff = Backoff()
        self._connect_options = connect_options or {}
        self._remote_python = remote_python
        self._common = {"tag": tag, "security": security}
        self._logs = logs
        self._worker_class = worker_class
        self._worker_options = dict(worker_options or {})
        together = int(self._worker_options.pop("n_workers", 1))
        self._group = [f"-{i}" for i in range(together)] if together > 1 else [""]
        scheduler = {
            "cls": RemoteProcess,
            "options": {
                **self._place(0),
                "spec": {"cls": "distributed.Scheduler", "opts": {"port": 0, **(scheduler_options or {})}},
                "log": logs / "scheduler.log" if logs else None,
                "tunnel": tunnel,
            },
        }
        super().__init__(scheduler=scheduler, security=security, **kwargs)

    def _place(self, index: int) -> dict[str, Any]:
        def one(value: Any) -> Any:
            return value[index] if isinstance(value, list | tuple) else value

        return {
            **self._common,
            "host": self.hosts[index],
            "connect_options": one(self._connect_options),
            "remote_python": one(self._remote_python),
        }

    def new_worker_spec(self) -> dict[Any, dict[str, Any]]:
        """Return name and spec of the next worker, on the next host."""
        number = self._i
        self._i += 1
        name = f"{self._name}-{number}"
        index = 1 + number % (len(self.hosts) - 1) if len(self.hosts) > 1 else 0
        options = {
            **self._place(index),
            "spec": {"cls": self._worker_class, "opts": self._worker_options},
            "log": self._logs / f"worker-{number}.log" if self._logs else None,
        }
        spec = {"cls": RemoteProcess, "options": {**options, "group": self._group}}
        return {name: {**spec, "group": self._group} if len(self._group) > 1 else spec}

    @property
    def dashboard_link(self) -> str:
        """Address of the dashboard on this host's loopback, through the SSH connection."""
        return str(getattr(self.scheduler, "dashboard_link", ""))


class VMCluster(SSHCluster):
    """Scheduler and workers on one large machine, reached through one SSH tunnel.

    Parameters
    ----------
    host : str
        Host name or address.
    **kwargs
        See `SSHCluster`.
    """

    def __init__(self, host: str, **kwargs: Any) -> None:
        kwargs["scheduler_options"] = {"host": "127.0.0.1", **(kwargs.get("scheduler_options") or {})}
        kwargs["worker_options"] = {"host": "127.0.0.1", **(kwargs.get("worker_options") or {})}
        super().__init__([host], tunnel=True, **kwargs)
