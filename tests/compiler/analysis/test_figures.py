from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.figures import find_open_figures
from jupyter_pipeline.compiler.analysis.slicer import slice_cells

IMPORT = "import matplotlib\nimport matplotlib.pyplot as plt"


@pytest.mark.parametrize(
    "cells",
    [
        ["import matplotlib\nmatplotlib.use('Agg')"],
        ["import matplotlib as backend_module\nbackend_module.use(backend=NAME)"],
        ["from matplotlib import use\nuse('Agg')"],
        ["import matplotlib.pyplot as plt\nplt.switch_backend('agg')"],
        ["%matplotlib agg"],
        ["%matplotlib widget"],
        ["%config InlineBackend.close_figures = False"],
        ["import matplotlib as mpl\nmpl.rcParams['backend'] = 'agg'"],
        ["import matplotlib as mpl\nmpl.rcParams.update({'backend': 'agg'})"],
        ["import os\nos.environ['MPLBACKEND'] = 'agg'", IMPORT],
        ["%env MPLBACKEND=agg", IMPORT],
        ["%matplotlib inline", f"{IMPORT}\nmatplotlib.use('Agg')"],
    ],
)
def test_a_backend_other_than_the_inline_backend_leaves_figures_open(cells: list[str]) -> None:
    assert len(cells) in find_open_figures(enumerate([*cells, "x = 1"]))


@pytest.mark.parametrize(
    "cells",
    [
        ["%matplotlib inline"],
        ["%matplotlib --list"],
        ["import matplotlib\nmatplotlib.use('Agg')", "%matplotlib inline"],
        ["import matplotlib\nmatplotlib.use('module://matplotlib_inline.backend_inline')"],
        ["import matplotlib\n# matplotlib.use('Agg')"],
        [f"{IMPORT}\nplt.style.use('ggplot')"],
        ["import gettext\nother.use('Agg')"],
        [f"{IMPORT}\nplt.plot([1])\nplt.rcParams['backend'] = 'agg'"],  # the inline backend is in use
        [f"{IMPORT}\nimport os\nos.environ['MPLBACKEND'] = 'agg'"],  # matplotlib has read the variable
        [f"{IMPORT}\nprint(matplotlib.rcParams['backend'], os.environ.get('MPLBACKEND'))"],
    ],
)
def test_the_inline_backend_closes_figures(cells: list[str]) -> None:
    assert find_open_figures(enumerate([*cells, "x = 1"])) <= set(range(len(cells) - 1))


def test_a_drawing_on_a_figure_of_an_earlier_cell_is_kept_with_another_backend() -> None:
    cells = [f"{IMPORT}\nmatplotlib.use('Agg')\nfig, ax = plt.subplots()", "plt.plot([1, 2])", "n = len(ax.lines)"]
    assert slice_cells(cells, 2).cells == (0, 1, 2)
    assert slice_cells([cells[0].replace("matplotlib.use('Agg')\n", ""), *cells[1:]], 2).cells == (0, 2)
