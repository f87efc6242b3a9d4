"""The backend of Matplotlib in runs and rehearsals."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["VARIABLE", "choose_plotting_backend", "is_kernel_backend"]

VARIABLE = "MPLBACKEND"
"""Environment variable that selects the backend."""

_DEFAULT = "agg"
"""Backend without windows."""


def is_kernel_backend(backend: str) -> bool:
    """Return True for a backend that works in a kernel only, such as the one that a kernel sets."""
    return "inline" in backend or "ipympl" in backend or backend in ("nbagg", "widget", "notebook")


def choose_plotting_backend(environ: Mapping[str, str]) -> str:
    """Return the backend for a run that starts in these environment variables.

    Without a variable, Matplotlib would open windows on a host with a display, and none on other hosts.

    Examples
    --------
    >>> choose_plotting_backend({"MPLBACKEND": "svg"})
    'svg'
    >>> choose_plotting_backend({"MPLBACKEND": "module://matplotlib_inline.backend_inline"})
    'agg'
    """
    backend = environ.get(VARIABLE, "")
    return _DEFAULT if not backend or is_kernel_backend(backend) else backend
