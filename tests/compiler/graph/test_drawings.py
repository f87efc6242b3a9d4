"""Figures are drawn where Jupyter has drawn them, if it makes a difference; other drawings are noted."""

from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import Cell, Compilation, CompileOptions, compile_cells

IMPORT = "import matplotlib.pyplot as plt\nx = [1, 2]"
CLOSE = 'plt.close("all")'
DRAW = f"plt.draw_all(force=True) # as Jupyter does {CLOSE}"
AXES = "fig, ax = plt.subplots()\nax.plot(x)"
PATCH = "ax.add_patch(plt.Rectangle((0, 0), 1, 7))"
DISPLAYS = "Jupyter draws the figure that it displays"


def compiled(cells: list[str], *selected: int, whole: bool = False) -> Compilation:
    notebook = [Cell(index=i, source=s) for i, s in enumerate(cells)]
    return compile_cells(notebook, selected or len(cells) - 1, CompileOptions(name="pipe", whole=whole))


def steps_of(cells: list[str], *selected: int) -> str:
    return " ".join(compiled(cells, *selected).files["steps.py"].split())


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ([AXES, f"{PATCH}\nfig.savefig('a')"], f"{DRAW} ax.add_patch"),
        ([AXES, "ax.plot([3])", f"{PATCH}\nfig.savefig('a')"], f"ax.plot(x) {DRAW} ax.plot([3])"),
        ([AXES, "def f(a): a.relim()\nf(ax)\nlim = ax.get_xlim()"], f"{DRAW} def f(a)"),
        ([f"{AXES}\ndef f(): {PATCH}", "f()\nfig.savefig('a')"], f"{DRAW} f()"),
        ([f"{AXES}\nplt.show()\n{PATCH}\nfig.savefig('a')"], f"plt.show() {DRAW} ax.add_patch"),
        ([AXES, f"{PATCH}\nplt.plot(x)\nplt.savefig('a')\nfig.savefig('b')"], f"{DRAW} ax.add_patch"),
        (["fig, ax = plt.subplots(layout='tight')\nax.plot(x)", "ax.set_title('a')\nfig.savefig('a')"], DRAW),
        (
            ["fs = []\nfor i in x:\n    fs.append(plt.figure())\n    plt.show()", "fs[0].tight_layout()\nn = fs"],
            f"plt.show(); plt.draw_all(force=True); {CLOSE}",
        ),
        ([f"def f(a): a.relim()\n{AXES}", "[f][0](ax)\nfig.savefig('a')"], f"{DRAW} [f][0](ax)"),
        ([f"def f(a): a.relim()\n{AXES}", "n = [*map(f, [ax])]\nfig.savefig('a')"], f"{DRAW} n ="),
        ([f"name = str('relim')\n{AXES}", "getattr(ax, name)()\nfig.savefig('a')"], f"{DRAW} getattr"),
        ([f"import networkx as nx\n{AXES}", "nx.draw(nx.Graph(), ax=ax)\nfig.savefig('a')"], f"{DRAW} nx.draw"),
        ([f"class C:\n    def plot(self, a): a.relim()\n{AXES}", "C.plot(0, ax)\nfig.savefig('a')"], f"{DRAW} C.plot"),
        ([f"plt.rcParams['figure.autolayout'] = True\n{AXES}", "ax.grid()\nfig.savefig('a')"], f"{DRAW} ax.grid()"),
        ([f"{AXES}\nfig.set_layout_engine('tight')", "ax.grid()\nfig.savefig('a')"], f"{DRAW} ax.grid()"),
    ],
)
def test_figures_are_drawn_before_a_change_that_depends_on_it(cells: list[str], expected: str) -> None:
    text = steps_of([IMPORT, *cells])
    assert expected.replace("; ", " ") in text.replace("; ", " ")
    assert text.count(DRAW) == 1


@pytest.mark.parametrize(
    "cells",
    [
        [f"{AXES}\n{PATCH}\nfig.savefig('a')"],
        [AXES, "n = max(len(x), 3)\nax.set_title(str(n))\nax.plot(x)\nax.set_xlim(0, 1)\nfig.savefig('a')"],
        ["%matplotlib widget", AXES, f"{PATCH}\nfig.savefig('a')"],
    ],
)
def test_figures_are_not_drawn_where_it_makes_no_difference(cells: list[str]) -> None:
    assert "draw_all" not in steps_of([IMPORT, *cells])


@pytest.mark.parametrize("last", ["", "len(ax.lines)", "len(ax.lines)  # end"])
def test_a_step_draws_the_figures_that_another_step_changes(last: str) -> None:
    text = steps_of([IMPORT, f"{AXES}\n{last}", f"{PATCH}\nlim = ax.get_xlim()"], 1, 2)
    assert f"{DRAW} return ax" in text


@pytest.mark.parametrize(
    "cell",
    [
        "ax.plot([3])\nfig",
        "ax.plot([3])\nax.figure",
        "ax.plot([3])\ndisplay(fig)",
        "from IPython import display as d\nax.plot([3])\nd.display(fig)",
        "for i in x:\n    ax.plot([i])\n    display(fig)",
        "def show(f): display(f)\nax.plot([3])\nshow(fig)",
        "fs = {'a': fig}\nax.plot([3])\nfs['a']",
    ],
)
def test_a_display_between_two_changes_is_noted(cell: str) -> None:
    cells = [IMPORT, AXES, cell, f"{PATCH}\nfig.savefig('a')"]
    for found in (compiled(cells), compiled(cells, *range(4), whole=True)):
        assert [note for note in found.notes if DISPLAYS in note and note.startswith("Cell 3 of 4")]


def test_a_display_of_a_figure_of_a_function_is_noted() -> None:
    make = "def make():\n    fig, ax = plt.subplots()\n    ax.plot(x)\n    return fig"
    cells = [IMPORT, make, "f = make()", "f.axes[0].plot([5])\nf", "f.axes[0].relim()\nf.savefig('a')"]
    assert DISPLAYS in compiled(cells).notes[0]


@pytest.mark.parametrize(
    "cells",
    [
        [AXES, "fig", f"{PATCH}\nfig.savefig('a')"],
        [f"{AXES}\nfig", f"{PATCH}\nfig.savefig('a')"],
        [AXES, "ax.plot([3])\nfig;", f"{PATCH}\nfig.savefig('a')"],
        [AXES, "ax.plot([3])\nax", f"{PATCH}\nfig.savefig('a')"],
        [AXES, "ax.plot([3])\ndisplay(x)", f"{PATCH}\nfig.savefig('a')"],
        [AXES, "ax.plot([3])\nfig.canvas.draw()\nfig", f"{PATCH}\nfig.savefig('a')"],
        [AXES, "ax.plot([3])\nfig", "ax.set_title('a')\nfig.savefig('a')"],
    ],
)
def test_a_display_that_makes_no_difference_is_not_noted(cells: list[str]) -> None:
    assert not any(DISPLAYS in note for note in compiled([IMPORT, *cells]).notes)
