from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import pytest

from jupyter_pipeline.workflows import fingerprint as module
from jupyter_pipeline.workflows.fingerprint import are_close, fingerprint

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


@pytest.mark.parametrize("value", [object(), [object()], np.array([object()]), lambda: 1])
def test_an_object_of_an_unknown_class_has_no_fingerprint(value: Any) -> None:
    assert "it contains a" in fingerprint(value)["reason"]


def test_a_fingerprint_is_the_same_in_another_process() -> None:
    code = (
        "import runpy, sys, pandas as pd; f = runpy.run_path(sys.argv[1])['fingerprint'];"
        "print(f([{'s': {'b', 'a'}}, pd.DataFrame({'a': [1.5, 2.0], 'b': ['x', 'y']})])['digest'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(module.__file__)], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == fingerprint([{"s": {"b", "a"}}, FRAME])["digest"]
