"""Pin every distribution of an environment in a lock."""

from __future__ import annotations

from collections.abc import Collection

from jupyter_pipeline.environments.capture.dependencies import dependency_closure, find_providers
from jupyter_pipeline.environments.lock.hashes import find_hashes
from jupyter_pipeline.environments.lock.lockfile import IMPORTED, format_line, format_requirement
from jupyter_pipeline.models import Distribution, Environment

__all__ = ["lock_environment"]


def lock_environment(environment: Environment, *, modules: Collection[str] | None = None, hashes: bool = False) -> str:
    """Return a requirements file with every distribution of `environment` pinned.

    Parameters
    ----------
    environment : Environment
        See `capture.environment.capture_environment`.
    modules : collection of str, optional
        Names of modules. If passed, the lock has only the distributions of these modules and their dependencies, as
        installed in this process.
    hashes : bool, default False
        Add the hashes that the package index has. If a distribution has no hash, as an editable one, all hashes are
        written as comments, which `locked.ensure_interpreter` checks too.

    Returns
    -------
    str
        One requirement per line, sorted by name. Editable and local ones name their folder or file on this host.
    """
    chosen = environment.distributions
    lines = [f"# Python {environment.python}, {environment.platform}"]
    if modules is not None:
        direct = find_providers(modules)
        names = dependency_closure(direct)
        chosen = tuple(d for d in chosen if d.name in names)
        lines.append(IMPORTED + ", ".join(sorted(direct)))
    if not hashes:
        return "\n".join([*lines, *map(format_line, chosen)]) + "\n"
    found, why = _find_hashes(chosen)
    bare = sorted({d.name for d in chosen} - found.keys())
    if bare:  # pip requires hashes for all requirements or for none
        lines.append(f"# {', '.join(bare)}: without hashes{f' ({why})' if why else ''}; so the others are comments.")
    lines += [_format_hashed(d, found.get(d.name, ()), comments=bool(bare)) for d in chosen]
    return "\n".join(lines) + "\n"


def _find_hashes(chosen: Collection[Distribution]) -> tuple[dict[str, tuple[str, ...]], str]:
    """Return the hashes of distributions by name, and the reason if some are missing."""
    found, why = find_hashes(format_requirement(d) for d in chosen if d.source in ("index", "conda"))
    for d in chosen:
        digest = d.url.partition("#sha256=")[2]
        if digest:
            found[d.name] = (f"sha256:{digest}",)
    return found, " ".join(why.split())[:200]


def _format_hashed(distribution: Distribution, hashes: Collection[str], *, comments: bool) -> str:
    if not hashes:
        return format_line(distribution)
    if comments:
        return "\n".join([format_line(distribution), *(f"    # --hash={h}" for h in hashes)])
    return " \\\n".join([format_requirement(distribution), *(f"    --hash={h}" for h in hashes)])
