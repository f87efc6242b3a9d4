"""The backend of Matplotlib in runs and rehearsals."""

from __future__ import annotations

import pytest

from jupyter_pipeline.plotting_backend import choose_plotting_backend


@pytest.mark.parametrize(
    ("environ", "backend"),
    [
        ({}, "agg"),
        ({"MPLBACKEND": ""}, "agg"),
        ({"MPLBACKEND": "module://matplotlib_inline.backend_inline"}, "agg"),
        ({"MPLBACKEND": "module://ipympl.backend_nbagg"}, "agg"),
        ({"MPLBACKEND": "pdf", "DISPLAY": ":0"}, "pdf"),
    ],
)
def test_runs_open_no_windows(environ: dict[str, str], backend: str) -> None:
    assert choose_plotting_backend(environ) == backend
