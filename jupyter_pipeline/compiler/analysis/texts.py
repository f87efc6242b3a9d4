"""Abstract strings: the texts that a value may be or hold, as patterns.

A pattern is a text in which ``*`` stands for any characters. In the body of a function, a *hole* stands for the text of
a parameter or free variable; a call fills it. An empty set means that the value is no text and holds none.

Examples
--------
>>> sorted(concatenate([frozenset({"data/"}), frozenset({"a", "b"}), frozenset({".csv"})]))
['data/a.csv', 'data/b.csv']
>>> sorted(concatenate([frozenset({"part_"}), NO_TEXT, frozenset({".csv"})]))  # an f-string with a number
['part_*.csv']
>>> sorted(fill_holes(next(iter(hole("name"))) + ".png", {"name": frozenset({"plot"})}))
['plot.png']
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from itertools import product

__all__ = ["ANY_TEXT", "NO_TEXT", "Texts", "concatenate", "fill_holes", "hole", "replace_fields", "unite"]

Texts = frozenset[str]

ANY_TEXT: Texts = frozenset({"*"})
"""Any text."""
NO_TEXT: Texts = frozenset()
"""The value is no text."""

_MAX_TEXTS = 32
_HOLE = re.compile("\x01([^\x02]*)\x02")
_FIELDS = re.compile(r"%(?:\(\w+\))?[-#0 +]*[\d*]*(?:\.\d+)?[a-zA-Z]|\{[^{}]*\}")
"""Fields of ``%`` formatting and of ``str.format``."""


def hole(name: str) -> Texts:
    """Return the text of a parameter or free variable of a function."""
    return frozenset({f"\x01{name}\x02"})


def unite(*texts: Texts) -> Texts:
    """Return the texts of any of several values."""
    found = frozenset().union(*texts)
    return ANY_TEXT if "*" in found or len(found) > _MAX_TEXTS else found


def concatenate(parts: Sequence[Texts], separator: str = "") -> Texts:
    """Return the concatenations of one text of each part; a part without text, such as a number, may be any text."""
    count = 1
    for part in parts:
        count *= len(part) or 1
    if count > _MAX_TEXTS:
        return ANY_TEXT
    return frozenset(re.sub(r"\*+", "*", separator.join(one)) for one in product(*(p or ANY_TEXT for p in parts)))


def replace_fields(texts: Texts) -> Texts:
    """Return format strings with any text in their fields."""
    return frozenset(_FIELDS.sub("*", text) for text in texts)


def fill_holes(text: str, values: Mapping[str, Texts]) -> Texts:
    """Return `text` with the texts of parameters and free variables; those without a value may be any text."""
    pieces = _HOLE.split(text)
    if len(pieces) == 1:
        return frozenset({text})
    parts = [values.get(piece, ANY_TEXT) if i % 2 else frozenset({piece}) for i, piece in enumerate(pieces)]
    if len(pieces) == 3 and not pieces[0] and not pieces[2]:
        return parts[1]
    return concatenate(parts)
