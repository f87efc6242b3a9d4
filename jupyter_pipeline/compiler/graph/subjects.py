"""Find the subject of a cell: a name for its function and a first line for its docstring.

A cell is about, in this order: the heading directly above it, its first comment, the heading of its section, the names
that it assigns and the functions that it calls.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import dataclass

from jupyter_pipeline.compiler.frontend.notebook import Cell

__all__ = ["Subject", "find_action", "find_subject", "find_verbs"]


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
    heading = _find_heading(cells, cell, anywhere=False)
    comment = "" if heading else _first_comment(source)
    if comment:
        return Subject(_shorten(comment), _sentence(comment), from_comment=True)
    if heading := heading or ("" if name else _find_heading(cells, cell, anywhere=True)):
        return Subject(_shorten(heading), _sentence(heading))
    try:
        body = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError):
        body = []
    if is_check:
        return Subject("", _describe_check(body) or f"Check {name.replace('_', ' ')}.".replace("Check .", "Check."))
    verb, nouns = find_action(body)
    words = " and ".join(", ".join(nouns).rsplit(", ", 1)) if len(nouns) > 1 else "".join(nouns)
    if verb:
        return Subject(f"{verb} {nouns[-1]}", _sentence(f"{verb} {words.replace('_', ' ')}"))
    return Subject("", _sentence(name.replace("_", " ")) if name else "")


_VERBS = (
    (
        "load",
        r"read(_\w+)?|load(_\w+)?|open(_\w+)?|fetch(_\w+)?|download(_\w+)?|scan_\w+|urlopen|urlretrieve|get_dataset",
    ),
    ("query", r"sql|execute|query_df"),
    (
        "write",
        r"to_(csv|parquet|sql|excel|json|pickle|feather|hdf|file|zarr|netcdf|html|gbq)|write(_\w+)?|dump|save\w*",
    ),
    ("plot", r"plot|hist|scatter|bar|barh|boxplot|\w*plot|imshow|heatmap|show|savefig|pie|contour|subplots"),
    ("fit", r"fit|train|fit_transform|minimize|curve_fit"),
    ("predict", r"predict\w*"),
    ("evaluate", r"score|evaluate|\w+_score|cross_val_score|classification_report"),
    ("clean", r"dropna|fillna|drop_duplicates|clean\w*|strip|interpolate"),
    ("merge", r"merge|join|concat|sjoin|union"),
    ("simulate", r"simulate\w*|odeint|solve_ivp"),
)


def find_action(body: Sequence[ast.stmt]) -> tuple[str, list[str]]:
    """Return a verb and its objects for statements; empty if nothing suggests them."""
    assigned: list[str] = []
    verb = ""
    for node in body:
        if isinstance(node, ast.Assign | ast.AnnAssign | ast.AugAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names = [n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)]
            names = [n for n in names if not n.startswith("_")]
            if names and node.value is not None:
                verb = _verb_of(node.value)
                assigned = [n for n in assigned if n not in names] + names
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Call):
            called = _verb_of(node.value)
            if called == "write" or (called != "compute" and not assigned):
                verb = called
                root = _root_of(node.value)
                assigned = assigned or ([root] if root else [])
    assigned = [n for n in assigned if len(n) > 1] or assigned
    return (verb, assigned[-3:]) if assigned else ("", [])


def find_verbs(body: Sequence[ast.stmt]) -> set[str]:
    """Return the verbs of the calls in statements, outside of functions: ``load``, ``plot``, ``fit`` and so on."""
    found: set[str] = set()
    pending: list[ast.AST] = [*body]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.Lambda):
            continue
        if isinstance(node, ast.Call) and (verb := _verb_of_call(node)):
            found.add(verb)
        pending += ast.iter_child_nodes(node)
    return found


def _verb_of(value: ast.expr) -> str:
    """Return the verb of the outermost known call of an expression."""
    for node in ast.walk(value):
        if isinstance(node, ast.Call) and (verb := _verb_of_call(node)):
            return verb
    return "compute"


def _verb_of_call(call: ast.Call) -> str:
    called = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    return next((verb for verb, pattern in _VERBS if re.fullmatch(pattern, called)), "")


def _root_of(value: ast.expr) -> str:
    node: ast.AST = value
    while isinstance(node, ast.Call | ast.Attribute | ast.Subscript):
        node = node.func if isinstance(node, ast.Call) else node.value
    return node.id if isinstance(node, ast.Name) else ""


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
        headings = re.findall(r"^#+\s+(.+?)\s*#*$", markdown.source, re.MULTILINE)
        if headings:
            return _plain_text(headings[-1])
    return ""


def _plain_text(text: str) -> str:
    """Return Markdown as plain text: without emphasis, links, tags, and the number of a heading."""
    text = re.sub(r"<[^>]+>|!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    text = re.sub(r"[*`\[\]\\$]|(?<!\w)_|_(?!\w)", "", text).replace('"', "'")
    return re.sub(r"^\s*(\d+(\.\d+)*[.):]?|[A-Za-z][.)]|[ivxIVX]+[.)])\s+(?=\S)", "", text).strip()


def _first_comment(source: str) -> str:
    """Return the comment at the top of a cell as one line; empty if it is code, a marker or several sentences long."""
    lines = []
    for line in source.strip("\n").split("\n"):
        if not line.startswith("#") or line.startswith("#!"):
            break
        lines.append(line.lstrip("#").strip(" -=*#"))
    text = " ".join(line for line in lines if line)
    if not re.search(r"[^\W\d_]{2}", text) or len(text) > 100 or re.match(r"(%%|TODO|FIXME|noqa|type:|@)", text):
        return ""
    with_code = re.search(r"[=({\[]", text) is not None
    return "" if with_code and _is_code(text) else re.sub(r"^(\d+[.):])\s+", "", text)


def _is_code(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError):
        return False
    return True


def _sentence(text: str) -> str:
    text = text[:1].upper() + text[1:].rstrip(" :,;-")
    return text if text.endswith((".", "?", "!")) else f"{text}."


_LONGEST_NAME = 40
_FILLERS = frozenset(["a", "an", "and", "the", "of", "for", "to", "in", "on", "with", "by", "from", "our", "s"])


def _shorten(text: str) -> str:
    """Return a text as the name of a function: its first words."""
    text = re.split(r"[.:;?!]\s|[.:;?!]$|\s\(| - | \u2013 | \u2014 ", text)[0]
    words = re.findall(r"\w+", text.lower())
    while len("_".join(words)) > _LONGEST_NAME:
        words.pop()
    while words and words[-1] in _FILLERS:
        words.pop()
    return "_".join(words)
