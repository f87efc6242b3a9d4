"""``%%on_workers``: run a cell on every worker of a cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from IPython.core.magic import Magics, cell_magic, magics_class, no_var_expand

from jupyter_pipeline.exceptions import ClusterError
from jupyter_pipeline.magics.arguments import HelpShown, Parser, interruptible, split

if TYPE_CHECKING:
    from jupyter_pipeline.workflows.worker_cells import WorkerOutput

__all__ = ["OnWorkersMagics", "on_workers_parser"]


def on_workers_parser() -> Parser:
    """Return the parser of ``%%on_workers``."""
    parser = Parser("%%on_workers", "run a cell on each worker of a cluster")
    parser.add_argument("name", nargs="?", values="clusters", help="cluster; by default the attached one")
    return parser


@magics_class
class OnWorkersMagics(Magics):
    """Cells that run on workers."""

    @no_var_expand
    @cell_magic
    def on_workers(self, line: str, cell: str) -> None:
        """Run a cell on each worker that is connected now: ``%%on_workers [NAME]``.

        By default, the cluster is the attached one. The cell is Python code, which may await. It sees no variable of
        the notebook. Its names stay on the worker for the next such cell. Workers with equal output are shown once.
        """
        try:
            name = on_workers_parser().parse_args(split(line)).name
        except HelpShown:
            return
        from jupyter_pipeline.workflows.worker_cells import run_on_workers

        # Every shell with this magic has %cluster.
        clusters = self.shell.magics_manager.registry["ClusterMagics"]
        with interruptible("%%on_workers", "the cell continues on the workers"):
            found = run_on_workers(clusters.connect(name).get_client(set_as_default=False), cell)
        failed = [each for each in found if each.error]
        for each in found:
            print(_format(each))
        if failed:
            count = sum(len(each.workers) for each in failed)
            raise ClusterError(f"The cell failed on {count} of {sum(len(each.workers) for each in found)} workers.")


def _format(found: WorkerOutput) -> str:
    count = len(found.workers)
    where = found.workers[0] if count == 1 else f"{count} workers: {', '.join(found.workers)}"
    texts = [text.rstrip("\n") for text in (found.output, found.value, found.error) if text]
    return "\n".join([f"== {where} ==", *texts])
