from __future__ import annotations

import random
import re

import pytest
from differential import execute, run_flow
from random_notebooks import random_notebook

from jupyter_pipeline.compiler import Cell, Compilation, CompileOptions, compile_cells, select_cells
from jupyter_pipeline.exceptions import CompileRefusedError

NAMES = ["n0", "n1", "n2", "n3", "l0", "l1", "l2", "m0", "m1", "d0", "d1"]


def notebook(*cells: str) -> list[Cell]:
    """Return cells; one that starts with ## is Markdown."""
    return [
        Cell(index=i, source=text, kind="markdown" if text.startswith("## ") else "code")
        for i, text in enumerate(cells)
    ]


def compile_whole(cells: list[Cell], **options: bool) -> Compilation:
    selected = select_cells(cells, [], whole=True)
    return compile_cells(cells, selected, CompileOptions(name="pipe", whole=True, **options))


def flow_of(*cells: str) -> str:
    return compile_whole(notebook(*cells)).files["flow.py"]


def steps_of(*cells: str) -> list[str]:
    return re.findall(r"(?:task|check)\(\s*steps\.(\w+)", flow_of(*cells))


def divided(seed: int) -> list[str]:
    """Return a random notebook with headings at random places, and a last section that reads all names."""
    choose = random.Random(seed)
    cells: list[str] = []
    for number, source in enumerate(random_notebook(seed, 8)):
        if choose.random() < 0.6:
            cells.append(f"## Part {number}")
        cells.append(source)
    return [*cells, "## Result", f"result.extend([{', '.join(NAMES)}])"]


def run_orders(seed: int, orders: int) -> str:
    """Return how the steps differ from the notebook; empty if they do not, or if the notebook fails."""
    cells = divided(seed)
    program = "\n".join(text for text in cells if not text.startswith("## "))
    try:
        expected = repr(execute("result = []\n" + program)["result"])
    except Exception:
        return ""
    compilation = compile_whole(notebook("## Start", "result = []", *cells), one_step=seed % 7 == 0)
    steps = compilation.files["steps.py"] + "    seen.append(result)\n"
    for order in range(orders):
        seen: list[object] = []
        files = {**compilation.files, "steps.py": steps}
        run_flow(files, "pipe", order, seen=seen)
        if repr(seen[-1]) != expected:
            return f"{seed} {order}: {seen[-1]!r} != {expected}\n{steps}\n{compilation.files['flow.py']}"
    return ""


@pytest.mark.parametrize("first", [0, 50, 100])
def test_random_notebooks_have_their_values_in_all_orders_of_the_steps(first: int) -> None:
    for seed in range(first, first + 15):
        assert run_orders(seed, 3) == ""


def test_sections_without_common_values_run_in_parallel() -> None:
    flow = flow_of("## A", "x = list('1')", "## B", "y = list('2')", "## C", "z = x + y")
    assert "a = task(steps.a).submit()\n    b = task(steps.b).submit()\n    c = task(steps.c).submit(a, b)" in flow


