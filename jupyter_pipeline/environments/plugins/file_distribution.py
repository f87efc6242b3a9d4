"""The scheduler's side of folders: what every host must have, and how it gets there."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from jupyter_pipeline.environments.plugins.content import pack
from jupyter_pipeline.environments.plugins.file_store import Store
from jupyter_pipeline.environments.plugins.module_reload import forget, put_on_path
from jupyter_pipeline.environments.plugins.shared_folders import Root, Told, after, change, is_current, is_stale
from jupyter_pipeline.environments.plugins.worker_gate import Gate
from jupyter_pipeline.environments.plugins.worker_plugin import CHUNK, RUNS_ON


class SharedFiles:
    """The synced folders of one cluster.

    Parameters
    ----------
    store : Store
        The scheduler's own: other hosts, and workers that come later, pull from it.
    gate : Gate
        The workers.
    inside_kernel : bool
        Whether the scheduler is the kernel's process, whose search path is left alone.

    Attributes
    ----------
    lock : asyncio.Lock
        Held while a change is made.
    roots : dict
        By key; see `roots`.
    generation : int
        Number of changes so far.
    progress : dict
        What is being sent, by host.
    """

    def __init__(self, store: Store, gate: Gate, *, inside_kernel: bool) -> None:
        self.store = store
        self.gate = gate
        self.inside_kernel = inside_kernel
        self.lock = asyncio.Lock()
        self.roots: dict[str, Root] = {}
        self.generation = 0
        self.progress: dict[str, str] = {}

    async def stage(self, blobs: list[list[Any]]) -> None:
        """Keep content for an `apply` that follows."""
        await asyncio.to_thread(self.store.stage, blobs)

    async def apply(self, roots: dict[str, Told], blobs: list[list[Any]]) -> dict[str, Any]:
        """Bring folders to a new state, on every host or on none.

        Parameters
        ----------
        roots : dict
            For each key what the kernel tells of it; see `roots`.
        blobs : list
            Packed content.

        Returns
        -------
        dict
            ``stale``: keys whose base is not what is here, for which everything has to be told; ``missing``: hashes
            that have to be staged first. With either, nothing was changed. Otherwise
            ``changed`` has the counts of files replaced and deleted for each key.
        """
        await self.gate.settled()
        async with self.lock:
            todo = {key: told for key, told in roots.items() if not is_current(self.roots.get(key), told)}
            stale = [key for key, told in todo.items() if is_stale(self.roots.get(key), told)]
            if stale:
                return {"stale": stale, "missing": []}
            if not todo and self._in_order(roots):
                return {"stale": [], "missing": [], "changed": {}}
            changes = {key: change(self.roots.get(key), told) for key, told in todo.items()}
            needed = {entry[1] for made in changes.values() for entry in made["put"].values() if entry[0] != "l"}
            missing = await asyncio.to_thread(self._take, blobs, needed)
            if missing:
                return {"stale": [], "missing": missing}
            return await self._commit(roots, changes, needed)

    def _take(self, blobs: list[list[Any]], needed: set[str]) -> list[str]:
        """Stage `blobs`, and what moved or was copied within what is here already; return what is missing still."""
        self.store.stage(blobs)
        missing = sorted(h for h in needed if not self.store.has(h))
        here = self._places() if missing else {}
        for found in [h for h in missing if h in here]:
            self.store.stage([pack(self.store.read(*here[found]), 0)])
        return [h for h in missing if h not in here]

    async def _commit(self, roots: Mapping[str, Told], changes: dict[str, Any], needed: set[str]) -> dict[str, Any]:
        stores = {r["store"]: w for w, r in self.gate.ready.items() if r["store"] != self.store.id}
        await self._send(stores, needed)
        generation = self.generation + 1

        def commit() -> None:
            with self.store.locked():
                self.store.commit(changes, generation)

        await asyncio.to_thread(commit)
        self.generation = generation
        self.roots |= {key: after(self.roots.get(key), roots[key], made) for key, made in changes.items()}
        changed = [f"{k}/{p}" for k, c in changes.items() for p in [*c["put"], *c["delete"]]]
        if not self._in_order(roots):
            self.roots = {**{key: self.roots[key] for key in roots}, **self.roots}
            changed = [f"{k}/{p}" for k, root in self.roots.items() for p in root["files"]]
        failures: dict[str, str] = {}
        await self.gate.ask(stores.values(), "environment_commit", failures, changes=changes, generation=generation)
        for worker, text in failures.items():
            store = self.gate.ready.get(worker, {}).get("store")
            for other in [w for w, r in self.gate.ready.items() if r["store"] == store]:
                self.gate.fail(other, f"Its files could not be replaced: {text}")
        self._use(changed)
        paths = {key: {"paths": r["paths"], "names": r["names"]} for key, r in self.roots.items()}
        answers = await self.gate.ask(self.gate.ready, "environment_refresh", roots=paths, changed=changed)
        counts = {key: [len(c["put"]), len(c["delete"])] for key, c in changes.items()}
        binary = {w: names for w, names in answers.items() if names}
        return {"stale": [], "missing": [], "changed": counts, "binary": binary}

    def _in_order(self, roots: Mapping[str, Any]) -> bool:
        """Return whether `roots` follow one another as in the kernel; another kernel's may be in between."""
        return [key for key in self.roots if key in roots] == list(roots)

    async def _send(self, stores: Mapping[str, str], hashes: Iterable[str]) -> None:
        """Stage content in the stores of other hosts, in pieces, so that neither side holds all of it in memory."""
        hosts = sorted({self.gate.ready[worker]["host"] for worker in stores.values()})
        done = 0
        try:
            for chunk in self._chunks(hashes) if stores else ():
                packed = await asyncio.to_thread(self._packed, chunk)
                await self.gate.ask(stores.values(), "environment_stage", blobs=packed)
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
        return [pack(self.store.staged(digest).read_bytes(), 1) for digest in hashes]

    def _places(self) -> dict[str, tuple[str, str]]:
        """Return where each content is in use: its hash to key and path."""
        return {e[1]: (k, p) for k, r in self.roots.items() for p, e in r["files"].items() if e[0] != "l"}

    def _use(self, changed: Iterable[str]) -> None:
        """Let the scheduler unpickle graphs that name synced code; what it runs on comes first on its path."""
        if self.inside_kernel:
            return
        code = str(self.store.code)
        entries = [f"{code}/{p}" for root in self.roots.values() for p in root["paths"]]
        put_on_path(entries, code, front=False)
        names = {name for root in self.roots.values() for name in root["names"]}
        forget([f"{code}/{path}" for path in changed], code, names, protect=RUNS_ON)

    async def blobs(self, hashes: list[str], limit: int) -> list[list[Any]]:
        """Return packed content, at least one and about `limit` bytes."""
        here = self._places()

        def read() -> list[list[Any]]:
            packed: list[list[Any]] = []
            size = 0
            for digest in hashes:
                if size > limit:
                    break
                packed.append(pack(self.store.read(*here[digest]), 1))
                size += len(packed[-1][3])
            return packed

        return await asyncio.to_thread(read)

    def told(self, store: str) -> dict[str, Any]:
        """Return what a worker whose store has the id `store` must have; call it with `lock` held."""
        shared = store == self.store.id
        roots = {k: {**r, "files": {} if shared else r["files"]} for k, r in self.roots.items()}
        return {"roots": roots, "shared": shared, "generation": self.generation}

    def outside(self) -> list[str]:
        """Return the scheduler's search path without the synced folders."""
        return [p for p in sys.path if not p.startswith(str(self.store.code))]
