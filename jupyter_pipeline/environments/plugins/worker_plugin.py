"""Worker plugin: brings its worker to the state that the scheduler plugin holds."""

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
from jupyter_pipeline.environments.plugins.distributions import describe_environment, scan_distributions, use_sites
from jupyter_pipeline.environments.plugins.file_store import FileStore
from jupyter_pipeline.environments.plugins.file_tree import write_atomically
from jupyter_pipeline.environments.plugins.installer import clear_version_cache, install_packages, is_loaded
from jupyter_pipeline.environments.plugins.module_check import check_modules, find_missing
from jupyter_pipeline.environments.plugins.module_reload import forget_modules, set_search_path
from jupyter_pipeline.environments.plugins.process import PLUGIN, process_identity, scratch_folder

CHUNK = 8 * 2**20
RUNS_ON = ("jupyter_pipeline", "dask", "distributed", "cloudpickle", "tornado", "msgpack", "tlz", "toolz")


class EnvironmentWorkerPlugin(WorkerPlugin):  # type: ignore[misc] # distributed is untyped
    """Keep the files, the search path and the packages of one worker in the state of the scheduler plugin.

    Parameters
    ----------
    cluster : str
        ID of the scheduler.
    kernel : list
        Identity of the kernel's process. A worker in that process is not changed.
    """

    name = PLUGIN

    def __init__(self, cluster: str, kernel: list[Any]) -> None:
        self.cluster = cluster
        self.kernel = kernel

    async def setup(self, worker: Any) -> None:
        """Start to prepare the worker. It gets no task before it is prepared."""
        self.worker = worker
        self.store = FileStore(scratch_folder(worker), self.cluster)
        self.inside_kernel = process_identity() == self.kernel
        worker.handlers.update(
            environment_prepare=self.prepare,
            environment_report=self.report,
            environment_check=self.check,
            environment_sites=self.use_sites,
            environment_stage=self.stage,
            environment_take=self.take,
            environment_commit=self.commit,
            environment_refresh=self.refresh,
            environment_install=self.install,
            environment_installed=self.installed,
            environment_variables=self.set_variables,
        )
        self._joining = asyncio.create_task(self._join())

    async def prepare(self) -> None:
        """Prepare the worker again after a failure."""
        if self._joining.done():
            self._joining = asyncio.create_task(self._join())

    async def teardown(self, worker: Any) -> None:
        """Stop the preparation and leave the store."""
        self._joining.cancel()
        await asyncio.to_thread(self.store.close)

    async def _join(self) -> None:
        scheduler = self.worker.scheduler
        address = self.worker.contact_address or self.worker.address
        joined = False
        while not joined:
            reason = ""
            reply = {"generation": 0, "spec_hash": ""}
            try:
                if not self.store.id:
                    await asyncio.to_thread(self.store.open)
                reply = await scheduler.environment_pull(worker=address, store=self.store.id)
                await self.use_sites(reply["sites"])
                await self._catch_up(reply)
                await self.set_variables(reply["variables"])
                if reply["spec"] and not self.inside_kernel:
                    await install_packages(reply["spec"], await self._wheels(reply["spec"]))
                    clear_version_cache()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                reason = f"{type(error).__name__}: {error}"
                logging.getLogger("distributed.worker").exception("The environment could not be prepared")
            joined = await scheduler.environment_joined(
                worker=address,
                report=self._report(),
                generation=reply["generation"],
                spec=reply["spec_hash"],
                reason=reason,
            )

    async def _catch_up(self, reply: Mapping[str, Any]) -> None:
        if not reply["shared"]:
            folders = {key: root["files"] for key, root in reply["folders"].items()}
            lock = self.store.locked()
            await asyncio.to_thread(lock.__enter__)  # one process fetches for all processes on this host
            try:
                if self.store.state()["generation"] < reply["generation"]:
                    await self._fetch(folders, reply["generation"], reply["origins"])
            finally:
                lock.__exit__(None, None, None)
        self._use(reply["folders"], [])

    async def _fetch(self, folders: Mapping[str, Any], generation: int, origins: Mapping[str, Any]) -> None:
        changes, missing = await asyncio.to_thread(self.store.complete, folders)
        places = {digest: origins[digest] for digest in missing & origins.keys()}
        missing -= places.keys() - set(await asyncio.to_thread(self.store.take, places))
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
                await asyncio.to_thread(write_wheel, folder / safe_path(name), data)
        return folder

    def _report(self) -> dict[str, Any]:
        paths = [p for p in sys.path if not p.startswith(str(self.store.code))]
        return {
            **describe_environment(paths),
            "store": self.store.id,
            "code": str(self.store.code),
            "nanny": bool(self.worker.nanny),
            "inside_kernel": self.inside_kernel,
        }

    def _use(self, folders: Mapping[str, Mapping[str, Any]], changed: list[str]) -> list[str]:
        if self.inside_kernel:
            return []
        code = str(self.store.code)
        set_search_path([f"{code}/{p}" for root in folders.values() for p in root["paths"]], code, front=True)
        names = {name for root in folders.values() for name in root["names"]}
        return forget_modules([f"{code}/{path}" for path in changed], code, names, protect=RUNS_ON)

    # Operations for the scheduler

    async def report(self, rows: list[str] | None = None) -> dict[str, Any]:
        """Return the worker's environment, with its distributions if its digest is not in `rows`."""
        report = self._report()
        if rows is not None and report["digest"] not in rows:
            code = str(self.store.code)
            report["rows"] = [list(row) for row in scan_distributions([p for p in sys.path if not p.startswith(code)])]
        return report

    async def use_sites(self, sites: dict[str, tuple[str, bool]]) -> None:
        """Add the kernel's folders of packages to the search path if they are the same on this host."""
        if not self.inside_kernel:
            await asyncio.to_thread(use_sites, sites)

    async def check(self, modules: dict[str, str], names: list[str]) -> dict[str, Any]:
        """Return a problem by name for `modules` that this worker would not import as the kernel does.

        Modules in `names` are ``missing`` if this worker would not find them.
        """
        return await asyncio.to_thread(lambda: {"problems": check_modules(modules), "missing": find_missing(names)})

    async def stage(self, blobs: list[list[Any]]) -> None:
        """Store content for a commit."""
        await asyncio.to_thread(self.store.stage, blobs)

    async def take(self, places: dict[str, tuple[str, int]]) -> list[str]:
        """Stage content from files of this host and return the hashes that are in none of them."""
        return await asyncio.to_thread(self.store.take, places)

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

    async def refresh(self, folders: dict[str, Any], changed: list[str]) -> list[str]:
        """Use the committed files; return changed extension modules that are loaded until a restart."""
        return self._use(folders, changed)

    async def install(self, spec: dict[str, Any], dry: bool = False) -> dict[str, Any]:
        """Install packages; the result has ``error`` if the installer failed."""
        try:
            result = await install_packages(spec, await self._wheels(spec), dry=dry)
        except (RuntimeError, OSError) as error:
            return {"error": str(error)}
        return result

    async def set_variables(self, values: dict[str, str]) -> None:
        """Set environment variables."""
        if not self.inside_kernel:
            os.environ.update(values)

    async def installed(self, names: list[str]) -> list[str]:
        """Refresh caches after an install of `names`; return those that this process has imported."""
        importlib.invalidate_caches()
        clear_version_cache()
        return [name for name in names if is_loaded(name)]


def write_wheel(path: Path, data: bytes) -> None:
    """Write a wheel to `path` in one step."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_atomically(path, data)
