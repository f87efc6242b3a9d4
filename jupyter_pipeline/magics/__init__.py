"""The IPython magics: ``%cluster``, ``%%deploy``, ``%deploy``, ``%runs`` and ``%pipeline``.

Nothing heavy is imported here or at the top of the modules below: ``%load_ext`` must not be noticed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jupyter_pipeline.clusters.profiles import traitlets_config
from jupyter_pipeline.magics.cluster import ClusterMagics
from jupyter_pipeline.magics.completion import complete
from jupyter_pipeline.magics.deploy import DeployMagics
from jupyter_pipeline.magics.deployments import RunsMagics
from jupyter_pipeline.magics.notebook_document import Document
from jupyter_pipeline.magics.service import ServiceMagics

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

__all__ = ["register", "unregister"]

_MAGICS = ("cluster", "deploy", "runs", "pipeline", "step", "check")


def register(shell: InteractiveShell) -> None:
    """Give `shell` the magics, their completion, and a memory of the cells that it runs."""
    traitlets_config.set_config(shell.config)
    document = Document(shell)
    shell.events.register("pre_run_cell", document.remember)
    shell.register_magics(ClusterMagics(shell), ServiceMagics(shell), RunsMagics(shell), DeployMagics(shell, document))
    shell.set_hook("complete_command", complete, re_key=r"%{1,2}(cluster|deploy|runs|pipeline)\b")


def unregister(shell: InteractiveShell) -> None:
    """Take back what `register` gave."""
    magics = shell.magics_manager.registry.get("DeployMagics")
    if magics is not None:
        shell.events.unregister("pre_run_cell", magics.document.remember)
    for kind in ("line", "cell"):
        for name in _MAGICS:
            shell.magics_manager.magics[kind].pop(name, None)
