"""Collect the imports of a generated file while it is rendered."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.graph.parameters import Parameter

__all__ = ["Imports", "need_types"]

_LOCAL = ("jupyter_pipeline.runtime", "steps")
"""Modules that a tool sorts in another group if it runs beside them."""


class Imports:
    """Imports of a generated file: standard library, third-party and local modules. Formatting sorts the first two.

    Examples
    --------
    >>> imports = Imports()
    >>> imports.need("prefect", "task"), imports.need("prefect", "flow"), imports.need("steps")
    ('task', 'flow', 'steps')
    >>> print(imports.text())
    from prefect import flow, task
    <BLANKLINE>
    # isort: off
    import steps
    """

    def __init__(self) -> None:
        self._modules: dict[str, set[str]] = {}

    def need(self, module: str, name: str = "") -> str:
        """Import a module, or a name from it, and return its name in the file."""
        self._modules.setdefault(module, set()).add(name)
        return name or module

    def text(self) -> str:
        """Return the lines, without a line break at the end."""
        groups: tuple[list[str], list[str], list[str]] = ([], [], [])
        for module in sorted(self._modules, key=lambda m: (m in _LOCAL, m)):
            group = groups[0 if module.partition(".")[0] in sys.stdlib_module_names else 2 if module in _LOCAL else 1]
            names = sorted(n for n in self._modules[module] if n)
            if "" in self._modules[module]:
                group.append(f"import {module}")
            if names:
                group.append(f"from {module} import {', '.join(names)}")
        if groups[2]:
            groups[2].insert(0, "# isort: off")
        return "\n\n".join("\n".join(group) for group in groups if group)


def need_types(parameter: Parameter, imports: Imports) -> None:
    """Import the names of a parameter's annotation and default."""
    for name in ("Annotated", "Any", "Literal"):
        if re.search(rf"\b{name}\b", parameter.annotation):
            imports.need("typing", name)
    if re.search(r"\bField\(", parameter.annotation):
        imports.need("pydantic", "Field")
    for module in ("datetime", "decimal", "pathlib", "steps", "zoneinfo"):
        if re.search(rf"\b{module}\.", f"{parameter.annotation} {parameter.text}"):
            imports.need(module)
