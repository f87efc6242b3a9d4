"""Statements with placeholders.

``$numbers`` is a name of that kind, ``$numbers2`` another one, and ``$+numbers`` a name that the statement binds.
``$i`` is a small number, ``$word`` a word, ``$c`` a column and ``$u`` a number that no other statement has.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

__all__ = ["KINDS", "Names", "Statement", "subjects", "templates"]

KINDS = {
    "number": "n", "text": "s", "numbers": "l", "nested": "m", "mapping": "d", "unique": "t", "array": "a",
    "matrix": "b", "frame": "df", "series": "ser", "path": "p", "table": "csv_path", "folder": "dir", "function": "f",
    "iterator": "it", "rng": "rng", "source": "src", "axes": "ax", "kind": "K", "object": "o", "manager": "cm",
    "connection": "con", "logger": "log", "registry": "reg", "module": "helper",
}  # fmt: skip
"""Kinds of values, with the prefix of their names."""
_NAMES_OF_A_KIND = 3
_WORDS = ("red", "blue", "north", "daily")
_COLUMNS = ("k", "a", "b")
_PLACEHOLDER = re.compile(r"\$(\+?)([a-z]+)(\d?)")
_STATEMENTS = Path(__file__).parent / "statements"


@dataclass
class Statement:
    """A statement without placeholders."""

    text: str
    reads: dict[str, str] = field(default_factory=dict)
    """Names that it reads, with their kinds."""
    binds: dict[str, str] = field(default_factory=dict)

    @property
    def is_line_magic(self) -> bool:
        """True if it is valid only in a cell, or only at the top level of a cell."""
        return bool(re.search(r"^\s*[%!]|= [%!]|\bawait |import \*|\blocals\(|\bdel \w+$", self.text, re.MULTILINE))


@cache
def templates(subject: str) -> tuple[str, ...]:
    """Return the templates of a subject."""
    return tuple((_STATEMENTS / f"{subject}.txt").read_text().strip("\n").split("\n\n"))


@cache
def subjects() -> tuple[str, ...]:
    """Return the subjects of statements that follow one another in a cell."""
    return tuple(sorted(p.stem for p in _STATEMENTS.glob("*.txt") if p.stem not in ("makers", "whole_cells")))


@cache
def _makers() -> dict[str, list[str]]:
    found: dict[str, list[str]] = {"object": ["$+object = $kind($i)"]}
    for template in templates("makers"):
        (bound,) = {kind for new, kind, _ in _PLACEHOLDER.findall(template) if new}
        found.setdefault(bound, []).append(template)
    return found


class Names:
    """The names that a notebook has bound, by kind."""

    def __init__(self, pick: random.Random) -> None:
        self.pick = pick
        self.bound: dict[str, list[str]] = {}
        self._unique = 0

    def fill(self, template: str) -> Iterator[Statement]:
        """Yield a statement from a template, after statements that make the values which it needs."""
        kinds = dict.fromkeys(kind for new, kind, _ in _PLACEHOLDER.findall(template) if not new and kind in KINDS)
        for kind in kinds:
            wanted = 2 if f"${kind}2" in template else 1
            while len(self.bound.get(kind, ())) < wanted:
                yield from self.fill(self.pick.choice(_makers()[kind]))
        yield self._fill(template)

    def _fill(self, template: str) -> Statement:
        self._unique += 1
        chosen: dict[str, str] = {}
        statement = Statement("")
        for new, kind, digit in _PLACEHOLDER.findall(template):
            if kind not in KINDS or new + kind + digit in chosen:
                continue
            if new:
                name = self._new_name(kind)
                statement.binds[name] = kind
            else:
                used = [name for key, name in chosen.items() if key.rstrip("2") == kind]
                name = self.pick.choice([n for n in self.bound[kind] if n not in used])
                statement.reads[name] = kind
            chosen[new + kind + digit] = name

        def replace(match: re.Match[str]) -> str:
            key = "".join(match.groups())
            literal = {"i": self.pick.randrange(9), "word": self.pick.choice(_WORDS), "c": self.pick.choice(_COLUMNS)}
            return str(chosen.get(key, literal.get(key, self._unique if key == "u" else match.group())))

        statement.text = _PLACEHOLDER.sub(replace, template)
        for name, kind in statement.binds.items():
            if name not in self.bound.setdefault(kind, []):
                self.bound[kind].append(name)
        return statement

    def _new_name(self, kind: str) -> str:
        names = self.bound.get(kind, [])
        if names and (len(names) == _NAMES_OF_A_KIND or self.pick.random() < 0.4):
            return self.pick.choice(names)
        return f"{KINDS[kind]}{len(names)}"

    def unique(self) -> int:
        """Return a number that no other statement has."""
        self._unique += 1
        return self._unique
