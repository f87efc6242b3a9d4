"""Runs of notebooks and of compiled functions, each in a process and a folder of its own.

A server imports the libraries once and forks for each run: a run starts in milliseconds, and its changes of the
process, of modules and of random states end with it. ``python -m notebook_generator.runs`` is the server.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import inspect
import json
import os
import random
import resource
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import types
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from notebook_generator.observation import describe_files, describe_value

__all__ = ["Runner"]

_SECONDS = 60.0
_CPU_SECONDS = 4
_PROBES = (
    "random.getstate()[1][-1]",
    "np.random.get_state()[2]",
    "pd.get_option('display.max_rows'), pd.options.display.precision",
    "plt.rcParams['lines.linewidth'], plt.rcParams['axes.grid']",
    "np.geterr()['divide'], np.get_printoptions()['precision']",
    "os.environ.get('LEVEL'), os.environ.get('MODE')",
    "os.path.basename(os.getcwd())",
    "decimal.getcontext().prec",
)
"""Expressions over the state of the process."""


class Runner:
    """A server process, for use as a context manager."""

    def __enter__(self) -> Runner:
        here = str(Path(__file__).parents[1])
        root = str(Path(__file__).parents[3])
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([here, root]), "PYTHONHASHSEED": "0", "MPLBACKEND": "agg",
            "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "PYTHONDONTWRITEBYTECODE": "1",
            "IPYTHONDIR": tempfile.mkdtemp(),
        }  # fmt: skip
        for name in ("LEVEL", "MODE"):
            environment.pop(name, None)
        self._folder = environment["IPYTHONDIR"]
        self._process = subprocess.Popen(
            [sys.executable, "-m", "notebook_generator.runs"], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL, text=True, env=environment, cwd=self._folder,
        )  # fmt: skip
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()
        shutil.rmtree(self._folder, ignore_errors=True)

    def run_notebook(self, cells: list[str]) -> dict[str, Any]:
        """Run the cells in IPython, and return ``cells``, the observations of each, and ``error`` of the last one."""
        return self._request({"run": "notebook", "cells": cells})

    def run_steps(self, source: str) -> dict[str, Any]:
        """Call the last function of a compiled module, and return the observation."""
        return self._request({"run": "steps", "source": source})

    def _request(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(request) + "\n")
        self._process.stdin.flush()
        answer: dict[str, Any] = json.loads(self._process.stdout.readline())
        return answer


def _serve() -> None:
    import matplotlib.pyplot
    import pandas  # noqa: F401
    import scipy.stats  # noqa: F401
    import seaborn  # noqa: F401
    import sklearn.model_selection  # noqa: F401
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    matplotlib.pyplot.rcParams["figure.dpi"] = 30
    matplotlib.pyplot.plot([1, 2])
    matplotlib.pyplot.savefig(os.devnull, format="png")  # loads fonts
    matplotlib.pyplot.close()
    gc.collect()
    gc.freeze()
    gc.disable()
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)
        for line in sys.stdin:
            answers.write(_fork(json.loads(line), shell) + "\n")
            answers.flush()


def _fork(request: dict[str, Any], shell: Any) -> str:
    """Return the answer of a child process as text."""
    folder = Path(tempfile.mkdtemp(prefix="run"), "work")
    folder.mkdir()
    answer, end = os.pipe()
    child = os.fork()
    if not child:
        os.close(answer)
        os.chdir(folder)
        sys.path.append(str(folder))
        warnings.simplefilter("ignore")
        resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
        random.seed(5)
        try:
            found = (
                _run_notebook(request["cells"], shell)
                if request["run"] == "notebook"
                else _run_steps(request["source"])
            )
        except BaseException as error:
            found = {"error": f"{type(error).__name__}: {error}"}
        with os.fdopen(end, "w") as pipe:
            json.dump(found, pipe)
        os._exit(0)
    os.close(end)
    text = b""
    while select.select([answer], [], [], _SECONDS)[0] and (part := os.read(answer, 1 << 20)):
        text += part
    os.close(answer)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    shutil.rmtree(folder.parent, ignore_errors=True)
    return text.decode() or '{"error": "time limit", "cells": []}'


@contextlib.contextmanager
def _captured() -> Iterator[list[str]]:
    """Capture the standard output of this process and of its children."""
    captured: list[str] = []
    with tempfile.TemporaryFile("w+b") as file:
        before = os.dup(1)
        sys.stdout.flush()
        os.dup2(file.fileno(), 1)
        with os.fdopen(os.dup(1), "wb", 0) as raw, contextlib.redirect_stdout(_Unbuffered(raw)):
            yield captured
        os.dup2(before, 1)
        os.close(before)
        file.seek(0)
        captured.append(file.read().decode(errors="replace"))


class _Unbuffered:
    """A text stream that writes at once, in one order with child processes."""

    encoding = "utf-8"

    def __init__(self, raw: Any) -> None:
        self.raw = raw

    def write(self, text: str) -> int:
        self.raw.write(text.encode())
        return len(text)

    def flush(self) -> None:
        pass

    def isatty(self) -> bool:
        return False

    def fileno(self) -> int:
        return 1


def _run_notebook(cells: list[str], shell: Any) -> dict[str, Any]:
    """Run the cells, and observe each, up to the first error."""
    from notebook_generator.generator import names_in

    pyplot = sys.modules["matplotlib.pyplot"]
    folder = Path.cwd()
    observations: list[dict[str, Any]] = []
    files = describe_files(folder)
    known: set[str] = set()
    failed_commands: list[str] = []
    interactiveshell = sys.modules["IPython.core.interactiveshell"]
    interactiveshell.getoutput = lambda command: _get_output(command, failed_commands)  # type: ignore[attr-defined]
    pyplot.show = lambda *_, **__: _draw_and_close(pyplot)  # type: ignore[attr-defined]
    shell.showtraceback = lambda *_, **__: failed_commands.append("a cell magic")
    for cell in cells:
        with _captured() as text:
            result = shell.run_cell(cell, silent=True)
            _draw_and_close(pyplot)
        if error := result.error_before_exec or result.error_in_exec:
            return {"cells": observations, "error": f"{type(error).__name__}: {error}"}
        if failed_commands or shell.user_ns.get("_exit_code"):  # a command that fails stops a pipeline
            return {"cells": observations, "error": "a command failed"}
        known.update(names_in(cell))
        former, files = files, describe_files(folder)
        values = _in_child(lambda: _describe_values([*known, *_PROBES], shell.user_ns))
        changed = {name: files.get(name, "absent") for name in {*files, *former} if files.get(name) != former.get(name)}
        observations.append({"values": values, "text": text[0], "files": changed})
    return {"cells": observations, "error": ""}


def _draw_and_close(pyplot: Any) -> None:
    """Draw and close the figures, as the inline backend does."""
    pyplot.draw_all(force=True)
    pyplot.close("all")


def _describe_values(expressions: list[str], names: dict[str, Any]) -> dict[str, str]:
    values = {}
    for expression in expressions:
        with contextlib.suppress(Exception):
            values[expression] = describe_value(eval(expression, names))
    return values


def _in_child(function: Callable[[], Any]) -> Any:
    """Call a function in a child process: a read, such as the read of limits of axes, may change an object."""
    state = random.getstate()
    answer, end = os.pipe()
    child = os.fork()
    if not child:
        random.setstate(state)  # a fork seeds the generator
        os.close(answer)
        with os.fdopen(end, "w") as pipe:
            json.dump(function(), pipe)
        os._exit(0)
    os.close(end)
    with os.fdopen(answer) as pipe:
        found = json.load(pipe)
    os.waitpid(child, 0)
    return found


def _get_output(command: str, failed: list[str]) -> str:
    """Return the output of a shell command, and record a failure, which IPython does not do."""
    done = subprocess.run(command, shell=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if done.returncode:
        failed.append(command)
    return done.stdout


def _run_steps(source: str) -> dict[str, Any]:
    folder = Path.cwd()
    module = types.ModuleType("steps")
    sys.modules["steps"] = module
    with _captured() as text:
        exec(compile(source, "steps.py", "exec"), module.__dict__)
        functions = [v for v in vars(module).values() if inspect.isfunction(v) and v.__module__ == "steps"]
        found = functions[-1]()
        if inspect.iscoroutine(found):
            found = asyncio.run(found)
    values = [describe_value(v) for v in found["observed"]] if isinstance(found, dict) and "observed" in found else []
    return {"values": values, "text": text[0], "files": describe_files(folder), "error": ""}


if __name__ == "__main__":
    _serve()
