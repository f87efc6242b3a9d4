"""The graph of a pipeline: the input of code generation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.analysis.statements import Program, Statement
    from jupyter_pipeline.compiler.graph.parameters import Parameter
    from jupyter_pipeline.compiler.graph.steps import Step

__all__ = ["PipelineGraph"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PipelineGraph:
    """Module-level statements, steps and parameters of a pipeline."""

    function: str
    """Name of the pipeline as a Python identifier."""
    program: Program
    """The cells that the statements come from."""
    imports: tuple[Statement, ...]
    """Imports at module level."""
    helpers: tuple[Statement, ...]
    """Functions, classes and constants at module level."""
    settings: tuple[Statement, ...] = ()
    """Settings of libraries that each process of the steps applies, with `settings_function`."""
    settings_function: str = ""
    """Name of the function in ``steps.py`` with these settings; empty for none."""
    steps: tuple[Step, ...]
    """Steps in topological order. The edges are `Step.sources` and `Step.after`."""
    parameters: tuple[Parameter, ...]
    """Parameters in the order of their assignment."""
    libraries: frozenset[str]
    """Top-level names of the imported modules."""
    title: str = ""
    """Sentence that describes a whole notebook; empty for cells."""
