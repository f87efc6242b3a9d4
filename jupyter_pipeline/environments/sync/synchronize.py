"""Sync the scheduler and the workers with the kernel's packages and local code.

1. Scan the kernel's packages and folders. Only files that changed since the last sync are read.
2. Send one message with the changed files and receive the state of all processes. Without changes the sync ends here.
3. Send the content that the cluster lacks. Every host has it before any file is replaced.
4. Install the packages that differ, once for each prefix.
5. Report the remaining differences with their reasons.
"""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_pipeline.environments.capture.environment import capture_environment, environment_from_rows
from jupyter_pipeline.environments.capture.folder import SENSITIVE, Folder
from jupyter_pipeline.environments.capture.ignore import IgnoreRules
from jupyter_pipeline.environments.capture.installed import find_further_sites
from jupyter_pipeline.environments.capture.local_code import (
    LocalCode,
    find_imported_files,
    find_local_code,
    resolve_folder,
)
from jupyter_pipeline.environments.capture.variables import select_variables
from jupyter_pipeline.environments.diff import compare_environments, sort_by_severity
from jupyter_pipeline.environments.options import Options, parse_options
from jupyter_pipeline.environments.plugins.distributions import environment_digest
from jupyter_pipeline.environments.plugins.installer import is_loaded
from jupyter_pipeline.environments.sync.import_check import check_imports
from jupyter_pipeline.environments.sync.packages import sync_packages
from jupyter_pipeline.environments.sync.session import Session, collect_rows, get_session
from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.models import DriftItem, Environment, Severity, SyncReport
from jupyter_pipeline.progress import Progress, silent

if TYPE_CHECKING:
    import distributed

__all__ = ["diff_environment", "sync_environment"]

_LISTED = 3
"""Number of left-out files with one reason that are named."""
_UNNAMED = "has no __init__.py, and no code imports it by name; import from it here, or name its folder"
"""Reason why a folder is not sent that an import by a computed name may use."""


def sync_environment(
    client: distributed.Client,
    *,
    options: Mapping[str, Any] | None = None,
    directories: Sequence[Path] | None = None,
    packages: bool = True,
    progress: Progress | None = None,
) -> SyncReport:
    """Bring the cluster to the packages and local code of this process.

    Parameters
    ----------
    client : distributed.Client
        Synchronous client of the cluster.
    options : mapping, optional
        A profile's ``environment``; see `environments.options.Options`.
    directories : sequence of Path, optional
        Folders with local code; by default those that this process imports from. The options may add more.
    packages : bool, default True
        Compare and install packages.
    progress : callable, optional
        Called with one line for each stage.

    Returns
    -------
    SyncReport
        Changes that were made, and differences that remain.

    Raises
    ------
    SyncError
        The sync failed; the previous state is intact.
    UsageError, ConfigurationError
        A folder or an option cannot be used.
    """
    started = time.perf_counter()
    say = progress or silent
    chosen = parse_options(options)
    if chosen.method == "dask":
        from jupyter_pipeline.environments.sync.dask_plugins import sync_with_dask_plugins

        return sync_with_dask_plugins(client, chosen, directories=directories, packages=packages)
    session = get_session(client)
    with session.lock:
        return _sync(session, chosen, directories, packages, say, started)


def diff_environment(
    client: distributed.Client, *, options: Mapping[str, Any] | None = None, code: bool = True
) -> list[DriftItem]:
    """Return the differences between this process and the cluster, the most severe first.

    Parameters
    ----------
    client : distributed.Client
        Synchronous client of the cluster.
    options : mapping, optional
        A profile's ``environment``.
    code : bool, default True
        Check that one worker would import the local modules that this process has imported. Nothing is imported.
    """
    chosen = parse_options(options)
    session = get_session(client)
    with session.lock:
        kernel = capture_environment()
        try:
            state = _state(session, kernel, None)
        except SyncError:
            items = _compare_python(session, kernel)
            if items:
                return items
            raise
        items = _compare(session, kernel, state)
        if code and chosen.method != "dask":
            local, _ = _find_code(session, chosen, None)
            found, _ = check_imports(session, local, workers=state["workers"], is_synced=False, again=True)
            items = sort_by_severity([*items, *found, *_list_unused(local)])
        return items


