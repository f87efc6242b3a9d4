from __future__ import annotations

import ast

import pytest

from jupyter_pipeline.compiler import Cell, Compilation, CompileOptions, compile_cells, select_cells
from jupyter_pipeline.compiler.frontend.tolerance import wrap_cell

TEXT = "text = \"\"\"\n  a\n b\"\"\"\nvalue = f'''x\n{text}'''\nif value:\n    parts = [\n1,\n    ]\n\nlast = 1 \\\n+ 2"


def compile_tagged(*cells: tuple[str, str]) -> Compilation:
    """Compile a whole notebook of cells with a tag each."""
    notebook = [Cell(index=i, source=source, tags=(tag,) if tag else ()) for i, (source, tag) in enumerate(cells)]
    return compile_cells(notebook, select_cells(notebook, [], whole=True), CompileOptions(name="pipe", whole=True))


def test_a_wrapped_cell_has_the_same_values() -> None:
    expected: dict[str, object] = {}
    found: dict[str, object] = {}
    exec(TEXT, expected)
    exec("import traceback\n" + wrap_cell(TEXT), found)
    assert {n: found[n] for n in ("text", "value", "parts", "last")} == {
        n: expected[n] for n in ("text", "value", "parts", "last")
    }


@pytest.mark.parametrize("source", ["", "# nothing", "from math import *", "from __future__ import annotations"])
def test_a_cell_that_cannot_be_in_a_try_statement_is_not_wrapped(source: str) -> None:
    assert wrap_cell(source) == ""


def test_the_run_goes_on_after_an_exception(capsys: pytest.CaptureFixture[str]) -> None:
    compilation = compile_tagged(
        ("rows = [1]\nsum = 0", ""),
        ("rows.append(2)\nrows.append(1 / sum)\nrows.append(3)", "raises-exception"),
        ("print(rows, sum)", ""),
    )
    namespace: dict[str, object] = {}
    exec(compilation.files["steps.py"], namespace)
    steps = [n.name for n in ast.parse(compilation.files["steps.py"]).body if isinstance(n, ast.FunctionDef)]
    assert len(steps) == 1
    namespace[steps[0]]()  # type: ignore[operator]
    captured = capsys.readouterr()
    assert captured.out == "[1, 2] 0\n"
    assert "ZeroDivisionError" in captured.err
    assert compilation.parameters == {}, "sum is a builtin"
    assert any("raises-exception" in note for note in compilation.notes)
    entries = [e for e in compilation.source_map["steps.py"] if e["cell"] == 1]
    assert entries[0]["line"] == 1
    assert entries[0]["source"][:2] == ["rows.append(2)", "rows.append(1 / sum)"]


def test_a_directive_takes_precedence() -> None:
    compilation = compile_tagged(("x = 1", ""), ("%%check ok\nassert x", "raises-exception"))
    assert "try:" not in compilation.files["steps.py"]
    assert any("a directive takes precedence" in note for note in compilation.notes)


def test_a_rebound_module_keeps_its_name() -> None:
    text = compile_tagged(("traceback = 1", ""), ("print(traceback / 0)", "raises-exception")).files["steps.py"]
    assert "import traceback as _traceback" in text
    assert "_traceback.print_exc()" in text


def test_a_skipped_cell_is_noted() -> None:
    compilation = compile_tagged(("print(1)", ""), ("print(2)", "skip-execution"))
    assert "print(2)" not in compilation.files["steps.py"]
    assert [note for note in compilation.notes if "skip-execution" in note] == [
        "Cell 2 of 2: the run leaves it out, because of its tag skip-execution."
    ]
