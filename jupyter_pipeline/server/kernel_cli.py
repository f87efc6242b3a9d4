"""Run the command line of a kernel's interpreter.

Client, scheduler and workers need the same versions, and a deployment runs in the environment of its notebook. The
server therefore starts clusters and deploys with the interpreter of the kernel.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel

from jupyter_pipeline import environment_variables, exceptions, processes
from jupyter_pipeline.clusters.profiles import traitlets_config
from jupyter_pipeline.exceptions import MissingDependencyError, NotFoundError, PipelineError, UsageError

__all__ = ["Interpreter", "RemoteError", "find_interpreter"]

_GRACE = 5.0
"""Seconds after which a command that was terminated is killed."""
_OURS = re.compile(r"python[\d.]*")
_SECRET = re.compile(r"^(JPY_|JUPYTERHUB_|JUPYTER_TOKEN$|JUPYTER_SERVER_|CONFIGPROXY_|COOKIE_SECRET$)")
"""Variables of the Jupyter server and of its hub that a child process must not get."""


class RemoteError(PipelineError):
    """Error that the command line reported.

    Parameters
    ----------
    data : mapping
        JSON output of the command: ``error`` and ``message``, or ``refused``.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = dict(data)
        name = "CompileRefusedError" if "refused" in data else str(data.get("error", ""))
        found = getattr(exceptions, name, PipelineError)
        self.kind: type[PipelineError] = found if isinstance(found, type) else PipelineError
        super().__init__(data.get("message") or "\n".join(_sentence(refusal) for refusal in data.get("refused", ())))

    def to_dict(self) -> dict[str, Any]:
        """Return the reported error."""
        return {"error": self.kind.__name__, **self.data}


def _sentence(refusal: Mapping[str, Any]) -> str:
    from jupyter_pipeline.models import Refusal

    return str(Refusal.from_dict(refusal))


@dataclass(frozen=True, slots=True)
class Interpreter:
    """Python interpreter of a kernel."""

    python: str
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables of the kernelspec."""

    async def run(
        self, arguments: Sequence[str], *, stdin: str | None = None, cwd: Path | None = None, timeout: float = 120.0
    ) -> Any:
        """Run ``jupyter pipeline ARGUMENTS --json`` and return its answer.

        The command runs in a new session, so that an interrupt of the Jupyter server does not reach it. It is
        terminated if the request is cancelled or times out.

        Parameters
        ----------
        arguments : sequence of str
            Arguments without ``--json``.
        stdin : str, optional
            Text for standard input.
        cwd : Path, optional
            Working folder, from which profiles are searched.
        timeout : float
            Timeout in seconds.

        Raises
        ------
        RemoteError
            If the command reported an error.
        MissingDependencyError
            If Jupyter Pipeline is not installed for the kernel.
        PipelineError
            If the command failed without a report, or timed out.
        """
        process = await asyncio.create_subprocess_exec(
            self.python,
            "-m",
            "jupyter_pipeline",
            *arguments,
            "--json",
            stdin=asyncio.subprocess.PIPE if stdin is not None else asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            cwd=cwd,
            env=clean_environment(os.environ)
            | traitlets_config.build_environment()
            | {
                **self.env,
                "PYTHONUNBUFFERED": "1",
                environment_variables.FRONT_DOOR: "panel",
                processes.SERVER_PID: str(os.getpid()),
            },
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(timeout):
                out, err = await process.communicate(stdin.encode() if stdin is not None else None)
        except TimeoutError as error:
            raise PipelineError(
                f"jupyter pipeline {arguments[0]} did not finish within {timeout:.0f} s and was terminated. "
                "Run it in a terminal."
            ) from error
        finally:
            await processes.terminate_group_async(process, grace=_GRACE)
        return self._answer(arguments, process.returncode, out.decode(errors="replace"), err.decode(errors="replace"))

    def _answer(self, arguments: Sequence[str], code: int | None, out: str, err: str) -> Any:
        try:
            answer = json.loads(out)
        except ValueError:
            answer = None
        if code == 0 and answer is not None:
            return answer
        if isinstance(answer, dict) and ("error" in answer or "refused" in answer):
            raise RemoteError(answer)
        if "No module named jupyter_pipeline" in err:
            raise _absent(self.python)
        last = err.strip().splitlines()[-1:] or ["no error message"]
        raise PipelineError(f"jupyter pipeline {arguments[0]} failed in {self.python} (exit code {code}): {last[0]}")


def _absent(python: str) -> MissingDependencyError:
    error = MissingDependencyError("jupyter_pipeline")
    error.args = (
        f"jupyter_pipeline is not installed for the kernel. Install it: {python} -m pip install jupyter_pipeline",
    )
    return error


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without the variables of the Jupyter server, such as its tokens."""
    return {name: value for name, value in environ.items() if not _SECRET.match(name)}


def find_interpreter(specs: KernelSpecManager, name: str) -> Interpreter:
    """Return the interpreter of the kernel `name`.

    Raises
    ------
    NotFoundError
        If there is no such kernel.
    UsageError
        If the kernel is not a Python kernel, or its interpreter does not exist.
    """
    try:
        spec = specs.get_kernel_spec(name)
    except NoSuchKernel as error:
        raise NotFoundError("kernel", name, specs.find_kernel_specs()) from error
    if not spec.argv or spec.language.lower() != "python":
        raise UsageError(f"The kernel {name!r} is not a Python kernel ({spec.language}). Choose a Python kernel.")
    first = spec.argv[0]
    # jupyter_client replaces a plain "python" in a kernelspec by its own interpreter.
    python = sys.executable if _OURS.fullmatch(first) else shutil.which(first)
    if python is None:
        raise UsageError(f"The interpreter of the kernel {name!r} does not exist: {first}. Install the kernel again.")
    return Interpreter(python, dict(spec.env))