def _list_unused(code: LocalCode) -> list[DriftItem]:
    """Return an item for each folder that a sync leaves out although a task could import from it."""
    reasons = {
        path: why
        for path, why in code.left_out.items()
        if not any(file.startswith(f"{path}/") for file, _ in code.unsent.values())  # the import check names them
    }
    reasons |= dict.fromkeys(code.unnamed, _UNNAMED)
    return [
        DriftItem(
            package=path,
            kernel="not imported",
            scheduler="",
            workers=("",),
            severity=Severity.NOTES,
            reason=f"is not sent: it {why}",
        )
        for path, why in reasons.items()
    ]


def _sync(
    session: Session,
    options: Options,
    directories: Sequence[Path] | None,
    packages: bool,
    say: Progress,
    started: float,
) -> SyncReport:
    code, notes = _find_code(session, options, directories)
    folders = code.folders
    for folder in folders:
        folder.refresh()
        notes += _list_left_out(folder)
    _share_sites(session)
    kernel = capture_environment() if packages else Environment(python="", platform="", prefix="")
    request = session.build_request(folders)
    sent = sum(len(blob[3]) for blob in request["blobs"])
    state = _state(session, kernel, request, environments=packages)
    reply, sent = session.complete_upload(folders, state["applied"], sent, say)
    uploaded = _uploaded(folders, reply, sent)
    _update_task_keys(session, folders)
    notes += [f"{w} has loaded {', '.join(names)}: restart it" for w, names in reply.get("binary", {}).items()]
    installed: list[dict[str, Any]] = []
    restarted: list[str] = []
    if packages and options.method == "packages":
        installed, restarted, package_notes = sync_packages(session, kernel, state, options, say)
        notes += package_notes
        if installed:
            state = _state(session, kernel, None)
    remaining = _compare(session, kernel, state) if packages else []
    items, check_notes = check_imports(
        session, code, workers=state.get("workers"), is_synced=True, again=bool(uploaded or installed)
    )
    remaining = sort_by_severity([*remaining, *items])
    notes += check_notes
    notes += _share_variables(session, options.variables)
    notes += [f"Worker {w} takes no tasks: {reason}" for w, reason in state["failed"].items()]
    return SyncReport(
        installed=tuple(installed),
        uploaded=tuple(uploaded),
        remaining=tuple(remaining),
        restarted=tuple(restarted),
        notes=tuple(notes),
        seconds=time.perf_counter() - started,
    )


def _find_code(session: Session, options: Options, directories: Sequence[Path] | None) -> tuple[LocalCode, list[str]]:
    """Return the local code to send, each folder as it was known at the last sync, and notes."""
    notes: list[str] = []
    automatic = LocalCode()
    named_folders = [resolve_folder(p) for p in (*(directories or ()), *options.upload_directory)]
    for folder in named_folders:
        folder.imported = find_imported_files(folder.source)
    found = list({folder.source: folder for folder in named_folders}.values())
    if directories is None and options.method != "image":
        automatic = find_local_code()
        named = {folder.source for folder in found}
        found += [folder for folder in automatic.folders if folder.source not in named]
        notes += [f"{path} was left out: it {why}" for path, why in automatic.left_out.items()]
    folders = []
    for folder in found:
        part = (
            folder.source,
            folder.paths,
            folder.only,
            folder.beside,
            folder.named,
            tuple(sorted(folder.mounts.items())),
        )
        key = (*part, options.include, options.exclude, options.sizes)
        if key not in session.folders:
            folder.rules = IgnoreRules(options.include, options.exclude)
            folder.sizes = options.sizes
            session.folders[key] = folder
        session.folders[key].imported = folder.imported
        folders.append(session.folders[key])
    return dataclasses.replace(automatic, folders=folders), notes


