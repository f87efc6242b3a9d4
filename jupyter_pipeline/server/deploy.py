"""Routes of deploys: deploy, preview, status, and the options."""

from __future__ import annotations

import json
from typing import Any

from jupyter_pipeline.compiler import read_notebook, select_cells
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.models import Deployed, DeployedOptions, DeploymentStatus
from jupyter_pipeline.server.handler import PipelineHandler, endpoint
from jupyter_pipeline.workflows import deploy_options, deploy_plan
from jupyter_pipeline.workflows.deploy_options import OPTIONS, WHOLE_OPTIONS
from jupyter_pipeline.workflows.deployed_options import find_deployed
from jupyter_pipeline.workflows.deployment_status import status

__all__ = ["DeployDeployedHandler", "DeployHandler", "DeployPreviewHandler", "DeployStatusHandler", "OptionsHandler"]

_KEYS: dict[str, type | tuple[type, ...]] = {
    "notebook": dict,
    "path": str,
    "cell": (str, int),
    "name": str,
    "kernel": str,
    **{option.attribute: bool for option in WHOLE_OPTIONS},
    **deploy_options.json_types(),
}
_TIMEOUT = 3600.0
"""Seconds. A rehearsal runs the pipeline once, and a locked environment may have to be built."""
_REQUIRED = ("notebook", "path", "name")


class OptionsHandler(PipelineHandler):
    """``options``."""

    @endpoint
    async def get(self) -> dict[str, Any]:
        """Return the JSON Schema of the options of a deploy."""
        return deploy_options.json_schema()


class DeployPreviewHandler(PipelineHandler):
    """``deploy/preview``."""

    @endpoint
    async def post(self) -> Deployed:
        """Return the effects of a deploy without changing anything.

        The body has the notebook as the front end shows it, saved or not. Compiling needs no kernel.
        """
        return await self.in_thread(self._preview, self.body(_KEYS, required=_REQUIRED))

    def _preview(self, body: dict[str, Any]) -> Deployed:
        file = self.notebook_file(body["path"])
        cells = read_notebook(body["notebook"])
        settings = deploy_options.parse_options(body, name=body["name"], notebook=file.name)
        selectors = [str(body["cell"])] if "cell" in body else []
        selected = select_cells(cells, selectors, whole=settings.compile_options.whole)
        # The runs use the packages of the kernel, which this process may not have.
        folder = file.parent
        plan = deploy_plan.plan(cells, selected, settings, folder=folder, cwd=folder, dry_run=True, packages=False)
        return plan.preview()


class DeployHandler(PipelineHandler):
    """``deploy``."""

    interruptible = True

    @endpoint
    async def post(self) -> dict[str, Any]:
        """Deploy in the environment of the notebook's kernel.

        With ``cell`` that cell, with ``all`` the whole notebook, and else all marked cells.
        """
        body = self.body(_KEYS, required=_REQUIRED)
        file = self.notebook_file(body["path"])
        interpreter = self.find_interpreter(body.get("kernel", ""))
        answer = await interpreter.run(
            _arguments(body, str(file)), stdin=json.dumps(body["notebook"]), cwd=file.parent, timeout=_TIMEOUT
        )
        if not isinstance(answer, dict):
            raise PipelineError("The kernel's jupyter_pipeline has an incompatible version. Upgrade it.")
        self.set_status(201)
        return answer


class DeployDeployedHandler(PipelineHandler):
    """``deploy/deployed``."""

    @endpoint
    async def post(self) -> list[DeployedOptions]:
        """Return the options of the deployments of a cell, or without ``cell`` of the notebook, and of ``name``.

        They come from the stored versions, so that no Prefect API is needed. They contain no secrets.
        """
        body = self.body({"notebook": dict, "path": str, "cell": int, "name": str}, required=("notebook", "path"))
        file = self.notebook_file(body["path"])
        cells = read_notebook(body["notebook"])
        return await self.in_thread(find_deployed, cells, file, cell=body.get("cell"), name=body.get("name", ""))


class DeployStatusHandler(PipelineHandler):
    """``deploy/status``."""

    @endpoint
    async def post(self) -> list[DeploymentStatus]:
        """Return the status of the deployments of a notebook; the body has it as the front end shows it."""
        body = self.body({"notebook": dict, "path": str}, required=("notebook", "path"))
        file = self.notebook_file(body["path"])
        return await self.in_thread(status, read_notebook(body["notebook"]), file)


def _arguments(body: dict[str, Any], path: str) -> list[str]:
    """Return the command line of a deploy.

    Each value is joined to its option, so that no value is parsed as an option.
    """
    arguments = ["deploy", "-", f"--path={path}", f"--name={body['name']}"]
    arguments += [f"--cell={body['cell']}"] if "cell" in body else []
    for option in (*WHOLE_OPTIONS, *OPTIONS):
        value = body.get(option.attribute)
        if not option.metavar:
            arguments += [f"--{option.name}"] if value else []
            arguments += [f"--no-{option.name}"] if option.negatable and value is False else []
        elif value not in (None, ""):
            values = value if isinstance(value, list) else [value]
            arguments += [f"--{option.name}={each}" for each in values]
    return arguments
