"""Notebooks that a real kernel ran, against rehearsals of slices that were broken on purpose."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Sequence
from pathlib import Path

import nbclient
import nbformat
import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells, read_notebook
from jupyter_pipeline.exceptions import RehearsalDiffersError
from jupyter_pipeline.models import CellComparison, ComparisonStatus, ItemComparison, RehearsalComparison
from jupyter_pipeline.workflows.comparison import cells as comparison
from jupyter_pipeline.workflows.comparison.files import scan_folder
from jupyter_pipeline.workflows.rehearsal import rehearse

FLOW = "import steps\n\n\ndef main(**values):\n    return steps.{function}(**values)\n"
SOURCES = [
    (
        "import pandas as pd, numpy as np\nimport matplotlib.pyplot as plt\nfrom pathlib import Path\n"
        "np.random.seed(3)\nplt.rcParams['lines.linewidth'] = 6"
    ),
    (
        "df = pd.DataFrame({'a': np.random.rand(30), 'b': list('123') * 10})\ndf['b'] = df['b'].astype(int)\n"
        "Path('y.csv').write_text('q\\n1\\n')\ndf.head()"
    ),
    (
        "from IPython.display import display\ndf['c'] = df.a * 2\nprint(round(df.c.sum(), 3))\ny = pd.read_csv('y.csv')\n"  # noqa: E501
        "df.a.plot()\nplt.title('t')\nplt.savefig('x.png')\ny.to_csv('out.csv')\ndisplay(df.head(2))\ndf.dtypes"
    ),
]


def execute(sources: Sequence[str], folder: Path) -> list[Cell]:
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    options = {"timeout": 120, "resources": {"metadata": {"path": str(folder)}}, "allow_errors": True}
    nbclient.NotebookClient(notebook, **options).execute()
    return read_notebook(json.loads(nbformat.writes(notebook)))


def compare(cells: Sequence[Cell], folder: Path, *, without: str = "", whole: bool = False) -> RehearsalComparison:
    """Compare with a slice of the notebook without the lines that contain `without`."""
    broken = [
        dataclasses.replace(
            c, source="\n".join("" if without and without in line else line for line in c.source.split("\n"))
        )
        for c in cells
    ]
    selected = list(range(len(cells))) if whole else [len(cells) - 1]
    options = CompileOptions(name="job", whole=whole, one_step=whole)
    compilation = compile_cells(broken, selected, options)
    notebook = comparison.Notebook(cells, selected, compilation)
    before = scan_folder(folder)
    [function] = re.findall(r"steps\.(\w+)", compilation.files["flow.py"])
    files = {**compilation.files, "flow.py": FLOW.format(function=function)}
    done = rehearse(
        files,
        "flow.py:main",
        working_directory=folder,
        server=None,
        parameters=compilation.parameters,
        record=notebook.request(fingerprints=False),
    )
    assert done.error == "", done.traceback
    return comparison.compare(
        notebook,
        done.recording,
        folder=folder,
        before=before,
        seconds=done.seconds,
        values=compilation.parameters,
    )


@pytest.fixture(scope="module")
def executed(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Cell], Path]:
    folder = Path(tmp_path_factory.mktemp("notebook"))
    return execute(SOURCES, folder), folder


@pytest.mark.slow
def test_a_right_slice_is_the_same(executed: tuple[list[Cell], Path]) -> None:
    found = compare(*executed)
    assert found.differences == ()
    assert {cell.status for cell in found.cells} == {ComparisonStatus.SAME}
    assert [item.kind for item in found.cells[-1].items] == ["text", "display", "value", "picture"]
    assert {item.name for item in found.files} == {"out.csv", "x.png", "y.csv"}


@pytest.mark.slow
def test_each_form_of_a_last_value_is_recorded_once(tmp_path: Path) -> None:
    sources = [
        "# # Values\nimport pandas as pd\nimport matplotlib.pyplot as plt\ndf = pd.DataFrame({'a': [1, 2]})\ndf.head()",
        "display(df)",
        "total = df.a.sum()\nprint(total)\ntotal",
        "df.a.max(), 1",
        "df.a.to_dict() or None",
        "df.a.plot()\nplt.show()\nf'{total}'",
    ]
    cells = execute(sources, tmp_path)
    found = compare(cells, tmp_path, whole=True)
    assert found.differences == ()
    assert [[item.kind for item in cell.items] for cell in found.cells] == [
        ["value"],
        ["display"],
        ["text", "value"],
        ["value"],
        ["value"],
        ["picture", "value"],
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        ("seed(", "text"),
        ("lines.linewidth", "picture"),
        ("df.a.plot", "picture"),
        ("out.csv", "out.csv: line 8"),
        ("write_text", "y.csv: read, but line 3"),
        ("astype", "value"),
        ("display(df", "the run shows no display"),
    ],
)
def test_a_broken_slice_differs(executed: tuple[list[Cell], Path], lost: str, expected: str) -> None:
    found = compare(*executed, without=lost)
    assert any(expected in line for line in found.differences), found.differences


@pytest.mark.slow
@pytest.mark.parametrize(
    "sources",
    [
        ["import numpy as np, uuid\nx = np.random.rand(3)", "print(x, uuid.uuid4())\nx.sum()"],
        ["import time\nfrom datetime import datetime\nt = time.time()", "print(time.time() - t, 's', datetime.now())"],
        ["import matplotlib.pyplot as plt", "for i in range(2):\n    plt.figure(); plt.plot([1, i]); plt.show()"],
        ["import subprocess", "subprocess.run(['echo', 'hello'])\nprint('after')"],
        ["from tqdm import tqdm", "for i in tqdm(range(5)): pass\ni"],
        ["import ipywidgets", "s = ipywidgets.IntSlider()\ns"],
    ],
)
def test_unstable_output_is_no_difference(sources: list[str], tmp_path: Path) -> None:
    assert compare(execute(sources, tmp_path), tmp_path).differences == ()


@pytest.mark.slow
def test_a_cell_that_did_not_run_cannot_be_compared(tmp_path: Path) -> None:
    found = compare([Cell(index=0, source="print(1)")], tmp_path)
    assert [cell.reason for cell in found.cells] == ["it was not executed in the notebook"]


@pytest.mark.slow
def test_messages_of_magics_are_no_difference(tmp_path: Path) -> None:
    sources = ["%%writefile note.txt\nhello", "%cd .", "%env A=1\nprint('a')", "%%bash\necho hi", "print(2)"]
    cells = execute(sources, tmp_path)
    found = compare(cells, tmp_path, whole=True)
    assert found.differences == ()
    assert [cell.ignored for cell in found.cells[:3]] == [("confirmations of magics",)] * 3
    lost = compare(cells, tmp_path, whole=True, without="print('a')")
    assert any("%env A=1" in line and "run shows no text" in line for line in lost.differences)
    assert any("run shows no text" in line for line in compare(cells, tmp_path, whole=True, without="(2)").differences)


@pytest.mark.slow
def test_a_notebook_without_outputs_cannot_be_compared(tmp_path: Path) -> None:
    cells = [Cell(index=i, source=source, outputs=()) for i, source in enumerate(["x = 1", "print(x)"])]
    found = compare(cells, tmp_path, whole=True)
    assert [cell.reason for cell in found.cells] == ["", "the notebook stores no outputs"]
    assert found.notes[0] == "The notebook stores no outputs. Run it and save it, to compare them."


@pytest.mark.slow
def test_the_order_of_execution_is_noted(tmp_path: Path) -> None:
    sources = ["x = 1", "x = x + 1\nprint(x)", "print('end', x)"]
    cells = [
        dataclasses.replace(c, execution_count=n) for c, n in zip(execute(sources, tmp_path), (1, 3, 2), strict=True)
    ]
    stored = dataclasses.replace(cells[2], outputs=({"output_type": "stream", "name": "stdout", "text": "end 1\n"},))
    found = compare([*cells[:2], stored], tmp_path, whole=True)
    assert [cell.status.value for cell in found.cells] == ["same", "same", "differs"]
    assert "ran after a cell below; the pipeline runs cells in document order" in found.notes[0]


@pytest.mark.slow
@pytest.mark.parametrize("end", ["", "changed"])
def test_a_long_output_is_compared_to_its_end(end: str, tmp_path: Path) -> None:
    cells = execute(["!python -c \"[print('line', i, 'x' * 10) for i in range(60000)]\""], tmp_path)
    text = "".join(
        each["text"] if isinstance(each["text"], str) else "".join(each["text"]) for each in cells[0].outputs
    )
    assert len(text) > 1_000_000
    stored = {"output_type": "stream", "name": "stdout", "text": f"{text}{end}"}
    found = compare([dataclasses.replace(cells[0], outputs=(stored,))], tmp_path, whole=True)
    assert bool(found.differences) is bool(end)


COMPARED = CellComparison(
    cell=1,
    label="cell 2",
    status=ComparisonStatus.SAME,
    items=(ItemComparison(kind="value", status=ComparisonStatus.SAME),),
)
SILENT = CellComparison(cell=0, label="cell 1", status=ComparisonStatus.SAME)
UNKNOWN = CellComparison(cell=2, label="cell 3", status=ComparisonStatus.NOT_COMPARED, reason="it was not executed")


@pytest.mark.parametrize(
    ("cells", "obstacles"),
    [
        ((SILENT,), ()),
        ((COMPARED, UNKNOWN), ()),
        ((UNKNOWN,), ("Cell 3: it was not executed",)),
        ((SILENT, UNKNOWN), ("Cell 3: it was not executed",)),
        ((), ("No cell was recorded.",)),
    ],
)
def test_require_same_needs_a_cell_that_could_be_compared(
    cells: tuple[CellComparison, ...], obstacles: tuple[str, ...]
) -> None:
    found = RehearsalComparison(cells=cells)
    assert found.obstacles == obstacles
    assert "No output of the rehearsal could be compared" in str(RehearsalDiffersError(found))
