from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import slice_cells
from jupyter_pipeline.compiler.frontend.display import DISPLAY_IMPORT


@pytest.mark.parametrize(
    ("cells", "imports"),
    [
        (["x = 1", "display(x)"], True),
        (["def show(x):\n    display(x)", "show(1)"], True),
        (["display = print", "display(1)"], False),
        (["from IPython.core.display import display", "display(1)"], False),
        (["x = 1", "x.display()"], False),
    ],
)
def test_display_is_imported_where_no_cell_binds_it(cells: list[str], imports: bool) -> None:
    assert (DISPLAY_IMPORT in slice_cells(cells, -1).source) is imports
