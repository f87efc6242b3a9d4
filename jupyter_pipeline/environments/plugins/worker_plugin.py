"""The worker's side: brings itself to the state that the scheduler holds, and answers the scheduler's calls."""

from __future__ import annotations

import asyncio
import importlib
import logging
import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distributed.diagnostics.plugin import WorkerPlugin

from jupyter_pipeline.environments.plugins.content import safe_path
from jupyter_pipeline.environments.plugins.file_store import Store
from jupyter_pipeline.environments.plugins.file_tree import write
from jupyter_pipeline.environments.plugins.installed import describe, scan
from jupyter_pipeline.environments.plugins.installer import forget_versions, install, loaded
from jupyter_pipeline.environments.plugins.module_reload import forget, put_on_path
from jupyter_pipeline.environments.plugins.process import PLUGIN, identity, scratch

CHUNK = 8 * 2**20
RUNS_ON = ("jupyter_pipeline", "dask", "distributed", "cloudpickle", "tornado", "msgpack", "tlz", "toolz")


class EnvironmentMember(WorkerPlugin):  # type: ignore[misc] # distributed is untyped
    """Keeps one worker's files, search path and packages as the scheduler's plugin says.

    Parameters
    ----------
    cluster : str
        Id of the scheduler.
    kernel : list
        Identity of the kernel's process; a worker in it is left alone.
    """

    name = PLUGIN

    def __init__(self, cluster: str, kernel: list[Any]) -> None:
        self.cluster = cluster
        self.kernel = kernel

    async def setup(self, worker: Any) -> None:
        """Begin to catch up; the scheduler gives the worker no task until it has."""
        self.worker = worker
        self.store = Store(scratch(worker), self.cluster)
        self.inside_kernel = identity() == self.kernel
        worker.handlers.update(
            environment_prepare=self.prepare,
            environment_report=self.report,
            environment_stage=self.stage,
            environment_commit=self.commit,
            environment_refresh=self.refresh,
            environment_install=self.install,
            environment_installed=self.installed,
            environment_variables=self.set_variables,
        )
        self._joining = asyncio.create_task(self._join())

    async def prepare(self) -> None:
        """Try once more, after a failure, to catch up."""
        if self._joining.done():
            self._joining = asyncio.create_task(self._join())

    async def teardown(self, worker: Any) -> None:
        """Leave the store."""
        self._joining.cancel()
        await asyncio.to_thread(self.store.close)

    async def _join(self) -> None:
        hub = self.worker.scheduler
        me = self.worker.contact_address or self.worker.address
        joined = False
        while not joined:
            reason = ""
            reply = {"generation": 0, "spec_hash": ""}
            try:
                if not self.store.id:
                    await asyncio.to_thread(self.store.open)
                reply = await hub.environment_pull(worker=me, store=self.store.id)
                await self._catch_up(reply)
                await self.set_variables(reply["variables"])
                if reply["spec"] and not self.inside_kernel:
                    await install(reply["spec"], await self._wheels(reply["spec"]))
                    forget_versions()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                reason = f"{type(error).__name__}: {error}"
                logging.getLogger("distributed.worker").exception("The environment could not be prepared")
            joined = await hub.environment_joined(
                worker=me,
                report=self._report(),
                generation=reply["generation"],
                spec=reply["spec_hash"],
                reason=reason,
            )

    async def _catch_up(self, reply: Mapping[str, Any]) -> None:
        if not reply["shared"]:
            roots = {key: root["files"] for key, root in reply["roots"].items()}
            lock = self.store.locked()
            await asyncio.to_thread(lock.__enter__)  # one process fetches for all on this host
            try:
                if self.store.state()["generation"] < reply["generation"]:
                    await self._fetch(roots, reply["generation"])
            finally:
                lock.__exit__(None, None, None)
        self._use(reply["roots"], [])

    async def _fetch(self, roots: Mapping[str, Any], generation: int) -> None:
        changes, missing = await asyncio.to_thread(self.store.complete, roots)
        while missing:
            blobs = await self.worker.scheduler.environment_blobs(hashes=sorted(missing), limit=CHUNK)
            await asyncio.to_thread(self.store.stage, blobs)
            missing -= {blob[0] for blob in blobs}
        await asyncio.to_thread(self.store.commit, changes, generation)

    async def _wheels(self, spec: Mapping[str, Any]) -> Path:
        folder = self.store.root / "wheels"
        for name in spec.get("wheels", ()):
            if not (folder / name).exists():
                data = await self.worker.scheduler.environment_wheel(name=name)
                await asyncio.to_thread(keep, folder / safe_path(name), data)
        return folder

    def _report(self) -> dict[str, Any]:
        paths = [p for p in sys.path if not p.startswith(str(self.store.code))]
        return {
            **describe(paths),
            "store": self.store.id,
            "code": str(self.store.code),
            "nanny": bool(self.worker.nanny),
            "inside_kernel": self.inside_kernel,
        }

    def _use(self, roots: Mapping[str, Mapping[str, Any]], changed: list[str]) -> list[str]:
        if self.inside_kernel:
            return []
        code = str(self.store.code)
        put_on_path([f"{code}/{p}" for root in roots.values() for p in root["paths"]], code, front=True)
        names = {name for root in roots.values() for name in root["names"]}
        return forget([f"{code}/{path}" for path in changed], code, names, protect=RUNS_ON)

    # What the scheduler calls

    async def report(self, rows: list[str] | None = None) -> dict[str, Any]:
        """Return the worker's environment; its distributions too where `rows` has not its digest."""
        report = self._report()
        if rows is not None and report["digest"] not in rows:
            code = str(self.store.code)
            report["rows"] = [list(row) for row in scan([p for p in sys.path if not p.startswith(code)])]
        return report

    async def stage(self, blobs: list[list[Any]]) -> None:
        """Keep content for a commit."""
        await asyncio.to_thread(self.store.stage, blobs)

    async def commit(self, changes: dict[str, Any], generation: int) -> None:
        """Replace files."""

        def change() -> None:
            with self.store.locked():
                present = self.store.state()["generation"]
                if present < generation - 1:
                    raise RuntimeError("an earlier change is missing here; restart the worker")
                if present < generation:
                    self.store.commit(changes, generation)

        await asyncio.to_thread(change)

    async def refresh(self, roots: dict[str, Any], changed: list[str]) -> list[str]:
        """Use the files that were committed; return loaded extension modules that only a restart would replace."""
        return self._use(roots, changed)

    async def install(self, spec: dict[str, Any], dry: bool = False) -> dict[str, Any]:
        """Install packages; the answer has the installer's ``error`` where it failed."""
        try:
            result = await install(spec, await self._wheels(spec), dry=dry)
        except (RuntimeError, OSError) as error:
            return {"error": str(error)}
        return result

    async def set_variables(self, values: dict[str, str]) -> None:
        """Set environment variables."""
        if not self.inside_kernel:
            os.environ.update(values)

    async def installed(self, names: list[str]) -> list[str]:
        """Take notice that `names` were installed; return those of which this process has imported something."""
        importlib.invalidate_caches()
        forget_versions()
        return [name for name in names if loaded(name)]


def keep(path: Path, data: bytes) -> None:
    """Write a wheel to `path` at once."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write(path, data)
