from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.slicer import slice_cells
from jupyter_pipeline.compiler.analysis.statements import parse_cells

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
        [f'{IMPORT}\nmatplotlib.use(\'Agg\')\ntext = """\n%matplotlib inline\n"""'],
        [f"{IMPORT}\ntry:\n    plt.switch_backend (newbackend='agg')\nexcept ImportError:\n    pass"],
        ["import matplotlib.pyplot\nmatplotlib.use('Agg')"],
        ["from matplotlib.pyplot import *\nswitch_backend('agg')"],
        ["import matplotlib as mpl\nmpl.rcParams.update(backend='agg')"],
        ["from matplotlib import rcParams as settings\nsettings['backend'] = 'agg'"],
        ["%matplotlib inline\nimport matplotlib\nmatplotlib.use('Agg')"],
        ["import matplotlib\n%matplotlib inline\nmatplotlib.use('Agg')"],
    ],
)
def test_a_backend_other_than_the_inline_backend_leaves_figures_open(cells: list[str]) -> None:
    assert len(cells) in parse_cells(list(enumerate([*cells, "x = 1"]))).open_figure_cells


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
        ["import os\nos.environ.setdefault('MPLBACKEND', 'agg')", IMPORT],  # Jupyter has set it
        ['text = """\nimport matplotlib\nmatplotlib.use(\'Agg\')\n"""'],
        ["from agents import use\nuse('Agg')"],
        ["import matplotlib\nuse = print\nmatplotlib.use('Agg')\n%matplotlib inline"],
        [f"{IMPORT}\nprint(matplotlib.rcParams['backend'], os.environ.get('MPLBACKEND'))"],
    ],
)
def test_the_inline_backend_closes_figures(cells: list[str]) -> None:
    assert parse_cells(list(enumerate([*cells, "x = 1"]))).open_figure_cells <= set(range(len(cells) - 1))


def test_a_drawing_on_a_figure_of_an_earlier_cell_is_kept_with_another_backend() -> None:
    cells = [f"{IMPORT}\nmatplotlib.use('Agg')\nfig, ax = plt.subplots()", "plt.plot([1, 2])", "n = len(ax.lines)"]
    assert slice_cells(cells, 2).cells == (0, 1, 2)
    assert slice_cells([cells[0].replace("matplotlib.use('Agg')\n", ""), *cells[1:]], 2).cells == (0, 2)
