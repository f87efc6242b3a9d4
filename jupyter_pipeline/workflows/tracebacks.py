"""Translate tracebacks of runs to cells and lines of the notebook."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.paths import snapshots_dir

__all__ = ["locate", "locate_in_notebook", "strip_engine_frames"]

_ENGINE = re.compile(
    r'^( *)File "(?:[^"\n]*/site-packages/prefect/[^"\n]*|[^"\n]*/workflows/worker_tasks/\w+\.py|'
    r'[^"\n]*/rehearsal_(?:child\.py|recorder/\w+\.py)|'
    r'<frozen importlib[^"\n]*)".*\n'
    r"(?:\1  .*\n)*",
    re.MULTILINE,
)
"""Frames of Prefect's engine and of the import system, with the source lines below them."""


def strip_engine_frames(text: str) -> str:
    """Return `text` without the frames of Prefect's engine in its tracebacks."""
    return _ENGINE.sub("", text)


def locate_in_notebook(text: str) -> str:
    """Return a log whose tracebacks name cells and lines of the notebook instead of deployed files.

    Tracebacks of code without a snapshot on this machine do not change.
    """
    from jupyter_pipeline.compiler.codegen import source_map

    root = snapshots_dir()
    for version in dict.fromkeys(re.findall(rf"{re.escape(str(root))}/(\w+)/", text)):
        try:
            origins = json.loads((root / version / source_map.FILE).read_text("utf-8"))
        except (OSError, ValueError):
            continue
        text = locate(text, origins)
    return text


def locate(text: str, origins: Mapping[str, Any]) -> str:
    """Return `text` with cells and lines by the source map `origins`, without the frames of Prefect's engine."""
    from jupyter_pipeline.compiler.codegen import source_map

    return source_map.locate(strip_engine_frames(text), origins)
