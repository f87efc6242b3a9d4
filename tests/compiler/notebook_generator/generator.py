"""Random notebooks."""

from __future__ import annotations

import random
import re

from notebook_generator.templates import KINDS, Names, subjects, templates
from notebook_generator.wrappers import Helpers, call_again, wrap

__all__ = ["generate_notebook"]

_IMPORTS = {
    "np": "import numpy as np", "pd": "import pandas as pd", "plt": "import matplotlib.pyplot as plt",
    "mpl": "import matplotlib as mpl", "sns": "import seaborn as sns", "Path": "from pathlib import Path",
    "contextmanager": "from contextlib import contextmanager", "mock": "from unittest import mock",
    "dataclass": "from dataclasses import dataclass, field", "concurrent": "import concurrent.futures",
    "importlib": "import importlib, importlib.util", "scipy": "import scipy.stats",
    "sklearn": "import sklearn.model_selection, sklearn.utils",
}  # fmt: skip
_IMPORTS |= {
    name: f"import {name}"
    for name in (
        "asyncio", "bisect", "builtins", "collections", "contextlib", "copy", "csv", "dataclasses", "decimal", "enum",
        "functools", "glob", "gzip", "heapq", "inspect", "io", "itertools", "json", "locale", "logging", "math",
        "operator", "os", "pickle", "pprint", "random", "secrets", "shelve", "shutil", "socket", "sqlite3", "string",
        "subprocess", "sys", "tempfile", "textwrap", "threading", "types", "warnings", "weakref", "zipfile",
        "configparser",
    )
}  # fmt: skip
_BASIC = ("containers", "control_flow", "functions")


def generate_notebook(seed: int) -> list[str]:
    """Return the cells of a notebook; the same for the same seed. A cell may raise an error."""
    pick = random.Random(seed)
    names, helpers = Names(pick), Helpers()
    chosen = [*pick.sample(subjects(), 3), *pick.sample(_BASIC, 1)]
    cells = [f"random.seed({pick.randrange(9)})\nnp.random.seed({pick.randrange(9)})"]
    for _ in range(pick.randint(6, 11)):
        if pick.random() < 0.04:
            *needed, cell = names.fill(pick.choice(templates("whole_cells")))
            cells += [s.text for s in needed]
            cells.append(cell.text)
        else:
            cells.append("\n".join(_cell(pick, names, helpers, chosen)))
    return _import(pick, cells)


def _cell(pick: random.Random, names: Names, helpers: Helpers, chosen: list[str]) -> list[str]:
    lines: list[str] = []
    for _ in range(pick.randint(1, 3)):
        if pick.random() < 0.12 and (call := call_again(names, helpers)):
            lines.append(call)
        *needed, statement = names.fill(pick.choice(templates(pick.choice(chosen))))
        lines += [s.text for s in needed]
        lines.append(wrap(statement, names, helpers) if pick.random() < 0.3 else statement.text)
    return lines


def _import(pick: random.Random, cells: list[str]) -> list[str]:
    """Add the imports to the first cell, and some to the cell that needs them first."""
    for name, line in _IMPORTS.items():
        users = [i for i, c in enumerate(cells) if re.search(rf"(?<![\w.]){name}\b(?!\s*=[^=])", c)]
        if users:
            own = pick.random() < 0.2 and not cells[users[0]].startswith("%%")
            at = users[0] if own else 0
            cells[at] = f"{line}\n{cells[at]}"
    return cells


def names_in(cell: str) -> list[str]:
    """Return the names of the generator that a cell mentions."""
    prefixes = "|".join(KINDS.values())
    return sorted(set(re.findall(rf"(?<![\w.])(?:{prefixes}|x|made|task)\d?\b", cell)))
