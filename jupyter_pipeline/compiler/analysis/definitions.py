"""What functions and classes do when they are called: the part of `names` that makes summaries."""

from __future__ import annotations

import ast
from collections.abc import Collection, Iterable, Sequence
from typing import Any

from jupyter_pipeline.compiler.analysis.expressions import Expressions
from jupyter_pipeline.compiler.analysis.heap import Value
from jupyter_pipeline.compiler.analysis.library_models import known
from jupyter_pipeline.compiler.analysis.scope import Entry
from jupyter_pipeline.compiler.analysis.syntax import bound_names, declared_outside, last_name
from jupyter_pipeline.compiler.analysis.values import ClassCode, Code, Instance

__all__ = ["Definitions"]


class Definitions(Expressions):
    """Definitions of functions and classes."""

    in_loop = False
    """Whether an outer loop is being read."""
    text_annotations = 0
    """Bit of the statement since which annotations are not evaluated."""
    yields = returns_true = catches = False
    """Whether the function that is being read yields, returns what may be true, has an ``except``."""
    results: list[Value]
    """What the function that is being read returns."""

    def body(self, nodes: Sequence[ast.stmt]) -> None:
        """Read statements in order."""
        raise NotImplementedError

    def visit(self, node: ast.stmt) -> None:
        """Read one statement."""
        raise NotImplementedError

    def read_function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        """Read a function definition."""
        self.bind(node.name, self._decorated(node, self.function_code(node, node.name)))

    def _decorated(self, node: ast.FunctionDef | ast.AsyncFunctionDef, code: Code) -> Value:
        arguments = node.args
        inner = self.defaults(arguments)
        if self.code is None:
            for one in (
                *arguments.posonlyargs,
                *arguments.args,
                *arguments.kwonlyargs,
                arguments.vararg,
                arguments.kwarg,
            ):
                if one is not None and one.annotation is not None:
                    self.annotation(one.annotation)
            if node.returns is not None:
                self.annotation(node.returns)
        value = self.code_value(code, inner)
        for decorator in reversed(node.decorator_list):
            value = self._decorate(decorator, value)
        return value

    def _decorate(self, node: ast.expr, value: Value) -> Value:
        callee = node.func if isinstance(node, ast.Call) else node
        name = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
        self.discarded = name.startswith("register")
        decorator = self.eval(node)
        self.discarded = False
        if name in known.DECORATORS and type(decorator.kind) is not Code:
            if name in ("cache", "lru_cache") and type(value.kind) is Code:
                value.kind.cache = self.store.new(0, self.number)
            self.store.link(value.roots, decorator.roots)
            return value
        if name in ("setter", "getter", "deleter"):
            return value
        return self.own(self._call_value(ast.Call(func=node, args=[], keywords=[]), decorator, [value], {}, False))

    def annotation(self, node: ast.expr) -> None:
        """Read an annotation, which is evaluated unless annotations are text."""
        if isinstance(node, ast.Constant):
            return
        self.soft += self.text_annotations > 0
        self.needs |= self.text_annotations
        self.eval(node)
        self.soft -= self.text_annotations > 0

    def code_value(self, code: Code, inner: int) -> Value:
        """Return the function that runs `code`."""
        made = self.store.new(inner, self.number)
        self.store.attach_code(made, [code])
        self.nested.append((made, code))
        if self.code is not None:
            self.run(code)  # whoever gets it may call it
        return Value(made, 0, False, code)

    def function_code(self, node: Any, name: str) -> Code:
        """Read the body of a function, and return the summary of its effects."""
        code = Code(name, node.lineno, self.cell, self.number)
        child = type(self)(self.store, self)
        child.code = code
        child.in_loop = self.in_loop
        child.text_annotations = self.text_annotations
        if isinstance(node, ast.GeneratorExp):
            body: list[ast.stmt] = []
            results: list[ast.expr] = [ast.ListComp(elt=node.elt, generators=node.generators)]
        elif isinstance(node, ast.Lambda):
            body, results = [], [node.body]
        else:
            body, results = node.body, []
        objects = child.parameters(code, getattr(node, "args", None))
        child.locals |= bound_names(body)
        child.globals |= declared_outside(body) & child.locals
        child.results = []
        child.body(body)
        for result in results:
            child.returned(child.eval(result))
        child.summarise(code, objects)
        self.nested += [(made, one) for made, one in child.nested]
        code.waits = isinstance(node, ast.AsyncFunctionDef) and not child.yields
        code.swallows = child.returns_true if name in ("__exit__", "__aexit__") else child.yields and child.catches
        if child.yields:
            code.kind, code.fresh = "iter", True
        return code

    def parameters(self, code: Code, arguments: ast.arguments | None) -> dict[str, int]:
        """Make a stand-in for each parameter."""
        if arguments is None:
            return {}
        code.parameters = [a.arg for a in (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)]
        code.collects = {a.arg for a in (arguments.vararg, arguments.kwarg) if a is not None}
        objects = {}
        for name in (*code.parameters, *code.collects):
            objects[name] = self.store.new(self.store.new(0, self.number), self.number)
            self.env[name] = Entry(0, objects[name], None)
        self.locals |= set(objects)
        return objects

    def returned(self, value: Value) -> None:
        """Record a result of the function."""
        if self.code is not None:
            self.results.append(value)

    def summarise(self, code: Code, objects: dict[str, int]) -> None:
        """Tell what became of the stand-ins."""
        self.capture(self.nested, self.locals - self.globals)
        stand_ins = {**self.placeholders, **objects}
        for name, roots in stand_ins.items():
            reach = self.store.closure(roots)
            if reach & self.store.changed:
                code.changes.add(name)
            if reach & self.store.looked:
                code.consumes.add(name)
        for name in {*self.placeholders, *self.globals}:
            reach = self.store.closure(self.placeholders.get(name, 0) | self.roots_of(name))
            if kept := {parameter for parameter, own in objects.items() if own & reach}:
                code.keeps[name] = kept
        for _, inner_code in self.nested:
            for name, kept in inner_code.keeps.items():
                code.keeps[name] = code.keeps.get(name, set()) | kept
        roots = inner = 0
        for value in self.results:
            roots |= value.roots
            inner |= value.inner
        reach = self.store.closure(roots | inner)
        code.returned = {name for name, own in stand_ins.items() if own & reach}
        code.fresh = any(v.fresh or v.roots for v in self.results)
        kinds = [v.kind for v in self.results]
        same = bool(kinds) and all(k == kinds[0] for k in kinds)
        code.kind = "imm" if not kinds else kinds[0] if same else None
        if type(code.kind) in (Code, Instance, ClassCode) or bool(reach & self.store.code_mask):
            code.makes_code = True
            code.kind = code.kind if type(code.kind) is Instance else None
        code.assigns |= {n for n in self.globals if n in self.bound}
        code.has_state = code.has_state or not code.changes.isdisjoint(objects)
        if code.makes_code:
            code.has_state = code.has_state or any(one.has_state for _, one in self.nested)

    def capture(self, nested: Iterable[tuple[int, Code]], names: Collection[str]) -> None:
        """Let functions hold what names of the scope around them stand for: nobody else can bind these."""
        for made, code in nested:
            captured = code.free.keys() & set(names)
            code.has_state = code.has_state or not captured.isdisjoint(code.changes | code.assigns)
            for name in captured:
                self.store.link(made, self.roots_of(name))
                del code.free[name]
                code.assumed.pop(name, None)
            code.assigns -= captured

    def super_value(self) -> Value:
        """Return what ``super()`` gives: the instance, of which nothing is known."""
        first = self.code.parameters[0] if self.code is not None and self.code.parameters else ""
        return Value(self.roots_of(first), 0, False, None)

    def read_class(self, node: ast.ClassDef) -> None:
        """Read a class definition."""
        bases = [self.eval(b) for b in node.bases] + [self.eval(k.value) for k in node.keywords]
        is_meta = any(isinstance(b, ast.Name) and b.id == "type" for b in node.bases)
        inner = 0
        open_ = False
        methods: dict[str, Code] = {}
        properties: set[str] = set()
        for base in reversed(bases):
            inner |= self.hold(base)
            if type(base.kind) is ClassCode:
                methods |= base.kind.methods
                properties |= base.kind.properties
                open_ = open_ or base.kind.open
            else:
                open_ = True
        hidden: dict[str, Entry | None] = {}
        codes = []
        for one in node.body:
            if isinstance(one, ast.FunctionDef | ast.AsyncFunctionDef):
                code = self.function_code(one, one.name)
                self._decorated(one, code)
                codes.append(code)
                code.implicit = known.IMPLICIT.get(one.name, "subclass" if is_meta else "")
                decorators = {last_name(d) for d in one.decorator_list}
                if decorators & {"setter", "deleter"}:
                    code.implicit = "write" if "setter" in decorators else "delete"
                else:
                    methods[one.name] = code
                if decorators & {"property", "cached_property"}:
                    properties.add(one.name)
                    code.implicit = "read"
                if "staticmethod" in decorators:
                    code.receives = ""
                elif "classmethod" in decorators or one.name in ("__new__", "__init_subclass__", "__class_getitem__"):
                    code.receives = "class"
                    code.changes_class = code.changes_class or not code.changes.isdisjoint(code.parameters[:1])
                self._hide(one.name, hidden)
                self.env[one.name] = Entry(0, 0, None)
            else:
                for name in bound_names([one]):
                    self._hide(name, hidden)
                before = set(self.bound)
                self.visit(one)
                for name in bound_names([one]):
                    if name in self.env:
                        inner |= self.env[name].roots
                    if name not in before:
                        self.bound.discard(name)
        self.restore(hidden)
        made = self.store.new(inner, self.number)
        self.store.attach_code(made, codes)
        value = Value(made, 0, False, ClassCode(node.name, methods, properties, open_))
        self.implicit(Value(inner, 0, False, None), "subclass")
        for decorator in reversed(node.decorator_list):
            value = self._decorate(decorator, value)
        self.bind(node.name, value)

    def _hide(self, name: str, hidden: dict[str, Entry | None]) -> None:
        if name not in hidden:
            hidden[name] = self.env.get(name)

    def bind_hidden(self, target: ast.expr, value: Value, hidden: dict[str, Entry | None]) -> None:
        """Bind the names of a comprehension, which last as long as it does."""
        value = self.own(value)
        for node in ast.walk(target):
            if isinstance(node, ast.Name):
                self._hide(node.id, hidden)
                self.env[node.id] = Entry(0, value.roots, value.kind)
