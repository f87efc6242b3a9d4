"""Distribute the synced folders from the scheduler to all hosts."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from jupyter_pipeline.environments.plugins.content import pack_blob
from jupyter_pipeline.environments.plugins.file_store import FileStore
from jupyter_pipeline.environments.plugins.folder_state import (
    FolderState,
    FolderUpdate,
    apply_change,
    compute_change,
    is_current,
    needs_full_listing,
)
from jupyter_pipeline.environments.plugins.module_reload import forget_modules, set_search_path
from jupyter_pipeline.environments.plugins.worker_gate import WorkerGate
from jupyter_pipeline.environments.plugins.worker_plugin import CHUNK, RUNS_ON


class FileDistributor:
    """Synced folders of one cluster.

    Parameters
    ----------
    store : FileStore
        Store of the scheduler's host. Other hosts and later workers fetch files from it.
    gate : WorkerGate
        Workers of the cluster.
    inside_kernel : bool
        True if the scheduler runs in the kernel's process, whose search path must not change.

    Attributes
    ----------
    lock : asyncio.Lock
        Held during a change.
    folders : dict
        State of each folder by key; see `folder_state`.
    generation : int
        Number of changes.
    progress : dict
        Transfers in progress, by host.
    origins : dict
        Paths and sizes of the kernel's files, by hash of the content.
    """

    def __init__(self, store: FileStore, gate: WorkerGate, *, inside_kernel: bool) -> None:
        self.store = store
        self.gate = gate
        self.inside_kernel = inside_kernel
        self.lock = asyncio.Lock()
        self.folders: dict[str, FolderState] = {}
        self.generation = 0
        self.progress: dict[str, str] = {}
        self.origins: dict[str, tuple[str, int]] = {}

    async def stage(self, blobs: list[list[Any]]) -> None:
        """Store content for a later `apply`."""
        await asyncio.to_thread(self.store.stage, blobs)

    async def take(self, places: dict[str, tuple[str, int]]) -> list[str]:
        """Stage content from the same paths on this host and return the hashes that are still missing.

        Other hosts and later workers look at these paths, too, before content is sent to them.
        """
        self.origins = {digest: self.origins[digest] for digest in self.origins.keys() & self._places()} | places
        return await asyncio.to_thread(self.store.take, places)

    async def apply(self, updates: dict[str, FolderUpdate], blobs: list[list[Any]]) -> dict[str, Any]:
        """Bring folders to a new state on every host, or on none.

        Parameters
        ----------
        updates : dict
            Updates by key; see `folder_state`.
        blobs : list
            Packed content.

        Returns
        -------
        dict
            ``stale``: keys of folders for which the full list of files is needed. ``missing``: hashes of content that
            must be staged first. If one of them is not empty, nothing was changed. Otherwise ``changed`` has the
            numbers of replaced and deleted files by key.
        """
        await self.gate.wait_until_known()
        async with self.lock:
            todo = {key: u for key, u in updates.items() if not is_current(self.folders.get(key), u)}
            stale = [key for key, update in todo.items() if needs_full_listing(self.folders.get(key), update)]
            if stale:
                return {"stale": stale, "missing": []}
            if not todo and self._in_order(updates):
                return {"stale": [], "missing": [], "changed": {}}
            changes = {key: compute_change(self.folders.get(key), update) for key, update in todo.items()}
            needed = {entry[1] for change in changes.values() for entry in change["put"].values() if entry[0] != "l"}
            missing = await asyncio.to_thread(self._take, blobs, needed)
            if missing:
                return {"stale": [], "missing": missing}
            return await self._commit(updates, changes, needed)

    def _take(self, blobs: list[list[Any]], needed: set[str]) -> list[str]:
        """Stage `blobs` and content that is already in use; return the hashes that are still missing."""
        self.store.stage(blobs)
        missing = sorted(h for h in needed if not self.store.has(h))
        here = self._places() if missing else {}
        for found in [h for h in missing if h in here]:
            self.store.stage([pack_blob(self.store.read(*here[found]), 0)])
        return [h for h in missing if h not in here]

    async def _commit(
        self, updates: Mapping[str, FolderUpdate], changes: dict[str, Any], needed: set[str]
    ) -> dict[str, Any]:
        stores = {r["store"]: w for w, r in self.gate.ready.items() if r["store"] != self.store.id}
        await self._send(stores, needed)
        generation = self.generation + 1

        def commit() -> None:
            with self.store.locked():
                self.store.commit(changes, generation)

        await asyncio.to_thread(commit)
        self.generation = generation
        self.folders |= {key: apply_change(self.folders.get(key), updates[key], c) for key, c in changes.items()}
        changed = [f"{k}/{p}" for k, c in changes.items() for p in [*c["put"], *c["delete"]]]
        if not self._in_order(updates):
            self.folders = {**{key: self.folders[key] for key in updates}, **self.folders}
            changed = [f"{k}/{p}" for k, folder in self.folders.items() for p in folder["files"]]
        failures: dict[str, str] = {}
        await self.gate.call_workers(
            stores.values(), "environment_commit", failures, changes=changes, generation=generation
        )
        for worker, text in failures.items():
            store = self.gate.ready.get(worker, {}).get("store")
            for other in [w for w, r in self.gate.ready.items() if r["store"] == store]:
                self.gate.fail(other, f"Its files could not be replaced: {text}")
        self._use(changed)
        paths = {key: {"paths": r["paths"], "names": r["names"]} for key, r in self.folders.items()}
        answers = await self.gate.call_workers(self.gate.ready, "environment_refresh", folders=paths, changed=changed)
        counts = {key: [len(c["put"]), len(c["delete"])] for key, c in changes.items()}
        binary = {w: names for w, names in answers.items() if names}
        return {"stale": [], "missing": [], "changed": counts, "binary": binary}

    def _in_order(self, updates: Mapping[str, Any]) -> bool:
        """Return True if the folders have the kernel's order; folders of other kernels may be in between."""
        return [key for key in self.folders if key in updates] == list(updates)

    async def _send(self, stores: Mapping[str, str], hashes: Iterable[str]) -> None:
        """Stage content on other hosts in chunks, so that no process holds all of it in memory."""
        hosts = sorted({self.gate.ready[worker]["host"] for worker in stores.values()})
        done = 0
        wanted = set(hashes)
        places = {digest: self.origins[digest] for digest in wanted & self.origins.keys()}
        without: dict[str, list[str]] = {}
        if stores and places:
            without = await self.gate.call_workers(stores.values(), "environment_take", places=places)
        lacking = {w: wanted - places.keys() | {*without.get(w, places)} for w in stores.values()}
        try:
            for chunk in self._chunks(set().union(*lacking.values())):
                packed = await asyncio.to_thread(self._packed, chunk)
                workers = [w for w, missing in lacking.items() if not missing.isdisjoint(chunk)]
                await self.gate.call_workers(workers, "environment_stage", blobs=packed)
                done += sum(blob[1] for blob in packed)
                self.progress = dict.fromkeys(hosts, f"{done / 2**20:.1f} MiB of code")
        finally:
            self.progress = {}

    def _chunks(self, hashes: Iterable[str]) -> Iterable[list[str]]:
        chunk: list[str] = []
        size = 0
        for digest in sorted(hashes):
            chunk.append(digest)
            size += self.store.staged(digest).stat().st_size
            if size > CHUNK:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk

    def _packed(self, hashes: Iterable[str]) -> list[list[Any]]:
        return [pack_blob(self.store.staged(digest).read_bytes(), 1) for digest in hashes]

    def _places(self) -> dict[str, tuple[str, str]]:
        """Return key and path of each content in use, by hash."""
        return {e[1]: (k, p) for k, r in self.folders.items() for p, e in r["files"].items() if e[0] != "l"}

    def _use(self, changed: Iterable[str]) -> None:
        """Add synced code to the end of the scheduler's search path, so that it can unpickle graphs."""
        if self.inside_kernel:
            return
        code = str(self.store.code)
        entries = [f"{code}/{p}" for folder in self.folders.values() for p in folder["paths"]]
        set_search_path(entries, code, front=False)
        names = {name for folder in self.folders.values() for name in folder["names"]}
        forget_modules([f"{code}/{path}" for path in changed], code, names, protect=RUNS_ON)

    async def blobs(self, hashes: list[str], limit: int) -> list[list[Any]]:
        """Return packed content: at least one blob, and about `limit` bytes in total."""
        here = self._places()

        def read() -> list[list[Any]]:
            packed: list[list[Any]] = []
            size = 0
            for digest in hashes:
                if size > limit:
                    break
                packed.append(pack_blob(self.store.read(*here[digest]), 1))
                size += len(packed[-1][3])
            return packed

        return await asyncio.to_thread(read)

    def state_for(self, store: str) -> dict[str, Any]:
        """Return the files for a worker with the store ID `store`. The caller must hold `lock`."""
        shared = store == self.store.id
        folders = {k: {**r, "files": {} if shared else r["files"]} for k, r in self.folders.items()}
        origins = {} if shared else {digest: self.origins[digest] for digest in self.origins.keys() & self._places()}
        return {"folders": folders, "shared": shared, "generation": self.generation, "origins": origins}

    def base_search_path(self) -> list[str]:
        """Return the scheduler's search path without the synced folders."""
        return [p for p in sys.path if not p.startswith(str(self.store.code))]
