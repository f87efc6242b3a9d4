"""Replace variables in profiles: ``$NAME``, ``${NAME}``, ``${NAME:-default}``; ``$$`` is a dollar sign.

Two kinds of values are unchanged. The shell on the node expands lines of a job script, since ``$SLURM_CPUS_ON_NODE``
or ``$TMPDIR`` exist only there. The keeper expands values of secret keys when it creates the cluster, so that no
secret is stored or shown. All functions are pure.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from jupyter_pipeline.secret_detection import SECRET_KEY

__all__ = ["escape", "expand", "expand_secrets", "substitute"]

_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?::-(?P<default>[^{}]*))?\}|(?P<bad>))"
)


def substitute(text: str, environ: Mapping[str, str]) -> str:
    """Return `text` with replaced variables.

    Raises
    ------
    KeyError
        For a variable that is not set and has no default, with its name.
    ValueError
        For a ``$`` before anything else, such as ``$(command)``.
    """

    def value(match: re.Match[str]) -> str:
        if match["escaped"]:
            return "$"
        if match["bad"] is not None:
            raise ValueError(text[match.start() : match.start() + 12])
        name = match["plain"] or match["braced"]
        if environ.get(name):
            return environ[name]
        if match["default"] is not None:
            return match["default"]
        if name in environ:
            return ""
        raise KeyError(name)

    return _VARIABLE.sub(value, text)


def expand(
    values: Any,
    environ: Mapping[str, str],
    build_error: Callable[[str, str, str], Exception],
    *,
    unexpanded: Collection[str] = (),
) -> Any:
    """Return `values` with replaced variables, except in secrets and in the arguments `unexpanded`.

    Parameters
    ----------
    values : mapping, list, str or another plain value
        Values of a profile.
    environ : mapping of str to str
        Environment variables.
    build_error : callable
        Returns the error for a key, a reason and a fix.
    unexpanded : collection of str
        Arguments below ``cluster_kwargs`` that the shell on the node expands.
    """

    def change(text: str, path: str) -> str:
        try:
            return substitute(text, environ)
        except KeyError as error:
            name = error.args[0]
            raise build_error(
                path, f"the variable {name} is not set", f"Set it, or write ${{{name}:-default}}."
            ) from None
        except ValueError as error:
            raise build_error(
                path, f"{error.args[0]!r} is not a variable", "Write $NAME or ${NAME:-default}; $$ for a dollar sign."
            ) from None

    return _map_strings(values, change, unexpanded)


def escape(values: Any, *, unexpanded: Collection[str] = ()) -> Any:
    """Return `values` with each dollar sign escaped, so that `expand` returns the original."""
    return _map_strings(values, lambda text, path: text.replace("$", "$$"), unexpanded)


def _map_strings(values: Any, change: Callable[[str, str], str], unexpanded: Collection[str], path: str = "") -> Any:
    if isinstance(values, Mapping):
        result = {}
        for key, value in values.items():
            on_node = path == "cluster_kwargs" and key in unexpanded
            if on_node or (isinstance(value, str) and SECRET_KEY.search(str(key))):
                result[key] = value
            else:
                below = f"{path}.{key}" if path else str(key)
                result[key] = _map_strings(value, change, unexpanded, below)
        return result
    if isinstance(values, list):
        return [_map_strings(v, change, unexpanded, f"{path}[{i}]") for i, v in enumerate(values)]
    return change(values, path) if isinstance(values, str) and "$" in values else values


def expand_secrets(kwargs: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Return `kwargs` with replaced variables in secret keys. Use the result only to call the class.

    Raises
    ------
    KeyError
        For a variable that is not set, with its name.
    """
    result: dict[str, Any] = {}
    for key, value in kwargs.items():
        if isinstance(value, Mapping):
            result[key] = expand_secrets(value, environ)
        elif isinstance(value, str) and SECRET_KEY.search(key):
            result[key] = substitute(value, environ)
        else:
            result[key] = value
    return result
