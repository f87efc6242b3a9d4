"""Abstract locations: state outside of the heap that statements read and write.

A file, the global random state, the current figure and the state of the process are locations. A statement that uses
one depends on the earlier statements that wrote it.
"""

from __future__ import annotations

from enum import IntFlag
from typing import NamedTuple

from jupyter_pipeline.compiler.analysis.paths import ANY_PATH

__all__ = [
    "ANY_FILE",
    "ANY_PATH",
    "FIGURE",
    "MODULE",
    "OUTPUT",
    "POSSIBLE_CHANGE",
    "PROCESS",
    "RANDOM_STATE",
    "SETTINGS",
    "WORKING_DIRECTORY",
    "Access",
    "Location",
    "file_location",
]


class Location(NamedTuple):
    """One piece of state outside of the heap."""

    resource: str
    name: str = ""


class Access(IntFlag):
    """Uses of a location."""

    READ = 1
    WRITE = 2
    CREATE = 4
    """The location exists from then on, as the random state does from the first seed."""


RANDOM_STATE = Location("random state")
"""State of the global random generators; it exists from the first statement that seeds one."""
FIGURE = Location("figure")
"""The current figure of matplotlib; Jupyter closes it at the end of the cell."""
POSSIBLE_CHANGE = Location("process", "possibly")
"""A change of the process that an unknown call may make: only statements that read the process depend on it."""
PROCESS = Location("process")
"""Working directory, environment variables, import path and similar state."""
OUTPUT = Location("output")
"""Text that is printed: the notebook may have replaced ``sys.stdout``."""
SETTINGS = Location("settings")
"""Settings of libraries, such as display options."""
WORKING_DIRECTORY = Location("working directory")
"""The folder from which relative paths start."""
ANY_FILE = Location("file", ANY_PATH)
MODULE = "module"
"""Resource of the modules that a function imports: files which the notebook may write."""


def file_location(name: str) -> Location:
    """Return the location of the files with this name."""
    return Location("file", name)
