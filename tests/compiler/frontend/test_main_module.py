from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import slice_cells
from jupyter_pipeline.compiler.frontend.main_module import binds_main_name, replace_main_name


@pytest.mark.parametrize(
    ("source", "replaced"),
    [
        ('if __name__ == "__main__":\n    f()', "if True:\n    f()"),
        ("if '__main__' == __name__: f()", "if True: f()"),
        ("if __name__ == '__main__' and go: f()", "if True and go: f()"),
        ("if __name__ != '__main__': f()", "if \"__main__\" != '__main__': f()"),
        ("log = getLogger(__name__)", 'log = getLogger("__main__")'),
        ("f.__name__", "f.__name__"),
        ("f(__name__=1)", "f(__name__=1)"),
        ('text = f"in {__name__}"', 'text = f"in __main__"'),
        ("sys.modules[__name__].x = 1", "sys.modules[__name__].x = 1"),
        ("# __name__", "# __name__"),
        ("'__name__'", "'__name__'"),
    ],
)
def test_the_name_of_the_module_is_main(source: str, replaced: str) -> None:
    assert replace_main_name(source) == replaced


@pytest.mark.parametrize(
    ("source", "binds"),
    [
        ("__name__ = 'a'", True),
        ("if __name__ == 'a': pass", False),
        ("x = __name__", False),
        ("f.__name__ = 'a'", False),
    ],
)
def test_an_assigned_name_is_no_constant(source: str, binds: bool) -> None:
    assert binds_main_name(source) is binds


def test_a_main_guard_of_a_needed_cell_runs() -> None:
    cells = ["def main():\n    return 5", 'if __name__ == "__main__":\n    value = main()']
    namespace: dict[str, object] = {"__name__": "steps"}
    exec(slice_cells(cells, 1).source, namespace)
    assert namespace["value"] == 5
