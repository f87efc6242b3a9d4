"""Tracebacks of runs, as the notebook's author reads them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.paths import snapshots_dir

__all__ = ["in_notebook", "located", "without_engine"]

_ENGINE = re.compile(
    r'^( *)File "(?:[^"\n]*/site-packages/prefect/[^"\n]*|[^"\n]*/rehearsal_child\.py|<frozen importlib[^"\n]*)".*\n'
    r"(?:\1  .*\n)*",
    re.MULTILINE,
)
"""Frames of what runs a flow, with the lines of source below them."""


def without_engine(text: str) -> str:
    """Return tracebacks without the frames of what runs a flow."""
    return _ENGINE.sub("", text)


def in_notebook(text: str) -> str:
    """Return tracebacks in a log with cells and lines of the notebook in place of those of deployed code.

    What was deployed by other means, or elsewhere, stays as it is.
    """
    from jupyter_pipeline.compiler.codegen import source_map

    root = snapshots_dir()
    for version in dict.fromkeys(re.findall(rf"{re.escape(str(root))}/(\w+)/", text)):
        try:
            known = json.loads((root / version / source_map.FILE).read_text("utf-8"))
        except (OSError, ValueError):
            continue
        text = located(text, known)
    return text


def located(text: str, known: Mapping[str, Any]) -> str:
    """Return the same for code whose origins are known, without the frames of Prefect's engine."""
    from jupyter_pipeline.compiler.codegen import source_map

    return source_map.locate(without_engine(text), known)
