from __future__ import annotations

import pytest
from differential import execute, run_flow

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError


def compiled(sources: list[str], **options: object) -> dict[str, str]:
    cells = [Cell(index=i, source=s) for i, s in enumerate(sources)]
    targets = [i for i, s in enumerate(sources) if s.startswith("%%")]
    return dict(compile_cells(cells, targets, CompileOptions(name="p", **options)).files)  # type: ignore[arg-type]


LIST = "%%step names\nnames = ['a', 'bb', 'ccc']"


@pytest.mark.parametrize(
    "sources",
    [
        [LIST, "%%step sizes --map\nsizes = [len(name) for name in names]", "%%step end\nresult = sum(sizes)"],
        [LIST, "%%step sizes --map\nsizes = list(map(len, names))", "%%step end\nresult = sizes"],
        [LIST, "%%step sizes --map\nsizes = list(map(lambda n: len(n) + 1, names))", "%%step end\nresult = sizes"],
        [
            LIST,
            "item = [1, 2]",
            "%%step sizes --map\nsizes = list(map((item * 2).__contains__, names))",
            "%%step end\nresult = sizes",
        ],
        [
            LIST,
            "n = 3",
            "%%step long --map\nlong = [name * n + 'x' for name in names]",
            "%%step end\nresult = long[-1]",
        ],
        [
            LIST,
            "extra = [1]\nextra.append(2)",
            "%%step a --map\na = [(n, extra) for n in names]",
            "%%step e\nresult = a",
        ],
        ["items = []", "%%step a --map\na = [x for x in items]", "%%step end\nresult = (a, 1)"],
        ["items = [[1, 2], [], None, 0]", "%%step a --map\na = [x for x in items]", "%%step end\nresult = (a, 1)"],
        [
            "items = [3, 4]",
            "def f(x):\n    return x * 2",
            "%%step a --map\na = [f(x) for x in items]",
            "%%step e\nresult = a",
        ],
        [
            "%%step two\nnames, factor = ['a', 'b'], 2",
            "%%step many --map\nmany = [name * factor for name in names]",
            "%%check all_long\nassert all(len(m) == 2 for m in many)",
            "%%step more --map\nmore = [m.upper() for m in many]",
            "%%step end\nresult = more + many",
        ],
    ],
)
def test_a_mapped_step_gives_the_notebooks_value(sources: list[str]) -> None:
    wanted = [n for n in ("items",) if any(s.startswith("items") for s in sources)]
    without = [s for s in sources if not s.startswith("%%check")]  # the stand-in for Prefect knows no artifacts
    whole = execute("\n".join(s.partition("\n")[2] if s.startswith("%%") else s for s in without))
    files = compiled(without, parameters=tuple(wanted))
    assert ".map(" in files["flow.py"]
    assert [run_flow(files, "p", seed) for seed in range(3)] == [whole["result"]] * 3
    compiled(sources, parameters=tuple(wanted))


def test_a_mapped_function_makes_one_element() -> None:
    files = compiled([LIST, "%%step sizes --map --retries 2\nsizes = [len(name) for name in names]"])
    assert "def sizes(name):" in files["steps.py"]
    assert "    return len(name)\n" in files["steps.py"]
    assert "sizes = task(steps.sizes, retries=2).map(list(names.result()))" in files["flow.py"]


@pytest.mark.parametrize(
    ("cell", "reason"),
    [
        ("sizes = {n: 1 for n in names}", "not one list"),
        ("sizes = [n for n in names if n]", "not one list"),
        ("sizes = [n + m for n in names for m in names]", "not one list"),
        ("sizes = [n for n in sorted(names)]", "not one list"),
        ("factor = 2\nsizes = [n * factor for n in names]", "not one list"),
        ("sizes = [n for n in others]", "neither a parameter nor the result of another step"),
        ("sizes = [seen.append(n) for n in names]", "side effect that other elements may see"),
        ("sizes = [await n for n in names]", "awaits something"),
    ],
)
def test_a_cell_of_another_form_is_refused(cell: str, reason: str) -> None:
    sources = [
        LIST,
        "OTHERS = ('x',)\nothers = OTHERS\nseen = []",
        f"%%step sizes --map\n{cell}",
        "%%step e\ny = (sizes, seen)",
    ]
    with pytest.raises(CompileRefusedError, match=reason) as refused:
        compiled(sources)
    assert refused.value.refusals[0].cell == 2


def test_a_check_is_not_mapped() -> None:
    with pytest.raises((CompileRefusedError, UsageError), match="leave out --map"):
        compiled([LIST, "%%check sizes --map\nassert names"])
