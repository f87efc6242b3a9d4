"""Find the text that IPython prints for lines which the compiler translates or leaves out.

IPython confirms a magic: ``%cd`` prints the folder, and ``%%writefile`` prints the file. The translated line prints
nothing, so a confirmation is no difference. A pattern matches the confirmation of one line of the cell only.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from jupyter_pipeline.compiler.frontend.magics import read_call

__all__ = ["Confirmation", "find_confirmations", "remove_confirmations", "shows_value_of_magic"]

_FOLDER = r"(?:/|~|[A-Za-z]:\\).*"
_LINE = re.compile(r"^(?P<indent>\s*)(?P<mark>%|!)?(?P<name>\w+)(?P<rest>.*)$")
_WRITTEN = re.compile(r"^%%(?:writefile|file)[ \t]+(?P<rest>.*)$")
_SHOWING = ("%time ", "%%time", "!!")
"""Lines of IPython that have a value which the pipeline shows, too."""


@dataclass(frozen=True, slots=True)
class Confirmation:
    """Lines that IPython may print for one line of a cell."""

    line: int
    """Line in the cell, from 1."""
    patterns: tuple[re.Pattern[str], ...]
    repeats: bool
    """True if the line is in a block, so that it may run several times."""


def find_confirmations(source: str, plain: str) -> list[Confirmation]:
    """Return the confirmations of a cell, in order.

    A magic without an entry may print anything, so it has no confirmation.

    Parameters
    ----------
    source : str
        Source of the cell.
    plain : str
        Its translation to Python, line by line.
    """
    translated = [*plain.split("\n")]
    found: list[Confirmation] = []
    for number, line in enumerate(source.split("\n"), 1):
        if line.startswith("%%"):
            if match := _WRITTEN.match(line):
                return [*found, Confirmation(number, _compile(_written(match["rest"])), repeats=False)]
            continue
        if number <= len(translated) and translated[number - 1] == line:
            continue
        match = _LINE.match(_read_magic(line))
        if match is None:
            if line.strip().endswith("?") or line.strip().startswith("?"):
                found.append(Confirmation(number, (), repeats=False))
            continue
        patterns = _patterns(match["name"], match["rest"].strip(), is_shell=match["mark"] == "!")
        if patterns is not None:
            found.append(Confirmation(number, _compile(patterns), repeats=bool(match["indent"])))
    return found


def remove_confirmations(text: str, confirmations: Sequence[Confirmation]) -> str:
    """Return a text without the confirmations: one line for each pattern, or all lines for a repeated line."""
    lines = text.split("\n")
    for confirmation in confirmations:
        for pattern in confirmation.patterns:
            places = [i for i, line in enumerate(lines) if pattern.fullmatch(line.rstrip("\r"))]
            for place in reversed(places if confirmation.repeats else places[:1]):
                del lines[place]
    return "\n".join(lines)


def shows_value_of_magic(source: str, plain: str) -> bool:
    """Return True if the notebook shows the value of a magic, such as the folders of ``%pushd``, as the last value."""
    lines, translated = source.split("\n"), plain.split("\n")
    last = next((i for i in reversed(range(len(lines))) if lines[i].strip() and lines[i][0] != "#"), None)
    if last is None or lines[last][0].isspace() or lines[last].startswith(_SHOWING) or "=" in lines[last].split(" ")[0]:
        return False
    is_magic = last >= len(translated) or translated[last] != lines[last]
    return is_magic and _LINE.match(_read_magic(lines[last])) is not None


def _compile(patterns: Sequence[str]) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(each) for each in patterns)


def _read_magic(line: str) -> str:
    """Return a line of IPython; a call such as ``get_ipython().run_line_magic("cd", "x")`` as the magic it runs."""
    if "get_ipython()" not in line:
        return line
    try:
        node = ast.parse(line.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return line
    found = read_call(node) if isinstance(node, ast.Call) else None
    return f"{line[: len(line) - len(line.lstrip())]}{''.join(found)}" if found else line


def _patterns(name: str, rest: str, *, is_shell: bool) -> list[str] | None:
    """Return patterns of the lines that a magic prints; ``None`` for a magic that may print anything."""
    if name in ("mkdir", "rm"):
        # The translation adds -p and -f, so that the run prints no error for a folder that exists.
        error = "cannot create directory .*: File exists" if name == "mkdir" else "cannot remove .*: No such file.*"
        return [f"{name}: {error}"]
    if is_shell:
        return None
    find = _MAGICS.get(name)
    return None if find is None else [*find(rest)]


def _written(rest: str) -> list[str]:
    words = [word.strip("'\"") for word in rest.split() if word not in ("-a", "--append")]
    target = " ".join(words)
    return [rf"(?:Writing|Overwriting|Appending to) {_literal(target)}"]


def _literal(text: str) -> str:
    """Return a pattern for a text in which IPython expands variables and the home folder."""
    return ".*" if re.search(r"[${]", text) else re.escape(text).replace(r"\~", "~").replace("~", ".*", 1)


def _folder(rest: str) -> Iterator[str]:
    target = rest.strip().strip("'\"")
    if re.match(r"-q\b|.*\s-q$", target):
        return
    last = target.rstrip("/").rpartition("/")[2]
    is_named = bool(re.fullmatch(r"[\w. -]+", last)) and last.strip(".") != "" and not target.startswith("-")
    yield rf"{_FOLDER}{re.escape(last)}" if is_named else _FOLDER


def _environment(rest: str) -> Iterator[str]:
    name, separator, value = rest.partition("=" if "=" in rest else " ")
    if separator and value.strip():
        yield rf"env: {_literal(name.strip())}={_literal(value.strip())}"


def _popped(_: str) -> Iterator[str]:
    yield rf"popd -> {_FOLDER}"
    yield _FOLDER


def _pylab(_: str) -> Iterator[str]:
    yield "%pylab is deprecated.*"
    yield "Using matplotlib backend: .*"
    yield "Populating the interactive namespace from numpy and matplotlib"


def _stored(rest: str) -> Iterator[str]:
    for name in rest.split():
        yield rf"Stored '{re.escape(name)}' \(.*\)"


def _memory(_: str) -> Iterator[str]:
    yield "peak memory: .*, increment: .*"


def _backend(_: str) -> Iterator[str]:
    yield "Using matplotlib backend: .*"


def _loaded(rest: str) -> Iterator[str]:
    yield rf"The {re.escape(rest)} extension is already loaded\. To reload it, use:"
    yield rf"  %reload_ext {re.escape(rest)}"


def _nothing(_: str) -> Iterator[str]:
    return iter(())


_MAGICS: Mapping[str, Callable[[str], Iterator[str]]] = {
    "cd": _folder,
    "pushd": _folder,
    "popd": _popped,
    "env": _environment,
    "set_env": _environment,
    "pylab": _pylab,
    "store": _stored,
    "memit": _memory,
    "matplotlib": _backend,
    "load_ext": _loaded,
    **dict.fromkeys(["aimport", "autoreload", "config", "dirs", "prun", "pwd", "reload_ext", "xdel", "time"], _nothing),
}
"""Lines of text by magic. A value that a magic returns is no text."""
