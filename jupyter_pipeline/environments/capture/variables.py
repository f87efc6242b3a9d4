"""Select the environment variables that are sent to the cluster or recorded in a deployment; secrets are not."""

from __future__ import annotations

import os
from collections.abc import Collection
from fnmatch import fnmatchcase

from jupyter_pipeline.environments.plugins.distributions import strip_credentials
from jupyter_pipeline.secret_detection import has_secret, is_private_name

__all__ = ["is_secret", "match_names", "select_variables"]


def select_variables(patterns: Collection[str]) -> tuple[dict[str, str], list[str]]:
    """Return the values of the set variables that match `patterns`, and the names of those that look like secrets."""
    values = {name: os.environ[name] for name in match_names(os.environ, patterns)}
    secret = [name for name, value in values.items() if is_secret(name, value)]
    return {name: value for name, value in values.items() if name not in secret}, secret


def match_names(names: Collection[str], patterns: Collection[str]) -> list[str]:
    """Return the sorted names that equal a pattern or match it, such as ``DASK_*``."""
    return sorted(name for name in names if any(fnmatchcase(name, pattern) for pattern in patterns))


def is_secret(name: str, value: str) -> bool:
    """Return True if a variable looks like a secret: by its name, or because its value contains one.

    The path of an existing file is no secret: the variable names a file, such as ``AWS_SHARED_CREDENTIALS_FILE``.
    """
    if "://" in value and strip_credentials(value) != value:
        return True
    if os.path.isfile(value):  # noqa: PTH113 - Path.is_file raises for a long value
        return False
    return is_private_name(name) or has_secret(name, value)
