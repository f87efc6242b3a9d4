from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from jupyter_pipeline.workflows import fingerprint as module
from jupyter_pipeline.workflows.fingerprint import are_close, fingerprint

LARGE = pd.DataFrame({"a": np.arange(2_000_000) / 3, "b": range(2_000_000)})
FRAME = pd.DataFrame({"a": [1.5, 2.0], "b": ["x", "y"]})


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (1, 1.0),
        ([1, 2], (1, 2)),
        ({"a": 1}, {"a": 2}),
        (np.arange(3), np.arange(3.0)),
        (FRAME, FRAME.assign(a=[1.5, 3.0])),
        (FRAME, FRAME.astype({"a": "float32"})),
        (FRAME, FRAME.rename(columns={"a": "c"})),
        (FRAME, FRAME.set_index("b")),
        (FRAME, FRAME.assign(b=["x", "z"])),
        (LARGE, LARGE.assign(a=LARGE.a.where(LARGE.index != 7, 8.5e6))),
        (LARGE, LARGE.assign(b=LARGE.b.where(LARGE.index != 7, 8))),
        (LARGE, LARGE[::-1].reset_index(drop=True)),
        (pd.Series([1, None], dtype="Int64"), pd.Series([None, 1], dtype="Int64")),
        (pd.Series(["a", "b"], dtype="category"), pd.Series(["b", "a"], dtype="category")),
        (pl.DataFrame({"a": [1, 2]}), pl.DataFrame({"a": [1, 3]})),
        (pa.table({"a": [1, 2]}), pa.table({"a": [1, 3]})),
        (np.array([np.nan, 1.0]), np.array([1.0, np.nan])),
        ([0.5] * 200, [0.5] * 199 + [1.5]),
    ],
)
def test_different_values_have_different_fingerprints(first: Any, second: Any) -> None:
    one, other = fingerprint(first), fingerprint(second)
    assert one["digest"] == fingerprint(first)["digest"]
    assert one["digest"] != other["digest"]
    assert not (one["frame"] == other["frame"] and are_close(one["floats"], other["floats"]))


def test_a_rounding_difference_is_recognized() -> None:
    one, other = fingerprint(FRAME), fingerprint(FRAME.assign(a=FRAME.a * (1 + 1e-15)))
    assert one["frame"] == other["frame"]
    assert are_close(one["floats"], other["floats"])


@pytest.mark.parametrize(
    "value", [object(), [object()], np.array([object()]), lambda: 1, FRAME.style, FRAME.groupby("b")]
)
def test_an_object_of_an_unknown_class_has_no_fingerprint(value: Any) -> None:
    assert "it contains a" in fingerprint(value)["reason"]


def test_a_large_value_is_sampled_and_imports_no_library() -> None:
    code = (
        "import runpy, sys, numpy as np; f = runpy.run_path(sys.argv[1])['fingerprint']; "
        "print(f(np.zeros(2_000_000))['sampled'], f(np.zeros(2))['sampled'], {'dask', 'pandas'} & set(sys.modules))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(module.__file__)], capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["True", "False", "set()"]


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    code = (
        "import runpy, sys, pandas as pd; f = runpy.run_path(sys.argv[1])['fingerprint'];"
        "print(f([{'s': {'b', 'a'}}, pd.DataFrame({'a': [1.5, 2.0], 'b': ['x', 'y']})])['digest'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(module.__file__)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == fingerprint([{"s": {"b", "a"}}, FRAME])["digest"]
