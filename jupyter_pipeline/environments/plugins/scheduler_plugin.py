"""The scheduler's plugin: holds what every worker must have, and lets no worker work that has not.

It has a fixed name, so that registering it again changes nothing.
"""

from __future__ import annotations

import asyncio
import sys
from typing import Any

from distributed.diagnostics.plugin import SchedulerPlugin

from jupyter_pipeline.environments.plugins.file_distribution import SharedFiles
from jupyter_pipeline.environments.plugins.file_store import Store
from jupyter_pipeline.environments.plugins.installed import describe, scan
from jupyter_pipeline.environments.plugins.package_distribution import SharedPackages
from jupyter_pipeline.environments.plugins.process import PLUGIN, PROTOCOL, identity, scratch
from jupyter_pipeline.environments.plugins.worker_gate import Gate


class EnvironmentHub(SchedulerPlugin):  # type: ignore[misc] # distributed is untyped
    """The state that scheduler and workers are kept in.

    Parameters
    ----------
    member : bytes
        The pickled plugin of the workers.
    kernel : list
        Identity of the kernel's process.
    """

    name = PLUGIN
    idempotent = True

    def __init__(self, member: bytes, kernel: list[Any]) -> None:
        self.member = member
        self.kernel = kernel

    # Life

    async def start(self, scheduler: Any) -> None:
        """Open the store, offer the operations, and register the workers' plugin."""
        self.scheduler = scheduler
        self.gate = Gate(scheduler)
        self.inside_kernel = identity() == self.kernel
        self.store = Store(scratch(scheduler), scheduler.id)
        await asyncio.to_thread(self.store.open)
        self.files = SharedFiles(self.store, self.gate, inside_kernel=self.inside_kernel)
        self.packages = SharedPackages(self.files, self.gate)
        scheduler.handlers.update(
            environment_state=self.state,
            environment_progress=self.progress,
            environment_apply=self.files.apply,
            environment_stage=self.files.stage,
            environment_blobs=self.files.blobs,
            environment_install=self.packages.install,
            environment_wheel=self.packages.wheel,
            environment_variables=self.packages.set_variables,
            environment_pull=self.pull,
            environment_joined=self.joined,
        )
        answers = await scheduler.register_worker_plugin(comm=None, plugin=self.member, name=PLUGIN, idempotent=False)
        for worker, answer in answers.items():
            if answer.get("status") == "error" and worker not in self.gate.ready:
                self.gate.fail(worker, "It could not load what keeps its environment; its log has the reason.")

    async def close(self) -> None:
        """Leave the store."""
        self.gate.close()
        await asyncio.to_thread(self.store.close)

    # Workers come and go

    def add_worker(self, scheduler: Any, worker: str) -> None:
        """Hold a new worker until it is prepared."""
        self.gate.hold(worker)
        foreign = self._foreign(worker)
        if foreign:
            self.gate.fail(worker, foreign)

    def _foreign(self, worker: str) -> str:
        """Return why nothing can be sent to `worker`: it runs another version of Python."""
        python = str(self.scheduler.workers[worker].versions.get("host", {}).get("python", ""))
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        if not python or python.startswith(f"{here}."):
            return ""
        return f"It runs Python {python.split('.final')[0]}, the kernel {here}; start it with the kernel's Python."

    def remove_worker(self, scheduler: Any, worker: str, **_: Any) -> None:
        """Forget a worker."""
        self.gate.forget(worker)

    async def pull(self, worker: str, store: str) -> dict[str, Any]:
        """Return everything a worker must have; waits while a change is made."""
        async with self.files.lock:
            return {**self.files.told(store), **self.packages.told()}

    async def joined(self, worker: str, report: dict[str, Any], generation: int, spec: str, reason: str) -> bool:
        """Release a worker that is prepared; one that failed stays held, and the user is told why.

        Returns
        -------
        bool
            Whether all is well; otherwise something changed meanwhile, and the worker must pull again.
        """
        async with self.files.lock:
            if worker not in self.scheduler.workers:
                return True
            reason = reason or self._foreign(worker)
            if reason:
                self.gate.fail(worker, reason)
            elif generation < self.files.generation or spec != self.packages.spec_hash:
                return False
            else:
                self.gate.release(worker, report)
        return True

    # What the client calls

    async def state(self, rows: list[str] | None, apply: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the state of scheduler and workers; with `apply`, change files first.

        Parameters
        ----------
        rows : list of str or None
            Digests of environments that the client knows; ``None`` when it asks for no environments.
        apply : dict, optional
            Arguments of `SharedFiles.apply`.
        """
        applied = await self.files.apply(**apply) if apply is not None else {}
        if rows is None:
            return {"protocol": PROTOCOL, "applied": applied, "failed": self.gate.failed}
        if apply is not None:
            await self._retry()
        await self.gate.prepared()
        workers = await self.gate.ask(self.gate.ready, "environment_report", rows=rows)
        self.gate.ready.update({w: {k: v for k, v in r.items() if k != "rows"} for w, r in workers.items()})
        paths = self.files.outside()
        scheduler = {**describe(paths), "inside_kernel": self.inside_kernel}
        if scheduler["digest"] not in rows:
            scheduler["rows"] = [list(row) for row in scan(paths)]
        return {
            "protocol": PROTOCOL,
            "applied": applied,
            "scheduler": scheduler,
            "workers": workers,
            "failed": self.gate.failed,
        }

    async def _retry(self) -> None:
        """Let workers that could not be prepared try again: a disk may have room by now, an index may answer."""
        before = {worker: why for worker, why in self.gate.failed.items() if not self._foreign(worker)}
        for worker in before:
            self.gate.hold(worker)
        failures: dict[str, str] = {}
        await self.gate.ask(before, "environment_prepare", failures)
        self.gate.held.update({worker: before[worker] for worker in failures})

    async def progress(self) -> dict[str, str]:
        """Return what is being done now, by host or by ``host:prefix``."""
        return {**self.files.progress, **self.packages.progress}
