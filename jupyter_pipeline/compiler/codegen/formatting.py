"""Format generated Python files, and silence the rules that statements of the user break.

1. Ruff formats the files and sorts their imports, with its own defaults. Settings of the project are not read.
2. Ruff applies its safe fixes, which do not change the meaning of a program.
3. Unused imports that have no effect are removed, and unused variables begin with an underscore (`unused`).
4. Long comments are wrapped, and long string literals are split (`long_strings`).
5. A violation that stays gets a ``noqa`` comment with its code, because the statement keeps its meaning.

The rules are Ruff's defaults with pycodestyle, Pyflakes, isort, pyupgrade and flake8-bugbear.
"""

from __future__ import annotations

import io
import json
import os
import re
import subprocess
import tempfile
import textwrap
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from jupyter_pipeline.compiler.codegen.long_strings import split_long_strings
from jupyter_pipeline.compiler.codegen.unused import UNUSED_NAME_RULES, remove_imports, rename_variables
from jupyter_pipeline.exceptions import CompileError

__all__ = ["LINE_LENGTH", "format_files"]

LINE_LENGTH = 88
"""Ruff's default."""

_RULES = "E,F,I,UP,B"
_UNFIXABLE = ("F401", "F632", "F811", "F841")
"""Fixes of these rules remove a statement with an effect, or replace ``is``."""
_SAFE = ("B905", "C408")
"""``zip(a, b)`` and ``zip(a, b, strict=False)`` are the same call, and so are ``dict(a=1)`` and ``{"a": 1}``."""
_UNUSED_IMPORT = re.compile(r"`(?P<name>[\w.]+)(?: as \w+)?` imported but unused")
_OUTSIDE_DEFAULTS = frozenset(
    [
        *("B007", "B011", "B024", "B027", "B028", "B034", "B904", "B905", "B911", "B912"),
        *("E101", "E401", "E402", "E501", "E701", "E702", "E703", "E711", "E712", "E713", "E714", "E721"),
        *("E731", "E741", "E742", "E743", "F403", "F405", "F722", "UP013", "UP015", "UP042"),
    ]
)
"""Rules of `_RULES` that Ruff's defaults lack. A ``noqa`` of them is unused there (RUF100)."""
_NOQA = re.compile(r"#\s*noqa:\s*(?P<codes>[A-Z]+[0-9]+(?:[\s,]+[A-Z]+[0-9]+)*)")
_PRAGMA = re.compile(r"#\s*(noqa|type:|fmt:|isort:|ruff:|pylint:|pragma:|mypy:|pyright:|%%|!)")
_ROUNDS = 8


def format_files(files: Mapping[str, str]) -> dict[str, str]:
    """Return `files` with formatted Python files.

    Parameters
    ----------
    files : mapping of str to str
        Text of each file by name. Only names that end with ``.py`` are formatted.

    Raises
    ------
    CompileError
        If Ruff cannot be started.
    """
    names = tuple(name for name in files if name.endswith(".py"))
    formatted = _format(tuple(files[name] for name in names)) if names else ()
    return {**files, **dict(zip(names, formatted, strict=True))}


@lru_cache(maxsize=64)
def _format(texts: tuple[str, ...]) -> tuple[str, ...]:
    with tempfile.TemporaryDirectory(prefix="jupyter-pipeline-") as folder:
        paths = [Path(folder, f"file_{number}.py") for number in range(len(texts))]
        for path, text in zip(paths, texts, strict=True):
            path.write_text(text, encoding="utf-8", newline="\n")
        _run_ruff(["format", "--quiet"], paths)
        _rewrite(paths, _wrap_comments)
        for _ in range(_ROUNDS):
            before = _read(paths)
            found = _check(paths)
            for path in paths:
                text = path.read_text("utf-8")
                violations = found.get(path.name, _Violations())
                changed = remove_imports(text, violations.imports)
                if changed == text:
                    changed = rename_variables(text, violations.variables)
                if changed == text:
                    changed = split_long_strings(text, LINE_LENGTH)
                if changed == text:
                    changed = _silence(text, violations.codes)
                path.write_text(changed, encoding="utf-8", newline="\n")
            if _read(paths) == before:
                break
            _run_ruff(["format", "--quiet"], paths)
        return tuple(_read(paths))


@dataclass(slots=True)
class _Violations:
    """Violations in one file that Ruff does not fix."""

    codes: dict[int, list[str]] = field(default_factory=dict)
    """Codes by row of their ``noqa``."""
    imports: set[str] = field(default_factory=set)
    """Full names of unused imports."""
    variables: set[tuple[int, int]] = field(default_factory=set)
    """Row and column of unused variables."""


