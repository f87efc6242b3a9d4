"""Deploys of notebooks that a real kernel ran: the flow of Prefect is rehearsed and compared."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import nbclient
import nbformat
import pytest

from jupyter_pipeline.compiler import Cell, read_notebook, select_cells
from jupyter_pipeline.exceptions import RehearsalDiffersError, RehearsalError
from jupyter_pipeline.models import ComparisonStatus, Deployed
from jupyter_pipeline.workflows import deploy, deploy_options
from jupyter_pipeline.workflows.deploy_plan import plan

SAME = ComparisonStatus.SAME
Sources = list[str | tuple[str, dict[str, Any]]]
STEPS: Sources = [
    "import time\nn = 3",
    ("print('left')\ntime.sleep(0.5)\nleft = list(range(n))\nprint('left', left)\nlen(left)", {"step": "left"}),
    ("print('right')\ntime.sleep(0.5)\nright = n * 10\nprint('right', right)\nright", {"step": "right"}),
    ("print(sum(left) + right)\nleft, right", {"step": "both"}),
]
MAPPED: Sources = [
    "def square(x):\n    print('square of', x)\n    return x * x",
    ("items = [1, 2, 3]", {"step": "items"}),
    ("squares = [square(x) for x in items]", {"step": "squares", "map": True}),
    ("total = sum(squares)\nprint(total)\ntotal", {"step": "total"}),
]
WHOLE: Sources = [
    "markdown:# Data",
    "import asyncio\nimport pandas as pd, matplotlib.pyplot as plt\ndf = pd.DataFrame({'a': [1, 2, 4]})\ndf.head()",
    "!echo 'q' > y.txt; echo hi",
    "text = open('y.txt').read()\ntext",
    "markdown:# Wait",
    "async def wait(x):\n    await asyncio.sleep(0.01)\n    return x\nawait wait(7)",
    "markdown:# Plot",
    "df.a.plot()\nplt.title('t')\nplt.show()\ndf.a.sum()",
    "names = !printf 'one\\ntwo\\n'\nprint(names)\nlen(names)",
]
WHOLE_KINDS = ["value", "text", "value", "value", "picture value", "text value"]
SINGLE: Sources = [
    "import pandas as pd\nimport matplotlib.pyplot as plt\ndf = pd.DataFrame({'a': [1, 2, 4]})",
    "df.a.plot()\nplt.savefig('x.png')\nprint(len(df))\ndf.describe()",
]


def execute(sources: Sources, folder: Path) -> list[Cell]:
    cells = []
    for each in sources:
        source, settings = each if isinstance(each, tuple) else (each, {})
        kind, _, text = source.partition(":") if source.startswith("markdown:") else ("code", "", source)
        make = nbformat.v4.new_markdown_cell if kind == "markdown" else nbformat.v4.new_code_cell
        cells.append(make(text, metadata={"jupyter_pipeline": settings} if settings else {}))
    notebook = nbformat.v4.new_notebook(cells=cells)
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(folder)}}).execute()
    return read_notebook(json.loads(nbformat.writes(notebook)))


def deployed(cells: list[Cell], folder: Path, **given: Any) -> Deployed:
    name = str(given.pop("name"))
    settings = deploy_options.parse_options(given, name=name, notebook=f"{name}.ipynb")
    whole = bool(given.get("all"))
    has_steps = any(cell.settings for cell in cells)
    selected: int | list[int] = select_cells(cells, [], whole=whole) if whole or has_steps else len(cells) - 1
    return deploy.deploy(plan(cells, selected, settings, folder=folder))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "sources", "options", "kinds"),
    [
        ("single", SINGLE, {}, ["", "text value picture"]),
        ("steps", STEPS, {}, ["", "text value", "text value", "text value"]),
        ("mapped", MAPPED, {}, ["", "", "text", "text value"]),
        ("whole", WHOLE, {"all": True}, WHOLE_KINDS),
        ("one-step", WHOLE, {"all": True, "one_step": True}, WHOLE_KINDS),
    ],
)
def test_a_flow_is_the_same_as_its_notebook(
    live: Path, tmp_path: Path, name: str, sources: Sources, options: dict[str, Any], kinds: list[str]
) -> None:
    cells = execute(sources, tmp_path)
    found = deployed(cells, tmp_path, name=f"compared-{name}", require_same=True, **options).comparison
    assert found is not None
    assert [" ".join(item.kind for item in cell.items) for cell in found.cells] == kinds
    reasons = {cell.label.split()[1]: cell.items[0].reason for cell in found.cells if cell.status is not SAME}
    if name == "mapped":
        assert set(reasons.values()) <= {"the cell ran once for each element"}
    elif name == "whole":  # the text of a child process has no step
        assert set(reasons.values()) <= {"several steps wrote at the same time"}
    else:
        assert reasons == {}


@pytest.mark.slow
def test_a_different_output_refuses_a_deploy_with_require_same(live: Path, tmp_path: Path) -> None:
    last = "print(n)\n_ = open('t.txt', 'w').write(str(n * {0}))\nn * {0}"
    cells = execute(["n = 3", last.format(2)], tmp_path)
    edited = [cells[0], dataclasses.replace(cells[1], source=last.format(3))]
    with pytest.raises(RehearsalDiffersError, match="value: the value differs") as refused:
        deployed(edited, tmp_path, name="edited", require_same=True)
    assert (tmp_path / "t.txt").read_text() == "6"
    assert "Put back as before the rehearsal: t.txt." in refused.value.comparison.notes[-1]
    failing = [cells[0], dataclasses.replace(cells[1], source=f"{last.format(3)}\n1 / 0")]
    with pytest.raises(RehearsalError, match=r"Put back as before the rehearsal: t\.txt\."):
        deployed(failing, tmp_path, name="failing")
    assert (tmp_path / "t.txt").read_text() == "6"
    cleared = [dataclasses.replace(cell, outputs=None) for cell in cells]
    with pytest.raises(RehearsalDiffersError, match=r"No output .* could be compared(.|\n)*was not executed"):
        deployed(cleared, tmp_path, name="cleared", require_same=True)
    assert not (tmp_path / "pipelines").exists()
