from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

import jupyter_pipeline
from jupyter_pipeline import environment_variables

PACKAGE = Path(jupyter_pipeline.__file__).parent


def written_names(path: Path) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and re.fullmatch(r"JUPYTER_PIPELINE_\w+", node.value)
    }


def test_each_name_is_written_once() -> None:
    values = [getattr(environment_variables, name) for name in environment_variables.__all__]
    declared = [value for value in values if isinstance(value, str)]  # others are groups of names
    assert sorted(written_names(PACKAGE / "environment_variables.py")) == sorted(declared)


@pytest.mark.parametrize("path", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_other_modules_use_the_constants(path: Path) -> None:
    assert path.name == "environment_variables.py" or not written_names(path)
