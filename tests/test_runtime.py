"""Dotted paths of this package that leave the process name `jupyter_pipeline.runtime`, which is stable."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from prefect.utilities.importtools import import_object

import jupyter_pipeline
from jupyter_pipeline import runtime
from jupyter_pipeline.models import DeploymentSpec
from jupyter_pipeline.orchestration.deployments.deployment_body import deployment_body

PACKAGE = Path(jupyter_pipeline.__file__).parent
GOLDEN = Path(__file__).parent / "compiler" / "golden"
STABLE = "jupyter_pipeline.runtime"


def written_paths() -> list[tuple[str, str]]:
    """Return file and value of each string of deployment and code generators that is a dotted path of this package."""
    files = [
        path
        for folder in ("compiler/codegen", "orchestration/deployments")
        for path in sorted((PACKAGE / folder).rglob("*.py"))
        if path.name != "registry.py"  # its paths are imported by this process only
    ]
    return [
        (path.name, node.value)
        for path in files
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"jupyter_pipeline(\.\w+)+", node.value)
    ]


def test_deployments_and_generated_code_name_stable_paths_only() -> None:
    found = written_paths()
    assert {"deployment_body.py", "prefect.py", "prefect_tasks.py", "dagster.py"} <= {name for name, _ in found}
    assert not [item for item in found if not f"{item[1]}.".startswith(f"{STABLE}.")]


@pytest.mark.parametrize("path", sorted(p for p in GOLDEN.rglob("*") if p.suffix in (".py", ".yaml")), ids=str)
def test_generated_files_name_stable_paths_only(path: Path) -> None:
    named = re.findall(r"\bjupyter_pipeline(?:\.\w+)+", path.read_text("utf-8"))
    assert not [name for name in named if not f"{name}.".startswith(f"{STABLE}.")]


def test_prefect_finds_the_pull_steps_of_a_deployment() -> None:
    spec = DeploymentSpec(
        name="n",
        flow_name="f",
        entrypoint="flow.py:f",
        path="/snap/1",
        overlap="cancel",
        concurrency_limit=1,
        drift="warn",
    )
    body = deployment_body(spec, pool="p")
    steps = [name for step in body["pull_steps"] for name in step]
    own = [name for name in steps if name.startswith("jupyter_pipeline")]
    assert own == [f"{STABLE}.make_room", f"{STABLE}.check_packages"]
    assert [import_object(name) for name in own] == [runtime.make_room, runtime.check_packages]
    assert "jupyter_pipeline" not in body["entrypoint"]
