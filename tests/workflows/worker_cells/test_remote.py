"""A cell runs on a worker as a notebook runs it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Iterator

import pytest

from jupyter_pipeline.workflows.worker_cells.remote import run_cell


@pytest.fixture(autouse=True)
def no_names() -> Iterator[None]:
    yield
    sys.modules.pop("on_workers", None)


@pytest.mark.parametrize(
    ("source", "value", "output"),
    [
        ("1 + 1", "2", ""),
        ("print(3)", "", "3\n"),
        ("", "", ""),
        ("import asyncio\nawait asyncio.sleep(0, 5)", "5", ""),
        ("import asyncio\nqueue = asyncio.Queue()\nawait queue.put(3)\nawait queue.get()", "3", ""),
        ("import asyncio\nasyncio.run(asyncio.sleep(0, 7))", "7", ""),
        ("import asyncio\nasync with asyncio.timeout(5):\n    print('inside')", "", "inside\n"),
    ],
)
def test_a_cell_returns_its_output_and_its_last_value(source: str, value: str, output: str) -> None:
    assert asyncio.run(run_cell(source)) == {"output": output, "value": value, "error": ""}


@pytest.mark.parametrize(
    ("source", "end"),
    [
        ("x = ", "SyntaxError: invalid syntax\n"),
        ("import sys\nsys.exit(3)", "line 2, in <module>\n    sys.exit(3)\nSystemExit: 3\n"),
        ("async def fail():\n    raise OSError('no')\nawait fail()", "    raise OSError('no')\nOSError: no\n"),
    ],
)
def test_an_error_shows_the_lines_of_the_cell_only(source: str, end: str) -> None:
    error = asyncio.run(run_cell(source))["error"]
    assert error.endswith(end)
    assert "site-packages" not in error
    assert "asyncio" not in error.replace(end, "")


def test_a_function_of_an_earlier_cell_keeps_its_lines() -> None:
    asyncio.run(run_cell("def divide(number):\n    return number / 0"))
    error = asyncio.run(run_cell("first = 1\nsecond = 2\ndivide(first)"))["error"]
    assert "    divide(first)\n" in error
    assert "    return number / 0\n" in error
