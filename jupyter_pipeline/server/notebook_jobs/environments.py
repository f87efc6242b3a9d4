"""Offer the Python kernels as environments of jobs, and the profiles as their compute types."""

from __future__ import annotations

import contextlib

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_scheduler.environments import EnvironmentManager, EnvironmentRetrievalError
from jupyter_scheduler.models import RuntimeEnvironment

from jupyter_pipeline.clusters import profiles
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.server.kernel_cli import find_interpreter

__all__ = ["HTML", "LOG", "NOTEBOOK", "NO_CLUSTER", "OUTPUT_FORMATS", "KernelEnvironmentManager"]

NOTEBOOK, HTML, LOG = "ipynb", "html", "log"
"""Formats of the outputs of a run."""
OUTPUT_FORMATS = (NOTEBOOK, HTML, LOG)
"""Outputs that each run has, as the dialogs list them."""
NO_CLUSTER = "no cluster"
"""Compute type of runs without a cluster."""


class KernelEnvironmentManager(EnvironmentManager):
    """The Python kernels of the Jupyter server."""

    def __init__(self) -> None:
        self.kernels = KernelSpecManager()

    def list_environments(self) -> list[RuntimeEnvironment]:
        """Return one environment for each Python kernel whose interpreter exists."""
        try:
            compute = [NO_CLUSTER, *sorted(profiles.load_profiles())]
        except PipelineError as error:
            raise EnvironmentRetrievalError(str(error)) from error
        return [
            RuntimeEnvironment(
                name=name,
                label=label,
                description=f"Packages of the kernel {label}",
                file_extensions=["ipynb"],
                output_formats=[*OUTPUT_FORMATS],
                compute_types=compute,
                default_compute_type=NO_CLUSTER,
                metadata={"path": python},
            )
            for name, (label, python) in self._find_kernels().items()
        ]

    def manage_environments_command(self) -> str:
        """Return no command: kernels are installed outside JupyterLab."""
        return ""

    def output_formats_mapping(self) -> dict[str, str]:
        """Return the labels of the outputs of a run."""
        return {NOTEBOOK: "Executed notebook", HTML: "HTML report", LOG: "Log"}

    def find_kernel_names(self) -> dict[str, str]:
        """Return the name of the first kernel of each interpreter."""
        names: dict[str, str] = {}
        for name, (_, python) in self._find_kernels().items():
            names.setdefault(python, name)
        return names

    def _find_kernels(self) -> dict[str, tuple[str, str]]:
        """Return the label and the interpreter of each Python kernel whose interpreter exists, by name."""
        found = {}
        for name, entry in sorted(self.kernels.get_all_specs().items()):
            with contextlib.suppress(PipelineError):
                found[name] = (entry["spec"]["display_name"], find_interpreter(self.kernels, name).python)
        return found