def _list_left_out(folder: Folder) -> list[str]:
    """Return notes about the files that were not sent; one note for many files with the same reason."""
    reasons: dict[str, list[str]] = {}
    for path, why in sorted(folder.left_out.items()):
        reasons.setdefault(why, []).append(path)
    notes = []
    for why, paths in reasons.items():
        if len(paths) <= _LISTED or why == SENSITIVE:
            notes += [f"{folder.locate(path)} was left out: it {why}" for path in paths]
        else:
            names = ", ".join(paths[:_LISTED])
            notes.append(f"{len(paths)} files in {folder.source} were left out, such as {names}: each {why}")
    return notes


def _state(
    session: Session, kernel: Environment, request: dict[str, Any] | None, *, environments: bool = True
) -> dict[str, Any]:
    """Return the state of all processes; apply the changes of `request` first."""
    if environments and session.kernel is not kernel.distributions:
        session.kernel = kernel.distributions
        session.kernel_digest = environment_digest(kernel.python, kernel.platform, _rows(kernel))
        session.rows[session.kernel_digest] = [list(row) for row in _rows(kernel)]
    rows = list(session.rows) if environments else None
    state: dict[str, Any] = session.call("environment_state", rows=rows, apply=request)
    if environments:
        collect_rows(state, session.rows)
    return state


def _rows(environment: Environment) -> list[tuple[str, str, str, str]]:
    return [(d.name, d.version, d.source, d.url) for d in environment.distributions]


def _compare(session: Session, kernel: Environment, state: Mapping[str, Any]) -> list[DriftItem]:
    if {r["digest"] for r in (state["scheduler"], *state["workers"].values())} == {session.kernel_digest}:
        return []
    scheduler = environment_from_rows(state["scheduler"], session.rows[state["scheduler"]["digest"]])
    groups = {r["digest"]: r for r in state["workers"].values()}
    workers = [environment_from_rows(report, session.rows[known]) for known, report in groups.items()]
    items = compare_environments(kernel, scheduler, workers)
    used = {item.package for item in items if item.kernel and is_loaded(item.package)}
    return compare_environments(kernel, scheduler, workers, imported=used) if used else items


def _compare_python(session: Session, kernel: Environment) -> list[DriftItem]:
    """Return differences in the Python version, which prevents the plugins from running."""
    found = session.python_versions()

    def bare(version: str) -> Environment:
        return Environment(python=version, platform="", prefix="")

    scheduler = bare(found.pop("scheduler", kernel.python))
    return compare_environments(
        bare(kernel.python), scheduler, [bare(version) for version in sorted(set(found.values()))]
    )


def _uploaded(folders: Sequence[Folder], reply: Mapping[str, Any], sent: int) -> list[dict[str, Any]]:
    """Return a record for each folder that changed; the first one has the bytes of all."""
    records: list[dict[str, Any]] = []
    for folder in folders:
        changed, deleted = reply.get("changed", {}).get(folder.key, (0, 0))
        if changed or deleted:
            size = 0 if records else sent
            alone = folder.only if len(folder.only) == 1 and not folder.beside else ()
            place = folder.source.joinpath(*alone)
            records.append({"directory": str(place), "changed": changed, "deleted": deleted, "bytes": size})
    return records


def _update_task_keys(session: Session, folders: Sequence[Folder]) -> None:
    from jupyter_pipeline.environments.plugins.content import content_hash
    from jupyter_pipeline.environments.sync.task_keys import set_code_digest

    code = sorted((folder.key, folder.digest) for folder in folders if folder.files)
    set_code_digest(session.cluster, content_hash(repr(code).encode()) if code else "")


def _share_sites(session: Session) -> None:
    """Let the cluster use the kernel's further folders of packages, such as module stacks, where they are the same."""
    sites = find_further_sites()
    if sites != session.sites:
        session.call("environment_sites", sites=sites)
        session.sites = sites


def _share_variables(session: Session, names: Collection[str]) -> list[str]:
    """Set the variables in `names` on the scheduler and all workers; return notes about those that were not sent."""
    values, secrets = select_variables(names)
    if values != session.variables:
        session.call("environment_variables", values=values)
        session.variables = values
    return [f"{name} looks like a secret and was not sent: set it where the workers are started" for name in secrets]
