"""Additions to job scripts."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from jupyter_pipeline.clusters.backends.batch.additions import quote_arguments, quote_path


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--nthreads", 4], ["--nthreads", 4]),
        (["--preload $FILE"], ['--preload "${FILE:?is not set on this node}"']),
        (["--preload", "$A/$B"], ["--preload", '"${A:?is not set on this node}/${B:?is not set on this node}"']),
        (["--worker-port=$P:$Q"], ['"--worker-port=${P:?is not set on this node}:${Q:?is not set on this node}"']),
        (["--no-nanny", "$MORE"], ["--no-nanny", "$MORE"]),
        (["$MORE"], ["$MORE"]),
        (["--preload", '"$FILE"', "$X"], ["--preload", '"$FILE"', "$X"]),
        (["--preload", "$(pwd)"], ["--preload", "$(pwd)"]),
        (["--name", "${N:-x}"], ["--name", '"${N:-x}"']),
    ],
)
def test_a_variable_that_is_a_value_gets_quotes(arguments: list[object], expected: list[object]) -> None:
    assert quote_arguments(arguments) == expected


def test_an_empty_variable_names_itself_and_takes_no_option(tmp_path: Path) -> None:
    def run(path: str, **environment: str) -> subprocess.CompletedProcess[str]:
        script = tmp_path / "job.sh"
        script.write_text(f"printf '<%s>' --local-directory {quote_path(path)} --next\n")
        return subprocess.run(
            ["bash", str(script)], env={"PATH": "/bin:/usr/bin", **environment}, capture_output=True, text=True
        )

    assert run("$A/x", A="/disk of node").stdout == "<--local-directory></disk of node/x><--next>"
    assert run("${A:-/tmp}").stdout == "<--local-directory></tmp><--next>"
    for environment in ({}, {"A": ""}):
        failed = run("$A", **environment)
        assert failed.returncode != 0
        assert failed.stdout == ""
        assert "A: is not set on this node" in failed.stderr
