from __future__ import annotations

import random

import pytest
from differential import bound, execute, run_flow
from random_notebooks import random_notebook

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells
from jupyter_pipeline.exceptions import CompileRefusedError


def compare_flow(cells: list[str], targets: list[int], names: list[str], marks: dict[int, str] | None = None) -> str:
    whole = execute("\n".join(cells))
    sources = [*cells[:-1], f"{cells[-1]}\nresult = [{', '.join(names)}]\nresult"]
    tags = {i: (f"step:{name}",) for i, name in (marks or {}).items()}
    notebook = [Cell(index=i, source=s, tags=tags.get(i, ())) for i, s in enumerate(sources)]
    compilation = compile_cells(notebook, targets, CompileOptions(name="pipe"))
    for seed in range(3):
        got = run_flow(compilation.files, "pipe", seed)
        if repr(got) != repr([whole[n] for n in names]):
            return f"{[whole[n] for n in names]} != {got}"
    return ""


def test_flows_of_random_notebooks_give_the_values_of_the_whole_notebook() -> None:
    compared = 0
    for seed in range(1500, 1800):
        cells = random_notebook(seed, 6)
        names = [n for n in bound(cells[-1]) if n[0] in "nldm" and n[1:].isdigit()]
        targets = [*sorted(random.Random(seed).sample(range(1, 6), 2)), 6]
        try:
            execute("\n".join(cells))
        except Exception:
            continue
        if not names:
            continue
        try:
            assert compare_flow(cells, targets, names) == "", seed
        except CompileRefusedError:
            continue
        compared += 1
    assert compared > 200


def test_steps_of_several_cells_give_the_values_of_the_whole_notebook() -> None:
    compared = 0
    for seed in range(2000, 2100):
        choose = random.Random(seed)
        cells = random_notebook(seed, 7)
        names = [n for n in bound(cells[-1]) if n[0] in "nldm" and n[1:].isdigit()]
        first, second = sorted(choose.sample(range(2, len(cells) - 1), 2))
        marks = {i: "one" if i < first else "two" if i < second else "three" for i in range(len(cells) - 1)}
        marks = {i: name for i, name in marks.items() if choose.random() < 0.7} | {len(cells) - 1: "last"}
        try:
            execute("\n".join(cells))
        except Exception:
            continue
        if not names:
            continue
        try:
            assert compare_flow(cells, sorted(marks), names, marks) == "", seed
        except CompileRefusedError:
            continue
        compared += 1
    assert compared > 50


def test_cells_with_one_step_name_are_one_function_with_the_cells_between_them() -> None:
    cells = [
        "%%step load\nrows = list('ab')\nlen(rows)",
        "k = len(rows)",
        "%%step load\nrows += [k]",
        "%%step use\nrows",
    ]
    steps = compile_cells(
        [Cell(index=i, source=s) for i, s in enumerate(cells)], (0, 2, 3), CompileOptions(name="pipe")
    ).files["steps.py"]
    load = steps.partition("def load(")[2].partition("def use(")[0]
    assert load.index("display(len(rows))") < load.index("k = len(rows)") < load.index("rows += [k]")
    assert "return rows" in load


def flow_of(*sources: str, targets: tuple[int, ...]) -> str:
    notebook = [Cell(index=i, source=s) for i, s in enumerate(sources)]
    return compile_cells(notebook, targets, CompileOptions(name="pipe")).files["flow.py"]


def test_steps_without_edges_are_submitted_before_anything_waits() -> None:
    text = flow_of("%%step a\nx = [1]", "%%step b\ny = [2]", "%%step c\nz = x + y", targets=(0, 1, 2))
    assert "a = task(steps.a).submit()\n    b = task(steps.b).submit()\n    c = task(steps.c).submit(a, b)" in text


def test_steps_below_a_check_wait_for_it() -> None:
    text = flow_of("%%step a\nx = [1]", "%%check ok\nassert x", "%%step b\ny = [2]", targets=(0, 1, 2))
    assert "b = task(steps.b).submit(wait_for=[ok])" in text


def test_a_step_waits_for_readers_of_an_object_that_it_changes() -> None:
    text = flow_of("x = [1]", "%%step a\ny = sum(x)", "%%step b\nx.append(2)\nz = x", targets=(1, 2))
    assert "b = task(steps.b).submit(prepare, wait_for=[a])" in text


def test_a_change_between_steps_stays_between_them() -> None:
    cells = ["x = [1]", "%%step a\ny = sum(x)", "x.append(2)", "%%step b\nz = list(x)", "%%step c\nw = len(x)"]
    text = flow_of(*cells, targets=(1, 3, 4))
    assert "prepare_2 = task(steps.prepare_2).submit(prepare, wait_for=[a])" in text
    assert "b = task(steps.b).submit(prepare_2" in text


