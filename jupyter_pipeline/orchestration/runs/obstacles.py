"""Find the reason why a run of a deployment cannot start: a file or folder of the deploy that no longer exists."""

from __future__ import annotations

import os
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_pipeline import environment_variables
from jupyter_pipeline.orchestration.prefect_api import records

__all__ = ["find_obstacle"]

_SET_FOLDER = "set_working_directory"


def find_obstacle(deployment: Mapping[str, Any]) -> str:
    """Return one sentence with the reason and the fix; empty if a run can start on this host.

    Parameters
    ----------
    deployment : mapping
        The deployment as the API returns it.
    """
    environment = records.get_environment(deployment)
    if environment_variables.SETTINGS not in environment:
        return ""  # of another program
    name = deployment["name"]
    command = shlex.split((deployment.get("job_variables") or {}).get("command") or "")
    if command and Path(command[0]).is_absolute() and not os.access(command[0], os.X_OK):
        return (
            f"The Python interpreter {command[0]} of {name!r} is gone. "
            "Restore that environment, or deploy again from another one."
        )
    folder = _working_directory(deployment)
    if folder and not Path(folder).is_dir():
        return f"The notebook folder of {name!r} is gone: {folder}. Move it back, or deploy again from its new place."
    code = Path(folder, str(deployment.get("entrypoint") or "").rpartition(":")[0])
    if code.suffix == ".py" and not code.is_file():
        return (
            f"The deployed code of {name!r} was removed: {code.parent}. "
            f"Deploy again, or roll back: jupyter pipeline deployments rollback {name}"
        )
    profile = environment.get(environment_variables.PROFILE, "")
    if Path(profile).is_absolute() and not Path(profile).is_file():
        return (
            f"The deployed copy of the profile {Path(profile).stem!r} of {name!r} was removed: {profile}. Deploy again."
        )
    return ""


def _working_directory(deployment: Mapping[str, Any]) -> str:
    for step in deployment.get("pull_steps") or ():
        for function, arguments in step.items():
            if function.rpartition(".")[2] == _SET_FOLDER:
                return str((arguments or {}).get("directory") or "")
    return ""
