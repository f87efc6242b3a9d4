"""Format Python source: indent it outside strings, wrap calls and signatures, escape docstrings."""

from __future__ import annotations

import io
import json
import tokenize
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.codegen.imports import Imports

__all__ = [
    "escape_docstring",
    "indent",
    "render_arguments",
    "render_default",
    "render_parameter",
    "render_signature",
    "render_text",
    "render_verdict",
    "wrap_call",
]

_FSTRING = {
    getattr(tokenize, name): step
    for name, step in (("FSTRING_START", 1), ("FSTRING_END", -1))
    if hasattr(tokenize, name)  # Python 3.12 and later
}


def indent(source: str, prefix: str = "    ") -> str:
    """Return `source` with `prefix` before each line that does not start inside a string."""
    lines = source.split("\n")
    inside: set[int] = set()
    if len(lines) > 1 and any(quote in source for quote in ('"""', "'''", "\\\n")):
        starts: list[int] = []
        for token in tokenize.generate_tokens(io.StringIO(source + "\n").readline):
            if token.type == tokenize.STRING:
                inside.update(range(token.start[0] + 1, token.end[0] + 1))
            elif _FSTRING.get(token.type) == 1:
                starts.append(token.start[0])
            elif _FSTRING.get(token.type) == -1:
                inside.update(range(starts.pop() + 1, token.end[0] + 1))
    return "\n".join(
        line if number in inside or not line.strip() else prefix + line for number, line in enumerate(lines, 1)
    )


def wrap_call(function: str, arguments: Sequence[str], *, room: int = 92) -> str:
    """Return a call, with one argument on each line if it exceeds `room` columns."""
    line = f"{function}({', '.join(arguments)})"
    if len(line.rpartition("\n")[2]) <= room or not arguments:
        return line
    return f"{function}(\n" + "".join(f"    {a},\n" for a in arguments) + ")"


def render_text(text: str) -> str:
    """Return a string literal in double quotation marks."""
    return json.dumps(text, ensure_ascii=False)  # each string of JSON is one of Python


def render_arguments(values: Mapping[str, str | int]) -> str:
    """Return keyword arguments, each after a comma.

    Examples
    --------
    >>> render_arguments({"cpus": 2, "memory": "8GiB"})
    ', cpus=2, memory="8GiB"'
    """
    return "".join(f", {name}={render_text(v) if isinstance(v, str) else v}" for name, v in values.items())


def render_signature(name: str, parameters: Sequence[str], *, asynchronous: bool = False, returns: str = "") -> str:
    """Return the header of a function."""
    result = f" -> {returns}" if returns else ""
    return f"{'async ' if asynchronous else ''}def {name}({', '.join(parameters)}){result}:"


def render_parameter(name: str, annotation: str, default: str) -> str:
    """Return a parameter of a function. A default that can be changed is set in the body."""
    if not is_mutable(default):
        return f"{name}: {annotation} = {default}"
    return f"{name}: {annotation if annotation.endswith('None') else f'{annotation} | None'} = None"


def render_default(name: str, default: str) -> str:
    """Return the statement that sets a default in the body; empty if the signature has it."""
    return f"if {name} is None:\n    {name} = {default}" if is_mutable(default) else ""


def is_mutable(default: str) -> bool:
    """Return True if a default is a list or a mapping."""
    return default.startswith(("[", "{"))


def escape_docstring(text: str) -> str:
    """Return `text` escaped as the content of a docstring."""
    safe = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'{safe[:-1]}\\"' if safe.endswith('"') else safe


def render_verdict(imports: Imports) -> str:
    """Return the lines that compute ``verdict`` from a check's ``result``, which may be a Dask collection."""
    imports.need("dask", "is_dask_collection")
    return (
        "verdict = result\n"
        "if is_dask_collection(result):  # lazy: compute the verdict\n"
        '    rows = getattr(type(result), "ndim", 0) and result.ndim\n'
        "    verdict = len(result) if rows else result.compute()\n"
    )
