"""The environment as text that installers read: ``requirements.lock`` and ``environment.yml``; pure.

Both pip and uv accept the lock. Credentials are not in it: the capture takes them out of URLs, and leaves references
such as ``${TOKEN}``, which both installers expand.
"""

from __future__ import annotations

from jupyter_pipeline.models import Distribution, Environment

__all__ = ["conda", "requirements"]


def requirements(environment: Environment) -> str:
    """Return a requirements file with every distribution of `environment` pinned.

    Parameters
    ----------
    environment : Environment
        See `capture.capture`.

    Returns
    -------
    str
        One requirement a line, sorted by name. Editable and local ones name their folder or file on this host.
    """
    lines = [f"# Python {environment.python}, {environment.platform}"]
    lines += [_requirement(d) for d in environment.distributions]
    return "\n".join(lines) + "\n"


def conda(environment: Environment) -> str:
    """Return an ``environment.yml``; what did not come from conda is in its ``pip`` section."""
    lines = ["dependencies:", f"  - python={environment.python}"]
    lines += [f"  - {d.name}={d.version}" for d in environment.distributions if d.source == "conda"]
    rest = [d for d in environment.distributions if d.source != "conda"]
    if rest:
        lines += ["  - pip", "  - pip:"]
        lines += [f"    - {_quoted(_requirement(d))}" for d in rest]
    return "\n".join(lines) + "\n"


def _requirement(distribution: Distribution) -> str:
    if distribution.source == "editable":
        return f"-e {distribution.url}"
    if distribution.source in ("vcs", "url", "path"):
        return f"{distribution.name} @ {distribution.url}"
    return f"{distribution.name}=={distribution.version}"


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'" if any(c in text for c in "@#:{}'") else text
