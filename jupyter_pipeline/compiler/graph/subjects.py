"""Find the subject of a cell: a name for its function and a first line for its docstring.

A cell is about the first of these that it has:

1. the heading directly above it,
2. its first comment,
3. the heading of its section, if it is the last cell there,
4. its own action (`actions`),
5. the heading of its section.

Headings that fit any cell, such as *Solution*, do not count.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from jupyter_pipeline.compiler.frontend.notebook import Cell
from jupyter_pipeline.compiler.graph.actions import Action, find_action
from jupyter_pipeline.compiler.graph.wording import is_generic, is_remark, to_function_name, to_sentence

__all__ = ["Subject", "find_modules", "find_section_subject", "find_subject"]


@dataclass(frozen=True, slots=True)
class Subject:
    """The purpose of a cell, in words."""

    name: str
    """Name of a function; empty if nothing in the cell suggests one."""
    summary: str
    """First line of a docstring."""
    from_comment: bool = False
    """True if the summary is the first comment of the cell."""


def find_subject(cells: Sequence[Cell], cell: int, source: str, *, is_check: bool = False, name: str = "") -> Subject:
    """Return the subject of a cell.

    Parameters
    ----------
    cells : sequence of Cell
        All cells of the notebook.
    cell : int
        Index of the cell.
    source : str
        Text of the cell as plain Python.
    is_check : bool, default False
        True if the cell is a check.
    name : str, optional
        Name of one step of several. Only a heading directly above the cell counts then.
    """
    body = _parse(source)
    action = find_action(body, find_modules([c.source for c in cells if c.kind == "code"]))
    heading = _find_heading(cells, cell, anywhere=False)
    comment = "" if heading else _first_comment(source)
    if comment:
        return Subject(to_function_name(comment), to_sentence(comment), from_comment=True)
    if heading:
        return Subject(to_function_name(heading), to_sentence(heading))
    if is_check:
        return Subject("", _describe_check(body) or f"Check {name.replace('_', ' ')}.".replace("Check .", "Check."))
    section = "" if name else _find_heading(cells, cell, anywhere=True)
    if section and _ends_section(cells, cell):
        return Subject(to_function_name(section), to_sentence(section))
    if action.verb == "plot" and section:
        return Subject(f"plot {to_function_name(section)}", to_sentence(section))
    clear = action.objects and (len(action.objects[-1]) > 1 or not section)
    if clear and (name or not section or action.verb not in ("define", "set", "show", "configure")):
        return Subject(action.name, action.sentence)
    if section:
        return Subject(to_function_name(section), to_sentence(section))
    if name:
        return Subject("", to_sentence(name.replace("_", " ")))
    imports = bool(body) and all(isinstance(n, ast.Import | ast.ImportFrom) for n in body)
    return Subject("import libraries", "Import libraries.") if imports else Subject("", "")


def find_section_subject(title: str, sources: Mapping[str, Sequence[ast.stmt]], modules: Collection[str]) -> Subject:
    """Return the subject of a section of a whole notebook.

    Parameters
    ----------
    title : str
        Heading of the section; empty without one.
    sources : mapping of str to sequence of ast.stmt
        Statements of each cell that are in the step, by the text of the cell as plain Python.
    modules : collection of str
        Names of the modules that the notebook imports.
    """
    actions = [find_action(body, modules) for body in sources.values()]
    shown = [a for a in actions if a.objects and a.verb not in ("define", "set", "show")]
    action = next((a for a in reversed(shown) if a.verb == "write"), (shown or [Action()])[-1])
    title = _plain_text(title)
    if title and not is_generic(title):
        return Subject(to_function_name(title), to_sentence(title))
    comments = [text for source in sources if (text := _first_comment(source))]
    last = _first_comment([*sources][-1]) if sources else ""
    if last:
        return Subject(to_function_name(last), to_sentence(last), from_comment=True)
    if action.objects:
        return Subject(action.name, action.sentence)
    if comments:
        return Subject(to_function_name(comments[-1]), to_sentence(comments[-1]))
    others = [a for a in actions if a.objects]
    return Subject(others[-1].name, others[-1].sentence) if others else Subject("", to_sentence(title) if title else "")


def find_modules(sources: Sequence[str]) -> set[str]:
    """Return the names of the modules that the cells import, also from cells that are not valid Python."""
    lines = re.findall(r"^\s*import +(.+)", "\n".join(sources), re.MULTILINE)
    found = (re.match(r"\s*([\w.]+)(?: +as +(\w+))?", one) for line in lines for one in line.split(","))
    return {match[2] or match[1].partition(".")[0] for match in found if match}


def _parse(source: str) -> list[ast.stmt]:
    try:
        return ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        return []


def _describe_check(body: Sequence[ast.stmt]) -> str:
    for node in body:
        if isinstance(node, ast.Assert):
            text = ast.unparse(node.test)
            return f"Check that `{text}`." if len(text) < 60 else ""
    return ""


def _find_heading(cells: Sequence[Cell], cell: int, *, anywhere: bool) -> str:
    """Return the last heading directly above the cell, or nearest above it."""
    above = [c for c in cells if c.index < cell]
    if not anywhere:
        above = above[-1:]
    for markdown in reversed([c for c in above if c.kind == "markdown"]):
        headings = [_plain_text(h) for h in re.findall(r"^#+\s+(.+?)\s*#*$", markdown.source, re.MULTILINE)]
        if headings and not is_generic(headings[-1]):
            return headings[-1]
    return ""


_NUMBERED = re.compile(
    r"^\s*(?:part|step|section|chapter|task|stage) \w{1,3}\s*[.:)\u2013\u2014-]\s*(?=\S)", re.IGNORECASE
)


def _ends_section(cells: Sequence[Cell], cell: int) -> bool:
    """Return True if only expressions follow the cell before the next heading or the end."""
    for each in cells:
        if each.index > cell and each.kind == "markdown" and re.search(r"^#+\s", each.source, re.MULTILINE):
            return True
        if each.index > cell and each.kind == "code":
            body = _parse(each.source)
            if not body or not all(isinstance(node, ast.Expr) for node in body):
                return not each.source.strip()
    return True


def _plain_text(text: str) -> str:
    """Return Markdown as plain text: without emphasis, links, tags, and the number of a heading."""
    text = re.sub(r"<[^>]+>|!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"[*`\[\]\\$]|(?<!\w)_|_(?!\w)", "", text).replace('"', "'")
    text = re.sub(r"^\s*(\d{1,2}|\d+(\.\d+)+|\d+(\.\d+)*[.):]|[A-Za-z][.)]|[ivxIVX]+[.)])\s+(?=\S)", "", text)
    return _NUMBERED.sub("", text).strip()


def _first_comment(source: str) -> str:
    """Return the comment at the top of a cell as one line; empty if it is code, a marker or several sentences long."""
    lines = []
    for line in source.strip("\n").split("\n"):
        if not line.startswith("#") or line.startswith("#!"):
            break
        lines.append(line.lstrip("#").strip(" -=*#"))
    text = " ".join(line for line in lines if line)
    is_text = re.search(r"[^\W\d_]{2}", text) and not re.match(r"(%%|noqa|type:|@)", text)
    if not is_text or len(text) > 100 or is_remark(text):
        return ""
    with_code = re.search(r"[=({\[]", text) is not None
    return "" if with_code and _is_code(text) else re.sub(r"^(\d+[.):])\s+", "", text)


def _is_code(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True
