"""Cells in plain Python, and the lines that have no translation."""

from __future__ import annotations

from dataclasses import dataclass, field

__all__ = ["PLACEHOLDER", "Obstacle", "PlainCell"]

PLACEHOLDER = "__not_python__"
"""Name of the call that replaces a line without a Python translation."""


@dataclass(frozen=True, slots=True)
class Obstacle:
    """Line or cell that has no Python translation."""

    name: str
    reason: str
    fix: str
    rule: str = "not-python"
    """Id of the rule that refuses a slice with it."""


@dataclass(slots=True)
class PlainCell:
    """A cell in plain Python."""

    source: str
    notes: list[str] = field(default_factory=list)
    installs: list[str] = field(default_factory=list)
    """Notes on installers, which concern every slice below the cell."""
    requirements: list[str] = field(default_factory=list)
    """Requirements of ``%pip install`` and ``!pip install``."""
    obstacles: dict[int, Obstacle] = field(default_factory=dict)
    """Obstacles by line, from 1."""
    commands: set[int] = field(default_factory=set)
    """Lines of shell commands and magics, which have no value that the notebook displays; from 1."""
    directives: dict[str, str] = field(default_factory=dict)
    """Arguments of the cell magic by ``step`` or ``check``."""
    omitted: list[tuple[str, str]] = field(default_factory=list)
    """Lines that are left out although they may have effects, with the code that they run; empty for an import."""
    prelude: list[str] = field(default_factory=list)
    """Statements that the translated lines need before the first statement of the cell, such as imports."""
    helpers: list[str] = field(default_factory=list)
    """Definitions that the translated lines use; see `frontend.helpers`."""

    def note(self, text: str) -> None:
        """Add a note, once."""
        if text not in self.notes:
            self.notes.append(text)

    def note_install(self, text: str) -> None:
        """Add a note on an installer, once."""
        if text not in self.installs:
            self.installs.append(text)

    def need(self, statement: str) -> None:
        """Add a statement to the prelude, once."""
        if statement not in self.prelude:
            self.prelude.append(statement)

    def need_module(self, module: str, name: str) -> str:
        """Add the import of a module under `name`, and return the name."""
        self.need(f"import {module}" if module == name else f"import {module} as {name}")
        return name
