"""The models of NumPy and Dask have the positions of the output arguments of the functions."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from jupyter_pipeline.compiler.analysis.library_models.model import ALL_ARGUMENTS, FunctionModel
from jupyter_pipeline.compiler.analysis.library_models.registry import find_function, find_method, load_class
from jupyter_pipeline.compiler.analysis.slicer import slice_cells

MODULES = ["numpy", "numpy.fft", "numpy.linalg", "numpy.ma", "numpy.random", "numpy.strings", "dask.array"]
CLASSES = [np.ndarray, np.ma.MaskedArray, np.random.Generator, np.random.RandomState]


def find_outputs(function: Any, *, skipped: int = 0) -> Iterator[int]:
    """Yield the positions of the output arguments; -1 stands for one that is passed by keyword."""
    if isinstance(function, np.ufunc):
        yield from range(function.nin, function.nin + function.nout)
        return
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):
        return
    if "out" in parameters:
        by_keyword = parameters["out"].kind is inspect.Parameter.KEYWORD_ONLY
        yield -1 if by_keyword else list(parameters).index("out") - skipped


def lists_output(model: FunctionModel, position: int) -> bool:
    return ALL_ARGUMENTS in model.changes or any(
        argument.keyword == "out" if position < 0 else argument.position == position for argument in model.changes
    )


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("name", MODULES)
def test_the_model_of_a_function_lists_its_outputs(name: str) -> None:
    module = importlib.import_module(name)
    missing = [
        (function, position)
        for function in dir(module)
        if (model := find_function(f"{name}.{function}")) is not None
        for position in find_outputs(getattr(module, function))
        if not lists_output(model, position)
    ]
    assert missing == []


@pytest.mark.parametrize("class_", CLASSES)
def test_the_model_of_a_method_lists_its_outputs(class_: type) -> None:
    type_ = load_class(f"numpy.{class_.__name__}")
    assert type_ is not None
    missing = [
        (method, position)
        for method in dir(class_)
        if (model := find_method(type_, method)) is not None
        for position in find_outputs(getattr(class_, method), skipped=1)
        if not lists_output(model, position)
    ]
    assert missing == []


@pytest.mark.parametrize(
    "call",
    [
        "np.multiply.outer(a, a, out=a)",
        "np.trace(x, 0, 0, 1, None, a)",
        "x.trace(0, 0, 1, None, a)",
        "rng.random(3, np.float64, a)",
        "np.fft.fft(x, 3, -1, None, a)",
        "np.apply_along_axis(a.__setitem__, 0, [0], 9)",
        "list(map(rng.shuffle, [a]))",
    ],
)
def test_a_call_that_writes_to_an_output_is_kept(call: str) -> None:
    setup = "import numpy as np\nrng = np.random.default_rng(1)\na = np.zeros(3)\nx = np.ones((3, 3))"
    assert slice_cells([setup, f"r = {call}", "result = a.sum()"], 2).cells == (0, 1, 2)
