from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from jupyter_pipeline.compiler import Cell, Compilation, CompileOptions, compile_cells
from jupyter_pipeline.compiler.codegen.source_map import locate

SOURCES = [
    "import json",
    "# rates\ndef rate(part, whole):\n    '''Share.'''\n    return part / whole",
    "%%step load\nwhole = json.loads('0')\ntext = '''a\n  b'''",
    "%%step report\n\nshare = rate(\n    1,\n    whole,\n)\nf'{share} {text}'",
]


def compilation() -> Compilation:
    cells = [Cell(index=i, id=f"id{i}", source=s) for i, s in enumerate(SOURCES)]
    return compile_cells(cells, (2, 3), CompileOptions(name="p", notebook="rates.ipynb"))


def test_every_traced_line_is_the_line_of_its_cell() -> None:
    made = compilation()
    lines = made.files["steps.py"].split("\n")
    entries = made.source_map["steps.py"]
    assert {e["cell"] for e in entries} == {0, 1, 2, 3}
    for entry in entries:
        cell = SOURCES[entry["cell"]].split("\n")
        for offset, source in enumerate(entry["source"]):
            assert source == cell[entry["line"] - 1 + offset]
            shown = lines[entry["first"] - 1 + offset].partition("  # noqa")[0].strip()
            assert shown == ")" or shown.removeprefix("return ") in source.replace("'", '"')
    json.dumps(made.to_dict())


def test_a_traceback_of_a_run_points_at_the_notebook(tmp_path: Path) -> None:
    made = compilation()
    (tmp_path / "steps.py").write_text(made.files["steps.py"])
    code = "import steps; steps.report(*steps.load())"
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    located = locate(done.stderr, made.source_map)
    assert "Cell 4 of 4 in rates.ipynb, line 3, in report\n    share = rate(\n" in located
    assert "Cell 2 of 4 in rates.ipynb, line 4, in rate\n    return part / whole\n" in located
    assert "steps.py" not in located
    assert located.rstrip().endswith("ZeroDivisionError: division by zero")


def test_frames_from_elsewhere_stay_as_they_are() -> None:
    text = 'Traceback (most recent call last):\n  File "/x/other.py", line 3, in f\n    g()\nValueError: "no"\n'
    assert locate(text, compilation().source_map) == text
    assert locate(text, {}) == text
    assert locate("", compilation().source_map) == ""
