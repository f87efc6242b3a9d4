"""Routes that promote a notebook cell."""

from __future__ import annotations

import json
from typing import Any

from jupyter_pipeline.compiler import read_notebook, select_cells
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import Deployed, DeploymentStatus
from jupyter_pipeline.server.handler import PipelineHandler, endpoint
from jupyter_pipeline.server.kernel_cli import find_interpreter
from jupyter_pipeline.workflows import deploy_options, deploy_plan
from jupyter_pipeline.workflows.deploy_options import OPTIONS
from jupyter_pipeline.workflows.deployment_status import status

__all__ = ["PreviewHandler", "PromotionHandler", "StatusHandler"]

_KEYS: dict[str, type | tuple[type, ...]] = {
    "notebook": dict,
    "path": str,
    "cell": (str, int),
    "name": str,
    "kernel": str,
    **{o.attribute: (str, int, float) if o.metavar else bool for o in OPTIONS if not o.repeat},
    **{o.attribute: (list, str) for o in OPTIONS if o.repeat},
}
_LONGEST = 3600.0
"""Seconds: a rehearsal runs the pipeline once, and packages may have to be installed."""
_REQUIRED = ("notebook", "path", "name")


class PreviewHandler(PipelineHandler):
    """``promotion/preview``."""

    @endpoint
    async def post(self) -> Deployed:
        """Return the files that a deploy would write, and change nothing.

        The notebook comes as the front end has it, saved or not. The compiler is pure, so no kernel is needed.
        """
        return await self.in_thread(self._preview, self.body(_KEYS, required=_REQUIRED))

    def _preview(self, asked: dict[str, Any]) -> Deployed:
        file = self.notebook_file(asked["path"])
        cells = read_notebook(asked["notebook"])
        settings = deploy_options.read(asked, name=asked["name"], notebook=file.name)
        target = select_cells(cells, [str(asked["cell"])] if "cell" in asked else [])
        # The packages of the runs are those of the kernel, which this process may not have.
        here = file.parent
        return deploy_plan.plan(cells, target, settings, folder=here, cwd=here, dry_run=True, packages=False).preview()


class PromotionHandler(PipelineHandler):
    """``promotion``."""

    interruptible = True

    @endpoint
    async def post(self) -> dict[str, Any]:
        """Deploy a cell, or all marked cells where none is named, in the environment of the notebook's kernel."""
        asked = self.body(_KEYS, required=_REQUIRED)
        file = self.notebook_file(asked["path"])
        kernel = asked.get("kernel") or str(self.settings["kernel_manager"].default_kernel_name)
        interpreter = find_interpreter(self.kernel_spec_manager, kernel)
        answer = await interpreter.run(
            _arguments(asked, str(file)), stdin=json.dumps(asked["notebook"]), cwd=file.parent, timeout=_LONGEST
        )
        if not isinstance(answer, dict):
            raise PipelineError("The kernel's jupyter_pipeline gave an answer of another version. Upgrade it.")
        self.set_status(201)
        return answer


class StatusHandler(PipelineHandler):
    """``promotion/status``."""

    @endpoint
    async def post(self) -> list[DeploymentStatus]:
        """Return how the deployments are that were made from a notebook, which comes as the front end has it."""
        asked = self.body({"notebook": dict, "path": str}, required=("notebook", "path"))
        file = self.notebook_file(asked["path"])
        return await self.in_thread(status, read_notebook(asked["notebook"]), file)


def _arguments(asked: dict[str, Any], path: str) -> list[str]:
    """Return the command line of a deploy. Values are joined to their options, so that none can pass for an option."""
    arguments = ["deploy", "-", f"--path={path}", f"--name={asked['name']}"]
    arguments += [f"--cell={asked['cell']}"] if "cell" in asked else []
    for option in OPTIONS:
        value = asked.get(option.attribute)
        if not option.metavar:
            arguments += [f"--{option.name}"] if value else []
            arguments += [f"--no-{option.name}"] if option.negatable and value is False else []
        elif value not in (None, ""):
            values = value if isinstance(value, list) else [value]
            arguments += [f"--{option.name}={each}" for each in values]
    return arguments
