"""Format and parse ``requirements.lock``.

pip and uv both accept the format. The lock has no credentials: the capture removes them from URLs. It keeps references
such as ``${TOKEN}``, which both installers expand.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jupyter_pipeline.environments.plugins.distributions import normalize_name
from jupyter_pipeline.models import Distribution

__all__ = ["IMPORTED", "Lock", "format_line", "format_requirement", "parse_lock"]

_HEADER = re.compile(r"# Python (?P<python>\S+), (?P<platform>\S*)")
IMPORTED = "# Imported: "
_EDITABLE = re.compile(r"(?:-e|--editable)[\s=]\s*(?P<url>\S+)")
_HASH = re.compile(r"--hash[= ](\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """Content of a lock."""

    python: str
    """Full version of Python; empty if the text has none."""
    platform: str
    imported: tuple[str, ...]
    """Distributions that the code imports directly."""
    distributions: tuple[Distribution, ...]
    hashes: Mapping[str, tuple[str, ...]]
    """Hashes such as ``sha256:ab…``, by name of the distribution."""
    others: tuple[str, ...]
    """Lines that are neither pins nor comments: options, and requirements without an exact version."""


def parse_lock(text: str) -> Lock:
    """Parse a lock, or the pins of any other requirements file."""
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
        elif raw.startswith(IMPORTED):
            imported = tuple(n.strip() for n in raw.removeprefix(IMPORTED).split(",") if n.strip())
        body, _, comment = f" {raw}".partition(" #")
        if not body.strip():
            if last:  # hashes in comments follow their requirement
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
        hashes={name: values for name, values in hashes.items() if values},
        others=tuple(others),
    )


def format_line(distribution: Distribution) -> str:
    """Return the requirement of a distribution, with name and version as a comment if the requirement has neither."""
    text = format_requirement(distribution)
    return (
        text if distribution.source in ("index", "conda") else f"{text}  # {distribution.name}=={distribution.version}"
    )


def format_requirement(distribution: Distribution) -> str:
    """Return the requirement that installs `distribution`."""
    if distribution.source == "editable":
        return f"-e {distribution.url}"
    name = distribution.name + (f"[{','.join(distribution.extras)}]" if distribution.extras else "")
    if distribution.source in ("vcs", "url", "path"):
        return f"{name} @ {distribution.url}"
    return f"{name}=={distribution.version}"


def _pinned(body: str, comment: str) -> Distribution | None:
    """Return the distribution that a line pins, or ``None`` if it pins none.

    Version and URL are empty if the marker of the line excludes this process. The version is taken from the comment if
    the requirement has none.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    named, _, version = comment.partition("==")
    editable = _EDITABLE.fullmatch(body)
    if editable:
        name = named if version else editable["url"].rstrip("/").rpartition("/")[2]
        return Distribution(name=normalize_name(name), version=version, source="editable", url=editable["url"])
    try:
        requirement = Requirement(body)
    except InvalidRequirement:
        return None
    exact = re.fullmatch(r"===?([^*]+)", str(requirement.specifier))
    name = normalize_name(requirement.name)
    extras = tuple(sorted(requirement.extras))
    if requirement.marker is not None and not requirement.marker.evaluate():
        return Distribution(name=name, version="")
    if requirement.url:
        return Distribution(
            name=name, version=version, source=_source(requirement.url), url=requirement.url, extras=extras
        )
    return Distribution(name=name, version=exact[1], extras=extras) if exact else None


def _source(url: str) -> str:
    if re.match(r"(git|hg|svn|bzr)\+", url):
        return "vcs"
    return "path" if url.startswith("file:") else "url"
