"""Why a cell cannot be promoted."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_pipeline.models.record import Record

__all__ = ["Refusal"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal(Record):
    """Why a cell cannot be promoted, and the way out."""

    cell: int
    """Index of the cell in the notebook, from 0."""
    line: int
    """Line in that cell, from 1."""
    name: str
    """The name or construct at fault."""
    reason: str
    fix: str

    def __str__(self) -> str:
        return f"Cell {self.cell} (counted from 0), line {self.line}: {self.name}: {self.reason}. {self.fix}"
