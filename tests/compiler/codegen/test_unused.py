from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.codegen.unused import remove_imports, rename_variables


@pytest.mark.parametrize(
    ("text", "unused", "kept"),
    [
        ("import os\nx = 1\n", {"os"}, False),
        ("import readline\nx = 1\n", {"readline"}, True),
        ("import unlisted\nx = 1\n", {"unlisted"}, True),
        ("import pandas as pd\nx = 1\n", {"pandas"}, False),
        ("import pandas as pd\nx = 'pd.NA'\n", {"pandas"}, True),
        ("import os\nx = eval('os')\n", {"os"}, True),
        ("from sklearn.experimental import enable_iterative_imputer\n", {"sklearn.experimental.enable"}, True),
        ("import seaborn as sns\nx = 1\n", {"seaborn"}, True),
        ("import xml\nimport xml.dom.minidom as md\nx = xml.dom.minidom.parse\n", {"xml.dom.minidom"}, True),
        ("import xml\nfrom xml.dom import minidom\nx = xml.dom.minidom.parse\n", {"xml.dom.minidom"}, True),
    ],
)
def test_an_import_is_removed_only_if_nothing_needs_its_effect(text: str, unused: set[str], kept: bool) -> None:
    assert (remove_imports(text, unused) == text) is kept


@pytest.mark.parametrize(
    ("text", "place", "changed"),
    [
        ("def f():\n    ok = g()\n", (2, 5), "def f():\n    _ok = g()\n"),
        ("def f():\n    ok = g('ok')\n", (2, 5), "def f():\n    ok = g('ok')\n"),
        ("def f():\n    _ok, ok = g()\n    return _ok\n", (2, 10), "def f():\n    _ok, ok = g()\n    return _ok\n"),
    ],
)
def test_a_variable_gets_an_underscore_unless_a_text_or_a_name_uses_it(
    text: str, place: tuple[int, int], changed: str
) -> None:
    assert rename_variables(text, {place}) == changed
