"""The environment as text that installers read, ``requirements.lock``, and the way back.

Both pip and uv accept the lock. Credentials are not in it: the capture takes them out of URLs, and leaves references
such as ``${TOKEN}``, which both installers expand.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from jupyter_pipeline.environments.diff import major, minor, same
from jupyter_pipeline.environments.plugins.installed import normalise
from jupyter_pipeline.models import Distribution, DriftItem, Environment, Severity

__all__ = ["Lock", "drift", "read", "requirement", "requirements"]

_HEADER = re.compile(r"# Python (?P<python>\S+), (?P<platform>\S*)")
_IMPORTED = "# Imported: "
_EDITABLE = re.compile(r"(?:-e|--editable)[\s=]\s*(?P<url>\S+)")
_HASH = re.compile(r"--hash[= ](\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """What a lock says."""

    python: str
    """Full version; empty where the text does not tell it."""
    platform: str
    imported: tuple[str, ...]
    """Distributions that the code imports itself."""
    distributions: tuple[Distribution, ...]
    hashes: Mapping[str, tuple[str, ...]]
    """Of each distribution, such as ``sha256:ab…``."""
    others: tuple[str, ...]
    """Lines that are neither pins nor comments: options, and requirements that were written by hand."""


def requirements(environment: Environment, *, roots: Collection[str] | None = None, hashes: bool = False) -> str:
    """Return a requirements file with every distribution of `environment` pinned.

    Parameters
    ----------
    environment : Environment
        See `capture.capture`.
    roots : collection of str, optional
        Names of modules: then only the distributions that they come from and what these depend on, as installed in
        this process's environment.
    hashes : bool, default False
        Whether the index is asked for the hashes of what it has. Where something has none, such as an editable
        package, they are written as comments: `locked.interpreter` checks them all the same.

    Returns
    -------
    str
        One requirement a line, sorted by name. Editable and local ones name their folder or file on this host.
    """
    chosen = environment.distributions
    lines = [f"# Python {environment.python}, {environment.platform}"]
    if roots is not None:
        from jupyter_pipeline.environments.capture import dependencies

        direct = dependencies.providers(roots)
        names = dependencies.closure(direct)
        chosen = tuple(d for d in chosen if d.name in names)
        lines.append(_IMPORTED + ", ".join(sorted(direct)))
    if not hashes:
        return "\n".join([*lines, *map(line, chosen)]) + "\n"
    found, why = _hashes(chosen)
    bare = sorted({d.name for d in chosen} - found.keys())
    if bare:  # pip checks the hashes of all or of none
        lines.append(f"# {', '.join(bare)}: without hashes{f' ({why})' if why else ''}; so the others are comments.")
    lines += [_hashed(d, found.get(d.name, ()), comments=bool(bare)) for d in chosen]
    return "\n".join(lines) + "\n"


def _hashes(chosen: Collection[Distribution]) -> tuple[dict[str, tuple[str, ...]], str]:
    """Return the hashes of archives, by name, and why some are missing."""
    from jupyter_pipeline.environments.lock import hashes

    found, why = hashes.known(requirement(d) for d in chosen if d.source in ("index", "conda"))
    for d in chosen:
        digest = d.url.partition("#sha256=")[2]
        if digest:
            found[d.name] = (f"sha256:{digest}",)
    return found, " ".join(why.split())[:200]


def _hashed(distribution: Distribution, hashes: Collection[str], *, comments: bool) -> str:
    if not hashes:
        return line(distribution)
    if comments:
        return "\n".join([line(distribution), *(f"    # --hash={h}" for h in hashes)])
    return " \\\n".join([requirement(distribution), *(f"    --hash={h}" for h in hashes)])


def read(text: str) -> Lock:
    """Return what a lock says, or any other requirements file as far as it has pins."""
    python = platform = ""
    imported: tuple[str, ...] = ()
    found: dict[str, Distribution] = {}
    hashes: dict[str, tuple[str, ...]] = {}
    others = []
    last = ""
    for raw in text.replace("\\\n", " ").splitlines():
        header = _HEADER.match(raw)
        if header:
            python, platform = header["python"], header["platform"]
        elif raw.startswith(_IMPORTED):
            imported = tuple(n.strip() for n in raw.removeprefix(_IMPORTED).split(",") if n.strip())
        body, _, comment = f" {raw}".partition(" #")
        if not body.strip():
            if last:  # where they are comments, they follow what they are of
                hashes[last] = (*hashes.get(last, ()), *_HASH.findall(raw))
            continue
        last = ""
        pinned = _pinned(_HASH.sub("", body).strip(), comment.strip())
        if pinned is None:
            others.append(body.strip())
        elif pinned.version or pinned.url:
            found[pinned.name] = pinned
            last = pinned.name
            hashes[last] = tuple(_HASH.findall(raw))
    return Lock(
        python=python,
        platform=platform,
        imported=imported,
        distributions=tuple(found.values()),
        hashes={name: told for name, told in hashes.items() if told},
        others=tuple(others),
    )


def drift(text: str) -> list[DriftItem]:
    """Return what differs between a lock and this process's packages, the worst first.

    What the lock does not name does not matter. In each item ``kernel`` is the locked version, ``scheduler`` and
    ``workers`` are this process's.

    Parameters
    ----------
    text : str
        See `requirements`.
    """
    from jupyter_pipeline.environments.capture.environment import capture

    return compare(read(text), capture())


def compare(lock: Lock, environment: Environment) -> list[DriftItem]:
    """Return what of `lock` is otherwise in `environment`, the worst first."""
    items = []
    if lock.python and minor(lock.python) != minor(environment.python):
        items.append(
            _item("python", lock.python, environment.python, Severity.BLOCKS, "another minor version of Python")
        )
    here = {d.name: d for d in environment.distributions}
    for wanted in lock.distributions:
        present = here.get(wanted.name)
        if same(wanted, present):
            continue
        imported = wanted.name in lock.imported
        if present is None:
            severity, reason = (Severity.BLOCKS if imported else Severity.WARNS), "absent now"
        elif wanted.version == present.version:
            severity, reason = (Severity.WARNS if imported else Severity.NOTES), "another build now"
        elif imported and major(wanted.version) != major(present.version):
            severity, reason = Severity.BLOCKS, "imported, and another major version now"
        else:
            severity, reason = (Severity.WARNS if imported else Severity.NOTES), "another version now"
        items.append(_item(wanted.name, wanted.version, present.version if present else "", severity, reason))
    order = list(Severity)
    return sorted(items, key=lambda item: (order.index(item.severity), item.package))


def line(distribution: Distribution) -> str:
    """Return the requirement with a comment where it does not tell name and version itself."""
    text = requirement(distribution)
    return (
        text if distribution.source in ("index", "conda") else f"{text}  # {distribution.name}=={distribution.version}"
    )


def requirement(distribution: Distribution) -> str:
    """Return what installers call `distribution`."""
    if distribution.source == "editable":
        return f"-e {distribution.url}"
    name = distribution.name + (f"[{','.join(distribution.extras)}]" if distribution.extras else "")
    if distribution.source in ("vcs", "url", "path"):
        return f"{name} @ {distribution.url}"
    return f"{name}=={distribution.version}"


def _pinned(body: str, comment: str) -> Distribution | None:
    """Return what a line pins, without version and URL if it is not for this process; ``None`` for other lines.

    The comment tells the version where the requirement does not.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    named, _, version = comment.partition("==")
    editable = _EDITABLE.fullmatch(body)
    if editable:
        name = named if version else editable["url"].rstrip("/").rpartition("/")[2]
        return Distribution(name=normalise(name), version=version, source="editable", url=editable["url"])
    try:
        asked = Requirement(body)
    except InvalidRequirement:
        return None
    exact = re.fullmatch(r"===?([^*]+)", str(asked.specifier))
    name = normalise(asked.name)
    extras = tuple(sorted(asked.extras))
    if asked.marker is not None and not asked.marker.evaluate():
        return Distribution(name=name, version="")
    if asked.url:
        return Distribution(name=name, version=version, source=_source(asked.url), url=asked.url, extras=extras)
    return Distribution(name=name, version=exact[1], extras=extras) if exact else None


def _source(url: str) -> str:
    if re.match(r"(git|hg|svn|bzr)\+", url):
        return "vcs"
    return "path" if url.startswith("file:") else "url"


def _item(package: str, locked: str, here: str, severity: Severity, reason: str) -> DriftItem:
    return DriftItem(package=package, kernel=locked, scheduler=here, workers=(here,), severity=severity, reason=reason)
