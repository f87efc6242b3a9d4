"""Select the environment variables that are sent to the cluster; secrets are not sent."""

from __future__ import annotations

import os
from collections.abc import Collection

from jupyter_pipeline.environments.plugins.distributions import strip_credentials
from jupyter_pipeline.secret_detection import has_secret, is_private_name

__all__ = ["select_variables"]


def select_variables(names: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """Return the values of the variables in `names` that are set, and the names of those that look like secrets.

    A variable looks like a secret if its name says so, or if its value contains one, such as a URL with credentials.
    """
    values = {name: os.environ[name] for name in sorted(names) if name in os.environ}
    secret = [
        n
        for n, v in values.items()
        if is_private_name(n) or has_secret(n, v) or ("://" in v and strip_credentials(v) != v)
    ]
    return {n: v for n, v in values.items() if n not in secret}, secret
