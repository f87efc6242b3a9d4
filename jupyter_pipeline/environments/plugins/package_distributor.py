"""Install packages on a cluster, once in each prefix, and on workers that join later."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterable
from typing import Any

from jupyter_pipeline.environments.plugins.content import safe_path
from jupyter_pipeline.environments.plugins.distributions import describe_environment
from jupyter_pipeline.environments.plugins.file_distributor import FileDistributor
from jupyter_pipeline.environments.plugins.installer import (
    clear_version_cache,
    install_packages,
    is_loaded,
    requirement_key,
    spec_hash,
)
from jupyter_pipeline.environments.plugins.process import PLUGIN
from jupyter_pipeline.environments.plugins.worker_gate import WorkerGate
from jupyter_pipeline.environments.plugins.worker_plugin import write_wheel


class PackageDistributor:
    """Packages and variables that were added to one cluster.

    Parameters
    ----------
    files : FileDistributor
        Distributor of files. Wheels are kept in its store.
    gate : WorkerGate
        Workers of the cluster.

    Attributes
    ----------
    spec : dict
        Merged specification of all installs; see `installer.install_packages`.
    progress : dict
        Installs in progress, by ``host:prefix``.
    variables : dict
        Environment variables that were set.
    """

    def __init__(self, files: FileDistributor, gate: WorkerGate) -> None:
        self.files = files
        self.gate = gate
        self.wheels = files.store.root / "wheels"
        self.spec: dict[str, Any] = {}
        self.progress: dict[str, str] = {}
        self.variables: dict[str, str] = {}

    async def install(self, spec: dict[str, Any], wheels: dict[str, bytes], digests: list[str]) -> dict[str, Any]:
        """Install packages once in each prefix whose environment has one of `digests`.

        Parameters
        ----------
        spec : dict
            See `installer.install_packages`.
        wheels : dict
            Content of wheels by file name.
        digests : list of str
            Digests of the environments that need the packages.

        Returns
        -------
        dict
            ``errors`` by prefix, ``installed`` by prefix, and ``restarted`` workers. ``stuck`` has the packages by
            process that runs old versions and cannot be restarted. ``digests`` are those after the install.
        """
        for name, data in wheels.items():
            await asyncio.to_thread(write_wheel, self.wheels / safe_path(name), data)
        seen = set(self.gate.ready)
        groups = self._groups(digests, seen)
        if len(groups) > 1:
            tried = await self._in_each(groups, spec, dry=True)
            errors = {name: r["error"] for name, r in tried.items() if "error" in r}
            if errors:
                return {"errors": errors, "installed": {}, "restarted": [], "stuck": {}}
        results = await self._in_each(groups, spec)
        errors = {name: r["error"] for name, r in results.items() if "error" in r}
        installed = {name: r["installed"] for name, r in results.items() if "installed" in r}
        if not errors:
            self._remember(spec)  # workers that are being prepared now pull again
            await self._catch_up(set(self.gate.ready) - seen, spec)
        clear_version_cache()
        names = sorted({row[0] for rows in installed.values() for row in rows})
        restarted, stuck = await self._restart([w for group in groups.values() for w in group], names)
        reports = (await self.gate.call_workers(self.gate.ready, "environment_report")).values()
        return {
            "errors": errors,
            "installed": installed,
            "restarted": restarted,
            "stuck": stuck,
            "digests": sorted(
                {r["digest"] for r in reports} | {describe_environment(self.files.base_search_path())["digest"]}
            ),
        }

    def _remember(self, spec: dict[str, Any]) -> None:
        """Merge `spec` into the specification; the last requirement of a package counts."""
        requested = {requirement_key(text): text for text in spec["requirements"]}
        before = {requirement_key(text): text for text in self.spec.get("requirements", ())}
        requirements = {name: text for name, text in before.items() if name not in spec["pins"]} | requested
        pins = {name: pin for name, pin in self.spec.get("pins", {}).items() if name not in requested} | spec["pins"]
        links = sorted({*self.spec.get("links", ()), *spec.get("links", ())})
        if requested and not spec.get("links"):
            links = []  # the workers reach an index
        folders = (*(pin[1] for pin in pins.values()), *(f"{link}/" for link in links))
        known = {*self.spec.get("wheels", ()), *spec["wheels"]}
        files = sorted(f for f in known if f"wheels/{f}".startswith(folders))
        self.spec = {**spec, "pins": pins, "wheels": files, "links": links, "requirements": [*requirements.values()]}

    async def _catch_up(self, workers: set[str], spec: dict[str, Any]) -> None:
        """Install on workers that were prepared during the install; a worker that fails gets no tasks."""
        reports = {w: self.gate.ready[w] for w in workers if not self.gate.ready[w]["inside_kernel"]}
        answers = await self.gate.call_workers(reports, "environment_install", spec=spec, dry=False)
        for worker, answer in answers.items():
            if "error" in answer:
                self.gate.fail(worker, answer["error"])

    def _groups(self, digests: list[str], workers: set[str]) -> dict[str, list[str]]:
        """Return addresses of workers by ``host:prefix``; an empty address is the scheduler."""
        ready = {w: self.gate.ready[w] for w in workers}
        reports = {w: r for w, r in ready.items() if r["digest"] in digests and not r["inside_kernel"]}
        own = describe_environment(self.files.base_search_path())
        if own["digest"] in digests and not self.files.inside_kernel:
            reports[""] = own
        found: dict[str, list[str]] = {}
        for worker, report in sorted(reports.items(), reverse=True):  # the scheduler is last, because it cannot restart
            found.setdefault(report["identity"], []).append(worker)
        named = {}
        for group in found.values():
            first = reports[group[0]]
            named[f"{first['host']}:{first['prefix']}"] = group
        return named

    async def _in_each(
        self, groups: dict[str, list[str]], spec: dict[str, Any], *, dry: bool = False
    ) -> dict[str, dict[str, Any]]:
        self.progress = dict.fromkeys(groups, "checking packages" if dry else "installing packages")

        async def one(name: str) -> dict[str, Any]:
            try:
                return await self._install_in(groups[name], spec, dry)
            finally:
                self.progress.pop(name, None)

        return dict(zip(groups, await asyncio.gather(*map(one, groups)), strict=True))

    async def _install_in(self, group: list[str], spec: dict[str, Any], dry: bool) -> dict[str, Any]:
        if group[0]:
            answers = await self.gate.call_workers(group[:1], "environment_install", spec=spec, dry=dry)
            result: dict[str, Any] = answers.get(group[0], {"error": f"worker {group[0]} left during the install"})
            return result
        try:
            return await install_packages(spec, self.wheels, dry=dry)
        except (RuntimeError, OSError) as error:
            return {"error": str(error)}

    async def _restart(self, workers: Iterable[str], names: list[str]) -> tuple[list[str], dict[str, list[str]]]:
        """Restart workers that have imported changed packages; return them and those that cannot restart."""
        if not names:
            return [], {}
        scheduler = self.gate.scheduler
        here = [w for w in workers if w]
        stuck: dict[str, list[str]] = {}
        if "" in workers:
            stuck["scheduler"] = [name for name in names if is_loaded(name)]
        old = {w: n for w, n in (await self.gate.call_workers(here, "environment_installed", names=names)).items() if n}
        again = [w for w in old if scheduler.workers[w].nanny]
        stuck |= {w: n for w, n in old.items() if w not in again}
        if again:
            await scheduler.restart_workers(again, stimulus_id=f"{PLUGIN}-restart", on_error="return")
            await self.gate.wait_until_prepared()
        return again, {w: n for w, n in stuck.items() if n}

    def worker_state(self) -> dict[str, Any]:
        """Return the specification and the variables for a worker."""
        return {"spec": self.spec, "spec_hash": self.spec_hash, "variables": self.variables}

    @property
    def spec_hash(self) -> str:
        """Hash of the specification and the variables."""
        return spec_hash({**self.spec, "variables": sorted(self.variables.items())})

    async def set_variables(self, values: dict[str, str]) -> None:
        """Set environment variables in the scheduler and the workers, and on workers that join later."""
        self.variables = values
        if not self.files.inside_kernel:
            os.environ.update(values)
        await self.gate.call_workers(self.gate.ready, "environment_variables", values=values)

    async def wheel(self, name: str) -> bytes:
        """Return the content of a wheel."""
        return await asyncio.to_thread((self.wheels / safe_path(name)).read_bytes)
