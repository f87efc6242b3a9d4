"""IPython magics: ``%cluster``, ``%profiles``, ``%%deploy``, ``%deployments``, ``%runs``, ``%pipeline`` and more.

Line magics take the subcommands, arguments and options of the command line. A cluster may be omitted: the magics use
the attached one. No module of this package imports a heavy library at its top, which keeps ``%load_ext`` fast.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_pipeline.clusters.profiles import traitlets_config
from jupyter_pipeline.magics.cell_help import register_help, unregister_help
from jupyter_pipeline.magics.cluster import ClusterMagics
from jupyter_pipeline.magics.completion import register_completion, unregister_completion
from jupyter_pipeline.magics.costs import CostMagics
from jupyter_pipeline.magics.deploy import DeployMagics
from jupyter_pipeline.magics.deployments import DeploymentsMagics
from jupyter_pipeline.magics.logs import LogsMagics
from jupyter_pipeline.magics.notebook_document import Document
from jupyter_pipeline.magics.on_workers import OnWorkersMagics
from jupyter_pipeline.magics.profiles import ProfilesMagics
from jupyter_pipeline.magics.runs import RunsMagics
from jupyter_pipeline.magics.service import ServiceMagics

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["register", "unregister"]

_MAGICS = (
    *("cluster", "profiles", "deploy", "deployments", "runs", "pipeline", "cost"),
    *("steps", "step", "check", "on_workers", "logs"),
)


def register(shell: InteractiveShell) -> None:
    """Register the magics and their completion in `shell`, and record the cells that it runs."""
    traitlets_config.set_config(shell.config)
    document = Document(shell)
    shell.events.register("pre_run_cell", document.remember)
    shell.events.register("post_run_cell", document.forget_unparsed)
    for magics in (
        ClusterMagics,
        OnWorkersMagics,
        ProfilesMagics,
        DeploymentsMagics,
        RunsMagics,
        ServiceMagics,
        CostMagics,
        LogsMagics,
    ):
        shell.register_magics(magics(shell))
    shell.register_magics(DeployMagics(shell, document))
    register_completion(shell)
    register_help(shell)


def unregister(shell: InteractiveShell) -> None:
    """Remove the magics from `shell`."""
    unregister_completion(shell)
    unregister_help(shell)
    magics = shell.magics_manager.registry.get("DeployMagics")
    if magics is not None:
        shell.events.unregister("pre_run_cell", magics.document.remember)
        shell.events.unregister("post_run_cell", magics.document.forget_unparsed)
        magics.document.outputs.close()
    for kind in ("line", "cell"):
        for name in _MAGICS:
            shell.magics_manager.magics[kind].pop(name, None)
