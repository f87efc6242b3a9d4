from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells


def steps_of(*cells: str) -> str:
    """Return steps.py of a notebook in one step."""
    notebook = [Cell(index=i, source=text) for i, text in enumerate(cells)]
    options = CompileOptions(name="pipe", whole=True, one_step=True)
    return compile_cells(notebook, range(len(cells)), options).files["steps.py"]


@pytest.mark.parametrize(
    ("cell", "line"),
    [
        ("x", "display(x)"),
        ("x.head()", "display(x.head())"),
        ("x  # note", "display(x)"),
        ("x, 1", "display((x, 1))"),
        ("x[\n    0\n]", "display(x[0])"),
        ("x.fit()", "if (shown := x.fit()) is not None:\n        display(shown)"),
        ("await x", "if (shown := await x) is not None:\n        display(shown)"),
        ("x;", "    x  # noqa: B018\n"),
        ("x.to_csv('f')", '    x.to_csv("f")\n'),
        ("x.drop('a', inplace=True)", '    x.drop("a", inplace=True)\n'),
        ("# Look\nx", "# Look\n    display(x)"),
        ("%%check ok\nx", 'assert str(x) != "False", "x"'),
    ],
)
def test_the_last_value_of_a_cell_is_displayed(cell: str, line: str) -> None:
    text = steps_of("x = open('f')", cell, "print(1)")
    assert line in text
    assert ("from IPython.display import display" in text) is ("display(" in text.partition("def ")[2])


def test_a_function_without_a_result_displays_nothing() -> None:
    assert "display" not in steps_of("def f(x):\n    print(x)", "f(1)")


@pytest.mark.parametrize(
    "source",
    [
        "import pandas as pd\npd.set_option('display.max_rows', 8)",
        "import matplotlib.pyplot as plt\nplt.style.use('ggplot')",
        "import matplotlib.pyplot as plt\nplt.rc('font', size=9)",
        "from matplotlib import style\nstyle.use('ggplot')",
        "import numpy as np\nnp.random.seed(1)",
        "import seaborn as sns\nsns.set_theme()",
        "import os\nos.remove('f')",
    ],
)
def test_a_setter_of_a_library_displays_nothing(source: str) -> None:
    assert "display(" not in steps_of("x = 1", source)


def test_a_builtin_function_is_displayed_without_a_test_for_none() -> None:
    assert "    display(len(x))\n" in steps_of("x = open('f')", "len(x)")
    assert ":= len(x)" in steps_of("x = open('f')", "def len(x):\n    return x.a", "len(x)")


def test_figures_are_closed_after_a_cell_and_after_show() -> None:
    plot = "plt.plot([1])\nplt.show()\nplt.plot([2])\nplt.savefig('f')"
    text = steps_of("import matplotlib.pyplot as plt", plot, "plt.plot([3])\nplt.savefig('g')")
    assert 'plt.show()\n    plt.close("all")  # as Jupyter does\n    plt.plot([2])' in text
    assert text.count('plt.close("all")') == 2


def test_figures_of_tables_are_closed_too() -> None:
    text = steps_of("import pandas as pd\nx = pd.DataFrame({'a': [1]})", "x.plot()", "x.plot()\nx.hist()")
    assert "from matplotlib import pyplot" in text
    assert text.count('pyplot.close("all")') == 1


@pytest.mark.parametrize("source", ["%%writefile note.txt\nhello", "%cd .", "!touch a", "%%bash\ntouch a", "%env A=1"])
def test_a_command_has_no_value_to_display(source: str) -> None:
    assert "display" not in steps_of("x = 1", source)


def test_a_timed_expression_is_displayed() -> None:
    assert "display(x + 1)" in steps_of("x = 1", "%time x + 1")
