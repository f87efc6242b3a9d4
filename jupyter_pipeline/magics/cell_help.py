"""Help of cell magics without a cell.

IPython refuses a cell magic whose cell has one line before the magic sees its line.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["register_help", "unregister_help"]

_ASKS_FOR_HELP = re.compile(r"%%(deploy|step|check|on_workers)\s(.*\s)?(-h|--help)\s")


def register_help(shell: InteractiveShell) -> None:
    """Accept ``%%on_workers --help`` and the like without further lines in `shell`."""
    shell.input_transformers_cleanup.append(_add_line)


def unregister_help(shell: InteractiveShell) -> None:
    """Undo `register_help`."""
    if _add_line in shell.input_transformers_cleanup:
        shell.input_transformers_cleanup.remove(_add_line)


def _add_line(lines: list[str]) -> list[str]:
    """Return the lines of a cell, with an empty statement after the only line if it asks for help."""
    return [*lines, "pass\n"] if len(lines) == 1 and _ASKS_FOR_HELP.match(lines[0]) else lines
