"""Environment variables that a profile chooses: their values go along, secrets do not."""

from __future__ import annotations

import os
import re
from collections.abc import Collection
from typing import TYPE_CHECKING

from jupyter_pipeline.environments.plugins.installed import without_credentials

if TYPE_CHECKING:
    from jupyter_pipeline.environments.sync.session import Session

__all__ = ["chosen", "share"]

_SECRET = re.compile(r"(?i)token|secret|passw|pwd|credential|auth|private|(?:api|access|account)_?key|_key$")


def chosen(names: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """Return the values of the variables `names` that are set, and the names of those that look like secrets.

    A variable looks like a secret by its name, or because its value is an address with credentials.
    """
    values = {name: os.environ[name] for name in sorted(names) if name in os.environ}
    secret = [n for n, v in values.items() if _SECRET.search(n) or ("://" in v and without_credentials(v) != v)]
    return {n: v for n, v in values.items() if n not in secret}, secret


def share(talk: Session, names: Collection[str]) -> list[str]:
    """Set the variables `names` in scheduler and workers, later ones too, and return notes of what was not sent."""
    values, secret = chosen(names)
    if values != talk.variables:
        talk.call("environment_variables", values=values)
        talk.variables = values
    return [f"{name} looks like a secret and was not sent: set it where the workers are started" for name in secret]
