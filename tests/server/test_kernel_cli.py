from __future__ import annotations

import asyncio
import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from waiting import wait_until_async

from jupyter_pipeline.exceptions import (
    CompileRefusedError,
    MissingDependencyError,
    NotFoundError,
    PipelineError,
    UsageError,
)
from jupyter_pipeline.server.kernel_cli import Interpreter, RemoteError, clean_environment, find_interpreter


def stand_in(folder: Path, script: str) -> Interpreter:
    """Return an interpreter that runs a shell script for every call."""
    file = folder / "python"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return Interpreter(str(file))


def kernelspec(folder: Path, **values: Any) -> KernelSpecManager:
    spec = {"argv": ["python3", "-m", "x"], "display_name": "x", "language": "python", **values}
    (folder / "kernels" / "mine").mkdir(parents=True)
    (folder / "kernels" / "mine" / "kernel.json").write_text(json.dumps(spec))
    return KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)


def test_the_tokens_of_the_server_stay_with_it() -> None:
    environ = {"PATH": "/bin", "JPY_API_TOKEN": "s", "JUPYTERHUB_API_TOKEN": "s", "JUPYTER_TOKEN": "s", "LANG": "C"}
    assert clean_environment(environ) == {"PATH": "/bin", "LANG": "C"}


@pytest.mark.parametrize("first", ["python", "python3", "python3.11"])
def test_a_bare_python_is_the_servers(tmp_path: Path, first: str) -> None:
    found = find_interpreter(kernelspec(tmp_path, argv=[first, "-m", "ipykernel_launcher"], env={"A": "b"}), "mine")
    assert found == Interpreter(sys.executable, {"A": "b"})


def test_another_interpreter_is_found_by_its_path(tmp_path: Path) -> None:
    assert find_interpreter(kernelspec(tmp_path, argv=["/bin/sh"]), "mine").python == "/bin/sh"


@pytest.mark.parametrize(
    ("values", "name", "error", "words"),
    [
        ({}, "mien", NotFoundError, "Did you mean mine"),
        ({"language": "R"}, "mine", UsageError, "not a Python kernel"),
        (
            {"argv": ["/no/such/python"]},
            "mine",
            UsageError,
            "interpreter of the kernel 'mine' does not exist: /no/such/python",
        ),
    ],
)
def test_a_kernel_that_cannot_serve_is_refused(
    tmp_path: Path, values: dict[str, Any], name: str, error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        find_interpreter(kernelspec(tmp_path, **values), name)


def test_the_command_line_of_a_real_interpreter_answers() -> None:
    answer = asyncio.run(Interpreter(sys.executable).run(["profiles", "list"]))
    assert "local" in [profile["name"] for profile in answer]


def test_its_errors_come_back_with_their_type() -> None:
    with pytest.raises(RemoteError, match="No cluster is called 'nobody'") as raised:
        asyncio.run(Interpreter(sys.executable).run(["cluster", "status", "nobody"]))
    assert raised.value.kind is NotFoundError
    assert raised.value.to_dict()["error"] == "NotFoundError"


def test_refusals_come_back_whole(tmp_path: Path) -> None:
    refusal = {"cell": 2, "line": 1, "name": "input()", "reason": "nobody answers", "fix": "Assign it."}
    interpreter = stand_in(tmp_path, f"echo '{json.dumps({'refused': [refusal]})}'; exit 2")
    with pytest.raises(RemoteError, match=r"line 1: input\(\): nobody answers") as raised:
        asyncio.run(interpreter.run(["deploy"]))
    assert raised.value.kind is CompileRefusedError
    assert raised.value.to_dict()["refused"] == [refusal]


@pytest.mark.parametrize(
    ("script", "error", "words"),
    [
        ("echo '/x/python: No module named jupyter_pipeline' >&2; exit 1", MissingDependencyError, "pip install"),
        ("echo boom >&2; exit 3", PipelineError, r"exit code 3\): boom"),
        ("exit 0", PipelineError, "no error message"),
        ("echo 'not json'", PipelineError, "failed"),
    ],
)
def test_a_failed_command_reports_its_error(tmp_path: Path, script: str, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        asyncio.run(stand_in(tmp_path, script).run(["status"]))


def test_standard_input_environment_and_folder_arrive(tmp_path: Path) -> None:
    shape = '{"in": "%s", "folder": "%s", "token": "%s", "mine": "%s"}'
    script = f"""printf '{shape}' "$(cat)" "$PWD" "$JPY_API_TOKEN" "$MINE" """
    interpreter = Interpreter(stand_in(tmp_path, script).python, {"MINE": "yes"})
    os.environ["JPY_API_TOKEN"] = "secret"
    try:
        answer = asyncio.run(interpreter.run(["x"], stdin="cells", cwd=tmp_path))
    finally:
        del os.environ["JPY_API_TOKEN"]
    assert answer == {"in": "cells", "folder": str(tmp_path), "token": "", "mine": "yes"}


def test_arguments_are_no_shell_text(tmp_path: Path) -> None:
    interpreter = stand_in(tmp_path, """printf '["%s"]' "$4" """)
    assert asyncio.run(interpreter.run(["x", "$(touch owned); `id`"])) == ["$(touch owned); `id`"]


def test_a_command_that_hangs_is_ended(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    interpreter = stand_in(tmp_path, f"echo $$ > {pid}; exec sleep 600")
    with pytest.raises(PipelineError, match="did not finish within 1 s"):
        asyncio.run(interpreter.run(["x"], timeout=1))
    assert not psutil.pid_exists(int(pid.read_text()))


def test_a_command_that_is_given_up_is_ended(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    interpreter = stand_in(tmp_path, f"echo $$ > {pid}; exec sleep 600")

    async def give_up() -> None:
        work = asyncio.ensure_future(interpreter.run(["x"]))
        await wait_until_async(lambda: pid.exists() and pid.read_text(), 10, "the command starts")
        work.cancel()
        with pytest.raises(asyncio.CancelledError):
            await work

    asyncio.run(give_up())
    assert not psutil.pid_exists(int(pid.read_text()))
