"""Install the kernel's packages on a cluster; retry with wheels from the kernel if workers reach no index."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from jupyter_pipeline.environments.capture.environment import environment_from_rows
from jupyter_pipeline.environments.capture.wheels import pack_installed
from jupyter_pipeline.environments.options import Options
from jupyter_pipeline.environments.plugins.content import content_hash
from jupyter_pipeline.environments.sync.download import download_wheels
from jupyter_pipeline.environments.sync.package_plan import (
    build_specification,
    find_differences,
    find_overruled,
    list_syncable,
)
from jupyter_pipeline.environments.sync.session import Session
from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.models import Distribution, Environment
from jupyter_pipeline.progress import Progress

__all__ = ["sync_packages"]


def sync_packages(
    session: Session, kernel: Environment, state: Mapping[str, Any], options: Options, say: Progress
) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Install the packages that differ; return installed packages, restarted workers and notes.

    The request has all packages of the kernel, because workers that join later may use another prefix. If all workers
    equal the kernel, no request is sent.

    Parameters
    ----------
    session : Session
        Session with the cluster.
    kernel : Environment
        Environment of the kernel.
    state : mapping
        Reply of the operation ``environment_state``.
    options : Options
        Options of the profile.
    say : callable
        Called with one line for each stage.

    Raises
    ------
    SyncError
        An install failed; the message has the error of each installer.
    """
    reports = [state["scheduler"], *state["workers"].values()]
    others = {
        r["digest"]: environment_from_rows(r, session.rows[r["digest"]]) for r in reports if not r["inside_kernel"]
    }
    skip = {*options.skip_packages, *find_overruled(kernel, options.pip_install)}
    wanted = find_differences(kernel, others.values(), skip)
    pending = [r for r in options.pip_install if any(f"{d}:{r}" not in session.done for d in others)]
    request = (session.kernel_digest, options.pip_install, options.pip_options, options.skip_packages)
    unknown = not state["workers"] and session.last_request != request
    if not wanted and not pending and not unknown:
        return [], [], []
    targets = [d for d, other in others.items() if pending or find_differences(kernel, [other], skip)]
    if wanted or pending:
        say(f"Installing {_listed([d.name for d in wanted] + pending)}")
    requirements = options.pip_install if unknown else pending
    answer = _request_install(session, list_syncable(kernel, skip), wanted, requirements, options, targets, say)
    session.last_request = request
    for requirement in pending:
        session.done |= {f"{d}:{requirement}" for d in answer["digests"]}
    records = [
        {"package": name, "before": old, "after": new, "where": where}
        for where, rows in answer["installed"].items()
        for name, old, new in rows
    ]
    notes = [
        f"{where} runs older versions of {_listed(names)} until it is restarted"
        for where, names in answer["stuck"].items()
    ]
    return records, list(answer["restarted"]), notes


def _request_install(
    session: Session,
    pins: Sequence[Distribution],
    wanted: Sequence[Distribution],
    requirements: Sequence[str],
    options: Options,
    targets: Sequence[str],
    say: Progress,
) -> dict[str, Any]:
    """Request an install from the scheduler; retry with wheels from the kernel if workers reach no index."""
    errors: dict[str, str] = {}
    done: set[str] = set()
    packed: Collection[str] = ()
    for again in (False, True):
        if again:
            packed = {d.name for d in wanted}
            say("Retrying with wheels from the kernel")
        spec, wheels = build_specification(
            pins,
            requirements=requirements,
            options=options.pip_options,
            tool=options.installer,
            pack=pack_installed,
            packed=packed,
        )
        if again and requirements:
            spec["links"], fetched = _download(requirements, options)
            spec["wheels"] += sorted(fetched)
            wheels |= fetched
        answer: dict[str, Any] = session.call(
            "environment_install", say, spec=spec, wheels=wheels, digests=list(targets)
        )
        if not answer["errors"]:
            return answer
        errors = errors or answer["errors"]
        done |= set(answer["installed"])
        if not requirements and not any(d.source in ("index", "conda") for d in wanted):
            break
    errors_text = "\n".join(f"{where}: {reason}" for where, reason in errors.items())
    outcome = f"they were installed only in {', '.join(sorted(done))}" if done else "nothing was changed"
    raise SyncError(f"Packages could not be installed; {outcome}.\n{errors_text}")


def _download(requirements: Sequence[str], options: Options) -> tuple[list[str], dict[str, bytes]]:
    """Download wheels here; return their folder and content, both empty if the download fails."""
    try:
        files = download_wheels(requirements, options.pip_options)
    except SyncError:  # the errors of the workers are reported
        return [], {}
    folder = content_hash("".join(sorted(files)).encode())[:12]
    return ([f"wheels/{folder}"] if files else []), {f"{folder}/{name}": data for name, data in files.items()}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
