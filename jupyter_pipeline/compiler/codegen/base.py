"""The interface of a target of code generation."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from jupyter_pipeline.exceptions import UsageError

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.codegen.imports import Imports
    from jupyter_pipeline.compiler.graph.pipeline import PipelineGraph
    from jupyter_pipeline.compiler.graph.steps import Step
    from jupyter_pipeline.compiler.options import CompileOptions

__all__ = ["RESERVED_NAMES", "CodeGenerator", "origin_sentence", "render_folder_change"]

RESERVED_NAMES = frozenset(
    [
        "asyncio",
        "check",
        "cloudpickle",
        "code",
        "create_markdown_artifact",
        "datetime",
        "exponential_backoff",
        "flow",
        "inspect",
        "is_dask_collection",
        "list",
        "os",
        "pathlib",
        "persist_results",
        "receive_results",
        "return_state",
        "run_client",
        "run_on",
        "run_window",
        "steps",
        "task",
        "task_runner",
        "tasks_on",
        "unmapped",
        "wait_for",
        "Annotated",
        "Client",
        "CACHED",
        "Field",
        "StepCluster",
        "StepFunctions",
    ]
)
"""Names that generated files use. They are never parameters, so that each target has the same parameters."""


class CodeGenerator(ABC):
    r"""Generate the files of a pipeline for one orchestrator.

    Implement `name`, `entrypoint` and `render`. Override `check_options`, `notes` and `render_manifest` if the
    orchestrator cannot express all options, or reads a description of the deployment.

    You get: the choice ``--to NAME``, and ``steps.py`` with one pure function for each step, beside the rendered files.
    Each file may ``import steps``. Jupyter Pipeline computes the version, writes the files, and detects manual edits.

    Register a class of another package by the entry-point group ``jupyter_pipeline.codegen``. The name of the entry
    point is the choice of ``--to``.

    Examples
    --------
    >>> class ScriptGenerator(CodeGenerator):
    ...     name = "script"
    ...
    ...     def entrypoint(self, graph, options):
    ...         return "main.py:main"
    ...
    ...     def render(self, graph, options):
    ...         calls = "".join(f"    steps.{step.name}()\n" for step in graph.steps)
    ...         return {"main.py": f"import steps\n\n\ndef main():\n{calls}"}
    """

    name: ClassVar[str]
    """Choice of ``--to``."""
    deployable: ClassVar[bool] = False
    """True if a deploy sends the pipeline to Prefect; false if it only writes the files."""
    supports_windows: ClassVar[bool] = False
    """True if a run can compute its time window from its schedule."""
    supports_step_compute: ClassVar[bool] = False
    """True if single steps can run on clusters of their own."""
    supports_workers: ClassVar[bool] = False
    """True if the tasks of a run can run on the workers of its cluster."""

    def check_options(self, options: CompileOptions) -> None:
        """Check the options before the cells are compiled.

        Raises
        ------
        UsageError
            If the orchestrator cannot express an option, and ignoring it would change the result of a run.
        """
        if options.on_workers and not self.supports_workers:
            raise UsageError(f"--tasks-on workers needs Prefect: leave out --to {self.name}.")
        if options.after and not self.deployable:
            raise UsageError(f"--after is an automation of Prefect: leave out --to {self.name}.")
        if options.windows and (options.standalone or not self.supports_windows):
            option = "--standalone" if options.standalone else f"--to {self.name}"
            raise UsageError(
                f"Jupyter Pipeline computes time windows from the schedule when a run starts: leave out {option}, "
                f"or make {', '.join(options.windows)} a plain parameter."
            )

    def check_steps(self, steps: Sequence[Step], options: CompileOptions) -> None:
        """Check the compute of the steps before code is generated.

        Raises
        ------
        UsageError
            If the orchestrator, or files without this package, cannot express the compute of a step.
        """
        if self.supports_step_compute and not options.standalone:
            return
        for step in steps:
            if step.profile or step.function:
                option = "--standalone" if options.standalone else f"--to {self.name}"
                own = f"a cluster of its own, --profile {step.profile}"
                if step.function:
                    own = "machines of its own, --function"
                raise UsageError(
                    f"The step {step.task_name} has {own}, and {option} has one place for all steps. "
                    f"Leave out {option}, or the option of the step."
                )

    def notes(self, graph: PipelineGraph, options: CompileOptions) -> list[str]:
        """Return a sentence for each option that the files ignore."""
        return []

    @abstractmethod
    def entrypoint(self, graph: PipelineGraph, options: CompileOptions) -> str:
        """Return ``FILE:NAME`` of the object that the orchestrator loads."""

    @abstractmethod
    def render(self, graph: PipelineGraph, options: CompileOptions) -> Mapping[str, str]:
        """Return the text of each file by its name. These files count for the version.

        Raises
        ------
        UsageError
            If the orchestrator cannot express a schedule.
        """

    def render_manifest(
        self, graph: PipelineGraph, options: CompileOptions, *, version: str, parameters: Mapping[str, object]
    ) -> Mapping[str, str]:
        """Return files that describe the deployment. They do not count for the version.

        Parameters
        ----------
        graph : PipelineGraph
            Steps and parameters.
        options : CompileOptions
            Name, schedules, tags.
        version : str
            Content hash of the code.
        parameters : mapping of str to object
            Defaults of the parameters, as JSON values.
        """
        return {}


def origin_sentence(options: CompileOptions) -> str:
    """Return the sentence of each generated docstring that names the notebook."""
    return (
        f"Generated from {options.notebook} by Jupyter Pipeline."
        if options.notebook
        else "Generated by Jupyter Pipeline."
    )


def render_folder_change(imports: Imports) -> str:
    """Return the statement that changes to the folder of the notebook, from which the notebook resolves paths.

    It does so only in ``pipelines/NAME/``: a deployment sets the folder of its runs, and a copy elsewhere has none.
    """
    imports.need("os")
    imports.need("pathlib")
    return (
        "# Relative paths start in the folder of the notebook. A deployment sets it.\n"
        'if pathlib.Path(__file__).parent.parent.name == "pipelines":\n'
        "    os.chdir(pathlib.Path(__file__).parent.parent.parent)\n"
    )
