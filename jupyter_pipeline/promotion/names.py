"""What each statement binds, reads and changes, and so which earlier statements it needs.

1. The statements are read once, from top to bottom, on abstract objects (`store`): an assignment makes a name stand for
   objects, a call or a store to an attribute or element changes them, and whatever reaches an object sees its changes.
2. Functions and classes are read in a scope of their own and give a summary; its effects happen where it is called, with
   the names as they are by then.
3. The paths of ``if``, ``try``, ``match`` and loops are read one by one and joined.
4. Where a call cannot be known it may change and keep whatever it is given (`knowledge`).

A statement then needs those that bound the names it reads, and those that changed the objects these reach.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Sequence
from typing import Any

from jupyter_pipeline.promotion import knowledge as known
from jupyter_pipeline.promotion.expressions import BUILTINS, Expressions
from jupyter_pipeline.promotion.files import file_name
from jupyter_pipeline.promotion.knowledge import ClassCode, Code, Instance, Module
from jupyter_pipeline.promotion.scope import DELETED, Entry, Missing
from jupyter_pipeline.promotion.statements import Program, Statement
from jupyter_pipeline.promotion.store import NOTHING, Store, Value, bits

__all__ = ["BUILTINS", "Reading", "analyse"]


def analyse(program: Program, targets: Collection[int] = ()) -> tuple[list[Missing], int]:
    """Fill in what each statement of `program` binds, reads and needs.

    Parameters
    ----------
    program : Program
        The cells up to the last target.
    targets : collection of int
        The cells whose functions must be able to run at the end.

    Returns
    -------
    missing : list of Missing
        Names that nothing defines where they are read.
    always : int
        Bits of the statements that any slice has to keep.
    """
    reading = Reading(Store())
    cell = -1
    for statement in program.statements:
        if statement.cell != cell:
            cell = statement.cell
            reading.env.pop("<figure>", None)
        reading.statement(statement)
    for statement in program.statements:
        if statement.cell in targets and statement.bound:
            reading.prepare(statement)
    store = reading.store
    changed = {store.makers[position] for position in bits(store.changed) if store.later_change(position)}
    for number in changed:
        program.statements[number].changed = True
    return reading.missing, reading.always


class Reading(Expressions):
    """Reading of statements, in a module or in a function."""

    def statement(self, s: Statement) -> None:
        """Read one top-level statement and fill in its record."""
        self.number, self.cell, self.bit = s.number, s.cell, 1 << s.number
        self.needs = 0
        self.read, self.bound, self.notes = {}, s.bound, s.notes
        self.stars_before = self.stars
        stars = self.stars
        self.visit(s.node)
        s.read, s.sources = set(self.read), self.read
        s.needs = self.needs & (self.bit - 1)
        s.dynamic = self.stars != stars and not isinstance(s.node, ast.ImportFrom)
        self.notes = []
        for name in s.bound:
            entry = self.env.get(name)
            reach = self.store.closure(entry.roots) if entry else 0
            for code in self.store.codes(reach):
                s.deferred.update(n for n in code.free if n[0] != "<")
                s.assigned |= code.assigns

    def prepare(self, s: Statement) -> None:
        """Record what the names that `s` may bind, and the functions among them, need after the last cell."""
        self.number, self.cell, self.bit = s.number, s.cell, 1 << s.number
        self.needs, self.read = 0, {}
        for name in s.bound:
            entry = self.env.get(name)
            if entry is None or entry.kind is DELETED:
                continue
            self.load(name, 0, strict=False)
            for code in self.store.codes(self.store.closure(entry.roots)):
                for free, line in code.free.items():
                    self.load(free, line, strict=line > 0)
        s.needs |= self.needs & (self.bit - 1)

    def body(self, nodes: Sequence[ast.stmt]) -> None:
        """Read statements in order."""
        for node in nodes:
            self._visit[type(node)](self, node)

    def visit(self, node: ast.stmt) -> None:
        """Read one statement."""
        self._visit[type(node)](self, node)

    # Simple statements

    def _expression(self, node: ast.Expr) -> None:
        self.discarded = True
        self.eval(node.value)
        self.discarded = False

    def _assign(self, node: ast.Assign) -> None:
        value = self.own(self.eval(node.value))
        for target in node.targets:
            self.store_to(target, value, node.value)

    def _annotated(self, node: ast.AnnAssign) -> None:
        if self.code is None:
            self.eval(node.annotation)
        if node.value is not None:
            self.store_to(node.target, self.own(self.eval(node.value)), node.value)

    def _augmented(self, node: ast.AugAssign) -> None:
        target = node.target
        if isinstance(target, ast.Name):
            old = self.load(target.id, target.lineno)
            value = self.eval(node.value)
            result = self.combine(old, value)
            if old.kind == "imm" and value.kind == "imm":
                self.bind(target.id, NOTHING)
                return
            if old.kind != "imm":
                self.store.change(old.roots, self.bit)
                self.store.link(old.roots, self.hold(value) | value.inner)
            made = self.own(result)
            self.bind(
                target.id,
                Value(made.roots | old.roots, 0, False, old.kind if old.kind in ("box", "frame") else made.kind),
            )
            return
        value = self.own(self.eval(node.value))
        load = ast.copy_location(_as_load(target), target)
        self.store.disturb(self.eval(load).roots, self.bit)
        self.store_to(target, value, None)

    def store_to(self, target: ast.expr, value: Value, source: ast.expr | None) -> None:
        """Record the assignment of `value` to `target`."""
        if isinstance(target, ast.Name):
            self.bind(target.id, value)
            if source is not None:
                name = file_name(source, self.strings)
                if name != "*":
                    self.strings[target.id] = name
        elif isinstance(target, ast.Tuple | ast.List):
            self._unpack(target, value, source)
        elif isinstance(target, ast.Starred):
            self.store_to(target.value, self.own(Value(0, self.part(value), True, "box")), None)
        elif isinstance(target, ast.Attribute | ast.Subscript):
            base = self.eval(target.value)
            if isinstance(target, ast.Subscript):
                self.eval(target.slice)
            self._change_part(target, base)
            self.store.link(base.roots, value.roots)

    def _unpack(self, target: ast.Tuple | ast.List, value: Value, source: ast.expr | None) -> None:
        if isinstance(source, ast.Tuple | ast.List) and len(source.elts) == len(target.elts):
            if not any(isinstance(e, ast.Starred) for e in (*source.elts, *target.elts)):
                values = [self.own(self.eval(e)) for e in source.elts]
                for one, part, text in zip(target.elts, values, source.elts, strict=True):
                    self.store_to(one, part, text)
                return
        self.consume(value)
        element = self.element(value)
        for one in target.elts:
            self.store_to(one, self.own(element), None)

    def _change_part(self, target: ast.Attribute | ast.Subscript, base: Value) -> None:
        if isinstance(target.value, ast.Attribute) or type(base.kind) is Module:
            path = ast.unparse(target.value if isinstance(target, ast.Subscript) else target)
            if path.startswith(known.PROCESS_WIDE):
                self.process_wide(None)
            elif type(base.kind) is Module and isinstance(target, ast.Attribute):
                self.process_wide(f"{path} is changed in a library, so it is kept")
        if isinstance(target.value, ast.Name):
            self.store.change(base.roots, self.bit)
        else:
            self.store.disturb(base.roots, self.bit)
        if type(base.kind) is Instance:
            for name in ("__setitem__", "__setattr__"):
                if name in base.kind.of.methods:
                    self.run(base.kind.of.methods[name])

    def _delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            if isinstance(target, ast.Name):
                self.unbind(target.id)
            elif isinstance(target, ast.Attribute | ast.Subscript):
                base = self.eval(target.value)
                if isinstance(target, ast.Subscript):
                    self.eval(target.slice)
                self.store.change(base.roots, self.bit)
            elif isinstance(target, ast.Tuple | ast.List):
                self._delete(ast.Delete(targets=target.elts))

    def _import(self, node: ast.Import) -> None:
        for alias in node.names:
            root = alias.name.partition(".")[0]
            name = alias.asname or root
            value = Value(self._module(root), 0, False, Module(alias.name if alias.asname else root))
            before = self.env.get(name)
            self.bind(name, value)
            if before is not None and before.kind == value.kind:
                self.env[name] = Entry(before.defs | self.bit, value.roots, value.kind)

    def _import_from(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        root = module.partition(".")[0] or module
        for alias in node.names:
            if alias.name == "*":
                self.stars |= self.bit
                for name, entry in self.env.items():
                    if type(entry.kind) is not Module:
                        self.env[name] = Entry(entry.defs | self.bit, entry.roots, None)
            else:
                self.bind(
                    alias.asname or alias.name, Value(self._module(root), 0, False, Module(f"{module}.{alias.name}"))
                )

    def _module(self, root: str) -> int:
        """Return the object that stands for a library, the same for all its names."""
        return self.store.module(root, self.number)

    def _children(self, node: ast.stmt) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.expr):
                self.eval(child)

    def _return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.returned(self.eval(node.value))
        else:
            self.returned(NOTHING)

    def _global(self, node: ast.Global | ast.Nonlocal) -> None:
        self.globals.update(node.names)

    def _nothing(self, node: ast.stmt) -> None:
        pass

    def _type_alias(self, node: Any) -> None:
        self.bind(node.name.id, NOTHING)

    # Compound statements

    def _if(self, node: ast.If) -> None:
        self.eval(node.test)
        self.branches(lambda: self.body(node.body), lambda: self.body(node.orelse), otherwise=False)

    def _for(self, node: ast.For | ast.AsyncFor) -> None:
        source = self.eval(node.iter)
        self.consume(source)
        element = self.own(self.element(source))

        def once() -> None:
            self.store_to(node.target, element, None)
            self.body(node.body)

        self._loop(once)
        self.branches(lambda: self.body(node.orelse), otherwise=True)

    def _while(self, node: ast.While) -> None:
        self.eval(node.test)

        def once() -> None:
            self.body(node.body)
            self.eval(node.test)

        self._loop(once)
        self.branches(lambda: self.body(node.orelse), otherwise=True)

    def _loop(self, once: Callable[[], None]) -> None:
        """Read a loop's body; twice for the outermost, so that what one round leaves is seen by the next."""
        self.branches(once, otherwise=True)
        if not self.in_loop:
            self.in_loop = True
            self.branches(once, otherwise=True)
            self.in_loop = False

    in_loop = False

    def _with(self, node: ast.With | ast.AsyncWith) -> None:
        for item in node.items:
            value = self.own(self.eval(item.context_expr))
            if value.kind != "imm":
                self.store.change(value.roots, self.bit)
            if type(value.kind) is Instance:
                for name in ("__enter__", "__exit__"):
                    if name in value.kind.of.methods:
                        value = self.own(self.call_code(value.kind.of.methods[name], value, [value], {}))
            if item.optional_vars is not None:
                self.store_to(item.optional_vars, value, None)
        self.body(node.body)

    def _try(self, node: ast.Try) -> None:
        soft = any(_catches_name_error(h) for h in node.handlers)
        self.soft += soft

        def smoothly() -> None:
            self.body(node.body)
            self.body(node.orelse)

        def handled(handler: ast.ExceptHandler) -> Callable[[], None]:
            def path() -> None:
                self.branches(lambda: self.body(node.body), otherwise=True)
                if handler.type is not None:
                    self.eval(handler.type)
                if handler.name:
                    self.bind(handler.name, Value(0, 0, False, None))
                self.body(handler.body)

            return path

        paths = [handled(h) for h in node.handlers if not _leaves(h.body)]
        for handler in node.handlers:
            if _leaves(handler.body):
                self.branches(handled(handler), otherwise=True)
        self.branches(smoothly, *paths, otherwise=False)
        self.soft -= soft
        self.body(node.finalbody)

    def _match(self, node: ast.Match) -> None:
        subject = self.eval(node.subject)
        self.consume(subject)

        def case(one: ast.match_case) -> Callable[[], None]:
            def path() -> None:
                for pattern in ast.walk(one.pattern):
                    name = getattr(pattern, "rest" if isinstance(pattern, ast.MatchMapping) else "name", None)
                    if isinstance(pattern, ast.expr):
                        self.eval(pattern)
                    elif isinstance(name, str):
                        self.bind(name, self.own(self.union([subject, self.element(subject)])))
                if one.guard is not None:
                    self.eval(one.guard)
                self.body(one.body)

            return path

        self.branches(*(case(c) for c in node.cases), otherwise=True)

    # Functions and classes

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> None:
        self.bind(node.name, self._decorated(node, self.function_code(node, node.name)))

    def _decorated(self, node: ast.FunctionDef | ast.AsyncFunctionDef, code: Code) -> Value:
        inner = 0
        arguments = node.args
        for default in (*arguments.defaults, *arguments.kw_defaults):
            if default is not None:
                inner |= self.hold(self.eval(default))
        if self.code is None:
            for one in (
                *arguments.posonlyargs,
                *arguments.args,
                *arguments.kwonlyargs,
                arguments.vararg,
                arguments.kwarg,
            ):
                if one is not None and one.annotation is not None:
                    self._annotation(one.annotation)
            if node.returns is not None:
                self._annotation(node.returns)
        value = self.code_value(code, inner)
        for decorator in reversed(node.decorator_list):
            value = self._decorate(decorator, value)
        if self.code is not None:
            self.run(code)
        return value

    def _decorate(self, node: ast.expr, value: Value) -> Value:
        callee = node.func if isinstance(node, ast.Call) else node
        name = callee.attr if isinstance(callee, ast.Attribute) else getattr(callee, "id", "")
        decorator = self.eval(node)
        if name in known.DECORATORS and type(decorator.kind) is not Code:
            self.store.link(value.roots, decorator.roots)
            return value
        if name in ("setter", "getter", "deleter"):
            return value
        return self.own(self._call_value(ast.Call(func=node, args=[], keywords=[]), decorator, [value], {}, False))

    def _annotation(self, node: ast.expr) -> None:
        if not isinstance(node, ast.Constant):
            self.eval(node)

    def code_value(self, code: Code, inner: int) -> Value:
        """Return the function that runs `code`."""
        made = self.store.new(inner, self.number)
        self.store.attach_code(made, [code])
        self.nested.append((made, code))
        return Value(made, 0, False, code)

    def function_code(self, node: Any, name: str) -> Code:
        """Read the body of a function, and return the summary of its effects."""
        code = Code(name, node.lineno, self.cell)
        child = Reading(self.store, self)
        child.code = code
        child.in_loop = self.in_loop
        if isinstance(node, ast.GeneratorExp):
            body: list[ast.stmt] = []
            results: list[ast.expr] = [ast.ListComp(elt=node.elt, generators=node.generators)]
        elif isinstance(node, ast.Lambda):
            body, results = [], [node.body]
        else:
            body, results = node.body, []
        objects = child.parameters(code, getattr(node, "args", None))
        child.locals |= _bound_names(body)
        child.globals |= _declared_outside(body) & child.locals
        child.results = []
        child.body(body)
        for result in results:
            child.returned(child.eval(result))
        child.summarise(code, objects)
        self.nested += [(made, one) for made, one in child.nested]
        if any(_yields(s) for s in body):
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
            objects[name] = self.store.new(0, self.number)
            self.env[name] = Entry(0, objects[name], None)
        self.locals |= set(objects)
        return objects

    results: list[Value]

    def returned(self, value: Value) -> None:
        """Record a result of the function."""
        if self.code is not None:
            self.results.append(value)

    def summarise(self, code: Code, objects: dict[str, int]) -> None:
        """Tell what became of the stand-ins."""
        for made, inner_code in self.nested:
            captured = set(inner_code.free) & (self.locals - self.globals)
            for name in captured:
                self.store.link(made, self.roots_of(name))
                del inner_code.free[name]
                inner_code.assumed.pop(name, None)
            inner_code.assigns -= captured
        stand_ins = {**self.placeholders, **objects}
        for name, roots in stand_ins.items():
            if self.store.closure(roots) & self.store.changed:
                code.changes.add(name)
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

    def super_value(self) -> Value:
        """Return what ``super()`` gives: the instance, of which nothing is known."""
        first = self.code.parameters[0] if self.code is not None and self.code.parameters else ""
        return Value(self.roots_of(first), 0, False, None)

    def _class(self, node: ast.ClassDef) -> None:
        bases = [self.eval(b) for b in node.bases] + [self.eval(k.value) for k in node.keywords]
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
                methods[one.name] = code
                if any(_last_name(d) in ("property", "cached_property", "setter") for d in one.decorator_list):
                    properties.add(one.name)
                if any(_last_name(d) in ("staticmethod",) for d in one.decorator_list):
                    code.parameters.insert(0, "")
                self._hide(one.name, hidden)
                self.env[one.name] = Entry(0, 0, None)
            else:
                for name in _bound_names([one]):
                    self._hide(name, hidden)
                before = set(self.bound)
                self.visit(one)
                for name in _bound_names([one]):
                    if name in self.env:
                        inner |= self.env[name].roots
                    if name not in before:
                        self.bound.discard(name)
        self.restore(hidden)
        made = self.store.new(inner, self.number)
        self.store.attach_code(made, codes)
        value = Value(made, 0, False, ClassCode(node.name, methods, properties, open_))
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

    # Code that cannot be seen

    def dynamic(self, name: str, node: ast.Call) -> Value:
        """Record a call of ``exec``, ``eval``, ``globals`` and their like, read as code where it is a constant."""
        first = node.args[0] if node.args else None
        if name in ("exec", "eval") and isinstance(first, ast.Constant) and isinstance(first.value, str):
            try:
                tree = ast.parse(first.value.strip())
            except (SyntaxError, ValueError):
                return NOTHING
            for one in ast.walk(tree):
                if hasattr(one, "lineno"):
                    one.lineno = node.lineno
            if self.code is None or name == "eval":
                if name == "eval" and len(tree.body) == 1 and isinstance(tree.body[0], ast.Expr):
                    return self.eval(tree.body[0].value)
                self.body(tree.body)
                return NOTHING
        if name == "compile":
            return Value(0, 0, True, None)
        if name == "__import__":
            return Value(0, 0, True, "object")
        self.everything(f"{name}() may read or make any name")
        every = 0
        for entry in self.env.values():
            every |= entry.roots
        return Value(0, every, True, None)

    _visit: dict[type, Callable[[Any, Any], None]] = {
        ast.Expr: _expression,
        ast.Assign: _assign,
        ast.AnnAssign: _annotated,
        ast.AugAssign: _augmented,
        ast.Delete: _delete,
        ast.Import: _import,
        ast.ImportFrom: _import_from,
        ast.Assert: _children,
        ast.Raise: _children,
        ast.Return: _return,
        ast.Global: _global,
        ast.Nonlocal: _global,
        ast.Pass: _nothing,
        ast.Break: _nothing,
        ast.Continue: _nothing,
        ast.If: _if,
        ast.For: _for,
        ast.AsyncFor: _for,
        ast.While: _while,
        ast.With: _with,
        ast.AsyncWith: _with,
        ast.Try: _try,
        ast.TryStar: _try,
        ast.Match: _match,
        ast.FunctionDef: _function,
        ast.AsyncFunctionDef: _function,
        ast.ClassDef: _class,
    }
    if hasattr(ast, "TypeAlias"):  # Python 3.12 and later
        _visit[ast.TypeAlias] = _type_alias