@pytest.mark.parametrize(
    ("cells", "steps"),
    [
        # A function of one section reads a name that another one binds again.
        (("## A", "k = f(1)\ndef g(): return k", "## B", "k = f(2)", "## C", "z = g()"), ["a"]),
        # A function assigns a global of another section.
        (("## A", "n = f(0)\ndef g():\n    global n\n    n += 1", "## B", "g()"), ["a"]),
        # The value may be undefined, and only a condition protects the read.
        (("## A", "if f(0):\n    x = 1", "## B", "y = f(2)", "## C", "if f(0):\n    print(x)"), ["a"]),
        # A loop that binds a name, and a read that fails in the notebook, too, if the loop is empty.
        (("## A", "for i in f(3):\n    x = i", "## B", "y = f(2)", "## C", "print(x)"), ["a", "b", "c"]),
        # One function of one thread.
        (
            ("## A", "import sqlite3\ncon = sqlite3.connect('a')", "## B", "y = f(2)", "## C", "con.execute('x')"),
            ["a"],
        ),
    ],
)
def test_sections_are_merged_where_their_values_would_differ(cells: tuple[str, ...], steps: list[str]) -> None:
    prefix = ("def f(x):\n    return [x]",)
    found = compile_whole(notebook(*prefix, *cells))
    names = steps_of(*prefix, *cells)
    assert names == (["pipe"] if steps == ["a"] else steps)
    assert any("are one step, because of" in note for note in found.notes) is (steps == ["a"])


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("import random\nrandom.seed(1)\nx = random.random()", "import random\ny = random.random()", ""),
        ("import random\nx = random.random()", "import random\nrandom.seed(1)\ny = random.random()", "random state"),
        ("import os\nos.environ['A'] = 'x'", "y = list('2')", "process state"),
        (
            "import pandas as pd\nx = pd.DataFrame()\nx.to_csv('f.csv')",
            "import pandas as pd\ny = pd.read_csv('f.csv')",
            "",
        ),
        (
            "import pandas as pd\nx = pd.read_csv('f.csv')",
            "import pandas as pd\npd.DataFrame().to_csv('f.csv')",
            "files",
        ),
        (
            "import pandas as pd\nx = list('1')\npd.DataFrame(x).to_csv('f.csv')",
            "import pandas as pd\npd.DataFrame().to_csv('f.csv')",
            "",
        ),
        ("import matplotlib.pyplot as plt\nplt.plot([1])", "import matplotlib.pyplot as plt\nplt.plot([2])", "figures"),
        ("import pandas as pd\npd.set_option('display.width', 5)", "y = list('2')", "settings"),
        ("x = list('1')", "y = list('2')", None),
    ],
)
def test_sections_with_common_effects_run_in_order(first: str, second: str, reason: str | None) -> None:
    compilation = compile_whole(notebook("## A", first, "## B", second))
    assert ("wait_for=[a]" in compilation.files["flow.py"]) is (reason is not None)
    if reason:
        assert any(f"the same {reason}" in note for note in compilation.notes)


def test_random_numbers_without_a_seed_need_no_order() -> None:
    flow = flow_of("## A", "import random\nx = random.random()", "## B", "import random\ny = random.random()")
    assert "wait_for" not in flow


@pytest.mark.parametrize(
    ("heading", "name"),
    [
        ("## 1. Load data", "load_data"),
        ("## Überblick", "überblick"),
        ("## データ", "データ"),
        ("## 🚀 Launch!", "launch"),
        ("## 🚀", "set_up"),
        ("## class", "class_"),
        ("## 2026 results", "step_2026_results"),
        ("## x² and ﬁgures", "x2_and_figures"),
        (
            "## A very long heading that goes on and on until it is far too long",
            "very_long_heading_that_goes",
        ),
    ],
)
def test_a_step_is_named_after_its_heading(heading: str, name: str) -> None:
    found = steps_of(heading, "x = list('1')", "## Other", "y = list('2')")[0]
    assert found == name
    assert found.isidentifier()


def test_names_of_steps_are_distinct_and_shadow_no_value() -> None:
    assert steps_of("## Orders", "orders = list('1')", "## Plot", "x = list('2')", "## Plot", "y = list('3')") == [
        "orders_step",
        "plot",
        "plot_2",
    ]


def test_a_notebook_without_headings_is_divided_where_a_cell_needs_nothing_above_it() -> None:
    cells = ("# Read the orders\na = list('1')", "b = a + [2]", "c = list('3')", "# Add rows\nd = c + [4]")
    assert steps_of(*cells) == ["compute_b", "add_rows"]


def test_sections_with_imports_and_definitions_only_are_no_steps() -> None:
    cells = (
        "## Setup",
        "import json",
        "def f(x):\n    return json.dumps(x)",
        "## Run",
        "y = f([1])",
        "## More",
        "z = f([2])",
    )
    assert steps_of(*cells) == ["run", "more"]


def test_marked_cells_keep_their_names_and_options() -> None:
    flow = flow_of(
        "## A", "x = list('1')", "%%step load --retries 3\ny = x + [2]", "%%check ok\nassert y", "z = y + [1]"
    )
    assert "load = task(steps.load, retries=3)" in flow
    assert "ok = check(steps.ok)" in flow
    assert "wait_for=[ok]" in flow


