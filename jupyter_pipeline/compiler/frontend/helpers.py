"""Definitions that translated lines use: the function that runs a command, and the list of folders of ``%pushd``.

The first cell that uses one defines it. The analysis reads its model, a statement with the same effects.
"""

from __future__ import annotations

from collections.abc import Iterator

from jupyter_pipeline.compiler.frontend.names import NotebookNames
from jupyter_pipeline.compiler.frontend.plain import PlainCell

__all__ = ["FOLDERS", "SHELL_FUNCTIONS", "Helpers", "name_helper"]

FOLDERS = "pushed_folders"
SHELL_FUNCTIONS = ("run_shell", "run_shell_command")
"""Name of the function, and its name in a notebook that binds the first."""
_SHELL_FUNCTION = '''\
def {name}(command: list[str]) -> None:
    """Run a command and print its output line by line. A failure raises an error."""
    with {subprocess}.Popen(
        command,
        stdin={subprocess}.DEVNULL,
        stdout={subprocess}.PIPE,
        stderr={subprocess}.STDOUT,
        encoding="utf-8",
        errors="replace",
    ) as process:
        for line in process.stdout:
            print(line, end="")
    if process.returncode:
        raise {subprocess}.CalledProcessError(process.returncode, command)'''


def name_helper(helper: str, names: NotebookNames) -> str:
    """Return the name of a helper in the generated code."""
    free = (*SHELL_FUNCTIONS,) if helper == SHELL_FUNCTIONS[0] else (helper, f"notebook_{helper}")
    return next((name for name in free if not names.binds(name)), free[-1])


class Helpers:
    """Define each helper in the first cell that uses it.

    Parameters
    ----------
    names : NotebookNames
        Names in the notebook.
    """

    def __init__(self, names: NotebookNames) -> None:
        self._names = names
        self._defined: set[str] = set()

    def define(self, plain: PlainCell) -> Iterator[tuple[str, str]]:
        """Yield model and text of each helper that the cell is the first to use."""
        for helper in plain.helpers:
            if helper in self._defined:
                continue
            self._defined.add(helper)
            name = name_helper(helper, self._names)
            if helper == FOLDERS:
                yield f"{name} = []", f"{name} = []"
            else:
                subprocess = "subprocess_module" if self._names.is_rebound("subprocess") else "subprocess"
                yield f"{name} = {subprocess}.run", _SHELL_FUNCTION.format(name=name, subprocess=subprocess)
