"""Routes that promote a notebook cell."""

from __future__ import annotations

import json
from typing import Any

from jupyter_pipeline import pipeline
from jupyter_pipeline.exceptions import PipelineError
from jupyter_pipeline.promotion import read_notebook, select_cell
from jupyter_pipeline.server.base import PipelineHandler, endpoint
from jupyter_pipeline.server.kernel import find_interpreter

__all__ = ["PreviewHandler", "PromotionHandler"]

_KEYS: dict[str, type | tuple[type, ...]] = {
    "notebook": dict,
    "path": str,
    "cell": (str, int),
    "name": str,
    "cron": str,
    "every": str,
    "rrule": str,
    "timezone": str,
    "profile": str,
    "retries": int,
    "parameters": list,
    "tags": list,
    "overwrite": bool,
    "kernel": str,
}
_REQUIRED = ("notebook", "path", "cell", "name")


class PreviewHandler(PipelineHandler):
    """``promotion/preview``."""

    @endpoint
    async def post(self) -> pipeline.Deployed:
        """Return the files that a deploy would write, and change nothing.

        The notebook comes as the front end has it, saved or not. The compiler is pure, so no kernel is needed.
        """
        return await self.in_thread(self._preview, self.body(_KEYS, required=_REQUIRED))

    def _preview(self, asked: dict[str, Any]) -> pipeline.Deployed:
        file = self.notebook_file(asked["path"])
        cells = read_notebook(asked["notebook"])
        options = pipeline.options(
            name=asked["name"],
            notebook=file.name,
            cron=asked.get("cron", ""),
            every=asked.get("every", ""),
            rrule=asked.get("rrule", ""),
            timezone=asked.get("timezone", ""),
            profile=asked.get("profile", ""),
            retries=str(asked.get("retries", 0)),
            parameters=asked.get("parameters", []),
            tags=asked.get("tags", []),
        )
        target = select_cell(cells, str(asked["cell"]))
        return pipeline.deploy_cell(cells, target, options, folder=file.parent, dry_run=True)


class PromotionHandler(PipelineHandler):
    """``promotion``."""

    interruptible = True

    @endpoint
    async def post(self) -> dict[str, Any]:
        """Deploy a cell, in the environment of the notebook's kernel."""
        asked = self.body(_KEYS, required=_REQUIRED)
        file = self.notebook_file(asked["path"])
        kernel = asked.get("kernel") or str(self.settings["kernel_manager"].default_kernel_name)
        interpreter = find_interpreter(self.kernel_spec_manager, kernel)
        answer = await interpreter.run(
            _arguments(asked, str(file)), stdin=json.dumps(asked["notebook"]), cwd=file.parent, timeout=300
        )
        if not isinstance(answer, dict):
            raise PipelineError("The kernel's jupyter_pipeline gave an answer of another version. Upgrade it.")
        self.set_status(201)
        return answer


def _arguments(asked: dict[str, Any], path: str) -> list[str]:
    """Return the command line of a deploy. Values are joined to their options, so that none can pass for an option."""
    arguments = ["deploy", "-", f"--path={path}", f"--cell={asked['cell']}", f"--name={asked['name']}"]
    arguments += [
        f"--{key}={asked[key]}"
        for key in ("cron", "every", "rrule", "timezone", "profile", "retries")
        if asked.get(key)
    ]
    arguments += [f"--param={name}" for name in asked.get("parameters", [])]
    arguments += [f"--tag={tag}" for tag in asked.get("tags", [])]
    return arguments + (["--overwrite"] if asked.get("overwrite") else [])
