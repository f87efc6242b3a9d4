"""The scheduler's side: holds what every worker must have, and lets no worker work that has not.

It has a fixed name, so that registering it again changes nothing. The files of the scheduler's own store are the source
from which workers on other hosts, and workers that come later, pull.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterable, Mapping
from typing import Any

from distributed.diagnostics.plugin import SchedulerPlugin

from jupyter_pipeline.environments.remote.gate import Gate
from jupyter_pipeline.environments.remote.installer import forget_versions, install, loaded, spec_hash
from jupyter_pipeline.environments.remote.member import CHUNK, RUNS_ON, keep
from jupyter_pipeline.environments.remote.modules import forget, put_on_path
from jupyter_pipeline.environments.remote.process import PLUGIN, PROTOCOL, identity, scratch
from jupyter_pipeline.environments.remote.scan import describe, scan
from jupyter_pipeline.environments.remote.store import Store, pack, safe_path


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
        self.lock = asyncio.Lock()
        self.roots: dict[str, dict[str, Any]] = {}
        self.generation = 0
        self.spec: dict[str, Any] = {}
        self.gate = Gate(scheduler)
        self.inside_kernel = identity() == self.kernel
        self.store = Store(scratch(scheduler), scheduler.id)
        await asyncio.to_thread(self.store.open)
        scheduler.handlers.update(
            environment_state=self.state,
            environment_apply=self.apply,
            environment_stage=self.stage,
            environment_install=self.install,
            environment_pull=self.pull,
            environment_blobs=self.blobs,
            environment_wheel=self.wheel,
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
        python = str(scheduler.workers[worker].versions.get("host", {}).get("python", ""))
        here = f"{sys.version_info.major}.{sys.version_info.minor}"
        if python and not python.startswith(f"{here}."):
            self.gate.fail(worker, f"It runs Python {python}, the kernel {here}; start it with the kernel's Python.")

    def remove_worker(self, scheduler: Any, worker: str, **_: Any) -> None:
        """Forget a worker."""
        self.gate.forget(worker)

    async def joined(self, worker: str, report: dict[str, Any], generation: int, spec: str, reason: str) -> bool:
        """Release a worker that is prepared; one that failed stays held, and the user is told why.

        Returns
        -------
        bool
            Whether all is well; otherwise something changed meanwhile, and the worker must pull again.
        """
        async with self.lock:
            if worker not in self.scheduler.workers:
                return True
            if reason:
                self.gate.fail(worker, reason)
            elif generation < self.generation or spec != spec_hash(self.spec):
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
            Arguments of `apply`.
        """
        applied = await self.apply(**apply) if apply is not None else {}
        failed = {w: reason for w, reason in self.gate.held.items() if reason}
        if rows is None:
            return {"protocol": PROTOCOL, "applied": applied, "failed": failed}
        await self.gate.settled()
        workers = await self.gate.ask(self.gate.ready, "environment_report", rows=rows)
        self.gate.ready.update({w: {k: v for k, v in r.items() if k != "rows"} for w, r in workers.items()})
        paths = self._paths()
        scheduler = {**describe(paths), "inside_kernel": self.inside_kernel}
        if scheduler["digest"] not in rows:
            scheduler["rows"] = [list(row) for row in scan(paths)]
        return {
            "protocol": PROTOCOL,
            "applied": applied,
            "scheduler": scheduler,
            "workers": workers,
            "failed": failed,
        }

    async def apply(self, roots: dict[str, dict[str, Any]], blobs: list[list[Any]]) -> dict[str, Any]:
        """Bring folders to a new state, on every host or on none.

        Parameters
        ----------
        roots : dict
            For each key: ``digest`` that it is to have, ``paths`` and ``names``, and ``put`` and ``delete`` relative to
            the digest ``base``; or ``files``, everything.
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
            todo = {
                key: root
                for key, root in roots.items()
                if key not in self.roots or self.roots[key]["digest"] != root["digest"]
            }
            stale = [
                k
                for k, r in todo.items()
                if "files" not in r and (k not in self.roots or self.roots[k]["digest"] != r["base"])
            ]
            if stale:
                return {"stale": stale, "missing": []}
            if not todo:
                return {"stale": [], "missing": [], "changed": {}}
            await asyncio.to_thread(self.store.stage, blobs)
            after = {key: self._after(key, root) for key, root in todo.items()}
            changes = {key: self._changes(key, root, after[key]) for key, root in todo.items()}
            needed = self._needed(changes)
            missing = sorted(h for h in needed if not self.store.has(h))
            if missing:
                missing = await asyncio.to_thread(self._missing, changes, missing)
            if missing:
                return {"stale": [], "missing": missing}
            return await self._commit(todo, after, changes, needed)

    async def _commit(
        self,
        todo: Mapping[str, dict[str, Any]],
        after: Mapping[str, dict[str, Any]],
        changes: dict[str, Any],
        needed: set[str],
    ) -> dict[str, Any]:
        stores = {r["store"]: w for w, r in self.gate.ready.items() if r["store"] != self.store.id}
        for chunk in self._chunks(needed) if stores else ():
            packed = await asyncio.to_thread(self._packed, chunk)
            await self.gate.ask(stores.values(), "environment_stage", blobs=packed)
        self.generation += 1

        def commit() -> None:
            with self.store.locked():
                self.store.commit(changes, self.generation)

        await asyncio.to_thread(commit)
        for key, root in todo.items():
            known = {k: root[k] for k in ("digest", "paths", "names")}
            self.roots.pop(key, None)
            self.roots[key] = {**known, "files": after[key]}
        failures: dict[str, str] = {}
        await self.gate.ask(
            stores.values(), "environment_commit", failures, changes=changes, generation=self.generation
        )
        for worker, text in failures.items():
            store = self.gate.ready.get(worker, {}).get("store")
            for other in [w for w, r in self.gate.ready.items() if r["store"] == store]:
                self.gate.fail(other, f"Its files could not be replaced: {text}")
        changed = [f"{k}/{p}" for k, c in changes.items() for p in [*c["put"], *c["delete"]]]
        self._use(changed)
        roots = {key: {"paths": r["paths"], "names": r["names"]} for key, r in self.roots.items()}
        answers = await self.gate.ask(self.gate.ready, "environment_refresh", roots=roots, changed=changed)
        counts = {key: [len(c["put"]), len(c["delete"])] for key, c in changes.items()}
        binary = {w: names for w, names in answers.items() if names}
        return {"stale": [], "missing": [], "changed": counts, "binary": binary}

    def _after(self, key: str, root: Mapping[str, Any]) -> dict[str, Any]:
        if "files" in root:
            return dict(root["files"])
        after = {**self.roots[key]["files"], **root["put"]}
        for path in root["delete"]:
            after.pop(path, None)
        return after

    def _changes(self, key: str, root: Mapping[str, Any], files: Mapping[str, Any]) -> dict[str, Any]:
        if "files" not in root:
            return {"put": root["put"], "delete": root["delete"]}
        before = self.roots[key]["files"] if key in self.roots else {}
        put = {p: e for p, e in files.items() if list(before.get(p, ())) != list(e)}
        return {"put": put, "delete": sorted(before.keys() - files.keys())}

    def _needed(self, changes: Mapping[str, Any]) -> set[str]:
        return {e[1] for change in changes.values() for e in change["put"].values() if e[0] != "l"}

    def _missing(self, changes: Mapping[str, Any], missing: list[str]) -> list[str]:
        """Stage what moved or was copied within what is here already; return the rest."""
        here = {e[1]: (k, p) for k, r in self.roots.items() for p, e in r["files"].items() if e[0] != "l"}
        for found in [h for h in missing if h in here]:
            self.store.stage([pack(self.store.read(*here[found]), 0)])
        return [h for h in missing if h not in here]

    def _packed(self, hashes: Iterable[str]) -> list[list[Any]]:
        return [pack((self.store.root / "incoming" / digest).read_bytes(), 1) for digest in hashes]

    def _chunks(self, hashes: Iterable[str]) -> Iterable[list[str]]:
        chunk: list[str] = []
        size = 0
        for digest in sorted(hashes):
            chunk.append(digest)
            size += (self.store.root / "incoming" / digest).stat().st_size
            if size > CHUNK:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk

    def _use(self, changed: Iterable[str]) -> None:
        """Let the scheduler unpickle graphs that name synced code; what it runs on comes first on its path."""
        if self.inside_kernel:
            return
        code = str(self.store.code)
        entries = [f"{code}/{p}" for root in self.roots.values() for p in root["paths"]]
        put_on_path(entries, code, front=False)
        names = {name for root in self.roots.values() for name in root["names"]}
        forget([f"{code}/{path}" for path in changed], code, names, protect=RUNS_ON)

    def _paths(self) -> list[str]:
        return [p for p in sys.path if not p.startswith(str(self.store.code))]

    async def stage(self, blobs: list[list[Any]]) -> None:
        """Keep content for an `apply` that follows."""
        await asyncio.to_thread(self.store.stage, blobs)

    async def install(self, spec: dict[str, Any], wheels: dict[str, bytes], digests: list[str]) -> dict[str, Any]:
        """Install packages once in each prefix whose environment has one of `digests`.

        Parameters
        ----------
        spec : dict
            See `installer.install`.
        wheels : dict
            Content by file name.
        digests : list of str
            Environments that need it.

        Returns
        -------
        dict
            ``errors`` by prefix; where there is one, no prefix was changed. ``installed`` by prefix; ``restarted``;
            ``stuck``: what runs old versions and cannot be restarted, with the packages.
        """
        folder = self.store.root / "wheels"
        for name, data in wheels.items():
            await asyncio.to_thread(keep, folder / safe_path(name), data)
        groups = self._groups(digests)
        if len(groups) > 1:
            tried = await asyncio.gather(*(self._install_in(group, spec, dry=True) for group in groups.values()))
            errors = {name: r["error"] for name, r in zip(groups, tried, strict=True) if "error" in r}
            if errors:
                return {"errors": errors, "installed": {}, "restarted": [], "stuck": {}}
        results = await asyncio.gather(*(self._install_in(group, spec) for group in groups.values()))
        by_name = dict(zip(groups, results, strict=True))
        errors = {name: r["error"] for name, r in by_name.items() if "error" in r}
        installed = {name: r["installed"] for name, r in by_name.items() if "installed" in r}
        if not errors:
            pins = {**self.spec.get("pins", {}), **spec["pins"]}  # a worker that comes later needs all of them
            more = [*self.spec.get("requirements", ()), *spec["requirements"]]
            files = sorted({pin[1][7:] for pin in pins.values() if pin[1].startswith("wheels/")})
            self.spec = {**spec, "pins": pins, "wheels": files, "requirements": list(dict.fromkeys(more))}
        forget_versions()
        names = sorted({row[0] for rows in installed.values() for row in rows})
        restarted, stuck = await self._restart([w for group in groups.values() for w in group], names)
        reports = (await self.gate.ask(self.gate.ready, "environment_report")).values()
        return {
            "errors": errors,
            "installed": installed,
            "restarted": restarted,
            "stuck": stuck,
            "digests": sorted({r["digest"] for r in reports} | {describe(self._paths())["digest"]}),
        }

    def _groups(self, digests: list[str]) -> dict[str, list[str]]:
        """Return processes by prefix: ``host:prefix`` to worker addresses; an empty address is the scheduler."""
        reports = {w: r for w, r in self.gate.ready.items() if r["digest"] in digests and not r["inside_kernel"]}
        own = {**describe(self._paths()), "inside_kernel": self.inside_kernel}
        if own["digest"] in digests and not self.inside_kernel:
            reports[""] = own
        found: dict[str, list[str]] = {}
        for worker, report in sorted(reports.items(), reverse=True):  # the scheduler last: a worker restarts, it cannot
            found.setdefault(report["identity"], []).append(worker)
        named = {}
        for workers in found.values():
            first = reports[workers[0]]
            named[f"{first['host']}:{first['prefix']}"] = workers
        return named

    async def _install_in(self, group: list[str], spec: dict[str, Any], dry: bool = False) -> dict[str, Any]:
        if group[0]:
            answers = await self.gate.ask(group[:1], "environment_install", spec=spec, dry=dry)
            result: dict[str, Any] = answers.get(group[0], {"error": f"worker {group[0]} left during the install"})
            return result
        try:
            return await install(spec, self.store.root / "wheels", dry=dry)
        except (RuntimeError, OSError) as error:
            return {"error": str(error)}

    async def _restart(self, workers: Iterable[str], names: list[str]) -> tuple[list[str], dict[str, list[str]]]:
        """Restart the workers that have imported what changed; return them, and those that cannot be restarted."""
        if not names:
            return [], {}
        here = [w for w in workers if w]
        stuck: dict[str, list[str]] = {}
        if "" in workers:
            stuck["scheduler"] = [name for name in names if loaded(name)]
        old = {w: n for w, n in (await self.gate.ask(here, "environment_installed", names=names)).items() if n}
        again = [w for w in old if self.scheduler.workers[w].nanny]
        stuck |= {w: n for w, n in old.items() if w not in again}
        if again:
            await self.scheduler.restart_workers(again, stimulus_id=f"{PLUGIN}-restart", on_error="return")
            await self.gate.prepared()
        return again, {w: n for w, n in stuck.items() if n}

    # What workers call

    async def pull(self, worker: str, store: str) -> dict[str, Any]:
        """Return everything a worker must have; waits while a change is made."""
        async with self.lock:
            shared = store == self.store.id
            roots = {k: {**r, "files": {} if shared else r["files"]} for k, r in self.roots.items()}
            return {
                "roots": roots,
                "shared": shared,
                "generation": self.generation,
                "spec": self.spec,
                "spec_hash": spec_hash(self.spec),
            }

    async def blobs(self, hashes: list[str], limit: int) -> list[list[Any]]:
        """Return packed content, at least one and about `limit` bytes."""
        here = {e[1]: (k, p) for k, r in self.roots.items() for p, e in r["files"].items() if e[0] != "l"}

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

    async def wheel(self, name: str) -> bytes:
        """Return the content of a wheel that the spec names."""
        return await asyncio.to_thread((self.store.root / "wheels" / safe_path(name)).read_bytes)
