"""Scheduler plugin: holds the state that every worker must have, and gives no task to other workers.

The plugin has a fixed name, so registering it again has no effect.
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from typing import Any

from distributed.diagnostics.plugin import SchedulerPlugin

from jupyter_pipeline.environments.plugins.distributions import (
    describe_environment,
    scan_distributions,
    use_sites,
)
from jupyter_pipeline.environments.plugins.file_distributor import FileDistributor
from jupyter_pipeline.environments.plugins.file_store import FileStore
from jupyter_pipeline.environments.plugins.package_distributor import PackageDistributor
from jupyter_pipeline.environments.plugins.process import PLUGIN, PROTOCOL, process_identity, scratch_folder
from jupyter_pipeline.environments.plugins.worker_gate import WorkerGate

CHECK_TIMEOUT = 10.0
"""Seconds to wait for a worker that checks imports."""


class EnvironmentSchedulerPlugin(SchedulerPlugin):  # type: ignore[misc] # distributed is untyped
    """Keep the scheduler and the workers in the kernel's state.

    Parameters
    ----------
    worker_plugin : bytes
        Pickled worker plugin.
    kernel : list
        Identity of the kernel's process; see `process.process_identity`.
    """

    name = PLUGIN
    idempotent = True

    def __init__(self, worker_plugin: bytes, kernel: list[Any]) -> None:
        self.worker_plugin = worker_plugin
        self.sites: dict[str, tuple[str, bool]] = {}
        self.kernel = kernel

    # Lifecycle

    async def start(self, scheduler: Any) -> None:
        """Open the store, add the handlers, and register the worker plugin."""
        self.scheduler = scheduler
        self.gate = WorkerGate(scheduler)
        self.inside_kernel = process_identity() == self.kernel
        self.store = FileStore(scratch_folder(scheduler), scheduler.id)
        await asyncio.to_thread(self.store.open)
        self.files = FileDistributor(self.store, self.gate, inside_kernel=self.inside_kernel)
        self.packages = PackageDistributor(self.files, self.gate)
        scheduler.handlers.update(
            environment_state=self.state,
            environment_progress=self.progress,
            environment_apply=self.files.apply,
            environment_stage=self.files.stage,
            environment_take=self.files.take,
            environment_blobs=self.files.blobs,
            environment_install=self.packages.install,
            environment_wheel=self.packages.wheel,
            environment_variables=self.packages.set_variables,
            environment_check=self.check,
            environment_sites=self.use_sites,
            environment_pull=self.pull,
            environment_joined=self.joined,
        )
        answers = await scheduler.register_worker_plugin(
            comm=None, plugin=self.worker_plugin, name=PLUGIN, idempotent=False
        )
        for worker, answer in answers.items():
            if answer.get("status") == "error" and worker not in self.gate.ready:
                self.gate.fail(worker, "It could not load the environment plugin; its log has the reason.")

    async def close(self) -> None:
        """Restore the scheduler's handler and leave the store."""
        self.gate.close()
        await asyncio.to_thread(self.store.close)

    # Workers join and leave

    def add_worker(self, scheduler: Any, worker: str) -> None:
        """Hold a new worker until it is prepared."""
        self.gate.hold(worker)
        foreign = self._foreign(worker)
        if foreign:
            self.gate.fail(worker, foreign)

    def _foreign(self, worker: str) -> str:
        """Return an error if `worker` runs another version of Python, else an empty string."""
        python = str(self.scheduler.workers[worker].versions.get("host", {}).get("python", ""))
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        if not python or python.startswith(f"{here}."):
            return ""
        return f"It runs Python {python.split('.final')[0]}, the kernel {here}; start it with the kernel's Python."

    def remove_worker(self, scheduler: Any, worker: str, **_: Any) -> None:
        """Forget a worker."""
        self.gate.forget(worker)

    async def pull(self, worker: str, store: str) -> dict[str, Any]:
        """Return the state that a worker must have; waits for a change in progress."""
        async with self.files.lock:
            return {**self.files.state_for(store), **self.packages.worker_state(), "sites": self.sites}

    async def joined(self, worker: str, report: dict[str, Any], generation: int, spec: str, reason: str) -> bool:
        """Release a prepared worker, or hold one that failed and report the reason to clients.

        Returns
        -------
        bool
            False if the state has changed meanwhile, so that the worker must pull again.
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

    # Operations for clients

    async def state(self, rows: list[str] | None, apply: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return the state of the scheduler and the workers; with `apply`, change files first.

        Parameters
        ----------
        rows : list of str or None
            Digests of the environments that the client knows; ``None`` to return no environments.
        apply : dict, optional
            Arguments of `FileDistributor.apply`.
        """
        applied = await self.files.apply(**apply) if apply is not None else {}
        if rows is None:
            return {"protocol": PROTOCOL, "applied": applied, "failed": self.gate.failed}
        if apply is not None:
            await self._retry()
        await self.gate.wait_until_prepared()
        workers = await self.gate.call_workers(self.gate.ready, "environment_report", rows=rows)
        self.gate.ready.update({w: {k: v for k, v in r.items() if k != "rows"} for w, r in workers.items()})
        paths = self.files.base_search_path()
        scheduler = {**describe_environment(paths), "inside_kernel": self.inside_kernel}
        if scheduler["digest"] not in rows:
            scheduler["rows"] = [list(row) for row in scan_distributions(paths)]
        return {
            "protocol": PROTOCOL,
            "applied": applied,
            "scheduler": scheduler,
            "workers": workers,
            "failed": self.gate.failed,
        }

    async def use_sites(self, sites: dict[str, tuple[str, bool]]) -> None:
        """Add the kernel's folders of packages to the search paths of processes that have the same folders."""
        async with self.files.lock:
            self.sites |= sites
            if not self.inside_kernel:
                await asyncio.to_thread(use_sites, sites)
            await self.gate.call_workers(self.gate.ready, "environment_sites", sites=sites)

    async def check(self, modules: dict[str, str], names: list[str]) -> dict[str, Any]:
        """Check on one worker that it would import `modules`; see `module_check.check_modules`.

        Parameters
        ----------
        modules : dict
            Hashes of content by name of the module.
        names : list of str
            Names of top-level modules that must only be found.

        Returns
        -------
        dict
            ``worker``, empty if no worker has answered in time, ``problems`` by name of the module, and ``missing``
            names.
        """
        for worker in [*self.gate.ready][:1]:
            with contextlib.suppress(TimeoutError):
                answers = await asyncio.wait_for(
                    self.gate.call_workers([worker], "environment_check", modules=modules, names=names), CHECK_TIMEOUT
                )
                if worker in answers:
                    return {"worker": worker, **answers[worker]}
        return {"worker": "", "problems": {}, "missing": []}

    async def _retry(self) -> None:
        """Prepare workers again that failed before: the cause, such as a full disk, may be gone."""
        before = {worker: why for worker, why in self.gate.failed.items() if not self._foreign(worker)}
        for worker in before:
            self.gate.hold(worker)
        failures: dict[str, str] = {}
        await self.gate.call_workers(before, "environment_prepare", failures)
        self.gate.held.update({worker: before[worker] for worker in failures})

    async def progress(self) -> dict[str, str]:
        """Return the operations in progress, by host or by ``host:prefix``."""
        return {**self.files.progress, **self.packages.progress}
