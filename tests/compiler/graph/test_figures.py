"""Figures are drawn and closed where Jupyter has done so, if it makes a difference."""

from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells

IMPORT = "import matplotlib.pyplot as plt\nx = [1, 2]"
CLOSE = 'plt.close("all")'
DRAW = f"plt.draw_all(force=True) # as Jupyter does {CLOSE}"
AXES = "fig, ax = plt.subplots()\nax.plot(x)"
PATCH = "ax.add_patch(plt.Rectangle((0, 0), 1, 7))"


def steps_of(cells: list[str], *selected: int) -> str:
    notebook = [Cell(index=i, source=s) for i, s in enumerate(cells)]
    files = compile_cells(notebook, selected or len(cells) - 1, CompileOptions(name="pipe")).files
    return " ".join(files["steps.py"].split())


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (
            ["plt.plot(x)\nplt.show()\nplt.plot([3])\nplt.savefig('y.png')"],
            f"plt.show() {CLOSE} # as Jupyter does plt.plot([3])",
        ),
        (["plt.plot(x)\nplt.show()\ny = 1\nplt.plot([y])"], f"plt.show() {CLOSE} # as Jupyter does y = 1"),
        (["fig, ax = plt.subplots()", "plt.plot(x)\nfig.savefig('a')"], f"{CLOSE} # as Jupyter does plt.plot(x)"),
        (["ax = plt.gca()", "plt.plot(x)\nax.grid()"], f"{CLOSE} # as Jupyter does plt.plot(x)"),
        (["fig, ax = plt.subplots()", "plt.savefig('a')\nfig.savefig('b')"], f"{CLOSE} # as Jupyter does plt.savefig"),
        (["for i in x:\n    plt.plot([i])\n    plt.savefig(str(i))\n    plt.show()"], f"plt.show() {CLOSE}"),
        (["for i in x:\n    plt.plot([i])\n    plt.show();  plt.pause(i)"], f"plt.show() {CLOSE} plt.pause(i)"),
        (["def draw(i):\n    plt.plot([i])\n    plt.show()  # now", "draw(1)\ndraw(2)"], f"plt.show() {CLOSE} # now"),
    ],
)
def test_figures_are_closed_before_the_next_one(cells: list[str], expected: str) -> None:
    assert expected in steps_of([IMPORT, *cells])


@pytest.mark.parametrize(
    "cells",
    [
        ["plt.plot(x)\nplt.savefig('a')\nplt.show()"],
        ["plt.plot(x)\nplt.show()\nfig, ax = plt.subplots()\nax.plot(x)"],
        ["fig, ax = plt.subplots()", "ax.plot(x)", "ax.set_title('a')\nfig.savefig('a')"],
        ["fig, ax = plt.subplots()", "plt.figure()\nplt.plot(x)\nfig.savefig('a')"],
        ["%matplotlib widget\nplt.plot(x)", "plt.plot(x)\nplt.show()\nplt.plot(x)"],
        ["plt.plot(x)\nif x:\n    plt.show()"],
    ],
)
def test_figures_stay_open_where_it_makes_no_difference(cells: list[str]) -> None:
    assert CLOSE not in steps_of([IMPORT, *cells])


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
        [AXES, "ax.set_title(str(len(x)))\nax.plot(x)\nax.set_xlim(0, 1)\nfig.savefig('a')"],
        ["%matplotlib widget", AXES, f"{PATCH}\nfig.savefig('a')"],
    ],
)
def test_figures_are_not_drawn_where_it_makes_no_difference(cells: list[str]) -> None:
    assert "draw_all" not in steps_of([IMPORT, *cells])


@pytest.mark.parametrize("last", ["", "len(ax.lines)", "len(ax.lines)  # end"])
def test_a_step_draws_the_figures_that_another_step_changes(last: str) -> None:
    text = steps_of([IMPORT, f"{AXES}\n{last}", f"{PATCH}\nlim = ax.get_xlim()"], 1, 2)
    assert f"{DRAW} return ax" in text


def test_a_figure_of_another_step_is_closed() -> None:
    text = steps_of([IMPORT, "plt.plot(x)\nplt.savefig('a')", "plt.plot([3])\nplt.savefig('b')"], 1, 2)
    assert f"{CLOSE} # as Jupyter does plt.plot([3])" in text


def test_modules_are_no_results() -> None:
    assert "return" not in steps_of([IMPORT, "plt.plot(x)\nplt.savefig('a')", "plt.plot(x)"], 1).lower()
