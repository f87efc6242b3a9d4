from __future__ import annotations

import importlib
import pkgutil
import sys

import pytest

from jupyter_pipeline.compiler.analysis import library_models
from jupyter_pipeline.compiler.analysis.library_models import registry
from jupyter_pipeline.compiler.analysis.library_models.model import (
    Argument,
    FileAccess,
    LibraryModel,
    Returns,
)
from jupyter_pipeline.compiler.analysis.library_models.notation import RuleTable, parse_rules
from jupyter_pipeline.compiler.analysis.library_models.registry import (
    METHODS,
    find_function,
    find_method_files,
    is_known,
    is_process_state,
    load_models,
    merge_method_files,
)
from jupyter_pipeline.compiler.analysis.values import CONTAINER, IMMUTABLE, ITERATOR, OBJECT, TABLE, LibraryInstance


@pytest.mark.parametrize(
    ("path", "rule"),
    [
        ("load", "pure"),
        ("x.load", None),
        ("random.seed", "pure"),
        ("seed", None),
        ("asarray", "pure"),
        ("x.asarray", "pure"),
        ("read_csv", "pure"),
        ("x.read_csv", None),
        ("set_option", "pure"),
        ("x.set_option", "pure"),
        ("offset", None),
    ],
)
def test_rules_match_functions_by_path(path: str, rule: str | None) -> None:
    table = RuleTable()
    table.add("load random.seed **.asarray read_* **.set_*", "pure")
    assert table.find(path) == rule


@pytest.mark.parametrize(
    ("path", "attribute", "expected"),
    [
        ("numpy.random.seed", "seeds", True),
        ("numpy.random.seed", "draws", False),
        ("numpy.random.rand", "draws", True),
        ("numpy.random.default_rng", "draws", False),
        ("numpy.random.default_rng", "type", LibraryInstance("numpy.Generator", ITERATOR)),
        ("numpy.mean", "draws", False),
        ("numpy.asarray", "returns", Returns.VIEW),
        ("numpy.add.at", "changes", (Argument("", 0), Argument("", 1))),
        ("pandas.read_csv", "files", (FileAccess(Argument("filepath_or_buffer", 0), optional=True),)),
        (
            "shutil.copy",
            "files",
            (FileAccess(Argument("src", 0), optional=True), FileAccess(Argument("dst", 1), True, optional=True)),
        ),
        ("math.sqrt", "returns", Returns.CONSTANT),
        ("os.chdir", "changes_process", True),
        ("os.environ.get", "changes_process", False),
        ("pandas.eval", "reads_names", ""),
        ("pandas.set_option", "configures", ("",)),
        ("matplotlib.pyplot.rc", "configures", ("",)),
        ("matplotlib.pyplot.plot", "uses_figure", True),
    ],
)
def test_effects_of_a_function(path: str, attribute: str, expected: object) -> None:
    model = find_function(path)
    assert model is not None
    assert getattr(model, attribute) == expected


def test_a_library_without_a_model_is_unknown() -> None:
    assert find_function("secretlib.f") is None
    assert is_known("numpy.random")
    assert not is_known("secretlib")


@pytest.mark.parametrize(
    ("path", "state"), [("os.environ", True), ("sys.path.", True), ("os.path", False), ("x", False)]
)
def test_state_of_the_process(path: str, state: bool) -> None:
    assert is_process_state(path) is state


def test_methods_of_all_libraries_are_found_by_abstract_type() -> None:
    assert "append" in METHODS[CONTAINER].mutating
    assert {"groupby", "reshape", "with_columns", "persist"} <= METHODS[TABLE].pure
    assert {"predict", "exists"} <= METHODS[OBJECT].pure
    assert "isoformat" in METHODS[IMMUTABLE].pure
    assert find_method_files("to_netcdf") == (FileAccess(0, writes=True, optional=True),)
    assert find_method_files("to_numpy") == ()
    assert find_method_files("append") == ()


def test_every_module_of_models_is_loaded_once() -> None:
    declared = [
        model.library
        for module in pkgutil.iter_modules(library_models.__path__)
        for model in getattr(importlib.import_module(f"{library_models.__name__}.{module.name}"), "MODELS", ())
    ]
    assert sorted(declared) == sorted(registry._MODELS)


def test_two_models_of_one_library_are_refused() -> None:
    with pytest.raises(ValueError, match="numpy has two models"):
        load_models([LibraryModel(library="numpy"), LibraryModel(library="numpy")])


def test_conflicting_files_of_a_method_are_refused() -> None:
    reads, writes = (FileAccess(0),), (FileAccess(0, writes=True),)
    one, same = (LibraryModel(library=name, file_methods={"dump": writes}) for name in ("one", "same"))
    assert merge_method_files([one, same]) == {"dump": writes}
    with pytest.raises(ValueError, match="other and another library open different files in the method dump"):
        merge_method_files([one, LibraryModel(library="other", file_methods={"dump": reads})])


def test_a_method_that_one_library_declares_mutating_is_mutating_for_all() -> None:
    assert "sort" in METHODS[TABLE].mutating


def test_every_rule_of_every_model_can_be_read() -> None:
    for library, rules in registry._RULES.items():
        for rule in rules.functions.rules():
            assert registry._build(library, rule, OBJECT)
        for one in rules.classes.values():
            for rule in (*one.methods.rules(), *one.attributes.rules()):
                assert registry._build(library, rule, registry._KINDS[one.path])


def test_a_wildcard_only_names_functions_that_change_settings() -> None:
    for module in pkgutil.iter_modules(library_models.__path__):
        for model in getattr(importlib.import_module(f"{library_models.__name__}.{module.name}"), "MODELS", ()):
            if model.library in sys.stdlib_module_names:
                continue
            functions = parse_rules(model.library, model.rules).functions
            for prefix, rule in (*functions.prefixes, *functions.anywhere_prefixes):
                assert "configures" in rule or f"{model.library}.{prefix}" == "sqlalchemy.func.", (
                    model.library,
                    prefix,
                )
