"""The command line of a kernel's interpreter.

Client, scheduler and workers must have the same versions, and a deployment runs in the environment it was written in:
so that is the environment which starts clusters and deploys, also when the Jupyter server has another one.
"""

from __future__ import annotations

import asyncio
import contextlib
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

from jupyter_pipeline import exceptions
from jupyter_pipeline.clusters.profiles import traitlets_config
from jupyter_pipeline.exceptions import MissingDependencyError, NotFoundError, PipelineError, UsageError

__all__ = ["Interpreter", "RemoteError", "find_interpreter"]

_OURS = re.compile(r"python[\d.]*")
_SECRET = re.compile(r"^(JPY_|JUPYTERHUB_|JUPYTER_TOKEN$|JUPYTER_SERVER_|CONFIGPROXY_|COOKIE_SECRET$)")
"""Variables of the Jupyter server and of its hub which a child has no business with."""


class RemoteError(PipelineError):
    """An error that the command line reported.

    Parameters
    ----------
    data : mapping
        What it printed: ``error`` and ``message``, or ``refused``.
    """

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = dict(data)
        name = "CompileRefusedError" if "refused" in data else str(data.get("error", ""))
        found = getattr(exceptions, name, PipelineError)
        self.kind: type[PipelineError] = found if isinstance(found, type) else PipelineError
        super().__init__(data.get("message") or "\n".join(_sentence(refusal) for refusal in data.get("refused", ())))

    def to_dict(self) -> dict[str, Any]:
        """Return what was reported."""
        return {"error": self.kind.__name__, **self.data}


def _sentence(refusal: Mapping[str, Any]) -> str:
    from jupyter_pipeline.models import Refusal

    return str(Refusal.from_dict(refusal))


@dataclass(frozen=True, slots=True)
class Interpreter:
    """One kernel's Python."""

    python: str
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables of its kernelspec."""

    async def run(
        self, arguments: Sequence[str], *, stdin: str | None = None, cwd: Path | None = None, timeout: float = 120.0
    ) -> Any:
        """Run ``jupyter pipeline ARGUMENTS --json`` and return its answer.

        The command has a session of its own, so that an interrupt of the Jupyter server is none of the command's. When
        the request is cancelled or the time is over, the command is ended.

        Parameters
        ----------
        arguments : sequence of str
            Without ``--json``.
        stdin : str, optional
            What it reads.
        cwd : Path, optional
            Where it runs: profiles are looked for from there.
        timeout : float
            Seconds.

        Raises
        ------
        RemoteError
            What the command reported.
        MissingDependencyError
            If Jupyter Pipeline is not installed there.
        PipelineError
            If it failed otherwise, or took too long.
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
            | {**self.env, "PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )
        try:
            async with asyncio.timeout(timeout):
                out, err = await process.communicate(stdin.encode() if stdin is not None else None)
        except TimeoutError as error:
            raise PipelineError(
                f"jupyter pipeline {arguments[0]} gave no answer within {timeout:.0f} s and was ended. "
                "Try it in a terminal."
            ) from error
        finally:
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError):
                    process.terminate()
                await _reap(process)
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
        last = err.strip().splitlines()[-1:] or ["it printed no reason"]
        raise PipelineError(f"jupyter pipeline {arguments[0]} failed in {self.python} (exit code {code}): {last[0]}")


def _absent(python: str) -> MissingDependencyError:
    error = MissingDependencyError("jupyter_pipeline")
    error.args = (
        f"jupyter_pipeline is not installed for the kernel. Install it: {python} -m pip install jupyter_pipeline",
    )
    return error


async def _reap(process: asyncio.subprocess.Process) -> None:
    try:
        await asyncio.wait_for(process.wait(), 5)
    except TimeoutError:
        process.kill()
        await process.wait()


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """Return `environ` without what belongs to the Jupyter server alone: its tokens and its parent."""
    return {name: value for name, value in environ.items() if not _SECRET.match(name)}


def find_interpreter(specs: KernelSpecManager, name: str) -> Interpreter:
    """Return the interpreter of the kernel called `name`.

    Raises
    ------
    NotFoundError
        If there is no such kernel.
    UsageError
        If it is no Python kernel, or its interpreter is gone.
    """
    try:
        spec = specs.get_kernel_spec(name)
    except NoSuchKernel as error:
        raise NotFoundError("kernel", name, specs.find_kernel_specs()) from error
    if not spec.argv or spec.language.lower() != "python":
        raise UsageError(f"The kernel {name!r} is not for Python ({spec.language}): choose a Python kernel.")
    first = spec.argv[0]
    # jupyter_client runs its own interpreter where a kernelspec says just "python".
    python = sys.executable if _OURS.fullmatch(first) else shutil.which(first)
    if python is None:
        raise UsageError(f"The interpreter of the kernel {name!r} is gone: {first}. Install the kernel again.")
    return Interpreter(python, dict(spec.env))