def _as_load(target: ast.expr) -> ast.expr:
    if isinstance(target, ast.Attribute):
        return ast.Attribute(value=target.value, attr=target.attr, ctx=ast.Load())
    if isinstance(target, ast.Subscript):
        return ast.Subscript(value=target.value, slice=target.slice, ctx=ast.Load())
    return target


def _bound_names(body: Sequence[ast.stmt]) -> set[str]:
    """Return the names that the statements bind in their own scope."""
    found: set[str] = set()
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        kind = type(node)
        if kind is ast.Name:
            if not isinstance(node.ctx, ast.Load):  # type: ignore[attr-defined]
                found.add(node.id)  # type: ignore[attr-defined]
            continue
        if kind in (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef):
            found.add(node.name)  # type: ignore[attr-defined]
            continue
        if kind in (ast.Constant, ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp):
            continue
        if kind in (ast.Import, ast.ImportFrom):
            found.update((a.asname or a.name).partition(".")[0] for a in node.names)  # type: ignore[attr-defined]
            continue
        if kind is ast.ExceptHandler or kind in (ast.MatchAs, ast.MatchStar):
            if node.name:  # type: ignore[attr-defined]
                found.add(node.name)  # type: ignore[attr-defined]
        elif kind is ast.MatchMapping and node.rest:  # type: ignore[attr-defined]
            found.add(node.rest)  # type: ignore[attr-defined]
        todo.extend(ast.iter_child_nodes(node))
    return found


def _declared_outside(body: Sequence[ast.stmt]) -> set[str]:
    """Return the names that a function declares ``global`` or ``nonlocal``."""
    found: set[str] = set()
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        if isinstance(node, ast.Global | ast.Nonlocal):
            found.update(node.names)
        elif isinstance(node, ast.stmt | ast.ExceptHandler | ast.match_case) and not isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ):
            todo.extend(ast.iter_child_nodes(node))
    return found


def _yields(node: ast.AST) -> bool:
    if isinstance(node, ast.Yield | ast.YieldFrom):
        return True
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef):
        return False
    return any(_yields(child) for child in ast.iter_child_nodes(node))


def _last_name(node: ast.expr) -> str:
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


def _catches_name_error(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    names = {n.id for n in ast.walk(handler.type) if isinstance(n, ast.Name)}
    return bool(names & {"NameError", "Exception", "BaseException", "UnboundLocalError"})


def _leaves(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], ast.Raise | ast.Return | ast.Continue | ast.Break)
