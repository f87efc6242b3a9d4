"""Imports below statements that change the process."""

from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells

ENVIRONMENT = 'import os\nos.environ["X"] = "1"\nimport numpy as np'
USES = ["x = np.ones(3)", "y = np.sum(x)"]


def steps_of(cells: list[str], selected: list[int], *, whole: bool = False) -> str:
    notebook = [Cell(index=i, source=s) for i, s in enumerate(cells)]
    return compile_cells(notebook, selected, CompileOptions(name="pipe", whole=whole)).files["steps.py"]


@pytest.mark.parametrize(
    ("change", "imported"),
    [
        ('import os\nos.environ["X"] = "1"', "import numpy as np"),
        ('import sys\nsys.path.insert(0, "src")', "from tools import load"),
        ('import os\nos.chdir("src")', "import tools"),
        ('import matplotlib\nmatplotlib.use("Agg")', "import matplotlib.pyplot as plt"),
        ('from pathlib import Path\nPath("src/tools.py").write_text("x = 1")', "import tools"),
        ('open("tools/__init__.py", "w").close()', "import tools"),
        ("%%writefile tools.py\nx = 1", "import tools"),
        ("from patches import patch\npatch()", "import sklearn"),
    ],
)
def test_imports_stay_below_changes_of_the_process(change: str, imported: str) -> None:
    name = imported.split()[-1]
    text = steps_of([change, imported, f"y = {name}.x"], [2])
    body = text.partition("\ndef ")[2]
    assert f"    {imported}" in body
    assert body.index(imported) > body.index(
        next(word for word in ("environ", "insert", "chdir", "use(", "write_text", "open(", "patch()") if word in body)
    )


@pytest.mark.parametrize(
    "cells",
    [
        ['import warnings\nwarnings.filterwarnings("ignore")\nimport numpy as np', "y = np.ones(3)"],
        ['import os\nos.environ["X"] = "1"\nimport json', "y = json.dumps(1)"],
        ['import numpy as np\nimport os\nos.environ["X"] = "1"', "import numpy as np\ny = np.ones(3)"],
        ["import pandas as pd\npd.set_option('display.width', 9)\nimport numpy as np", "y = np.ones(3)"],
    ],
)
def test_other_imports_are_at_the_top(cells: list[str]) -> None:
    assert "    import" not in steps_of(cells, [1])


@pytest.mark.parametrize("whole", [False, True])
def test_each_step_has_a_copy(whole: bool) -> None:
    cells = [ENVIRONMENT, *USES, "z = np.mean(x)"]
    text = steps_of(cells, [0, 1, 2, 3] if whole else [1, 2, 3], whole=whole)
    for function in text.split("\ndef ")[1:]:
        if "np." in function:
            before, _, after = function.partition("import numpy as np")
            assert 'os.environ["X"] = "1"' in before
            assert "np." in after
            assert "np" not in function.partition(")")[0]


def test_a_copy_does_not_order_steps() -> None:
    notebook = [ENVIRONMENT, "x = np.ones(3)", "y = np.zeros(3)"]
    cells = [Cell(index=i, source=s) for i, s in enumerate(notebook)]
    flow = compile_cells(cells, [1, 2], CompileOptions(name="pipe")).files["flow.py"]
    assert "wait_for" not in flow
