"""Transfer functions of calls: builtins, methods by the type of the receiver, functions and classes, libraries."""

from __future__ import annotations

import ast
from collections.abc import Callable

from jupyter_pipeline.compiler.analysis.effects import Effects
from jupyter_pipeline.compiler.analysis.functions import Functions
from jupyter_pipeline.compiler.analysis.library_calls import Call, LibraryCalls
from jupyter_pipeline.compiler.analysis.library_models import python_builtins
from jupyter_pipeline.compiler.analysis.library_models.model import words
from jupyter_pipeline.compiler.analysis.library_models.registry import (
    DRAWING_METHODS,
    METHODS,
    find_function,
    find_method,
    find_method_files,
    has_random_state,
)
from jupyter_pipeline.compiler.analysis.library_models.standard_process import LOGGING_METHODS
from jupyter_pipeline.compiler.analysis.library_models.table_api import CONVERTERS
from jupyter_pipeline.compiler.analysis.locations import RANDOM_STATE
from jupyter_pipeline.compiler.analysis.registration import register_derived_class
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.syntax import shorten
from jupyter_pipeline.compiler.analysis.values import (
    CONSTANT,
    CONTAINER,
    IMMUTABLE,
    ITERATOR,
    OBJECT,
    TABLE,
    UNKNOWN,
    ClassSummary,
    FunctionSummary,
    Imported,
    Instance,
    LibraryInstance,
    Value,
    kind_of,
)

__all__ = ["Calls"]

_DYNAMIC = ("exec", "eval", "compile", "__import__", "globals", "locals", "breakpoint")
_EXCEPTIONS = ("Error", "Exception", "Warning", "Exit", "Interrupt", "Iteration")
_CONTAINER_METHODS = METHODS[CONTAINER].pure | words(
    """
    get __getitem__ copy keys values items count index issubset issuperset isdisjoint total union intersection
    difference symmetric_difference most_common elements _replace _asdict decode hex find split strip join replace
    startswith endswith __len__ __contains__ __iter__ __repr__ __str__ __eq__ __class__
    """
)
"""Methods of containers that change nothing."""
_TABLE_METHODS = frozenset().union(
    METHODS[TABLE].pure, METHODS[TABLE].mutating, METHODS[TABLE].inplace, METHODS[OBJECT].pure
)
"""Methods of tables with a model."""
_CHANGING_ELEMENTS = words("append extend insert remove clear sort reverse pop popitem setdefault add discard update")
"""Methods that change a list, dictionary or set which is an element of a table."""
_CONTAINER_QUESTIONS = ("count", "index", "issubset", "issuperset", "isdisjoint", "total")
_CONTAINER_VIEWS = ("keys", "values", "items")
_TAKING = ("pop", "popleft", "popitem", "setdefault")
"""Methods of containers that change them and return an element."""
_GROWING = words(python_builtins.MUTATING_METHODS)
"""Methods that change builtin containers."""
_TEXT_WRITERS = ("write", "writelines", "send", "sendall", "writerow", "writerows")
"""Methods whose arguments are the text that they write."""
_ATTRIBUTE_METHODS = ("__setattr__", "__delattr__", "__setitem__", "__delitem__")
_ALTERNATIVE_CONSTRUCTORS = ("fromkeys", "maketrans", "from_bytes", "fromhex", "from_iterable")