def _check(paths: Sequence[Path]) -> dict[str, _Violations]:
    """Apply the safe fixes and return the remaining violations by file."""
    options = ["--fix", "--output-format=json", f"--extend-select={_RULES}"]
    settings = [f"lint.unfixable={list(_UNFIXABLE)}", f"lint.extend-safe-fixes={list(_SAFE)}"]
    answer = _run_ruff(["check", *options, *(a for s in settings for a in ("--config", s))], paths)
    try:
        violations: list[dict[str, Any]] = json.loads(answer)
    except ValueError:
        return {}  # Ruff has failed on a file that Python accepts: its text stays
    found: dict[str, _Violations] = {}
    for violation in violations:
        row, code = violation.get("noqa_row"), violation.get("code")
        if not row or not code or not re.fullmatch(r"[A-Z]+\d+", code):
            continue
        here = found.setdefault(Path(violation["filename"]).name, _Violations())
        codes = here.codes.setdefault(row, [])
        if code not in codes:
            codes.append(code)
        if match := _UNUSED_IMPORT.match(violation.get("message") or ""):
            here.imports.add(match["name"])
        if code in UNUSED_NAME_RULES:
            here.variables.add((violation["location"]["row"], violation["location"]["column"]))
    return found


def _silence(text: str, rows: Mapping[int, Sequence[str]]) -> str:
    """Return `text` with a ``noqa`` comment in each of `rows`, or for the file if a row ends with a backslash."""
    lines = text.split("\n")
    in_file: set[str] = set()
    for row, codes in rows.items():
        line = lines[row - 1]
        if line.endswith("\\"):
            in_file.update(codes)  # a comment cannot follow a backslash, which may be inside a string
            continue
        present = _NOQA.search(line)
        if line.endswith("\\"):  # a comment would end a string or statement that goes on in the next line
            continue
        known = re.findall(r"[A-Z]+[0-9]+", present["codes"]) if present else []
        wanted = sorted({*known, *codes})
        if _OUTSIDE_DEFAULTS & set(wanted) and "RUF100" not in wanted:
            wanted.append("RUF100")
        comment = f"# noqa: {', '.join(wanted)}"
        lines[row - 1] = line.replace(present[0], comment) if present else f"{line}  {comment}"
    if in_file:
        lines.insert(0, f"# ruff: noqa: {', '.join(sorted(in_file))}")
    return "\n".join(lines)


def _wrap_comments(text: str) -> str:
    """Return `text` with each long comment wrapped; a long comment beside code moves above it."""
    if all(len(line) <= LINE_LENGTH for line in text.split("\n")):
        return text
    lines = text.split("\n")
    for token in reversed(list(tokenize.generate_tokens(io.StringIO(text).readline))):
        row, column = token.start
        line = lines[row - 1]
        if token.type != tokenize.COMMENT or len(line) <= LINE_LENGTH or _PRAGMA.match(token.string):
            continue
        code = line[:column].rstrip()
        if code and (row > 1 and lines[row - 2].rstrip().endswith("\\")):
            continue  # inside a statement with continuation lines, no line can be a comment
        margin = line[: len(line) - len(line.lstrip())]
        hashes = re.match(r"#+[:!|]?\s*", token.string)
        start = margin + (hashes[0] if hashes else "# ")
        body = token.string[len(hashes[0]) if hashes else 1 :]
        wrapped = textwrap.wrap(
            body,
            LINE_LENGTH,
            initial_indent=start,
            subsequent_indent=start,
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines[row - 1 : row] = [*wrapped, *([code] if code else [])]
    return "\n".join(lines)


def _rewrite(paths: Sequence[Path], change: Any) -> None:
    for path in paths:
        path.write_text(change(path.read_text("utf-8")), encoding="utf-8", newline="\n")


def _read(paths: Sequence[Path]) -> list[str]:
    return [path.read_text("utf-8") for path in paths]


def _run_ruff(arguments: Sequence[str], paths: Sequence[Path]) -> str:
    """Run Ruff without settings of the project or the environment, and return its standard output."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    command = [_find_ruff(), *arguments, "--isolated", "--no-cache", *(path.name for path in paths)]
    try:
        done = subprocess.run(
            command,
            cwd=paths[0].parent,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
    except OSError as error:
        raise CompileError(f"Ruff cannot be started ({error.strerror}). Install it again: pip install ruff.") from error
    return done.stdout


@lru_cache(maxsize=1)
def _find_ruff() -> str:
    import ruff

    try:
        return str(ruff.find_ruff_bin())
    except FileNotFoundError as error:
        raise CompileError("The program ruff is missing. Install it again: pip install ruff.") from error
