"""Propose the steps of a notebook file, and write the accepted ones into it."""

from __future__ import annotations

import dataclasses
import os
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_pipeline.exceptions import ConfigurationError

if TYPE_CHECKING:
    from jupyter_pipeline.models import StepsProposal

__all__ = ["propose_steps"]


def propose_steps(notebook: str | Path, *, write: bool = False) -> StepsProposal:
    """Propose a division of a notebook into steps, and check it with the dependency graph.

    The steps follow the headings, or without headings what the cells do: load, prepare, model, plot, report. Cells that
    are marked as steps and checks keep their marks.

    Parameters
    ----------
    notebook : str or Path
        Notebook file.
    write : bool, default False
        Write the steps into the notebook, as tags of its cells such as ``step:load``.

    Returns
    -------
    StepsProposal
        Steps with their cells, values and order, and the cells without a step.

    Raises
    ------
    ConfigurationError
        If the notebook cannot be read or written.
    CompileRefusedError
        If a cell cannot run in a pipeline. The error lists the reasons.
    UsageError
        If the notebook has no code, or a step has cells with marks of other steps.
    CompileError
        If the file is no notebook, or its format has no tags.

    Examples
    --------
    >>> import jupyter_pipeline
    >>> [step.name for step in jupyter_pipeline.propose_steps("report.ipynb").steps]  # doctest: +SKIP
    ['load', 'clean', 'plot']
    """
    from jupyter_pipeline import compiler
    from jupyter_pipeline.workflows.deploy_options import default_name

    path = Path(notebook)
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = f"cannot be read ({error.strerror})"
        raise ConfigurationError(str(path), "", reason, "Pass the path of a notebook file.") from error
    proposal = compiler.propose_steps(compiler.read_notebook(content, path.name), default_name(path.name))
    if not write:
        return proposal
    changed = compiler.write_proposal(content, path.name, proposal)
    if changed != content:
        _replace(path, changed)
    return dataclasses.replace(proposal, written=True)


def _replace(path: Path, content: bytes) -> None:
    """Replace a file as a whole, and keep its mode."""
    target = path.resolve()
    try:
        mode = stat.S_IMODE(target.stat().st_mode)
        number, name = tempfile.mkstemp(dir=target.parent, prefix=f".{target.name}-")
        with os.fdopen(number, "wb") as file:
            file.write(content)
        Path(name).chmod(mode)
        Path(name).replace(target)
    except OSError as error:
        reason = f"cannot be written ({error.strerror})"
        raise ConfigurationError(str(path), "", reason, "Check the permissions of the file and its folder.") from error
