"""Brings the packages of a cluster to the kernel's: asks, asks once more with wheels, and tells what was done."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

from jupyter_pipeline.environments.capture.environment import from_rows
from jupyter_pipeline.environments.capture.wheels import pack_installed
from jupyter_pipeline.environments.options import Options
from jupyter_pipeline.environments.plugins.content import content_hash
from jupyter_pipeline.environments.sync.download import download
from jupyter_pipeline.environments.sync.package_plan import different, overruled, specification, syncable
from jupyter_pipeline.environments.sync.session import Session
from jupyter_pipeline.exceptions import SyncError
from jupyter_pipeline.models import Distribution, Environment

__all__ = ["install"]

Say = Callable[[str], None]


def install(
    talk: Session, kernel: Environment, state: Mapping[str, Any], options: Options, say: Say
) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Install what differs; return records, restarted workers and notes.

    The cluster is told everything that the kernel has, not what differs alone: workers that come later, from other
    prefixes, need to have it, too. Where the workers are as the kernel is, later ones will be, and nothing is told.

    Parameters
    ----------
    talk : Session
        With the cluster.
    kernel : Environment
        What the cluster is to have.
    state : mapping
        The scheduler's answer.
    options : Options
        What the profile says.
    say : callable
        Called with a line for each stage.

    Raises
    ------
    SyncError
        With the installers' reasons.
    """
    reports = [state["scheduler"], *state["workers"].values()]
    others = {r["digest"]: from_rows(r, talk.rows[r["digest"]]) for r in reports if not r["inside_kernel"]}
    skip = {*options.skip_packages, *overruled(kernel, options.pip_install)}
    wanted = different(kernel, others.values(), skip)
    pending = [r for r in options.pip_install if any(f"{d}:{r}" not in talk.done for d in others)]
    asked = (talk.here, options.pip_install, options.pip_options, options.skip_packages)
    unknown = not state["workers"] and talk.told != asked
    if not wanted and not pending and not unknown:
        return [], [], []
    targets = [d for d, other in others.items() if pending or different(kernel, [other], skip)]
    if wanted or pending:
        say(f"Installing {_listed([d.name for d in wanted] + pending)}")
    requirements = options.pip_install if unknown else pending
    answer = _ask(talk, syncable(kernel, skip), wanted, requirements, options, targets, say)
    talk.told = asked
    for requirement in pending:
        talk.done |= {f"{d}:{requirement}" for d in answer["digests"]}
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


def _ask(
    talk: Session,
    pins: Sequence[Distribution],
    wanted: Sequence[Distribution],
    requirements: Sequence[str],
    options: Options,
    targets: Sequence[str],
    say: Say,
) -> dict[str, Any]:
    """Ask the scheduler to install; when the workers reach no index, once more with wheels from here."""
    errors: dict[str, str] = {}
    done: set[str] = set()
    packed: Collection[str] = ()
    for again in (False, True):
        if again:
            packed = {d.name for d in wanted}
            say("Trying once more, with wheels from here")
        spec, wheels = specification(
            pins,
            requirements=requirements,
            options=options.pip_options,
            tool=options.installer,
            pack=pack_installed,
            packed=packed,
        )
        if again and requirements:
            spec["links"], fetched = _fetched(requirements, options)
            spec["wheels"] += sorted(fetched)
            wheels |= fetched
        answer: dict[str, Any] = talk.call("environment_install", say, spec=spec, wheels=wheels, digests=list(targets))
        if not answer["errors"]:
            return answer
        errors = errors or answer["errors"]
        done |= set(answer["installed"])
        if not requirements and not any(d.source in ("index", "conda") for d in wanted):
            break
    told = "\n".join(f"{where}: {reason}" for where, reason in errors.items())
    outcome = f"they were installed in {', '.join(sorted(done))} alone" if done else "nothing was changed"
    raise SyncError(f"Packages could not be installed; {outcome}.\n{told}")


def _fetched(requirements: Sequence[str], options: Options) -> tuple[list[str], dict[str, bytes]]:
    """Return the folder of wheels that were fetched here, and the wheels; nothing where they cannot be had here."""
    try:
        files = download(requirements, options.pip_options)
    except SyncError:  # what the workers said of it is told
        return [], {}
    folder = content_hash("".join(sorted(files)).encode())[:12]
    return ([f"wheels/{folder}"] if files else []), {f"{folder}/{name}": data for name, data in files.items()}


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:6]) + (f" and {len(names) - 6} more" if len(names) > 6 else "")
