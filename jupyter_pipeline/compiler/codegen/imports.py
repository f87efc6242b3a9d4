"""Collect the imports of a generated file while it is rendered."""

from __future__ import annotations

import sys

__all__ = ["Imports"]


def _order(name: str) -> tuple[int, str]:
    """Sort constants first, then classes, then the rest."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2, name)


class Imports:
    """Imports of a generated file, sorted into standard library, third-party and local modules.

    Examples
    --------
    >>> imports = Imports()
    >>> imports.need("prefect", "task"), imports.need("prefect", "flow"), imports.need("steps")
    ('task', 'flow', 'steps')
    >>> print(imports.text())
    from prefect import flow, task
    <BLANKLINE>
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
        for module in sorted(self._modules):
            top = module.partition(".")[0]
            group = groups[0 if top in sys.stdlib_module_names else 2 if top == "steps" else 1]
            names = sorted((n for n in self._modules[module] if n), key=_order)
            if "" in self._modules[module]:
                group.insert(sum(line.startswith("import ") for line in group), f"import {module}")
            if names:
                line = f"from {module} import {', '.join(names)}"
                parts = "".join(f"    {name},\n" for name in names)
                group.append(line if len(line) <= 100 else f"from {module} import (\n{parts})")
        return "\n\n".join("\n".join(group) for group in groups if group)