@pytest.mark.parametrize(
    ("cells", "targets", "name"),
    [
        (("%%step a\nx = [1]", "%%step b\nx = x + [2]", "%%step c\ny = x"), (0, 1, 2), "y"),
        (("%%step a\nx, n = [1], 2", "%%step b\nx, m = x + [n], 5", "%%step c\ny = x, n, m"), (0, 1, 2), "y"),
        (
            ("x = [1]", "%%step a\ny = len(x)", "x = [1, 2]", "%%step b\nz = len(x)", "%%step c\nw = y, z, x"),
            (1, 3, 4),
            "w",
        ),
        (
            ("x = 1\nk = [0]", "%%step a\ny = k + [x]", "if y:\n    x = 2", "%%step b\nz = x, k", "%%step c\nw = x, z"),
            (1, 3, 4),
            "w",
        ),
    ],
    ids=["rebound", "two results of one name", "two values prepared", "bound perhaps"],
)
def test_a_name_may_be_bound_by_several_steps(cells: tuple[str, ...], targets: tuple[int, ...], name: str) -> None:
    plain = [c.split("\n", 1)[1] if c.startswith("%%") else c for c in cells]
    whole = execute("\n".join(plain))
    notebook = [Cell(index=i, source=s) for i, s in enumerate([*cells[:-1], f"{cells[-1]}\n{name}"])]
    files = compile_cells(notebook, targets, CompileOptions(name="pipe")).files
    got = run_flow(files, "pipe")
    assert got == whole[name] or got == (whole[name], whole[name])


def test_a_function_that_would_see_another_value_is_refused() -> None:
    cells = ["%%step a\nk = len([1])\ndef f():\n    return k", "%%step b\nk = len([1, 2])", "%%step c\ny = f(), k"]
    with pytest.raises(CompileRefusedError, match="a function of one step reads it, and another step binds it"):
        flow_of(*cells, targets=(0, 1, 2))


def test_a_function_that_assigns_a_name_of_another_step_is_refused() -> None:
    cells = ["%%step a\nk = len([1])\ndef f():\n    global k\n    k += 1", "%%step b\nf()", "%%step c\ny = k"]
    with pytest.raises(CompileRefusedError, match="a function of one step assigns it"):
        flow_of(*cells, targets=(0, 1, 2))


def test_a_step_of_another_pipeline_is_not_taken_along_for_its_files() -> None:
    notebook = [
        Cell(index=0, source="import json"),
        Cell(index=1, source="%%step make\nn = 3\njson.dump([n], open('made.json', 'w'))\nn"),
        Cell(index=2, source="%%step use\nfound = json.load(open('made.json'))\nfound"),
    ]
    alone = compile_cells(notebook, 2, CompileOptions(name="use"))
    assert "json.dump" not in alone.files["steps.py"]
    assert any("another pipeline writes (cell 2 of 3)" in note for note in alone.notes)
    both = compile_cells(notebook, (1, 2), CompileOptions(name="both")).files["flow.py"]
    assert "use = task(steps.use).submit(wait_for=[make])" in both


def test_a_note_names_another_cell_as_the_notebook_shows_it() -> None:
    notebook = [
        Cell(index=0, source="import json", execution_count=1),
        Cell(index=1, source="# Data", kind="markdown"),
        Cell(index=2, source="%%step make\njson.dump([3], open('made.json', 'w'))", execution_count=5),
        Cell(index=3, source="%%step use\nfound = json.load(open('made.json'))\nfound", execution_count=6),
    ]
    notes = compile_cells(notebook, 3, CompileOptions(name="use")).notes
    assert notes == (
        (
            'In [6] "%%step use": it may read files that another pipeline writes (In [5] "%%step make"); '
            "they must exist when it runs."
        ),
    )


def test_a_name_at_the_end_of_a_step_is_returned_once() -> None:
    cells = ["%%step a\nx = [1]\nx", "%%step b\ny = x + [2]"]
    notebook = [Cell(index=i, source=s) for i, s in enumerate(cells)]
    text = compile_cells(notebook, (0, 1), CompileOptions(name="pipe")).files["steps.py"]
    assert "    x = [1]\n    return x\n" in text


@pytest.mark.parametrize(
    ("cell", "result"),
    [
        ("table = load()\nax = table.plot()\nax.set_title('t')\ntable.head()", "table"),
        ("table = load()\ncon.close()", ""),
        ("table = load()\ntable.to_html('a.html')", ""),
        ("table = load()\ntable.to_html()", "table.to_html()"),
    ],
)
def test_axes_and_calls_without_a_value_are_no_results(cell: str, result: str) -> None:
    setup = "import sqlite3\ncon = sqlite3.connect('a.db')\nload = con.cursor"
    cells = [Cell(index=i, source=s) for i, s in enumerate((setup, cell))]
    files = compile_cells(cells, 1, CompileOptions(name="p")).files
    assert [line.strip() for line in files["steps.py"].split("\n") if "return" in line] == (
        [f"return {result}"] if result else []
    )
    assert ("return task" in files["flow.py"]) is bool(result)
