"""YAML with values that travel as JSON, for what becomes parameters: dates stay text, the rest is refused."""

from __future__ import annotations

import math
from typing import Any

import yaml

__all__ = ["NotJsonError", "load"]


class NotJsonError(yaml.MarkedYAMLError):
    """A value that JSON does not have."""


class _Loader(yaml.SafeLoader):
    pass


def _number(loader: _Loader, node: yaml.ScalarNode) -> float:
    number = float(loader.construct_yaml_float(node))
    if not math.isfinite(number):
        raise NotJsonError(problem=f"{node.value} is no number that JSON has", problem_mark=node.start_mark)
    return number


def _refuse(loader: _Loader, node: yaml.Node) -> None:
    kind = node.tag.rpartition(":")[2]
    raise NotJsonError(problem=f"JSON has no values of the kind {kind}", problem_mark=node.start_mark)


_Loader.add_constructor("tag:yaml.org,2002:float", _number)
for _kind in ("binary", "omap", "pairs", "set", "timestamp"):
    _Loader.add_constructor(f"tag:yaml.org,2002:{_kind}", _refuse)

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
    NotJsonError
        If it holds what JSON does not have, such as ``.nan``; a `yaml.YAMLError`, too.

    Examples
    --------
    >>> load("{day: 2026-01-31, rows: 100}")
    {'day': '2026-01-31', 'rows': 100}
    """
    return yaml.load(text, _Loader)  # noqa: S506 - a safe loader
