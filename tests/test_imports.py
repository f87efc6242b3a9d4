"""The arrows of the design, read from the imports."""

from __future__ import annotations

import ast
import functools
import subprocess
import sys
from pathlib import Path

import pytest

import jupyter_pipeline

PACKAGE = Path(jupyter_pipeline.__file__).parent
REPOSITORY = PACKAGE.parent
HEAVY_HOMES = {
    "ipywidgets": ("widgets/",),
    "prefect": (
        "workflows/",
        "orchestration/service/prefect_child.py",
        "orchestration/service/database_setup.py",
        "orchestration/service/queue_order.py",
        "orchestration/service/server_processes.py",
        "orchestration/service/event_delivery.py",
        "orchestration/service/folders.py",
        "orchestration/service/queue_order.py",
        "orchestration/service/migration.py",
        "orchestration/service/start_gate.py",
    ),
    "distributed": ("clusters/", "environments/", "workflows/"),
    "dask_jobqueue": ("clusters/backends/",),
    "coiled": ("clusters/",),
    "jupyter_server": ("server/",),
    "nbformat": ("compiler/frontend/formats.py", "workflows/run_report/notebook.py"),
    "nbconvert": ("workflows/run_report/page.py",),
    "jupytext": ("compiler/frontend/formats.py",),
    "pandas": (),
}


@functools.cache
def imports(path: Path) -> frozenset[str]:
    """Return the top-level package of every import in a file that runs, lazy ones too."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = set()
    checked = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in checked:
            continue
        if isinstance(node, ast.Import):
            found.update(alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found.add(node.module.partition(".")[0])
    return frozenset(found)


def files() -> list[Path]:
    return [p for p in sorted(PACKAGE.rglob("*.py")) if "labextension" not in p.parts]


@pytest.mark.slow
def test_layers_hold() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([linter, "--no-cache"], cwd=REPOSITORY, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("package", sorted(HEAVY_HOMES))
def test_a_heavy_package_is_imported_in_its_home_alone(package: str) -> None:
    strangers = [
        str(path.relative_to(PACKAGE))
        for path in files()
        if package in imports(path) and not str(path.relative_to(PACKAGE)).startswith(HEAVY_HOMES[package])
    ]
    assert strangers == []


LOWEST = [*(PACKAGE / "models").glob("*.py"), PACKAGE / "exceptions.py", PACKAGE / "paths.py"]


@pytest.mark.parametrize("module", LOWEST, ids=lambda path: path.stem)
def test_the_lowest_layer_uses_the_standard_library_alone(module: Path) -> None:
    assert imports(module) <= sys.stdlib_module_names | {"jupyter_pipeline"}


def test_loading_the_extension_imports_nothing_heavy() -> None:
    code = """
import sys
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
shell.run_line_magic("load_ext", "jupyter_pipeline")
heavy = {"distributed", "dask", "prefect", "ipywidgets", "jupytext", "nbformat", "pandas", "numpy", "httpx", "psutil"}
print(sorted(heavy & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
