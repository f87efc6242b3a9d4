"""Figures are closed where Jupyter has closed them, if a later statement draws."""

from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells

IMPORT = "import matplotlib.pyplot as plt\nx = [1, 2]"
CLOSE = 'plt.close("all")'


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


def test_a_figure_of_another_step_is_closed() -> None:
    text = steps_of([IMPORT, "plt.plot(x)\nplt.savefig('a')", "plt.plot([3])\nplt.savefig('b')"], 1, 2)
    assert f"{CLOSE} # as Jupyter does plt.plot([3])" in text


def test_modules_are_no_results() -> None:
    assert "return" not in steps_of([IMPORT, "plt.plot(x)\nplt.savefig('a')", "plt.plot(x)"], 1).lower()
