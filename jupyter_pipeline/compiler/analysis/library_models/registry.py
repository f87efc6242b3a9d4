"""Find the model of a library by its import name.

Each module of this package with an attribute ``MODELS`` contributes its library models. To add a library, add a module.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import cache, lru_cache

from jupyter_pipeline.compiler.analysis.library_models.model import (
    ALL_ARGUMENTS,
    SELF,
    FileAccess,
    Files,
    FunctionModel,
    LibraryModel,
    Methods,
    Returns,
    find_files,
)
from jupyter_pipeline.compiler.analysis.library_models.notation import (
    ClassRules,
    LibraryRules,
    build_rule,
    join_models,
    parse_rules,
)
from jupyter_pipeline.compiler.analysis.values import (
    CONTAINER,
    IMMUTABLE,
    ITERATOR,
    OBJECT,
    TABLE,
    UNKNOWN,
    LibraryInstance,
    Type,
    ValueType,
)

__all__ = [
    "DRAWING_METHODS",
    "METHODS",
    "find_attribute",
    "find_function",
    "find_method",
    "find_method_files",
    "find_patched_library",
    "has_random_state",
    "is_decorator",
    "is_known",
    "is_process_state",
    "is_unlisted",
    "list_libraries",
    "load_class",
    "load_kinds",
    "load_models",
    "merge_method_files",
]


_RANDOM_MODULES = frozenset(["random", "numpy.random"])
"""Modules whose functions use global random generators."""


def load_models(models: Iterable[LibraryModel]) -> dict[str, LibraryModel]:
    """Return the models by import name.

    Raises
    ------
    ValueError
        If two models have the same name.
    """
    found: dict[str, LibraryModel] = {}
    for model in models:
        if model.library in found:
            raise ValueError(f"The library {model.library} has two models. Remove one of them.")
        found[model.library] = model
    return found


def merge_method_files(models: Iterable[LibraryModel]) -> Files:
    """Return the file accesses of methods, by name or prefix pattern, from all models.

    Raises
    ------
    ValueError
        If two models declare different files for one method.
    """
    found: dict[str, tuple[FileAccess, ...]] = {}
    for model in models:
        for name, files in model.file_methods.items():
            if found.setdefault(name, files) != files:
                raise ValueError(f"{model.library} and another library open different files in the method {name}.")
    return found


def _declared() -> Iterator[LibraryModel]:
    package = importlib.import_module(__package__)
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        if module.name not in ("model", "notation", "registry", "table_api"):
            yield from importlib.import_module(f"{__package__}.{module.name}").MODELS


def load_kinds(classes: Iterable[ClassRules]) -> dict[str, Type]:
    """Return the abstract type of each class, by path.

    Raises
    ------
    ValueError
        If neither a class nor one of its bases has a kind.
    """
    rules = {one.path: one for one in classes}
    found: dict[str, Type] = {}

    def find(path: str) -> Type:
        if path not in found:
            one = rules.get(path)
            if one is None:
                raise ValueError(f"No library model has the class {path}. Add it, or correct the name of the base.")
            if one.kind is None and not one.bases:
                raise ValueError(f"The class {path} has neither a kind nor a base. Add one of them.")
            found[path] = one.kind if one.kind is not None else find(one.bases[0])
        return found[path]

    for path in rules:
        find(path)
    return found


_MODELS = load_models(_declared())
_RULES: dict[str, LibraryRules] = {
    model.library: parse_rules(model.library, model.rules) for model in _MODELS.values() if model.rules
}
_CLASSES = {one.path: one for rules in _RULES.values() for one in rules.classes.values()}
_KINDS = load_kinds(_CLASSES.values())
_SUBCLASSES: dict[str, list[str]] = {}
for _one in _CLASSES.values():
    for _base in _one.bases:
        _SUBCLASSES.setdefault(_base, []).append(_one.path)


@cache
def _build(library: str, rule: str, own: Type) -> FunctionModel:
    return build_rule(library, rule, _KINDS, own)


def _methods(type_: Type) -> Methods:
    pure: set[str] = set()
    mutating: set[str] = set()
    inplace: set[str] = set()
    for path, one in _CLASSES.items():
        if _KINDS[path] is type_:
            for name, rule in one.methods.exact.items():
                model_ = _build(path.partition(".")[0], rule, type_)
                (mutating if {SELF, ALL_ARGUMENTS} & {*model_.changes} else pure).add(name)
                if model_.changes_receiver_if:
                    inplace.add(name)
    return Methods(pure=frozenset(pure), mutating=frozenset(mutating), inplace=frozenset(inplace))


_METHODS = {type_: _methods(type_) for type_ in Type}
_MUTATING = frozenset(name for methods in _METHODS.values() for name in methods.mutating)
_METHODS[UNKNOWN] = replace(_METHODS[TABLE], mutating=_MUTATING)
METHODS = {type_: replace(methods, pure=methods.pure - methods.mutating) for type_, methods in _METHODS.items()}
"""Known methods of the values of each abstract type: the union over all models, without those that change a receiver.

