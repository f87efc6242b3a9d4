"""Names of the notebook in the function of a step.

Names of a step are local names. If code finds names by their text (`needs_module_scope`), they are global names of
the generated module.
"""

from __future__ import annotations

import ast
import builtins
import re
from collections.abc import Collection, Iterator, Sequence

from jupyter_pipeline.compiler.analysis.dynamic_names import find_dynamic_calls, is_star_import
from jupyter_pipeline.compiler.analysis.statements import Statement
from jupyter_pipeline.compiler.analysis.syntax import bound_names

__all__ = ["as_global", "as_local", "assign_shadowed_builtins", "declare_assigned", "declare_global"]

_SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


def declare_global(statements: Sequence[Statement], arguments: Collection[str]) -> list[str]:
    """Return lines that make the names of a step global names of the module."""
    names = sorted(bound_names([s.node for s in statements]) - {*arguments, "*"})
    lines = [f"global {', '.join(names)}"] if names else []
    if arguments:
        lines.append(f"globals().update({', '.join(f'{name}={name}' for name in sorted(arguments))})")
    return lines


def as_global(text: str, node: ast.stmt) -> str:
    """Return `text` for use inside a function whose names are global names."""
    if isinstance(node, ast.Global):
        return ""
    if isinstance(node, ast.AnnAssign):  # a global name has no annotation in a function
        return f"{ast.unparse(node.target)} = {ast.unparse(node.value)}" if node.value is not None else ""
    if is_star_import(node):
        return f"exec({ast.unparse(node)!r}, globals())"
    if next(find_dynamic_calls(node), None) is None:
        return text
    lines = text.split("\n")
    for call in sorted(_find_own_calls(ast.parse(text)), key=lambda c: (c.lineno, c.col_offset), reverse=True):
        _use_globals(lines, call)
    return "\n".join(lines)


def _find_own_calls(tree: ast.AST) -> Iterator[ast.Call]:
    """Yield the dynamic calls outside of functions and classes."""
    todo: list[ast.AST] = [tree]
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            count = len(node.args) + len(node.keywords)
            if count == {"exec": 1, "locals": 0, "vars": 0}.get(node.func.id):
                yield node
        todo.extend(one for one in ast.iter_child_nodes(node) if not isinstance(one, _SCOPES))


def _use_globals(lines: list[str], call: ast.Call) -> None:
    """Let a call of ``exec``, ``locals`` or ``vars`` use the global names."""
    assert isinstance(call.func, ast.Name)
    assert call.end_lineno is not None
    assert call.end_col_offset is not None
    if call.func.id == "exec":
        line = lines[call.end_lineno - 1].encode()
        before = "\n".join(lines[: call.end_lineno - 1]) + "\n" + line[: call.end_col_offset - 1].decode()
        comma = "" if before.rstrip().endswith(",") else ", "
        end = call.end_col_offset - 1
        lines[call.end_lineno - 1] = f"{line[:end].decode()}{comma}globals(){line[end:].decode()}"
    else:
        line = lines[call.lineno - 1].encode()
        name = call.func.id.encode()
        rest = line[call.col_offset + len(name) :]
        lines[call.lineno - 1] = (line[: call.col_offset] + b"globals" + rest).decode()


def declare_assigned(statements: Sequence[Statement], arguments: Collection[str]) -> list[str]:
    """Return lines that make names local which only the functions of a step bind, so that these can be `nonlocal`."""
    own = bound_names([s.node for s in statements]) | set(arguments)
    assigned = {
        name
        for s in statements
        if isinstance(s.node, _SCOPES)
        for node in ast.walk(s.node)
        if isinstance(node, ast.Global)
        for name in node.names
    }
    bound = {name for s in statements for name in s.bound}
    return [f"{name}: object" for name in sorted((assigned & bound) - own)]


def as_local(text: str, node: ast.stmt, local: Collection[str]) -> str:
    """Return `text` for use inside a function, where global names of the cell are local."""
    if isinstance(node, ast.Global):
        return ""
    if isinstance(node, ast.Delete):
        freed = [t.id for t in node.targets if isinstance(t, ast.Name) and hasattr(builtins, t.id)]
        if freed:
            return "\n".join([text, "import builtins", *(f"{name} = builtins.{name}" for name in freed)])
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef) and "global " in text:
        return re.sub(r"(?m)^(\s+)global (.+)$", lambda m: _scoped(m, local), text)
    return text


def _scoped(match: re.Match[str], local: Collection[str]) -> str:
    """Return a ``global`` line in which the local names of the step are declared ``nonlocal``."""
    names = [n.strip() for n in match[2].split("#")[0].split(",")]
    inner = [n for n in names if n in local]
    outer = [n for n in names if n not in local]
    lines = [f"{match[1]}nonlocal {', '.join(inner)}"] if inner else []
    lines += [f"{match[1]}global {', '.join(outer)}"] if outer else []
    return "\n".join(lines)


def assign_shadowed_builtins(statements: Sequence[Statement]) -> list[str]:
    """Return assignments of the builtins that the step reads before it rebinds their names."""
    bound = {name for s in statements for name in s.bound if hasattr(builtins, name)}
    seen: set[str] = set()
    early = set()
    for s in statements:
        early |= {
            n
            for n in bound
            if n not in seen
            and any(isinstance(x, ast.Name) and x.id == n and isinstance(x.ctx, ast.Load) for x in ast.walk(s.node))
        }
        seen |= s.bound
    if not early:
        return []
    return ["import builtins", "", *(f"{n} = builtins.{n}" for n in sorted(early))]
