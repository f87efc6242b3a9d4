from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells

START = "import sys\nsys.path.append('modules')"


def compile_last(*sources: str, whole: bool = False) -> str:
    cells = [Cell(index=i, source=source) for i, source in enumerate(sources)]
    selected = range(len(cells)) if whole else [len(cells) - 1]
    return compile_cells(cells, selected, CompileOptions(name="pipe", whole=whole)).files["steps.py"]


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((START, "from one import *", "x = load(2)"), "from one import load\n"),
        ((START, "from one import *\nfrom two import *", "x = double(load(2))"), "import two\n"),
        ((START, "from one import *", "def f():\n    return load(2)", "x = f()"), "import one\n"),
        (
            (START, "try:\n    from one import *\nexcept ImportError:\n    load = None", "x = load(2)"),
            "from one import load\n",
        ),
        ((START, "from one import *", "load = [load][0]\nx = load(2)"), "from one import load\n"),
        ((START, "from one import *", "x = load(abs(2))"), "import one\n"),
    ],
)
def test_an_import_of_all_names_in_a_function_imports_the_names_that_it_needs(
    cells: tuple[str, ...], expected: str, whole: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = compile_last(*cells, whole=whole)
    assert expected in steps
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "one.py").write_text("_hidden = 1\n\ndef load(n):\n    return list(range(n))\n")
    (tmp_path / "modules" / "two.py").write_text("__all__ = ['double']\n\ndef double(x):\n    return x * 2\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    namespace: dict[str, object] = {}
    exec(compile(steps, "steps.py", "exec"), namespace)
    result = namespace[re.findall(r"^def (\w+)", steps, re.MULTILINE)[-1]]()  # type: ignore[operator]
    assert whole or result in ([0, 1], [0, 1, 0, 1])
    for module in ("one", "two"):
        sys.modules.pop(module, None)


def test_an_import_of_all_names_stays_at_the_top_of_the_module() -> None:
    assert "from one import *" in compile_last("from one import *", "x = load(2)")
