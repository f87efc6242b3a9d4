"""Evaluation of expressions to abstract values."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, Protocol

from jupyter_pipeline.compiler.analysis.calls import Calls
from jupyter_pipeline.compiler.analysis.differences import MAIN_MODULE, MODULE_NAME, NOTEBOOK_NAMES, find_difference
from jupyter_pipeline.compiler.analysis.effects import Effects
from jupyter_pipeline.compiler.analysis.functions import Functions
from jupyter_pipeline.compiler.analysis.library_calls import Call
from jupyter_pipeline.compiler.analysis.library_models.model import SELF, FunctionModel
from jupyter_pipeline.compiler.analysis.library_models.python_builtins import BUILTIN_TYPES
from jupyter_pipeline.compiler.analysis.library_models.registry import (
    METHODS,
    find_attribute,
    find_function,
    find_method,
    has_random_state,
    is_known,
    is_process_state,
    is_unlisted,
)
from jupyter_pipeline.compiler.analysis.locations import RANDOM_STATE
from jupyter_pipeline.compiler.analysis.state import Binding, State, join_values
from jupyter_pipeline.compiler.analysis.text_functions import (
    apply_builtin,
    apply_function,
    apply_method,
    apply_operator,
    read_attribute,
)
from jupyter_pipeline.compiler.analysis.texts import NO_TEXT, Texts, concatenate, unite
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
    ValueType,
    kind_of,
)

__all__ = ["Evaluator", "FunctionInterpreter", "dispatch_table"]

_MUTATORS = METHODS[CONTAINER].mutating | METHODS[OBJECT].mutating
_COMPARISONS = (ast.Lt, ast.Gt, ast.LtE, ast.GtE, ast.Eq, ast.NotEq)


class FunctionInterpreter(Protocol):
    """The side of the interpreter that expressions need: lambdas, generators and code in strings."""

    def summarize(self, node: Any, name: str) -> FunctionSummary:
        """Return the summary of a lambda or generator expression."""

    def define(self, summary: FunctionSummary, contents: int) -> Value:
        """Return a new function that holds `contents`."""

    def capture(self, nested: list[tuple[int, FunctionSummary]], names: set[str]) -> None:
        """Let functions hold the values of names of the scope around them."""

    def record_result(self, value: Value) -> None:
        """Record a result of the function whose body is interpreted."""

    def run_code(self, name: str, node: ast.Call) -> Value:
        """Interpret a call of ``exec``, ``eval``, ``globals`` and similar builtins."""


def dispatch_table(visitor: type[ast.NodeVisitor]) -> dict[type, Callable[[Any, Any], Any]]:
    """Return the methods ``visit_…`` of a visitor by node type: faster than a look-up by name at each node."""
    names = [name for name in dir(visitor) if name.startswith("visit_")]
    nodes = {name: getattr(ast, name.removeprefix("visit_"), None) for name in names}  # some are of later versions
    return {node: getattr(visitor, name) for name, node in nodes.items() if node is not None}


class Evaluator(ast.NodeVisitor):
    """Evaluate expressions in a state.

    Parameters
    ----------
    state : State
        The state.
    effects : Effects
        Side effects in this state.
    functions : Functions
        Functions of the notebook in this state.
    interpreter : FunctionInterpreter
        Interprets the bodies of lambdas and generators.
    """

    def __init__(self, state: State, effects: Effects, functions: Functions, interpreter: FunctionInterpreter) -> None:
        self.state = state
        self.heap = state.heap
        self.effects = effects
        self.functions = functions
        self.interpreter = interpreter
        self.calls = Calls(state, effects, functions, interpreter.run_code)
        self.discards_result = False
        """True if the next call's result is discarded."""
        self.yields = False
        """True if an expression of this function yields."""
        self._awaited: ast.expr | None = None
        """Expression whose result is awaited at once."""

    def visit(self, node: ast.AST) -> Value:
        """Return the value of `node`, and record the effects of its evaluation."""
        method = _DISPATCH.get(type(node))
        return self.generic_visit(node) if method is None else method(self, node)

    def visit_data(self, node: ast.expr) -> Value:
        """Return the value of an expression that a name, container or parameter will hold.

        A module or function with the global random state, such as ``numpy.random``, may draw wherever it is held.
        """
        value = self.visit(node)
        if type(value.type) is Imported and has_random_state(value.type.path):
            self.heap.passes_random_module = True
            return value._replace(objects=value.objects | self.effects.touch(RANDOM_STATE, create=True))
        return value

    def generic_visit(self, node: ast.AST) -> Value:
        """Evaluate the parts of an expression without a rule."""
        values = [self.visit(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return join_values(values) if values else CONSTANT

    def test(self, node: ast.expr) -> Value:
        """Return the value of `node`, which the program tests for truth."""
        value = self.visit_data(node)
        self.functions.run_protocol(value, "truth")
        if isinstance(node, ast.Attribute):
            self.heap.write(self.visit(node.value).objects & self.heap.foreign)  # a property of an unknown class
        return value

    def defaults(self, arguments: ast.arguments) -> int:
        """Return the objects of the default values of parameters."""
        held = 0
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                held |= self.heap.hold(self.visit_data(default))
        return held

    # Names, attributes and elements

    def visit_Constant(self, node: ast.Constant) -> Value:
        """Return a constant."""
        return _as_text(frozenset({node.value}) if isinstance(node.value, str) else NO_TEXT)

    def visit_Name(self, node: ast.Name) -> Value:
        """Return the value of a name."""
        if node.id in NOTEBOOK_NAMES and self.state.tolerant and node.id not in self.state.bindings:
            self.effects.note_difference(NOTEBOOK_NAMES[node.id])
        return self.state.load(node.id, node.lineno)

    def visit_Attribute(self, node: ast.Attribute) -> Value:
        """Return an attribute, which is a part of its object."""
        base = self.visit(node.value)
        if node.attr in self.heap.importers and not is_known(node.attr) and type(base.type) is not Imported:
            self.state.record.needs |= self.heap.importers[node.attr]  # an accessor, such as ``frame.hvplot``
        if node.attr == "__module__":
            self.effects.note_difference(MODULE_NAME)
        method = find_method(base.type, node.attr) if type(base.type) is LibraryInstance else None
        if type(base.type) is LibraryInstance and not (method and SELF in method.changes):
            model = find_attribute(base.type, node.attr)
            if model is not None:
                value = self.calls.libraries.read_attribute(model, base)
                return value._replace(texts=read_attribute(node.attr, base.texts))
        kind = kind_of(base.type)
        if kind is IMMUTABLE:
            return _as_text(read_attribute(node.attr, base.texts))
        if type(kind) is Imported:
            path = f"{kind.path}.{node.attr}"
            if is_process_state(path):
                self.effects.read_process()
            difference = find_difference(path) if path.startswith("sys.") else None
            if difference is not None:
                self.effects.note_difference(difference)
            self.state.record.needs |= self.heap.modules.get(path, 0)
            if _is_unknown_object(kind.path):
                self.functions.run_protocol(base, "read", node.attr)
            return Value(base.objects, 0, False, Imported(path))
        if type(kind) is Instance and node.attr in kind.of.properties:
            return self.functions.call(kind.of.methods[node.attr], base, [base], {})
        self.functions.run_protocol(base, "read", node.attr)
        part = self.heap.part(base)
        if _is_mutator(method, kind, node.attr):
            if self._is_builtin_type(node.value):
                return Value(0, 0, False, Imported(f"builtins.{node.attr}"))
            bound = self.heap.allocate(base.objects | base.contents)
            self.heap.bound_mutators |= bound
            if method is not None and any(argument != SELF for argument in method.changes):
                self.heap.argument_mutators |= bound
            return Value(bound | part, 0, False, UNKNOWN)  # it may be an attribute with data
        texts = read_attribute(node.attr, base.texts)
        return Value(part, 0, False, kind if kind is TABLE or kind is OBJECT else UNKNOWN, texts)

    def _is_builtin_type(self, node: ast.expr) -> bool:
        return type(node) is ast.Name and node.id in BUILTIN_TYPES and self.state.is_builtin(node.id)

    def visit_Subscript(self, node: ast.Subscript) -> Value:
        """Return an element or a slice."""
        base = self.visit(node.value)
        index = self.visit_index(node.slice, base)
        if type(base.type) is LibraryInstance:
            result = self._element_of_library(node, base, index, base.type)
            if result is not None:
                return result
        kind = kind_of(base.type)
        if kind is IMMUTABLE:
            return self.heap.element(base)
        if kind == Imported("sys.modules") and ast.unparse(node.slice) == "'__main__'":
            self.effects.note_difference(MAIN_MODULE)
        if type(kind) is ClassSummary:
            self.functions.run_protocol(base, "item")
        if type(kind) is Imported and is_known(kind.path):
            model = find_function(f"{kind.path}.__getitem__")
            if model is None:
                return Value(base.objects, 0, False, kind)
            return self.calls.libraries.apply_to_element(model, base, index)
        if type(kind) is Imported and _is_unknown_object(kind.path):
            self.functions.run_protocol(base, "item")
        if type(kind) in (Imported, FunctionSummary, ClassSummary):
            return Value(base.objects, 0, False, kind)
        if type(kind) is Instance and "__getitem__" in kind.of.methods:
            return self.functions.call(kind.of.methods["__getitem__"], base, [base, index], {})
        self.functions.run_protocol(base, "item")
        if base.objects & self.heap.default_dicts:
            self.heap.write(base.objects & self.heap.default_dicts)
        if (kind is TABLE or kind is UNKNOWN) and _is_mask(node.slice, index):
            part = self.heap.part(base)
            return Value(0, self.heap.shared_cells(part) if kind is TABLE else part, True, kind)
        if kind is TABLE:
            return Value(self.heap.part(base), 0, True, TABLE)
        if kind is CONTAINER and isinstance(node.slice, ast.Slice):
            held = self.heap.part(base) if type(base.type) is LibraryInstance else self.heap.inside(base)
            return Value(0, held, True, CONTAINER, base.texts)
        return self.heap.element(base)

    def visit_index(self, node: ast.expr, base: Value) -> Value:
        """Return the index of an element of `base`; a table calls a function in the index with itself."""
        index = self.visit(node)
        if base.kind is CONTAINER or base.kind is IMMUTABLE:
            return index
        if (index.objects | index.contents) & (self.heap.callables | self.heap.bound_mutators):
            self.functions.run_callbacks([index, base])
        if type(index.type) is Instance:
            self.functions.call_methods(index, "__call__", base.objects | base.contents)
        return index

    def _element_of_library(self, node: ast.Subscript, base: Value, index: Value, of: LibraryInstance) -> Value | None:
        """Return an element of an object of a library class; ``None`` if only its abstract type is known."""
        if of.elements:
            whole = ast.Constant(0) if not isinstance(node.slice, ast.Constant) else node.slice
            position = whole.value if isinstance(whole.value, int) and of.path != "list" else 0
            known = node.slice is whole or len(of.elements) == 1
            if known and -len(of.elements) <= position < len(of.elements) and not isinstance(node.slice, ast.Slice):
                return Value(self.heap.part(base), 0, True, of.elements[position])
            return None
        model = find_method(of, "__getitem__")
        if model is None:
            return None
        value = self.calls.libraries.read_attribute(model, base)
        if value.kind is TABLE and _is_mask(node.slice, index):
            return Value(0, self.heap.shared_cells(self.heap.part(base)), True, value.type)
        return value

    def visit_Slice(self, node: ast.Slice) -> Value:
        """Evaluate the bounds of a slice."""
        for part in (node.lower, node.upper, node.step):
            if part is not None:
                self.visit(part)
        return CONSTANT

    # Calls

    def visit_Call(self, node: ast.Call) -> Value:
        """Return the result of a call."""
        discarded, self.discards_result = self.discards_result, False
        awaited, self._awaited = self._awaited is node, None
        func = node.func
        if type(func) is ast.Attribute:
            receiver = self.visit(func.value)
            call = self._evaluate_arguments(node, discarded, awaited)
            if call.args and self._is_builtin_type(func.value):
                return self.calls.call_method_of_type(call, func.attr)
            result = self.calls.call_method(call, receiver, func.attr)
            if type(receiver.type) is Imported:
                return self._of_function(result, call, f"{receiver.type.path}.{func.attr}")
            if receiver.kind is IMMUTABLE or receiver.kind is UNKNOWN:
                return result._replace(texts=apply_method(func.attr, receiver.texts, [v.texts for v in call.args]))
            return result
        if type(func) is ast.Name and self.state.is_builtin(func.id):
            call = self._evaluate_arguments(node, discarded, awaited)
            result = self.calls.call_builtin(call, func.id)
            return result._replace(texts=apply_builtin(func.id, [v.texts for v in call.args]))
        callee = self.visit(func)
        call = self._evaluate_arguments(node, discarded, awaited)
        result = self.calls.call_value(call, callee)
        return self._of_function(result, call, callee.type.path) if type(callee.type) is Imported else result

    def _of_function(self, result: Value, call: Call, path: str) -> Value:
        """Return the result of a library function with its texts."""
        return result._replace(texts=apply_function(path, [v.texts for v in call.args], self.heap.statement))

    def _evaluate_arguments(self, node: ast.Call, discarded: bool, awaited: bool) -> Call:
        args = [
            self._comprehend(a.generators, [a.elt], ITERATOR) if type(a) is ast.GeneratorExp else self.visit_data(a)
            for a in node.args
        ]
        keywords = {
            k.arg or "**": self.visit_data(k.value) if k.arg else self._unpack_mapping(k.value) for k in node.keywords
        }
        if any(k.arg == "inplace" and isinstance(k.value, ast.Constant) and not k.value.value for k in node.keywords):
            del keywords["inplace"]
        return Call(node, args, keywords, discarded, awaited)

    def visit_Await(self, node: ast.Await) -> Value:
        """Return the result of an awaited expression."""
        self._awaited = node.value
        value = self.visit(node.value)
        self.functions.run_protocol(value, "wait")
        self.functions.exhaust(value.objects | value.contents)
        return self.heap.element(value) if value.kind is ITERATOR else value

    def visit_Yield(self, node: ast.Yield) -> Value:
        """Record a yielded value as a result."""
        self.yields = True
        if node.value is not None:
            self.interpreter.record_result(self.visit(node.value))
        return Value(0, 0, True, UNKNOWN)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> Value:
        """Record the elements of an iterable as results."""
        self.yields = True
        value = self.visit(node.value)
        self.functions.iterate(value)
        self.interpreter.record_result(self.heap.element(value))
        return Value(self.heap.part(value), 0, True, UNKNOWN)

    # Operators

    def visit_BinOp(self, node: ast.BinOp) -> Value:
        """Return the result of an operator; not by recursion: a sum of hundreds of terms is as deep as it is long."""
        left: ast.expr = node
        operands = []
        while isinstance(left, ast.BinOp):
            operands.append((left.op, left.right))
            left = left.left
        value = self.visit(left)
        for operator, operand in reversed(operands):
            value = self.combine(value, self.visit(operand), operator)
        return value

    def combine(self, left: Value, right: Value, operator: ast.operator) -> Value:
        """Return the result of an operator on two values."""
        joins = left.kind is CONTAINER or right.kind is CONTAINER
        if isinstance(operator, ast.LShift | ast.RShift) and (left.objects | right.objects) & self.heap.foreign:
            return self.functions.call_unknown(left, [left, right], "an operator")  # as a graph of tasks
        texts = apply_operator(operator, left.texts, right.texts, joins=joins)
        return self._combine(left, right)._replace(texts=texts)

    def _combine(self, left: Value, right: Value) -> Value:
        a, b = left.kind, right.kind
        if a is IMMUTABLE and b is IMMUTABLE:
            return CONSTANT
        if type(a) is Instance or type(b) is Instance:
            return self.functions.call_unknown(left, [left, right], "an operator")
        self.functions.run_protocol(left, "operator")
        self.functions.run_protocol(right, "operator")
        if a is TABLE or b is TABLE:
            return Value(0, 0, True, left.type if left.type == right.type or b is IMMUTABLE else TABLE)
        held = self.heap.hold(left) | self.heap.hold(right)
        return Value(0, held, True, CONTAINER if a is CONTAINER or b is CONTAINER else UNKNOWN)

    def visit_UnaryOp(self, node: ast.UnaryOp) -> Value:
        """Return the result of a unary operator."""
        if isinstance(node.op, ast.Not):
            self.test(node.operand)
            return _as_text(NO_TEXT)
        value = self.visit(node.operand)
        self.functions.run_protocol(value, "operator")
        if value.kind is IMMUTABLE:
            return _as_text(NO_TEXT)
        return Value(0, self._operands([value]), True, value.type if value.kind is TABLE else TABLE)

    def visit_BoolOp(self, node: ast.BoolOp) -> Value:
        """Return any of the operands."""
        return join_values([self.test(v) for v in node.values])

    def visit_Compare(self, node: ast.Compare) -> Value:
        """Return the result of comparisons: a table if the operands may be tables."""
        values = [self.visit(node.left), *(self.visit(v) for v in node.comparators)]
        for value in values:
            self.functions.run_protocol(value, "operator")
        if any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            self.functions.run_protocol(values[-1], "item")
            self.functions.iterate(values[-1])
        if all(v.kind is IMMUTABLE for v in values) or not any(isinstance(op, _COMPARISONS) for op in node.ops):
            return _as_text(NO_TEXT)
        return Value(0, self._operands(values), True, TABLE)

    def _operands(self, values: list[Value]) -> int:
        """Return the objects that the result of an operator holds: operands of classes that build expressions."""
        held = 0
        for value in values:
            if value.kind is OBJECT or value.objects & self.heap.foreign:
                held |= self.heap.hold(value)
        return held

    def visit_IfExp(self, node: ast.IfExp) -> Value:
        """Return either alternative."""
        self.test(node.test)
        return join_values([self.visit_data(node.body), self.visit_data(node.orelse)])

    def visit_NamedExpr(self, node: ast.NamedExpr) -> Value:
        """Bind a name inside of an expression."""
        value = self.heap.own(self.visit(node.value))
        self.state.bind(node.target.id, value)
        return value

    def visit_JoinedStr(self, node: ast.JoinedStr) -> Value:
        """Evaluate the parts of an f-string."""
        return _as_text(concatenate([self.visit(part).texts for part in node.values]) if node.values else NO_TEXT)

    def visit_FormattedValue(self, node: ast.FormattedValue) -> Value:
        """Evaluate a replacement field of an f-string."""
        value = self.visit(node.value)
        self.functions.run_protocol(value, "show")
        if node.format_spec is not None:
            self.visit(node.format_spec)
            return CONSTANT
        return _as_text(value.texts) if value.kind is IMMUTABLE or value.kind is UNKNOWN else CONSTANT

    # Containers

    def visit_List(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        """Return a new container that holds the elements."""
        values = [self.visit_data(item) for item in node.elts]
        return Value(0, self._hold(values), True, CONTAINER, unite(*(v.texts for v in values)))

    def visit_Tuple(self, node: ast.Tuple) -> Value:
        """Return a new tuple, or a constant if all elements are."""
        value = self.visit_List(node)
        return value if value.contents else _as_text(value.texts)

    def visit_Set(self, node: ast.Set) -> Value:
        """Return a new set."""
        return self.visit_List(node)

    def visit_Dict(self, node: ast.Dict) -> Value:
        """Return a new dictionary."""
        values = [self.visit_data(key) for key in node.keys if key is not None]
        for key, item in zip(node.keys, node.values, strict=True):
            values.append(self._unpack_mapping(item) if key is None else self.visit_data(item))
        return Value(0, self._hold(values), True, CONTAINER, unite(*(v.texts for v in values)))

    def _unpack_mapping(self, node: ast.expr) -> Value:
        """Return a mapping that ``**`` unpacks: it calls the method ``keys``, and reads each element."""
        value = self.visit_data(node)
        summary = self.state.summary
        is_parameter = summary is not None and isinstance(node, ast.Name) and node.id in summary.variadic
        if value.kind is not CONTAINER and not is_parameter:  # not for a dictionary, such as ``**kwargs``
            self.functions.run_protocol(value, "iterate")
            self.functions.run_protocol(value, "item")
            if type(value.type) is Instance:
                self.functions.call_methods(value, "keys", 0)
        return value

    def _hold(self, values: list[Value]) -> int:
        """Return the objects that a container of `values` holds."""
        held = 0
        for value in values:
            held |= self.heap.hold(value)
        return held

    def visit_Starred(self, node: ast.Starred) -> Value:
        """Return an element of an unpacked iterable."""
        value = self.visit(node.value)
        self.functions.iterate(value)
        return self.heap.element(value)

    def visit_ListComp(self, node: ast.ListComp) -> Value:
        """Return a new container."""
        return self._comprehend(node.generators, [node.elt], CONTAINER)

    def visit_SetComp(self, node: ast.SetComp) -> Value:
        """Return a new set."""
        return self._comprehend(node.generators, [node.elt], CONTAINER)

    def visit_DictComp(self, node: ast.DictComp) -> Value:
        """Return a new dictionary."""
        return self._comprehend(node.generators, [node.key, node.value], CONTAINER)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> Value:
        """Return a generator: its body runs now in part, and when it is read."""
        value = self._comprehend(node.generators, [node.elt], ITERATOR)
        made = self.interpreter.define(self.interpreter.summarize(node, "<generator>"), value.contents)
        self.heap.iterators |= made.objects
        self.heap.definitions &= ~made.objects
        return Value(made.objects, 0, False, ITERATOR)

    def visit_Lambda(self, node: ast.Lambda) -> Value:
        """Return a new function."""
        held = self.defaults(node.args)
        return self.interpreter.define(self.interpreter.summarize(node, "<lambda>"), held)

    def _comprehend(self, generators: list[ast.comprehension], results: list[ast.expr], kind: Any) -> Value:
        hidden: dict[str, Binding | None] = {}
        nested = self.state.nested
        outside = len(nested)
        for generator in generators:
            source = self.visit(generator.iter)
            self.functions.iterate(source)
            self._bind_hidden(generator.target, self.heap.element(source), hidden)
            for condition in generator.ifs:
                self.test(condition)
        values = [self.visit(result) for result in results]
        held = self._hold(values)
        self.interpreter.capture(nested[outside:], set(hidden))
        self.state.restore(hidden)
        return Value(0, held, True, kind, unite(*(v.texts for v in values)))

    def _bind_hidden(self, target: ast.expr, value: Value, hidden: dict[str, Binding | None]) -> None:
        """Bind the names of a comprehension, which end with it, and add their former bindings to `hidden`."""
        value = self.heap.own(value)
        bindings = self.state.bindings
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                hidden.setdefault(node.id, bindings.get(node.id))
                bindings[node.id] = Binding(0, value.objects, value.type, value.texts)


_DISPATCH = dispatch_table(Evaluator)


def _is_mutator(model: FunctionModel | None, kind: ValueType, name: str) -> bool:
    """Return True if an attribute may be a method that changes its receiver or arguments.

    Parameters
    ----------
    model : FunctionModel or None
        Model of the method, if the class of the receiver is known.
    kind : ValueType
        Abstract type of the receiver.
    name : str
        Name of the attribute.
    """
    if model is not None:
        return bool(model.changes or model.changes_receiver_if)
    return name in METHODS[TABLE].mutating if kind is TABLE else name in _MUTATORS


def _is_unknown_object(path: str) -> bool:
    """Return True if `path` may be an object of an unlisted library, and does not look like a module or class."""
    module, _, name = path.rpartition(".")
    return module != "" and is_unlisted(module) and (name.isupper() or not name[:1].isupper())


def _as_text(texts: Texts) -> Value:
    """Return an immutable value with these texts."""
    return Value(0, 0, False, IMMUTABLE, texts)


def _is_mask(node: ast.expr, value: Value) -> bool:
    """Return True if an index selects rows by a condition, or columns by a list: pandas and NumPy copy then."""
    if isinstance(node, ast.Compare | ast.List):
        return True
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.BitAnd | ast.BitOr | ast.BitXor) and _is_mask(node.left, value)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Invert)
    if isinstance(node, ast.Name):
        return value.kind is TABLE
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in METHODS[TABLE].pure
    return False
