"""Each fault and boundary of ``faults.yaml`` has tests that exist, or a reason why it has none."""

from __future__ import annotations

import ast
import functools
from pathlib import Path
from typing import Any

import pytest
import yaml

TESTS = Path(__file__).parent
LIST: dict[str, list[dict[str, Any]]] = yaml.safe_load((TESTS / "faults.yaml").read_text("utf-8"))


@functools.cache
def list_tests(file: str) -> frozenset[str]:
    """Return the names of the functions at the top of a file that pytest collects."""
    path = TESTS / file
    if not path.name.startswith("test_") or not path.is_file():
        return frozenset()
    body = ast.parse(path.read_text("utf-8")).body
    functions = [node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    return frozenset(name for name in functions if name.startswith("test_"))


@pytest.mark.parametrize(("part", "subject", "least"), [("faults", "fault", 43), ("boundaries", "boundary", 16)])
def test_each_row_has_tests_or_a_reason(part: str, subject: str, least: int) -> None:
    rows = LIST[part]
    assert len({row[subject] for row in rows}) == len(rows) >= least
    for row in rows:
        assert set(row) in ({subject, "expected", "tests"}, {subject, "expected", "without_test"}), row
        assert all(row.values()), row
        missing = [
            name for name in row.get("tests", []) if name.partition("::")[2] not in list_tests(name.partition("::")[0])
        ]
        assert not missing, row
