"""Library models agree with the facts from running the libraries."""

from __future__ import annotations

import importlib

import pytest
from library_facts import Facts, Sample, load_samples

from jupyter_pipeline.compiler.analysis.library_models.model import SELF, FunctionModel, Returns
from jupyter_pipeline.compiler.analysis.library_models.registry import (
    find_attribute,
    find_function,
    find_method,
    load_class,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.filterwarnings("ignore"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

SAMPLES = load_samples()
UNCALLED = 0.35
"""Largest share of the listed functions of a sample that are not called."""
SEPARATE = (Returns.NEW, Returns.CONSTANT)
OF_LAZY_IMPORTS = {"loggers": "logging", "exit functions": "atexit", "warnings": "warnings", "environment": "os"}
"""State that an import of a library may change, with the library whose functions change it."""


def find_model(sample: Sample, name: str) -> FunctionModel | None:
    class_ = load_class(sample.name)
    if class_ is None:
        return find_function(f"{sample.name}.{name}")
    return find_method(class_, name) or find_attribute(class_, name)


def find_differences(sample: Sample, model: FunctionModel, facts: Facts) -> list[str]:
    """Return the observed effects that the model does not have."""
    receiver = facts.expression.partition(".")[0]
    is_method = load_class(sample.name) is not None
    in_place = ("inplace=True" in facts.expression or "in_place=True" in facts.expression) and bool(
        model.changes_receiver_if
    )
    others = any(argument != SELF for argument in model.changes) or bool(model.changes_if)
    writes = any(access.writes for access in model.files)
    found = []
    for name in facts.changed:
        of_receiver = is_method and name == receiver
        if not model.consumes_arguments and model.returns is Returns.ITERATOR:
            continue  # the test advances the iterator
        if not (others or (SELF in model.changes or model.changes_receiver_if if of_receiver else writes)):
            found.append(f"changes {name}")
    holds_file = is_method and SELF in model.changes
    if facts.writes and not writes and not holds_file:
        found.append(f"writes {sorted(facts.writes)}")
    if any(not path.startswith("/") for path in facts.reads) and not model.files:
        found.append(f"reads {sorted(facts.reads)}")
    lazy = {part for part, library in OF_LAZY_IMPORTS.items() if not sample.name.startswith(library)}
    for part in facts.state - lazy:
        if part == "figures":
            known = model.uses_figure
        elif part.endswith("random"):
            known = model.draws or model.seeds or bool(model.draws_with)
        else:
            known = bool(model.configures or model.configures_as_statement or model.changes_process)
        if not known:
            found.append(f"changes the state of {part}")
    if is_method and receiver in facts.shared and model.returns in SEPARATE and not in_place:
        found.append("shares memory with the receiver")
    return found


@pytest.mark.parametrize("name", sorted(SAMPLES))
def test_a_model_lists_all_effects_of_the_library(name: str) -> None:
    sample = SAMPLES[name]
    for module in sample.requires:
        pytest.importorskip(module)
    importlib.import_module(name.partition(".")[0])
    class_ = load_class(name)
    differences, uncalled, listed = [], [], 0
    for function in sample.public_names():
        model = find_model(sample, function)
        if model is None:
            continue
        listed += 1
        results = sample.run(function, one=True)
        if function not in sample.skipped_names and (not results or results[0].error):
            uncalled.append(function)
        attribute = find_attribute(class_, function) if class_ is not None else None
        differences += [
            f"{facts.expression}: {text}"
            for facts in results
            if not facts.error
            for text in find_differences(sample, model if facts.expression.endswith(")") else attribute or model, facts)
        ]
    assert differences == []
    assert len(uncalled) <= UNCALLED * listed + 2, uncalled


@pytest.mark.parametrize(
    ("sample", "function"),
    [
        ("csv", "field_size_limit"),
        ("decimal", "setcontext"),
        ("gc", "set_threshold"),
        ("heapq", "heappush"),
        ("operator", "setitem"),
        ("os", "truncate"),
        ("os", "utime"),
        ("random", "shuffle"),
        ("shutil", "copytree"),
        ("struct", "pack_into"),
        ("warnings", "simplefilter"),
        ("hashlib.Hash", "update"),
        ("pathlib.Path", "replace"),
        ("sqlite3.Cursor", "execute"),
        ("xml.Element", "find"),
        ("zipfile.ZipFile", "writestr"),
    ],
)
def test_a_rule_without_effects_differs_from_a_call_with_effects(sample: str, function: str) -> None:
    results = SAMPLES[sample].run(function, one=True)
    assert find_differences(SAMPLES[sample], FunctionModel(), results[0])


def test_a_name_of_a_base_comes_before_a_pattern_of_the_class() -> None:
    frame = load_class("pandas.DataFrame")
    assert frame is not None
    for name, expected in (("plot", "pandas.PlotAccessor"), ("index", "pandas.Index"), ("price", "pandas.Series")):
        found = find_attribute(frame, name)
        assert found is not None
        assert getattr(found.type, "path", "") == expected