class Calls:
    """Apply the effects of calls in a state.

    Parameters
    ----------
    state : State
        The state.
    effects : Effects
        Side effects in this state.
    functions : Functions
        Functions of the notebook in this state.
    run_code : callable
        Interprets a call of ``exec``, ``eval``, ``globals`` and similar builtins, by name.
    """

    def __init__(
        self, state: State, effects: Effects, functions: Functions, run_code: Callable[[str, ast.Call], Value]
    ) -> None:
        self.state = state
        self.heap = state.heap
        self.effects = effects
        self.functions = functions
        self.libraries = LibraryCalls(state, effects, functions)
        self._run_code = run_code

    def call_value(self, call: Call, callee: Value) -> Value:
        """Return the result of a call of `callee`, and record its effects."""
        kind = callee.type
        if type(kind) is FunctionSummary:
            return self.functions.call(kind, callee, call.args, call.keywords, awaited=call.awaited)
        if type(kind) is ClassSummary:
            return self.functions.instantiate(kind, callee, call.args, call.keywords)
        if type(kind) is Imported:
            return self.libraries.call(call, kind.path, callee)
        if type(kind) is LibraryInstance and (model := find_method(kind, "__call__")) is not None:
            return self.libraries.apply(call, model, callee, kind.path.partition(".")[0], is_method=True)
        if type(kind) is Instance and "__call__" in kind.of.methods:
            method = kind.of.methods["__call__"]
            return self.functions.call(method, callee, [callee, *call.args], call.keywords, awaited=call.awaited)
        if isinstance(call.node.func, ast.Name) and call.node.func.id == "get_ipython":
            return Value(self.heap.allocate_foreign(0), 0, False, UNKNOWN)  # it exists in the notebook only
        self.state.record_operation(callee.objects, ("call", ""))
        return self.libraries.call_unknown(call, callee, shorten(call.node.func))

    # Builtins

    def call_builtin(self, call: Call, name: str) -> Value:
        """Return the result of a call of the builtin function `name`, and record its effects."""
        node, args = call.node, call.args
        self.state.load(name, node.lineno)
        values = call.values
        if name in ("vars", "dir") and not values:
            return self._run_code(name, node)
        self.functions.run_callbacks(values, separately=name in python_builtins.CONSTANT_FUNCTIONS)
        self.functions.call_back(name, args, call.keywords)
        protocol = python_builtins.PROTOCOLS_OF_FUNCTIONS.get(name)
        if protocol is not None:
            for value in args:
                self.functions.run_protocol(value, protocol)
        if name in python_builtins.CONSUMING_FUNCTIONS:
            for value in args:
                self.functions.iterate(value)
        if name in python_builtins.CONSTANT_FUNCTIONS:
            if name == "print" and "file" in call.keywords:
                self.heap.write_data(self.heap.part(call.keywords["file"]))
            elif name == "print":
                self.functions.run_hooks(self.effects.print_text())
            return CONSTANT
        held = 0
        for value in values:
            held |= self.heap.hold(value)
        if name in python_builtins.CONTAINER_FUNCTIONS:
            named = held if call.keywords else 0  # the values of ``dict(key=value)``
            return Value(0, self.heap.contents(args) | named, True, CONTAINER)
        if name in python_builtins.ITERATOR_FUNCTIONS:
            if any(type(v.type) is Imported and find_function(v.type.path) is None for v in args[:1]):
                held |= self.heap.allocate_foreign(held)  # such as ``map(library.Model, names)``
            return Value(held & self.heap.iterators, held, True, ITERATOR)
        if name == "type" and len(args) > 1:
            self.functions.record_class()
            register_derived_class(self.heap, self.heap.hold(args[1]))
            self.functions.run_protocol(args[1], "subclass")
        if name in python_builtins.PART_FUNCTIONS:
            if args and all(v.kind is IMMUTABLE for v in values):
                return CONSTANT
            return Value(self.heap.reachable(held), 0, name == "sum", UNKNOWN)
        if name == "next":
            return self._next(args, held)
        if name in ("setattr", "delattr") and args:
            return self._set_attribute(node, name, args[0], held)
        if name == "open":
            return self.libraries.open_file(call, args[0] if args else None, args[1:])
        if name in _DYNAMIC:
            return self._run_code(name, node)
        if name == "object" or name.endswith(_EXCEPTIONS):
            return Value(0, held, True, OBJECT)
        if name == "super":
            return self._super()
        return Value(self.heap.reachable(held), held, True, UNKNOWN)

    def _next(self, args: list[Value], held: int) -> Value:
        heap = self.heap
        if args:
            self.functions.iterate(args[0])
            heap.write(heap.part(args[0]) & (heap.iterators | args[0].objects))
        return Value(heap.reachable(held), 0, True, UNKNOWN)

    def _set_attribute(self, node: ast.Call, name: str, base: Value, held: int) -> Value:
        self.heap.write(base.objects)
        self.heap.link(base.objects, held)
        if type(base.type) is Imported:
            self.effects.change_process(shorten(node))
            self.effects.define_unseen_names(base.type.path)
        else:
            self.functions.run_protocol(base, "write" if name == "setattr" else "delete")
        return CONSTANT

    def _super(self) -> Value:
        """Return the instance as a value of unknown type."""
        summary = self.state.summary
        first = summary.parameters[0] if summary is not None and summary.parameters else ""
        return Value(self.state.objects_of(first), 0, False, UNKNOWN)

    # Methods

    def call_method_of_type(self, call: Call, name: str) -> Value:
        """Return the result of a method that is called by its builtin type, as ``list.append(xs, 1)``."""
        receiver, *rest = call.args
        if name in _ATTRIBUTE_METHODS:
            self.heap.write(receiver.objects)
            for value in rest:
                self.heap.link(receiver.objects, self.heap.hold(value))
            return CONSTANT
        if name in _ALTERNATIVE_CONSTRUCTORS:
            for value in call.args:
                self.functions.iterate(value)
            held = 0
            for value in rest:
                held |= self.heap.hold(value)  # each key of ``dict.fromkeys`` has the same value
            return Value(0, self.heap.contents(call.args) | held, True, CONTAINER)
        return self.call_method(call._replace(args=rest), receiver, name)

    def call_method(self, call: Call, receiver: Value, name: str) -> Value:
        """Return the result of the method `name` of `receiver`, and record its effects."""
        kind = receiver.type
        if name == "__subclasses__":
            if self.state.summary is not None:
                self.effects.use_everything("__subclasses__() reads all classes")
            self.state.record.needs |= self.heap.class_definitions
            return Value(0, receiver.objects, True, CONTAINER)
        if type(kind) is Imported:
            return self.libraries.call(call, f"{kind.path}.{name}", receiver)
        if type(kind) is FunctionSummary and name in ("cache_info", "cache_clear"):
            self.state.record.needs |= self.heap.writers(kind.cache)
            self.heap.write(kind.cache)
            return CONSTANT
        if type(kind) is Instance or type(kind) is ClassSummary:
            result = self._notebook_method(call, receiver, kind, name)
            if result is not None:
                return result
        is_changing = name in _CHANGING_ELEMENTS and (call.discarded or _is_element(call.node.func))
        if is_changing and kind_of(kind) is TABLE:
            part = self.heap.part(receiver)
            is_element = receiver.objects & self.heap.cells  # such as a list in a column of objects
            (self.heap.write_elements if is_element else self.heap.write_data)(part)
        if type(kind) is LibraryInstance:
            if kind.kind is IMMUTABLE and name == "open":
                return self.libraries.open_file(call, receiver, call.args)
            model = find_method(kind, name)
            if model is None:
                if kind.path.partition(".")[0] in ("", "list"):
                    return self.call_method(call, receiver._replace(type=kind.kind), name)
                return self.libraries.call_unknown(call, receiver, f".{name}")
            return self.libraries.apply(call, model, receiver, kind.path.partition(".")[0], is_method=True)
        values = call.values
        self.functions.run_callbacks(values if kind in (IMMUTABLE, CONTAINER, UNKNOWN) else [*values, receiver])
        self.functions.call_back(name, call.args, call.keywords)
        if name != "copy":
            for value in values:
                self.functions.exhaust(value.objects | value.contents)
        if kind is CONTAINER:
            return self._container_method(call, receiver, name, values)
        assert isinstance(call.node.func, ast.Attribute)
        if kind is IMMUTABLE:
            return self._constant_method(call, receiver, name)
        files = self.libraries.open_files(find_method_files(name), call, receiver)
        if kind is UNKNOWN:
            held = 0
            for value in values:
                held |= self.heap.hold(value)
            self.functions.call_methods(receiver, name, held)
            if (receiver.objects | receiver.contents) & self.heap.foreign:
                return self.libraries.call_unknown(call, receiver, f".{name}")
            if self.heap.passes_random_module and has_random_state(f"numpy.random.{name}"):
                self.effects.touch(RANDOM_STATE, create=True)
        if name in DRAWING_METHODS:
            self.effects.use_figure()
            if kind is not TABLE:
                self.heap.write_data(self.heap.part(receiver))  # the receiver may be the axes
            if "ax" in call.keywords:
                self.heap.write_data(self.heap.part(call.keywords["ax"]))
        if name in ("query", "eval"):
            self.libraries.read_names_in_text(call.node, "@")
        if kind is TABLE or (kind is UNKNOWN and name in METHODS[UNKNOWN].pure):
            return self._table_method(call, receiver, name, values)
        return self._object_method(call, receiver, name, values, files)

    def _notebook_method(self, call: Call, receiver: Value, kind: Instance | ClassSummary, name: str) -> Value | None:
        """Return the result of a method of a class of the notebook; ``None`` if a builtin class defines it."""
        of = kind.of if type(kind) is Instance else kind
        assert isinstance(of, ClassSummary)
        method = of.methods.get(name)
        if method is not None:
            bound = method.binds == "class" or (method.binds == "self" and type(kind) is Instance)
            args = [receiver, *call.args] if bound else call.args
            return self.functions.call(method, receiver, args, call.keywords, awaited=call.awaited)
        if name not in METHODS[OBJECT].pure or of.has_unknown_base:
            return self.libraries.call_unknown(call, receiver, f".{name}")
        return None

    def _constant_method(self, call: Call, receiver: Value, name: str) -> Value:
        """Return the result of a method of an immutable value of unknown class."""
        if name == "open":
            return self.libraries.open_file(call, receiver, call.args)
        model = find_method(IMMUTABLE, name)
        if model is None or (name == "replace" and len(call.values) > 1):  # of a text: a path has one argument
            return CONSTANT
        result = self.libraries.apply(call, model, receiver, "", is_method=True)
        return CONSTANT if result.kind is IMMUTABLE else result

    def _container_method(self, call: Call, receiver: Value, name: str, values: list[Value]) -> Value:
        heap = self.heap
        if name not in METHODS[CONTAINER].mutating | _CONTAINER_METHODS:
            return self.libraries.call_unknown(call, receiver, f".{name}")
        if name in METHODS[CONTAINER].mutating:
            for value in values:
                self.functions.iterate(value)
            self._grow(receiver, values)
            return heap.element(receiver) if name in _TAKING else CONSTANT
        if name == "copy":
            return Value(0, heap.inside(receiver), True, CONTAINER)
        if name in _CONTAINER_QUESTIONS:
            return CONSTANT
        if name in ("get", "__getitem__"):
            return Value(heap.element(receiver).objects, 0, bool(values[1:]), UNKNOWN)
        held = heap.part(receiver)
        for value in values:
            held |= heap.hold(value)
        return Value(receiver.objects if name in _CONTAINER_VIEWS else 0, held, True, CONTAINER)

    def _grow(self, receiver: Value, values: list[Value]) -> None:
        self.heap.write_elements(receiver.objects)
        for value in values:
            self.heap.link(receiver.objects, self.heap.hold(value) | value.contents)

    def _table_method(self, call: Call, receiver: Value, name: str, values: list[Value]) -> Value:
        heap, methods, keywords = self.heap, METHODS[TABLE], call.keywords
        if name not in _TABLE_METHODS and not name.startswith("to_"):
            return self.libraries.call_unknown(call, receiver, f".{name}")
        mutating = name in methods.mutating or "out" in keywords or "inplace" in keywords
        if mutating or ("**" in keywords and name in methods.inplace):
            heap.write(receiver.objects or heap.part(receiver))
            for value in values:
                heap.link(receiver.objects, heap.hold(value))
        for changed in ("out", "ax"):
            if changed in keywords:
                heap.write_data(heap.part(keywords[changed]))
        model = find_method(receiver.kind, name)
        if model is not None:
            return self.libraries.apply(call, model, receiver, "", is_method=True)
        if name.startswith("to_") and name not in CONVERTERS:
            for value in values:
                if value.kind not in (IMMUTABLE, CONTAINER, TABLE):
                    heap.write_data(heap.part(value))
        if name == "sample":
            self.effects.touch(RANDOM_STATE)
        return Value(0, 0, True, TABLE)

    def _object_method(self, call: Call, receiver: Value, name: str, values: list[Value], files: int) -> Value:
        heap, kind = self.heap, receiver.kind
        if name in LOGGING_METHODS and not receiver.objects & ~heap.libraries:
            heap.write_data(heap.part(receiver) & ~receiver.objects)
            return CONSTANT
        if name in _GROWING:
            if kind is not UNKNOWN:
                self.effects.use_paths(values)  # as an archive adds a file
            self._grow(receiver, values)
            return Value(heap.part(receiver), 0, True, UNKNOWN)
        if name == "copy" and kind is UNKNOWN:
            return Value(0, heap.part(receiver) & ~receiver.objects, True, UNKNOWN)
        model = find_method(kind, name)
        if model is not None:
            return self.libraries.apply(call, model, receiver, "", is_method=True)
        if name in METHODS[OBJECT].pure:
            return Value(heap.part(receiver), 0, True, UNKNOWN)
        if name not in METHODS[OBJECT].mutating:
            return self.libraries.call_unknown(call, receiver, f".{name}")
        heap.write_data(heap.part(receiver))
        if name not in _TEXT_WRITERS:
            files |= self.effects.use_paths(values)
        held = files
        for value in values:
            held |= heap.hold(value)
        heap.link(receiver.objects, held)
        return Value(heap.part(receiver) | files, held, True, kind)


def _is_element(node: ast.expr) -> bool:
    """Return True if a method belongs to an element, such as ``frame["tags"][0].append``."""
    return isinstance(node, ast.Attribute) and isinstance(node.value, ast.Subscript)
