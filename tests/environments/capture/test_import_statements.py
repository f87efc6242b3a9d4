from __future__ import annotations

from pathlib import Path

import pytest

from jupyter_pipeline.environments.capture.import_statements import COMPUTED, read_imports, search_imports


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("import a", {"a"}),
        ("import a.b as c, d", {"a", "d"}),
        ("import a # , b", {"a"}),
        ("from a.b import c", {"a"}),
        ("from a import (\n    b,\n)", {"a"}),
        ("def f(): import a; from b import c", {"a", "b"}),
        ("    try:\n\timport a\n    except ImportError: import b\n", {"a", "b"}),
        ("%matplotlib inline\n!ls\nimport a", {"a"}),
        ("import_module(f'a.{name}')\nimportlib.import_module(\"b\")\n__import__('c')", {"a", "b", "c"}),
        ("runpy.run_module('a.b')\npkgutil.resolve_name( r'c:d')", {"a", "c"}),
        ("import_module('.a', package=__name__)\nimportlib.import_module", set()),
        ("def load(name): return import_module(name)", {COMPUTED}),
        ("__import__(f'{name}.b')\nimportlib.import_module(\n    names[0]\n)", {COMPUTED}),
        ("[import_module('plugins.' + name) for name in names]", {"plugins"}),
        ("from . import a\nfrom .b import c", set()),
        ("# import a\nx = 'import b'\nimported = 1\nfrom a to b", set()),
    ],
)
def test_imports_are_found_in_any_text(text: str, names: set[str]) -> None:
    assert search_imports(text) == names


def test_a_file_is_read_again_after_a_change(tmp_path: Path) -> None:
    file = tmp_path / "a.py"
    file.write_bytes(b"import a\n# \xff")
    assert read_imports([str(file), str(tmp_path / "gone.py")]) == {"a"}
    file.write_text("import b")
    assert read_imports([str(file)]) == {"b"}