def test_literals_are_parameters_or_those_of_the_tagged_cell() -> None:
    cells = notebook("## A", "n = 1\nx = list(str(n))", "## B", "m = 2\ny = list(str(m))", "## C", "z = x + y")
    assert dict(compile_whole(cells).parameters) == {"n": 1, "m": 2}
    tagged = [
        Cell(index=0, source="n = 1\ns = [1]", tags=("parameters",)),
        *notebook("", "## A", "x = s + [n]\nk = 5\nprint(k)")[1:],
    ]
    assert dict(compile_whole(tagged).parameters) == {"n": 1, "s": [1]}


def test_one_step_is_a_single_function() -> None:
    compilation = compile_whole(notebook("## A", "x = list('1')", "## B", "y = x"), one_step=True)
    assert "task(steps.pipe)()" in compilation.files["flow.py"]


def test_a_notebook_of_definitions_only_compiles() -> None:
    assert "Run nothing" in compile_whole(notebook("import json", "def f():\n    return json")).files["steps.py"]


def test_a_name_that_no_cell_defines_is_refused() -> None:
    with pytest.raises(CompileRefusedError, match="missing"):
        flow_of("x = missing + 1")


def test_a_refusal_of_a_whole_notebook_says_how_to_leave_the_cell_out() -> None:
    with pytest.raises(CompileRefusedError, match=r"Cell 2 of 3, line 1: %sql: .* give it the tag skip-execution"):
        compile_whole(notebook("x = list('1')", "%sql select 1", "y = x"))


def test_cells_that_all_steps_can_copy_are_no_step_of_their_own() -> None:
    cells = (
        "import sys\nsys.path.append('m')",
        "import one",
        "## Load",
        "x = one.load()",
        "## Other",
        "y = one.load()",
    )
    assert steps_of(*cells) == ["load", "load_y"]


def test_a_notebook_that_binds_unseen_names_is_one_step(capsys: pytest.CaptureFixture[str]) -> None:
    cells = ("## A", "n = [3]", "exec('p = n[0] + 1')", "## B", "globals()['q'] = p * 2", "## C", "print(q + n[0])")
    found = compile_whole(notebook(*cells))
    assert any("so the notebook is one step" in note for note in found.notes)
    namespace: dict[str, object] = {}
    exec(compile(found.files["steps.py"], "steps.py", "exec"), namespace)
    namespace["pipe"]()  # type: ignore[operator]
    assert capsys.readouterr().out == "11\n"


@pytest.mark.parametrize(
    ("headings", "file", "title"),
    [
        (("# Energy of *buildings*", "## Load"), "nb/a.ipynb", "Energy of buildings."),
        (("# Load", "# Plot"), "nb/sales_report-2.ipynb", "Sales report 2."),
        ((), "energy.ipynb", "Energy."),
    ],
)
@pytest.mark.parametrize("to", ["prefect", "dagster"])
def test_docstrings_have_the_title_of_the_notebook_or_its_file_name(
    headings: tuple[str, ...], file: str, title: str, to: str
) -> None:
    cells = [Cell(index=i, source=text, kind="markdown") for i, text in enumerate(headings)]
    cells.append(Cell(index=len(cells), source="x = [1]"))
    options = CompileOptions(name="pipe", whole=True, notebook=file, to=to)
    files = compile_cells(cells, [len(headings)], options).files
    assert files["steps.py"].startswith(f'"""{title}\n')
    other = files["flow.py" if to == "prefect" else "definitions.py"]
    assert other.startswith(f'"""{title}\n')
    assert f'    """{title}"""\n' in other


@pytest.mark.parametrize(
    ("last", "header"),
    [
        ("frame.dropna()", "def pipe() -> pandas.DataFrame:"),
        ("len(frame)", "def pipe() -> int:"),
        ("frame.unknown()", "def pipe():"),
        ("print(frame)", "def pipe() -> None:"),
    ],
)
def test_a_flow_has_the_return_type_of_its_last_step(last: str, header: str) -> None:
    cells = [Cell(index=0, source=f"import pandas as pd\nframe = pd.read_csv('a')\n{last}")]
    text = compile_cells(cells, 0, CompileOptions(name="pipe")).files["flow.py"]
    assert header in text
    assert ("import pandas\n" in text) is ("pandas" in header)
