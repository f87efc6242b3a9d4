from __future__ import annotations

import sys
from pathlib import Path

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells

START = "import sys\nsys.path.append('modules')"


def compile_steps(*sources: str) -> str:
    """Return ``steps.py`` of a pipeline whose last step but one is the last source."""
    sources = (*sources[:-1], f"%%step one_step\n{sources[-1]}", "%%step other\ny = list('1')\nprint(x, y)")
    cells = [Cell(index=i, source=source) for i, source in enumerate(sources)]
    return compile_cells(cells, [len(cells) - 2, len(cells) - 1], CompileOptions(name="pipe")).files["steps.py"]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ((START, "from one import *", "x = load(2)"), "from one import load\n"),
        ((START, "from one import *\nfrom two import *", "x = double(load(2))"), "import two\n"),
        ((START, "from one import *", "def f():\n    return load(2)", "x = f()"), "one"),
        (
            (START, "try:\n    from one import *\nexcept ImportError:\n    load = None", "x = load(2)"),
            "from one import load\n",
        ),
        ((START, "from one import *", "load = [load][0]\nx = load(2)"), "from one import load\n"),
        ((START, "from one import *", "x = load(abs(2))"), "import one\n"),
    ],
)
def test_an_import_of_all_names_in_a_function_imports_the_names_that_it_needs(
    cells: tuple[str, ...], expected: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = compile_steps(*cells)
    assert expected in steps
    (tmp_path / "modules").mkdir()
    (tmp_path / "modules" / "one.py").write_text("_hidden = 1\n\ndef load(n):\n    return list(range(n))\n")
    (tmp_path / "modules" / "two.py").write_text("__all__ = ['double']\n\ndef double(x):\n    return x * 2\n")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    namespace: dict[str, object] = {}
    exec(compile(steps, "steps.py", "exec"), namespace)
    prepared = [namespace["prepare"]()] if "prepare" in namespace else []  # type: ignore[operator]
    assert namespace["one_step"](*prepared) in ([0, 1], [0, 1, 0, 1])  # type: ignore[operator]
    for module in ("one", "two"):
        sys.modules.pop(module, None)


def test_an_import_of_all_names_stays_at_the_top_of_the_module() -> None:
    assert "from one import *" in compile_steps("from one import *", "x = load(2)")
