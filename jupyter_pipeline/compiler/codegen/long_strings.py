"""Split string literals that exceed the line length into adjacent literals with the same value."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

__all__ = ["split_long_strings"]

_LITERAL = re.compile(r"""(?P<prefix>[rRfFbBuU]{0,2})(?P<quote>["'])(?P<body>.*)(?P=quote)""")
_MARGIN = 4
"""Columns for the punctuation behind a literal."""
_SHORTEST = 20


def split_long_strings(text: str, width: int) -> str:
    """Return formatted code in which literals on lines longer than `width` are divided at spaces.

    Docstrings and texts of several lines stay as they are. The syntax tree of the code does not change.
    """
    lines = text.split("\n")
    if all(len(line) <= width for line in lines):
        return text
    tree = ast.parse(text)
    for node in sorted(_find_literals(tree), key=lambda n: (n.lineno, n.col_offset), reverse=True):
        line = lines[node.lineno - 1]
        if len(line) <= width:
            continue
        begin = len(line.encode()[: node.col_offset].decode())
        end = len(line.encode()[: node.end_col_offset].decode())
        margin = len(line) - len(line.lstrip())
        parts = _split(line[begin:end], width - margin - _MARGIN - (0 if begin == margin else 4))
        if len(parts) > 1:
            lines[node.lineno - 1] = line[:begin] + " ".join(parts) + line[end:]
    changed = "\n".join(lines)
    try:
        return changed if ast.dump(ast.parse(changed)) == ast.dump(tree) else text
    except SyntaxError:
        return text


def _find_literals(tree: ast.Module) -> Iterator[ast.Constant | ast.JoinedStr]:
    """Yield the literals that are in one line, without docstrings and the parts of f-strings."""
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            continue
        is_text = isinstance(node, ast.JoinedStr) or (isinstance(node, ast.Constant) and isinstance(node.value, str))
        if is_text:
            assert isinstance(node, ast.Constant | ast.JoinedStr)
            if node.lineno == node.end_lineno:
                yield node
            continue
        pending += ast.iter_child_nodes(node)


def _split(literal: str, width: int) -> list[str]:
    """Return adjacent literals with the same value; one if the literal cannot be divided."""
    match = _LITERAL.fullmatch(literal)
    if match is None or match["body"].startswith(match["quote"]) or "\\N" in literal or width < _SHORTEST:
        return [literal]
    prefix, quote, body = match["prefix"], match["quote"], match["body"]
    if re.search(rf"(?<!\\){quote}", body):
        return [literal]  # already several literals, or nested quotes
    parts: list[str] = []
    start = last = depth = position = 0
    is_format = "f" in prefix.lower()
    room = width - len(prefix) - 2
    while position < len(body):
        one = body[position]
        if is_format and body[position : position + 2] in ("{{", "}}") and not depth:
            position += 2
            continue
        depth += is_format and (one == "{") - (one == "}")
        position += 1
        if position - start > room and last > start:
            parts.append(body[start:last])
            start = last
        if one == " " and not depth:
            last = position
    if position - start > room and last > start:
        parts.append(body[start:last])
        start = last
    parts.append(body[start:])
    plain = prefix.replace("f", "").replace("F", "")
    return [f"{prefix if not is_format or set(part) & set('{}') else plain}{quote}{part}{quote}" for part in parts]
