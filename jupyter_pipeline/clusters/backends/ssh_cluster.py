"""Scheduler and workers on hosts reached by SSH.

`distributed.SSHCluster` cannot scale (`TypeError`), knows nothing of TLS, and leaves scheduler and workers running for
ever when its process is killed. This class takes the same arguments; each of its processes is a `RemoteProcess`, and
workers are dealt to the hosts in turn.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from distributed.deploy.spec import SpecCluster

from jupyter_pipeline.clusters.backends.backoff import Backoff
from jupyter_pipeline.clusters.backends.ssh_process import RemoteProcess

__all__ = ["SSHCluster", "VMCluster"]


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
