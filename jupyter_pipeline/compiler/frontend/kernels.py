"""Refuse notebooks whose cells do not run in a local Python kernel."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from jupyter_pipeline.exceptions import CompileError

__all__ = ["check_kernel"]

_REMOTE = re.compile(
    r"^(?:(?:conda-env-sparkmagic-)?(?:py)?spark3?kernel|sparkrkernel|pyspark3kernel|synapse_(?:py)?spark|glue_.*spark.*|"
    r"python_glue_session|scala_glue_session|sparkmagic.*|pyspark|spark)$",
    re.IGNORECASE,
)
"""Names of kernels and languages that send cells to a Spark session on another host."""
_KERNELS = {
    "ir": "R",
    "julia": "Julia",
    "sos": "SoS",
    "bash": "Bash",
    "scala": "Scala",
    "almond": "Scala",
    "octave": "Octave",
    "matlab": "MATLAB",
    "xcpp": "C++",
    "javascript": "JavaScript",
    "deno": "TypeScript",
    "sas": "SAS",
    "stata": "Stata",
    "xsql": "SQL",
    "sql": "SQL",
    ".net-csharp": "C#",
    ".net-fsharp": "F#",
    "rust": "Rust",
    "gophernotes": "Go",
}
"""Language by the first word of a kernel's name, for notebooks without the language."""


def check_kernel(metadata: Mapping[str, Any]) -> None:
    """Check that the cells of a notebook run in a local Python kernel.

    Parameters
    ----------
    metadata : mapping
        Metadata of the notebook. Without an entry for the kernel, the cells count as Python.

    Raises
    ------
    CompileError
        If the kernel has another language, or runs the cells on a Spark cluster.
    """
    spec, info = _mapping(metadata, "kernelspec"), _mapping(metadata, "language_info")
    name, title = str(spec.get("name") or ""), str(spec.get("display_name") or "")
    language = str(spec.get("language") or info.get("name") or metadata.get("language") or "")
    shown = f"{title or name or language} ({name})" if name and title != name else title or name or language
    if any(_REMOTE.match(text) for text in (name, str(info.get("name") or ""), language) if text):
        raise CompileError(
            f"The kernel of this notebook is {shown}, which runs cells on a Spark cluster. A pipeline runs them in "
            "Python on its own host. Open the notebook with a Python kernel, and create the Spark session in a cell."
        )
    if not language:
        word = re.split(r"[-_\d]", name.lower())[0] if not name.startswith(".net") else name.lower()
        language = _KERNELS.get(name.lower(), _KERNELS.get(word, "python"))
    if not re.match(r"i?python|xpython|pypy|sage", language.lower()):
        raise CompileError(
            f"The kernel of this notebook is {shown}, and its language is {language}. Only Python can be compiled. "
            "Open the notebook with a Python kernel, or translate its cells to Python."
        )


def _mapping(metadata: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = metadata.get(key)
    return value if isinstance(value, Mapping) else {}
