"""Variables in profiles: ``$NAME``, ``${NAME}``, ``${NAME:-default}``; ``$$`` is a dollar sign (pure).

Two kinds of values stay as they are. Lines of a job script are expanded by the shell on the node, where
``$SLURM_CPUS_ON_NODE`` or ``$TMPDIR`` exist; the caller names their arguments. Values of secret keys are expanded when
the keeper creates the cluster, so that no secret is stored or shown.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

__all__ = ["SECRET_KEY", "escape", "expand", "expand_secrets", "substitute"]

SECRET_KEY = re.compile(
    r"(?i)(?:^|[_.-])(?:password|passwd|passphrase|secret|token|api_?key|access_?key|private_?key|credentials?)$"
)
"""Keys whose value must come from a variable or a file."""

_VARIABLE = re.compile(
    r"\$(?:(?P<escaped>\$)|(?P<plain>[A-Za-z_]\w*)|\{(?P<braced>[A-Za-z_]\w*)(?::-(?P<default>[^{}]*))?\}|(?P<bad>))"
)


def substitute(text: str, environ: Mapping[str, str]) -> str:
    """Return `text` with its variables replaced.

    Raises
    ------
    KeyError
        With the name of a variable that is not set and has no default.
    ValueError
        If a ``$`` begins something else, such as ``$(command)``.
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
    refuse: Callable[[str, str, str], Exception],
    *,
    unexpanded: Collection[str] = (),
) -> Any:
    """Return `values` with the variables in all strings expanded, except secrets and the arguments in `unexpanded`.

    Parameters
    ----------
    values : mapping, list, str or another plain value
    environ : mapping of str to str
    refuse : callable
        Returns the error for a key, a reason and a fix.
    unexpanded : collection of str
        Arguments below ``cluster_kwargs`` that the shell on the node expands.
    """

    def change(text: str, path: str) -> str:
        try:
            return substitute(text, environ)
        except KeyError as error:
            name = error.args[0]
            raise refuse(path, f"the variable {name} is not set", f"Set it, or write ${{{name}:-default}}.") from None
        except ValueError as error:
            raise refuse(
                path, f"{error.args[0]!r} is not a variable", "Write $NAME or ${NAME:-default}; $$ for a dollar sign."
            ) from None

    return _change_strings(values, change, unexpanded)


def escape(values: Any, *, unexpanded: Collection[str] = ()) -> Any:
    """Return `values` with each dollar sign escaped, so that `expand` returns the original."""
    return _change_strings(values, lambda text, path: text.replace("$", "$$"), unexpanded)


def _change_strings(values: Any, change: Callable[[str, str], str], unexpanded: Collection[str], path: str = "") -> Any:
    if isinstance(values, Mapping):
        result = {}
        for key, value in values.items():
            on_node = path == "cluster_kwargs" and key in unexpanded
            if on_node or (isinstance(value, str) and SECRET_KEY.search(str(key))):
                result[key] = value
            else:
                below = f"{path}.{key}" if path else str(key)
                result[key] = _change_strings(value, change, unexpanded, below)
        return result
    if isinstance(values, list):
        return [_change_strings(v, change, unexpanded, f"{path}[{i}]") for i, v in enumerate(values)]
    return change(values, path) if isinstance(values, str) and "$" in values else values


def expand_secrets(kwargs: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Return `kwargs` with the variables of secret keys replaced: for the call of the class and nothing else.

    Raises
    ------
    KeyError
        With the name of a variable that is not set.
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
