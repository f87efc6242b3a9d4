"""Replace ``from module import *`` inside a function, where Python does not allow it.

1. With one such import in the notebook, it imports the names that the step reads and no statement binds before.
2. Otherwise the public names of the module become globals. So they do if a function at module level reads one of them,
   or if the step calls a builtin that the module may replace, such as ``sum``.
"""

from __future__ import annotations

import ast
import builtins
import re

from jupyter_pipeline.compiler.analysis.statements import Program, Statement
from jupyter_pipeline.compiler.graph.steps import Step

__all__ = ["replace_star_imports"]

_STAR = re.compile(r"\bfrom\s+(\.*[\w.]*)\s+import\s+\*")
_NEVER_REPLACED = frozenset(
    ["bool", "dict", "enumerate", "float", "int", "isinstance", "len", "list", "print", "range", "repr", "set", "str",
     "super", "tuple", "type", "zip"]
)  # fmt: skip
"""Builtins that modules do not replace."""


def replace_star_imports(text: str, statement: Statement, step: Step, program: Program) -> str:
    """Return the text of a statement in a function with other imports in place of ``import *``.

    Parameters
    ----------
    text : str
        Text of the statement.
    statement : Statement
        Statement of the step.
    step : Step
        The step.
    program : Program
        The notebook.
    """
    if "import" not in text or not _find_modules(statement):
        return text
    stars = [s for s in program.statements if _find_modules(s)]
    typed, called = _find_names(step, program, sum(1 << s.number for s in stars))
    others = {name for s in step.statements if s not in stars for name in s.bound}
    typed |= {name for name in step.outputs if name in statement.bound - others}
    replaced = {name for name in typed if hasattr(builtins, name)} - _NEVER_REPLACED
    replaced -= {name for name in typed if isinstance(getattr(builtins, name, None), type)}
    is_known = len({m for s in stars for m in _find_modules(s)}) == 1 and not called and not replaced
    names = sorted(name for name in typed if not hasattr(builtins, name))

    def replace(match: re.Match[str]) -> str:
        module = match[1]
        if module.startswith("."):
            return match[0]
        if is_known and not any(s.dynamic for s in step.statements if s not in stars):
            return f"from {module} import {', '.join(names)}" if names else f"import {module}"
        public = f'getattr({module}, "__all__", [name for name in dir({module}) if name[0] != "_"])'
        return f"import {module}; globals().update({{name: getattr({module}, name) for name in {public}}})"

    return _STAR.sub(replace, text)


def _find_modules(statement: Statement) -> set[str]:
    """Return the modules from which a statement imports all names."""
    return {
        node.module or ""
        for node in ast.walk(statement.node)
        if isinstance(node, ast.ImportFrom) and any(alias.name == "*" for alias in node.names)
    }


def _find_names(step: Step, program: Program, stars: int) -> tuple[set[str], set[str]]:
    """Return the names without a definition that a step reads itself, and that functions which it calls read."""
    bound = {name for s in program.statements for name in s.bound | s.assigned}
    typed: set[str] = set()
    called: set[str] = set()
    for s in step.statements:
        written = {node.id for node in ast.walk(s.node) if isinstance(node, ast.Name)}
        typed |= {name for name in s.read & written if not s.versions.get(name, 0) & ~stars}
        typed |= {name for name in s.deferred & written if name not in bound}
        called |= {name for name in s.read - written if name not in bound and not hasattr(builtins, name)}
    return typed, called - typed
