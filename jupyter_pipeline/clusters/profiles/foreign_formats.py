"""Convert cluster descriptions of other tools to profiles.

- flint: ``cluster_class``, ``cluster_kwargs`` and ``adapt_kwargs`` form a profile without conversion.
- dask-ctl: ``version``, ``module``, ``class``, ``args`` and ``kwargs``.

`dask_config` reads Dask's configuration.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.exceptions import ConfigurationError

__all__ = ["convert_spec"]

_SPEC_KEYS = {"version", "module", "class", "args", "kwargs"}


def convert_spec(content: Mapping[str, Any], source: str, key: str = "") -> Mapping[str, Any]:
    """Return a dask-ctl spec with the keys of a profile, and other `content` unchanged.

    Parameters
    ----------
    content : mapping
        A profile or a spec.
    source : str
        Source for messages.
    key : str, optional
        Dotted key of `content` in its source, for messages.

    Raises
    ------
    ConfigurationError
        If a dask-ctl spec has positional arguments or unknown keys.
    """
    if "module" not in content or "class" not in content or "cluster_class" in content:
        return content
    prefix = f"{key}." if key else ""
    unknown = sorted(set(map(str, content)) - _SPEC_KEYS)
    if unknown:
        raise ConfigurationError(
            source,
            prefix + unknown[0],
            "is not a key of a dask-ctl spec",
            "Use cluster_class and cluster_kwargs instead.",
        )
    if content.get("args"):
        raise ConfigurationError(
            source,
            prefix + "args",
            "positional arguments cannot be checked or overridden",
            "Name them under `kwargs:`.",
        )
    return {
        "cluster_class": f"{content['module']}.{content['class']}",
        "cluster_kwargs": content.get("kwargs") or {},
    }
