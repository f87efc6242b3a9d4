from __future__ import annotations

import pytest
from library_facts import Sample

pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning", "ignore::ResourceWarning")

SETUP = """
import os
import random
import warnings
from pathlib import Path
import numpy as np
xs = [3, 1]
ys = [2]
a = np.array([1.0, 2.0])
b = np.zeros(2)
frame = __import__("pandas").DataFrame({"a": [1, 2]})
rows = iter(xs)
"""


@pytest.fixture(scope="module")
def sample() -> Sample:
    return Sample("sample", "", SETUP, files="import pathlib; pathlib.Path('in.txt').write_text('text')")


@pytest.mark.parametrize(
    ("expression", "attribute", "expected"),
    [
        ("xs.append(1)", "changed", {"xs"}),
        ("sorted(xs)", "changed", set()),
        ("ys.extend(rows)", "changed", {"ys", "rows"}),
        ("np.add(a, 1, a)", "changed", {"a"}),
        ("np.add(a, 1, out=b)", "changed", {"b"}),
        ("np.add(a, 1, out=b)", "shared", {"b"}),
        ("frame.insert(0, 'z', 1)", "changed", {"frame"}),
        ("frame.sum()", "changed", set()),
        ("a.reshape(2, 1)", "shared", {"a"}),
        ("a.copy()", "shared", set()),
        ("[xs, 1]", "shared", {"xs"}),
        ("list(map(str, xs))", "shared", set()),
        ("random.random()", "state", {"random"}),
        ("np.random.rand()", "state", {"numpy.random"}),
        ("np.random.default_rng(0).random()", "state", set()),
        ("os.environ.setdefault('ZZ', '1')", "state", {"environment"}),
        ("os.chdir('..')", "state", {"working directory"}),
        ("warnings.simplefilter('error')", "state", {"warnings"}),
        ("np.seterr(all='raise')", "state", {"numpy settings"}),
        ("Path('in.txt').read_text()", "reads", {"in.txt"}),
        ("Path('out.txt').write_text('x')", "writes", {"out.txt"}),
        ("os.remove('in.txt')", "writes", {"in.txt"}),
        ("Path('in.txt').exists()", "writes", set()),
        ("frame.groupby('a')", "result", "pandas.api.typing.DataFrameGroupBy"),
        ("(x for x in xs)", "result", "generator of int"),
    ],
)
def test_effects_of_an_expression(sample: Sample, expression: str, attribute: str, expected: object) -> None:
    facts = sample.observe(expression)
    assert facts.error == ""
    assert getattr(facts, attribute) == expected


def test_state_and_files_are_as_before_for_the_next_call(sample: Sample) -> None:
    assert sample.observe("os.remove('in.txt')").writes == {"in.txt"}
    assert sample.observe("open('in.txt').read()").reads == {"in.txt"}
    assert sample.observe("os.environ.update(ZZ='1')").state == {"environment"}
    assert sample.observe("os.environ['ZZ']").error.startswith("KeyError")


def test_a_call_that_fails_or_hangs_has_an_error(sample: Sample) -> None:
    assert sample.observe("xs.append()").error.startswith("TypeError")
    assert sample.observe("__import__('time').sleep(60)").error.startswith("TimeoutError")
