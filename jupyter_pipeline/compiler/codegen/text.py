"""Python source as text: indenting it without touching strings, names that are fit for Python."""

from __future__ import annotations

import io
import itertools
import keyword
import re
import tokenize
from collections.abc import Collection, Sequence

__all__ = ["docstring", "identifier", "indent", "unused", "wrapped"]

_FSTRING = {
    getattr(tokenize, name): step
    for name, step in (("FSTRING_START", 1), ("FSTRING_END", -1))
    if hasattr(tokenize, name)  # Python 3.12 and later
}


def indent(source: str, prefix: str = "    ") -> str:
    """Return `source` with `prefix` before each line that does not begin inside a string."""
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


def identifier(name: str) -> str:
    """Return `name` as a Python identifier in lower case."""
    found = re.sub(r"\W+", "_", name).strip("_").lower() or "step"
    if found[0].isdigit():
        found = f"step_{found}"
    return f"{found}_" if keyword.iskeyword(found) or keyword.issoftkeyword(found) else found


def unused(name: str, taken: Collection[str]) -> str:
    """Return `name`, or `name` with the first number that makes it differ from all in `taken`."""
    numbered = (f"{name}_{number}" for number in itertools.count(2))
    return name if name not in taken else next(n for n in numbered if n not in taken)


def wrapped(function: str, arguments: Sequence[str], *, room: int = 92) -> str:
    """Return a call, with one argument on each line where it takes more than `room` columns."""
    line = f"{function}({', '.join(arguments)})"
    if len(line.rpartition("\n")[2]) <= room or not arguments:
        return line
    return f"{function}(\n" + "".join(f"    {a},\n" for a in arguments) + ")"


def docstring(text: str) -> str:
    """Return `text` as the content of a docstring: nothing in it ends the string."""
    safe = text.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f'{safe[:-1]}\\"' if safe.endswith('"') else safe