A method that changes its receiver in one library may do so in all: the abstract type does not name the library. Values
of unknown type have the methods of tables, without those that change a receiver of any type.
"""
DRAWING_METHODS = frozenset(name for model in _MODELS.values() for name in model.drawing_methods)
"""Methods that draw on the current figure."""
_METHOD_FILES = merge_method_files(_MODELS.values())


def load_class(path: str) -> LibraryInstance | None:
    """Return the class at `path`, library and last name, or ``None`` if no model has it."""
    library, _, rest = path.partition(".")
    found = f"{library}.{rest.rpartition('.')[2]}"
    return LibraryInstance(found, _KINDS[found]) if found in _KINDS else None


def is_decorator(path: str) -> bool:
    """Return True if the function at `path` is a decorator that leaves a function with the effects that it has."""
    library, _, rest = path.partition(".")
    model = _MODELS.get(library)
    return model is not None and rest.rpartition(".")[2] in model.decorators


def list_libraries() -> list[str]:
    """Return the import names of the libraries that have a model."""
    return sorted(_MODELS)


def is_known(path: str) -> bool:
    """Return True if there is a model of the library at the top of `path`."""
    return path.partition(".")[0] in _MODELS


def is_unlisted(path: str) -> bool:
    """Return True if the library at the beginning of `path` has no model and is not in the standard library."""
    return not is_known(path) and path.partition(".")[0] not in sys.stdlib_module_names


@lru_cache(maxsize=4096)
def find_function(path: str) -> FunctionModel | None:
    """Return the effects of a function, or ``None`` if no model lists it.

    Parameters
    ----------
    path : str
        Dotted path from the library's import name, such as ``numpy.random.seed``.
    """
    library, _, rest = path.partition(".")
    model = _MODELS.get(library)
    if model is None:
        return None
    rules = _RULES[library]
    rule = rules.functions.find(rest)
    if rule is not None:
        return _build(library, rule, OBJECT)
    name = rules.constructors.find(rest)
    if name is not None:
        return _construct(LibraryInstance(f"{library}.{name}", _KINDS[f"{library}.{name}"]))
    before, _, last = rest.rpartition(".")
    name = rules.constructors.find(before)
    method = find_method(LibraryInstance(f"{library}.{name}", _KINDS[f"{library}.{name}"]), last) if name else None
    return None if method is None else _unbind(method)


_CONSTRUCTED = {
    TABLE: Returns.VIEW,
    OBJECT: Returns.HOLDING,
    CONTAINER: Returns.HOLDING,
    ITERATOR: Returns.HOLDING,
    IMMUTABLE: Returns.NEW,
    UNKNOWN: Returns.HOLDING,
}


def _construct(type_: LibraryInstance) -> FunctionModel:
    """Return the model of the constructor of a class without a rule for it."""
    return FunctionModel(returns=_CONSTRUCTED[type_.kind], type=type_)


def _unbind(method: FunctionModel) -> FunctionModel:
    """Return the model of a method that is called by its class: the first argument may be the receiver."""
    changes = (ALL_ARGUMENTS,) if method.changes or method.changes_receiver_if or method.changes_if else ()
    return replace(method, changes=changes, changes_receiver_if=(), changes_if=())


@lru_cache(maxsize=4096)
def find_method(type_: ValueType, name: str) -> FunctionModel | None:
    """Return the effects of a method, or ``None`` if no model of a class lists it.

    Parameters
    ----------
    type_ : ValueType
        Class of the receiver. An abstract type stands for all classes of this type, and `UNKNOWN` for all classes.
    name : str
        Name of the method.
    """
    return _find_member(type_, name, is_attribute=False)


@lru_cache(maxsize=4096)
def find_attribute(type_: ValueType, name: str) -> FunctionModel | None:
    """Return the value of an attribute that is no method as the result of a function, or ``None``."""
    return _find_member(type_, name, is_attribute=True)


def _find_member(type_: ValueType, name: str, *, is_attribute: bool) -> FunctionModel | None:
    if type(type_) is LibraryInstance:
        found = _inherited(type_.path, name, type_.kind, is_attribute=is_attribute)
        if found is not None:
            return found
        candidates = _descendants(type_.path)
    else:
        candidates = [path for path, kind in _KINDS.items() if type_ is UNKNOWN or kind is type_]
    models = [
        model for path in candidates if (model := _own(path, name, _KINDS[path], is_attribute=is_attribute)) is not None
    ]
    return join_models(models) if models else None


def _inherited(path: str, name: str, own: Type, *, is_attribute: bool) -> FunctionModel | None:
    """Return the rule of a class or its bases; a name in a base comes before a pattern such as ``.*`` in the class."""
    for exact in (True, False):
        found = _find_inherited(path, name, own, is_attribute=is_attribute, exact=exact)
        if found is not None:
            return found
    return None


def _find_inherited(path: str, name: str, own: Type, *, is_attribute: bool, exact: bool) -> FunctionModel | None:
    found = _own(path, name, own, is_attribute=is_attribute, exact=exact)
    if found is not None:
        return found
    one = _CLASSES.get(path)
    for base in one.bases if one is not None else ():
        found = _find_inherited(base, name, own, is_attribute=is_attribute, exact=exact)
        if found is not None:
            return found
    return None


def _own(path: str, name: str, own: Type, *, is_attribute: bool, exact: bool = False) -> FunctionModel | None:
    one = _CLASSES.get(path)
    if one is None:
        return None
    rules = one.attributes if is_attribute else one.methods
    rule = rules.exact.get(name) if exact else rules.find(name)
    return None if rule is None else _build(path.partition(".")[0], rule, own)


def _descendants(path: str) -> list[str]:
    found: list[str] = []
    for child in _SUBCLASSES.get(path, ()):
        found += [child, *_descendants(child)]
    return found


@lru_cache(maxsize=4096)
def find_method_files(name: str) -> tuple[FileAccess, ...]:
    """Return the files that a method of this name opens, on a receiver that is no builtin container."""
    return find_files(_METHOD_FILES, name)


def has_random_state(path: str) -> bool:
    """Return True if a module or function at `path` uses the state of the global random generators."""
    if path in _RANDOM_MODULES:
        return True
    model = find_function(path)
    return model is not None and model.draws and not model.draws_unless


def is_process_state(path: str) -> bool:
    """Return True if `path` is a part of a module that holds state of the process, such as ``os.environ``."""
    library, _, rest = path.partition(".")
    model = _MODELS.get(library)
    return model is not None and rest.startswith(model.process_state)


def find_patched_library(module: str) -> str:
    """Return the library that the import of a module changes, as ``sklearn.experimental`` does; empty for none."""
    model = _MODELS.get(module.partition(".")[0])
    patching = model.patching.items() if model is not None else ()
    return next((library for prefix, library in patching if f"{module}.".startswith(prefix)), "")
