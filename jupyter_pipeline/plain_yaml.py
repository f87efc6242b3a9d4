"""YAML with values that travel as JSON, for what becomes parameters: dates stay text."""

from __future__ import annotations

from typing import Any

import yaml

__all__ = ["load"]


class _Loader(yaml.SafeLoader):
    pass


_Loader.yaml_implicit_resolvers = {
    first: [(tag, form) for tag, form in resolvers if tag != "tag:yaml.org,2002:timestamp"]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def load(text: str) -> Any:
    """Return what YAML says, safely.

    Raises
    ------
    yaml.YAMLError
        If it is malformed.

    Examples
    --------
    >>> load("{day: 2026-01-31, rows: 100}")
    {'day': '2026-01-31', 'rows': 100}
    """
    return yaml.load(text, _Loader)  # noqa: S506 - a safe loader
