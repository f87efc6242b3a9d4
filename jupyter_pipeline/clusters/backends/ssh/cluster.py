"""A cluster on hosts reached by SSH.

`distributed.SSHCluster` cannot scale (`TypeError`), has no TLS, and leaves scheduler and workers running when its
process is killed. The class here accepts the same arguments. Each of its processes is a `RemoteProcess`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from distributed.deploy.spec import SpecCluster

from jupyter_pipeline.clusters.backends.backoff import Backoff
from jupyter_pipeline.clusters.backends.ssh.process import RemoteProcess

__all__ = ["SSHCluster"]


class SSHCluster(SpecCluster):  # type: ignore[misc]
    """A scheduler on the first host, and workers on the other hosts in turn.

    Parameters
    ----------
    hosts : list of str
        Host names. A single host runs scheduler and workers.
    connect_options : dict or list of dict
        Arguments of `asyncssh.connect`, for all hosts or one per host.
    worker_options, scheduler_options : dict
        Arguments of the worker and scheduler classes. ``n_workers`` workers share one process.
    worker_class : str
        Import path of the class.
    remote_python : str or list of str, optional
        Interpreter on the hosts; the one of this process by default.
    tag : str
        Id of the cluster.
    security : distributed.security.Security, optional
        TLS credentials in files.
    guard : Path, optional
        File of `process_guard` with the token beside it; without it the HTTP servers need no token.
    logs : Path, optional
        Folder for the output of the processes.
    tunnel : bool
        Reach the scheduler through the SSH connection.
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
        guard: Path | None = None,
        logs: Path | None = None,
        tunnel: bool = False,
        **kwargs: Any,
    ) -> None:
        self.hosts = list(hosts)
        self.backoff = Backoff()
        self.started_at = 0.0
        """Monotonic time of the last start of workers."""
        self._connect_options = connect_options or {}
        self._remote_python = remote_python
        self._common = {"tag": tag, "security": security, "guard": guard}
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
        """Return the name and spec of the next worker, on the next host."""
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

    def find_log(self, name: Any) -> Path:
        """Return the file with the output of a worker's process."""
        log = self.worker_spec.get(name, {}).get("options", {}).get("log")
        return log if isinstance(log, Path) else Path(os.devnull)

    @property
    def dashboard_link(self) -> str:
        """Address of the dashboard on this host's loopback, forwarded through the SSH connection."""
        return str(getattr(self.scheduler, "dashboard_link", ""))
