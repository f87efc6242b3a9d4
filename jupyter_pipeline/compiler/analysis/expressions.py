"""What evaluating an expression reads, changes and may give: the half of `names` that deals with expressions."""

from __future__ import annotations

import ast
from collections.abc import Callable
from typing import Any, ClassVar

from jupyter_pipeline.compiler.analysis.calls import Calls
from jupyter_pipeline.compiler.analysis.heap import NOTHING, Value
from jupyter_pipeline.compiler.analysis.library_models import known
from jupyter_pipeline.compiler.analysis.values import ClassCode, Code, Instance, Module

__all__ = ["Expressions"]


class Expressions(Calls):
    """Evaluation of expressions on abstract values."""

    def defaults(self, arguments: ast.arguments) -> int:
        """Return the objects that the defaults of parameters are."""
        inner = 0
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                inner |= self.hold(self.eval(default))
        return inner

    def eval(self, node: ast.expr) -> Value:
        """Return what `node` may give, and record what evaluating it reads and changes."""
        return self._eval[type(node)](self, node)

    def _constant(self, node: ast.Constant) -> Value:
        return NOTHING

    def _name(self, node: ast.Name) -> Value:
        return self.load(node.id, node.lineno)

    def _attribute(self, node: ast.Attribute) -> Value:
        base = self.eval(node.value)
        kind = base.kind
        if kind == "imm":
            return NOTHING
        if type(kind) is Module:
            return Value(base.roots, 0, False, Module(f"{kind.path}.{node.attr}"))
        if type(kind) is Instance and node.attr in kind.of.properties:
            return self.call_code(kind.of.methods[node.attr], base, [base], {})
        self.implicit(base, "read", node.attr)
        part = self.part(base)
        if node.attr in known.BOX_METHODS | known.CHANGING_METHODS and kind != "frame":
            if isinstance(node.value, ast.Name) and node.value.id in known.TYPES and self.is_builtin(node.value.id):
                return Value(0, 0, False, Module(f"builtins.{node.attr}"))
            made = self.store.new(base.roots | base.inner, self.number)
            self.store.mutators |= made
            return Value(made, 0, False, None)
        return Value(part, 0, False, kind if kind in ("frame", "object") else None)

    def _subscript(self, node: ast.Subscript) -> Value:
        base = self.eval(node.value)
        index = self.eval(node.slice)
        kind = base.kind
        if kind == "imm":
            return NOTHING
        if type(kind) is ClassCode:
            self.implicit(base, "item")
        if type(kind) in (Module, Code, ClassCode):
            return Value(base.roots, 0, False, kind)
        if type(kind) is Instance and "__getitem__" in kind.of.methods:
            return self.call_code(kind.of.methods["__getitem__"], base, [base, index], {})
        self.implicit(base, "item")
        if base.roots & self.store.growing:
            self.store.change(base.roots & self.store.growing, self.bit)
        if kind in ("frame", None) and _is_mask(node.slice, index):
            return Value(0, 0 if kind == "frame" else self.part(base), True, kind)
        if kind == "frame":
            return Value(self.part(base), 0, True, "frame")
        if kind == "box" and isinstance(node.slice, ast.Slice):
            return Value(0, self.part(base) & ~base.roots, True, "box")
        return self.element(base)

    def _call(self, node: ast.Call) -> Value:
        return self.call(node)

    def _binary(self, node: ast.BinOp) -> Value:
        left: ast.expr = node
        operands = []
        while isinstance(left, ast.BinOp):  # a sum of hundreds of terms is as deep
            operands.append(left.right)
            left = left.left
        value = self.eval(left)
        for operand in reversed(operands):
            value = self.combine(value, self.eval(operand))
        return value

    def combine(self, left: Value, right: Value) -> Value:
        """Return the result of an operator on two values."""
        a, b = left.kind, right.kind
        if a == "imm" and b == "imm":
            return NOTHING
        if type(a) is Instance or type(b) is Instance:
            return self.unknown_call(left, [left, right], "an operator")
        self.implicit(left, "operator")
        self.implicit(right, "operator")
        if "frame" in (a, b):
            return Value(0, 0, True, "frame")
        inner = self.hold(left) | self.hold(right)
        return Value(0, inner, True, "box" if "box" in (a, b) else None)

    def _unary(self, node: ast.UnaryOp) -> Value:
        value = self.eval(node.operand)
        self.implicit(value, "truth" if isinstance(node.op, ast.Not) else "operator")
        if isinstance(node.op, ast.Not) or value.kind == "imm":
            return NOTHING
        return Value(0, 0, True, "frame")

    def _bool(self, node: ast.BoolOp) -> Value:
        return self.union([self.test(v) for v in node.values])

    def test(self, node: ast.expr) -> Value:
        """Return what `node` may give, looked at as true or false."""
        value = self.eval(node)
        self.implicit(value, "truth")
        return value

    def _compare(self, node: ast.Compare) -> Value:
        values = [self.eval(node.left), *(self.eval(v) for v in node.comparators)]
        for value in values:
            self.implicit(value, "operator")
        if any(isinstance(op, ast.In | ast.NotIn) for op in node.ops):
            self.implicit(values[-1], "item")
            self.consume(values[-1])
        if all(v.kind == "imm" for v in values) or not any(
            isinstance(op, ast.Lt | ast.Gt | ast.LtE | ast.GtE | ast.Eq | ast.NotEq) for op in node.ops
        ):
            return NOTHING
        return Value(0, 0, True, "frame")

    def _display(self, node: ast.List | ast.Tuple | ast.Set) -> Value:
        inner = 0
        for item in node.elts:
            inner |= self.hold(self.eval(item))
        if not inner and isinstance(node, ast.Tuple):
            return NOTHING
        return Value(0, inner, True, "box")

    def _dict(self, node: ast.Dict) -> Value:
        inner = 0
        for item in (*node.keys, *node.values):
            if item is not None:
                inner |= self.hold(self.eval(item))
        return Value(0, inner, True, "box")

    def _if(self, node: ast.IfExp) -> Value:
        self.test(node.test)
        return self.union([self.eval(node.body), self.eval(node.orelse)])

    def _lambda(self, node: ast.Lambda) -> Value:
        inner = self.defaults(node.args)
        return self.code_value(self.function_code(node, "<lambda>"), inner)

    def _comprehension(self, node: ast.ListComp | ast.SetComp) -> Value:
        return self._comprehend(node.generators, [node.elt], "box")

    def _dict_comprehension(self, node: ast.DictComp) -> Value:
        return self._comprehend(node.generators, [node.key, node.value], "box")

    def _generator(self, node: ast.GeneratorExp) -> Value:
        value = self._comprehend(node.generators, [node.elt], "iter")
        if getattr(node, "used_at_once", False):
            return value
        code = self.function_code(node, "<generator>")
        made = self.code_value(code, value.inner)
        self.store.iterators |= made.roots
        self.store.definitions &= ~made.roots
        return Value(made.roots, 0, False, "iter")

    def _comprehend(self, generators: list[ast.comprehension], results: list[ast.expr], kind: str) -> Value:
        hidden: dict[str, Any] = {}
        outside = len(self.nested)
        for generator in generators:
            source = self.eval(generator.iter)
            self.consume(source)
            self.bind_hidden(generator.target, self.element(source), hidden)
            for condition in generator.ifs:
                self.test(condition)
        inner = 0
        for result in results:
            inner |= self.hold(self.eval(result))
        self.capture(self.nested[outside:], hidden)
        self.restore(hidden)
        return Value(0, inner, True, kind)

    def _walrus(self, node: ast.NamedExpr) -> Value:
        value = self.own(self.eval(node.value))
        self.bind(node.target.id, value)
        return value

    def _starred(self, node: ast.Starred) -> Value:
        value = self.eval(node.value)
        self.consume(value)
        return self.element(value)

    def _slice(self, node: ast.Slice) -> Value:
        for part in (node.lower, node.upper, node.step):
            if part is not None:
                self.eval(part)
        return NOTHING

    def _joined(self, node: ast.JoinedStr) -> Value:
        for part in node.values:
            self.eval(part)
        return NOTHING

    def _formatted(self, node: ast.FormattedValue) -> Value:
        self.implicit(self.eval(node.value), "show")
        if node.format_spec is not None:
            self.eval(node.format_spec)
        return NOTHING

    def _await(self, node: ast.Await) -> Value:
        self.awaited = node.value
        value = self.eval(node.value)
        self.implicit(value, "wait")
        self.use_up(value.roots | value.inner)
        return self.element(value) if value.kind == "iter" else value

    def _yield_from(self, node: ast.YieldFrom) -> Value:
        self.yields = True
        value = self.eval(node.value)
        self.consume(value)
        self.returned(self.element(value))
        return Value(self.part(value), 0, True, None)

    def _yield(self, node: ast.Yield) -> Value:
        self.yields = True
        if node.value is not None:
            self.returned(self.eval(node.value))
        return Value(0, 0, True, None)

    def _any(self, node: ast.expr) -> Value:
        values = [self.eval(child) for child in ast.iter_child_nodes(node) if isinstance(child, ast.expr)]
        return self.union(values) if values else NOTHING

    _eval: ClassVar[dict[type, Callable[[Any, Any], Value]]] = {
        ast.Constant: _constant,
        ast.Name: _name,
        ast.Attribute: _attribute,
        ast.Subscript: _subscript,
        ast.Call: _call,
        ast.BinOp: _binary,
        ast.UnaryOp: _unary,
        ast.BoolOp: _bool,
        ast.Compare: _compare,
        ast.List: _display,
        ast.Tuple: _display,
        ast.Set: _display,
        ast.Dict: _dict,
        ast.IfExp: _if,
        ast.Lambda: _lambda,
        ast.ListComp: _comprehension,
        ast.SetComp: _comprehension,
        ast.DictComp: _dict_comprehension,
        ast.GeneratorExp: _generator,
        ast.NamedExpr: _walrus,
        ast.Starred: _starred,
        ast.Slice: _slice,
        ast.JoinedStr: _joined,
        ast.FormattedValue: _formatted,
        ast.Await: _await,
        ast.YieldFrom: _yield_from,
        ast.Yield: _yield,
    }


def _is_mask(node: ast.expr, value: Value) -> bool:
    """Whether an index chooses rows by a condition, or columns by a list: pandas and NumPy copy then."""
    if isinstance(node, ast.Compare | ast.List):
        return True
    if isinstance(node, ast.BinOp):
        return isinstance(node.op, ast.BitAnd | ast.BitOr | ast.BitXor) and _is_mask(node.left, value)
    if isinstance(node, ast.UnaryOp):
        return isinstance(node.op, ast.Invert)
    if isinstance(node, ast.Name):
        return bool(value.kind == "frame")
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        return node.func.attr in known.FRAME_METHODS
    return False
