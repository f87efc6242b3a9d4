"""Makes scheduler and workers equal to the kernel's packages and local code, by difference.

1. The kernel's packages and folders are looked at; only what changed since the last time is read.
2. One message tells the scheduler the changed files and asks for the state of all: unchanged, that is all there is.
3. Content that the cluster lacks is sent; every host gets it before any file is replaced.
4. Packages that differ are installed, once for each prefix.
5. What differs still is told with its reason.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.environments import options as parsing
from jupyter_pipeline.environments.capture import local_code
from jupyter_pipeline.environments.capture.environment import capture, from_rows
from jupyter_pipeline.environments.capture.folder import Folder
from jupyter_pipeline.environments.capture.ignore import Rules
from jupyter_pipeline.environments.capture.variables import share
from jupyter_pipeline.environments.diff import compare
from jupyter_pipeline.environments.options import Options
from jupyter_pipeline.environments.plugins.installed import digest
from jupyter_pipeline.environments.plugins.installer import loaded
from jupyter_pipeline.environments.sync.install import install
from jupyter_pipeline.environments.sync.session import Session, known_rows, session
from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.models import DriftItem, Environment, SyncReport

if TYPE_CHECKING:
    import distributed

__all__ = ["diff", "sync"]

Say = Callable[[str], None]


def sync(
    client: distributed.Client,
    *,
    options: Mapping[str, Any] | None = None,
    directories: Sequence[Path] | None = None,
    packages: bool = True,
    progress: Say | None = None,
) -> SyncReport:
    """Make the cluster equal to this process's packages and local code.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster; synchronous.
    options : mapping, optional
        A profile's ``environment``; see `options.Options`.
    directories : sequence of Path, optional
        Folders with local code; by default what this process imports from, and what the options name.
    packages : bool, default True
        Whether packages are compared and installed.
    progress : callable, optional
        Called with a line for each stage.

    Returns
    -------
    SyncReport
        What was done, and what differs still.

    Raises
    ------
    SyncError
        What was there before is intact.
    UsageError, ConfigurationError
        A folder or an option cannot be used.
    """
    started = time.perf_counter()
    say = progress or (lambda text: None)
    chosen = parsing.parse(options)
    if chosen.method == "dask":
        from jupyter_pipeline.environments.sync import dask_plugins

        return dask_plugins.sync(client, chosen, directories=directories, packages=packages)
    talk = session(client)
    with talk.lock:
        return _sync(talk, chosen, directories, packages, say, started)


def diff(client: distributed.Client) -> list[DriftItem]:
    """Return what differs between this process's environment and the cluster's, the worst first.

    Parameters
    ----------
    client : distributed.Client
        Connected to the cluster; synchronous.
    """
    talk = session(client)
    with talk.lock:
        kernel = capture()
        try:
            state = _state(talk, kernel, None)
        except SyncError:
            items = _pythons(talk, kernel)
            if items:
                return items
            raise
        return _compare(talk, kernel, state)


def _sync(
    talk: Session,
    options: Options,
    directories: Sequence[Path] | None,
    packages: bool,
    say: Say,
    started: float,
) -> SyncReport:
    folders, notes = _folders(talk, options, directories)
    for folder in folders:
        folder.refresh()
        notes += [f"{folder.source / path} was left out: it {why}" for path, why in sorted(folder.left_out.items())]
    kernel = capture() if packages else Environment(python="", platform="", prefix="")
    request = talk.request(folders)
    sent = sum(len(blob[3]) for blob in request["blobs"])
    state = _state(talk, kernel, request, environments=packages)
    reply, sent = talk.finish(folders, state["applied"], sent, say)
    uploaded = _uploaded(folders, reply, sent)
    _salt(talk, folders)
    notes += [f"{w} has loaded {', '.join(names)}: restart it" for w, names in reply.get("binary", {}).items()]
    installed: list[dict[str, Any]] = []
    restarted: list[str] = []
    if packages and options.method == "packages":
        installed, restarted, told = install(talk, kernel, state, options, say)
        notes += told
        if installed:
            state = _state(talk, kernel, None)
    remaining = _compare(talk, kernel, state) if packages else []
    notes += share(talk, options.variables)
    notes += [f"Worker {w} takes no tasks: {reason}" for w, reason in state["failed"].items()]
    return SyncReport(
        installed=tuple(installed),
        uploaded=tuple(uploaded),
        remaining=tuple(remaining),
        restarted=tuple(restarted),
        notes=tuple(notes),
        seconds=time.perf_counter() - started,
    )


def _folders(talk: Session, options: Options, directories: Sequence[Path] | None) -> tuple[list[Folder], list[str]]:
    """Return the folders to send, each as it was known at the last sync, and notes."""
    notes: list[str] = []
    named_folders = [local_code.named_folder(p) for p in (*(directories or ()), *options.upload_directory)]
    found = list({folder.source: folder for folder in named_folders}.values())
    if directories is None and options.method != "image":
        automatic, left_out = local_code.imported_folders()
        named = {folder.source for folder in found}
        found += [folder for folder in automatic if folder.source not in named]
        notes += [f"{path} was left out: it {why}" for path, why in left_out.items()]
    kept = []
    for folder in found:
        part = (folder.source, folder.paths, folder.only, folder.beside, folder.named)
        key = (*part, options.include, options.exclude, options.sizes)
        if key not in talk.folders:
            folder.rules = Rules(options.include, options.exclude)
            folder.sizes = options.sizes
            talk.folders[key] = folder
        kept.append(talk.folders[key])
    return kept, notes


def _state(
    talk: Session, kernel: Environment, request: dict[str, Any] | None, *, environments: bool = True
) -> dict[str, Any]:
    """Ask for the state of all, and let `request` change files on the way."""
    if environments and talk.kernel is not kernel.distributions:
        talk.kernel = kernel.distributions
        talk.here = digest(kernel.python, kernel.platform, _rows(kernel))
        talk.rows[talk.here] = [list(row) for row in _rows(kernel)]
    rows = list(talk.rows) if environments else None
    state: dict[str, Any] = talk.call("environment_state", rows=rows, apply=request)
    if environments:
        known_rows(state, talk.rows)
    return state


def _rows(environment: Environment) -> list[tuple[str, str, str, str]]:
    return [(d.name, d.version, d.source, d.url) for d in environment.distributions]


def _compare(talk: Session, kernel: Environment, state: Mapping[str, Any]) -> list[DriftItem]:
    if {r["digest"] for r in (state["scheduler"], *state["workers"].values())} == {talk.here}:
        return []
    scheduler = from_rows(state["scheduler"], talk.rows[state["scheduler"]["digest"]])
    groups = {r["digest"]: r for r in state["workers"].values()}
    workers = [from_rows(report, talk.rows[known]) for known, report in groups.items()]
    items = compare(kernel, scheduler, workers)
    used = {item.package for item in items if item.kernel and loaded(item.package)}
    return compare(kernel, scheduler, workers, imported=used) if used else items


def _pythons(talk: Session, kernel: Environment) -> list[DriftItem]:
    """Return the difference in Python alone, where another version keeps the plugins from running."""
    found = talk.pythons()

    def bare(version: str) -> Environment:
        return Environment(python=version, platform="", prefix="")

    scheduler = bare(found.pop("scheduler", kernel.python))
    return compare(bare(kernel.python), scheduler, [bare(version) for version in sorted(set(found.values()))])


def _uploaded(folders: Sequence[Folder], reply: Mapping[str, Any], sent: int) -> list[dict[str, Any]]:
    """Return a record for each folder that changed; the bytes of all are told with the first."""
    records: list[dict[str, Any]] = []
    for folder in folders:
        changed, deleted = reply.get("changed", {}).get(folder.key, (0, 0))
        if changed or deleted:
            told = 0 if records else sent
            alone = folder.only if len(folder.only) == 1 and not folder.beside else ()
            place = folder.source.joinpath(*alone)
            records.append({"directory": str(place), "changed": changed, "deleted": deleted, "bytes": told})
    return records


def _salt(talk: Session, folders: Sequence[Folder]) -> None:
    from jupyter_pipeline.environments.plugins.content import content_hash
    from jupyter_pipeline.environments.sync import tokens

    code = sorted((folder.key, folder.digest) for folder in folders if folder.files)
    tokens.set_code(talk.cluster, content_hash(repr(code).encode()) if code else "")
