"""What a call reads and changes: the part of `names` that deals with calls."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from jupyter_pipeline.promotion import knowledge as known
from jupyter_pipeline.promotion.files import file_name
from jupyter_pipeline.promotion.knowledge import ClassCode, Code, Instance, Module
from jupyter_pipeline.promotion.scope import Scope
from jupyter_pipeline.promotion.store import NOTHING, Value

__all__ = ["Calls"]

_RANDOM = "<random numbers>"
_FIGURE = "<figure>"
_ANY_FILE = "<file *>"


class Calls(Scope):
    """Calls of builtins, of known libraries, of the notebook's own functions, and of anything else."""

    if TYPE_CHECKING:

        def eval(self, node: ast.expr) -> Value: ...
        def part(self, value: Value) -> int: ...
        def element(self, value: Value) -> Value: ...
        def hold(self, value: Value) -> int: ...
        def own(self, value: Value) -> Value: ...
        def consume(self, value: Value) -> None: ...
        def bind(self, name: str, value: Value) -> None: ...

    def call(self, node: ast.Call) -> Value:
        """Return what the call may give, and record what it reads and changes."""
        discarded, self.discarded = self.discarded, False
        func = node.func
        if type(func) is ast.Attribute:
            receiver = self.eval(func.value)
            args, keywords = self._arguments(node)
            return self._method(node, receiver, func.attr, args, keywords, discarded)
        if type(func) is ast.Name and self.is_builtin(func.id):
            args, keywords = self._arguments(node)
            return self._builtin(node, func.id, args, keywords)
        callee = self.eval(func)
        args, keywords = self._arguments(node)
        return self._call_value(node, callee, args, keywords, discarded)

    def _arguments(self, node: ast.Call) -> tuple[list[Value], dict[str, Value]]:
        args = []
        for arg in node.args:
            if type(arg) is ast.GeneratorExp:
                arg.used_at_once = True  # type: ignore[attr-defined]
            args.append(self.eval(arg))
        return args, {k.arg or "**": self.eval(k.value) for k in node.keywords}

    def _call_value(
        self, node: ast.Call, callee: Value, args: list[Value], keywords: dict[str, Value], discarded: bool
    ) -> Value:
        kind = callee.kind
        if type(kind) is Code:
            return self.call_code(kind, callee, args, keywords)
        if type(kind) is ClassCode:
            return self._instantiate(kind, callee, args, keywords)
        if type(kind) is Module:
            return self._library(node, kind.path, callee, args, keywords, discarded)
        if type(kind) is Instance and "__call__" in kind.of.methods:
            return self.call_code(kind.of.methods["__call__"], callee, [callee, *args], keywords)
        return self.unknown_call(callee, [*args, *keywords.values()], _shown(node.func))

    def _builtin(self, node: ast.Call, name: str, args: list[Value], keywords: dict[str, Value]) -> Value:
        self.load(name, node.lineno)
        every = [*args, *keywords.values()]
        self._run_arguments(every, alone=name in known.IMMUTABLE_BUILTINS)
        if name in known.CONSUMERS:
            for value in args:
                self.consume(value)
        if name in known.IMMUTABLE_BUILTINS:
            if name == "print" and "file" in keywords:
                self.store.disturb(self.part(keywords["file"]), self.bit)
            return NOTHING
        inner = 0
        for value in every:
            inner |= self.hold(value)
        if name in known.BOX_BUILTINS:
            return Value(0, self._contents(args), True, "box")
        if name in known.ITERATOR_BUILTINS:
            return Value(inner & self.store.iterators, inner, True, "iter")
        if name in known.PASSING_BUILTINS:
            if args and all(v.kind == "imm" for v in every):
                return NOTHING
            return Value(self.store.closure(inner), 0, name == "sum", None)
        if name == "next":
            self.store.change(self.part(args[0]) & (self.store.iterators | args[0].roots) if args else 0, self.bit)
            return Value(self.store.closure(inner), 0, True, None)
        if name in ("setattr", "delattr") and args:
            self.store.change(args[0].roots, self.bit)
            self.store.link(args[0].roots, inner)
            if type(args[0].kind) is Module:
                self.process_wide(f"{_shown(node)} changes a library")
            return NOTHING
        if name == "open":
            return self._open(node, node.args[0] if node.args else None, node.args[1:])
        if name in ("exec", "eval", "compile", "__import__", "globals", "locals", "breakpoint"):
            return self.dynamic(name, node)
        if name == "object" or name.endswith(("Error", "Exception", "Warning", "Exit", "Interrupt", "Iteration")):
            return Value(0, inner, True, "object")
        if name == "super":
            return self.super_value()
        return Value(self.store.closure(inner), inner, True, None)

    def _contents(self, args: list[Value]) -> int:
        """Return what a new container made of the contents of `args` holds."""
        inner = 0
        for value in args:
            inner |= self.part(value) if value.roots or value.inner else 0
        return inner

    def _method(
        self, node: ast.Call, receiver: Value, name: str, args: list[Value], keywords: dict[str, Value], discarded: bool
    ) -> Value:
        kind = receiver.kind
        if type(kind) is Module:
            return self._library(node, f"{kind.path}.{name}", receiver, args, keywords, discarded)
        if type(kind) in (Instance, ClassCode):
            of = kind.of if type(kind) is Instance else kind
            code = of.methods.get(name)
            if code is not None:
                given = [receiver, *args] if type(kind) is Instance else args
                return self.call_code(code, receiver, given, keywords)
            if name not in known.PURE_METHODS or of.open:
                return self.unknown_call(receiver, [*args, *keywords.values()], f".{name}")
        every = [*args, *keywords.values()]
        self._run_arguments([*every, receiver] if kind is None else every)
        if kind == "imm":
            if name in ("join", "fromkeys"):
                for value in args:
                    self.consume(value)
            self._method_files(node, name, receiver, args)
            if name == "open":
                return self._open(node, node.func.value if isinstance(node.func, ast.Attribute) else None, node.args)
            if name in ("glob", "rglob", "iterdir"):
                return Value(0, 0, True, "iter")
            return NOTHING if name not in ("split", "rsplit", "splitlines", "partition") else Value(0, 0, True, "box")
        if kind == "box":
            return self._box_method(receiver, name, every)
        self._method_files(node, name, receiver, every)
        if name in known.DRAWING:
            self.touch(_FIGURE)
        if name in ("query", "eval"):
            self._names_in_query(node)
        if kind == "frame" or (kind is None and name in known.FRAME_METHODS):
            return self._frame_method(receiver, name, every, keywords)
        if name in known.BOX_METHODS:
            self._grow(receiver, every)
            return Value(self.part(receiver), 0, True, None)
        if name in known.PURE_METHODS:
            return Value(self.part(receiver), 0, True, None)
        if kind in ("object", "iter"):
            self._random_of(receiver)
            self.store.disturb(self.part(receiver), self.bit)
            inner = 0
            for value in every:
                inner |= self.hold(value)
            if name in known.DRAWING or name.startswith(("fit", "set_", "add_", "update", "put", "register")):
                self.store.link(receiver.roots, inner)
            if name in ("readinto", "fetchinto", "dump", "writerows", "writerow"):
                self.store.disturb(self.store.closure(inner) & self.store.iterators, self.bit)
            return Value(self.part(receiver), inner, True, "object")
        return self.unknown_call(receiver, every, f".{name}")

    def _box_method(self, receiver: Value, name: str, every: list[Value]) -> Value:
        if name in known.BOX_METHODS:
            for value in every:
                self.consume(value)
            self._grow(receiver, every)
            return self.element(receiver) if name in ("pop", "popleft", "popitem", "setdefault") else NOTHING
        if name == "copy":
            return Value(0, self.part(receiver) & ~receiver.roots, True, "box")
        if name in ("count", "index", "issubset", "issuperset", "isdisjoint", "total"):
            return NOTHING
        if name in ("get", "__getitem__"):
            return Value(self.element(receiver).roots, 0, bool(every[1:]), None)
        inner = self.part(receiver)
        for value in every:
            inner |= self.hold(value)
        return Value(receiver.roots if name in ("keys", "values", "items") else 0, inner, True, "box")

    def _grow(self, receiver: Value, every: list[Value]) -> None:
        self.store.change(receiver.roots, self.bit)
        for value in every:
            self.store.link(receiver.roots, self.hold(value) | value.inner)

    def _names_in_query(self, node: ast.Call) -> None:
        """Read the names that ``DataFrame.query`` and ``eval`` take from the caller: ``@name``."""
        for text in node.args[:1]:
            if isinstance(text, ast.Constant) and isinstance(text.value, str):
                for name in re.findall(r"@([A-Za-z_]\w*)", text.value):
                    self.load(name, node.lineno)
            elif not isinstance(text, ast.Constant):
                for name in list(self.env):
                    self.load(name, node.lineno, strict=False)

    def _frame_method(self, receiver: Value, name: str, every: list[Value], keywords: dict[str, Value]) -> Value:
        changing = name in known.FRAME_CHANGING or "out" in keywords
        if "inplace" in keywords and self.inplace:
            changing = True
        if changing:
            self.store.change(receiver.roots or self.part(receiver), self.bit)
            for value in every:
                self.store.link(receiver.roots, self.hold(value))
            if "out" in keywords:
                self.store.disturb(self.part(keywords["out"]), self.bit)
        if name.startswith("to_") and name not in ("to_numpy", "to_frame", "to_list", "to_dict"):
            for value in every:
                if value.kind not in ("imm", "box", "frame"):
                    self.store.disturb(self.part(value), self.bit)
        if name == "sample" or (receiver.roots and self.store.code_mask and name in ("apply", "map", "pipe", "agg")):
            self.touch(_RANDOM)
        if name in known.VIEWING_METHODS:
            inner = 0
            for value in every:
                inner |= self.part(value) if value.kind is not None or value.roots else 0
            return Value(self.part(receiver), inner, True, "frame")
        return Value(0, 0, True, "frame")

    def _library(
        self, node: ast.Call, path: str, callee: Value, args: list[Value], keywords: dict[str, Value], discarded: bool
    ) -> Value:
        root, _, rest = path.partition(".")
        name = path.rpartition(".")[2]
        every = [*args, *keywords.values()]
        if root not in known.LIBRARIES:
            self.touch(_RANDOM)
            return self.unknown_call(callee, every, path, keep_callee=not discarded)
        self._run_arguments(every)
        inner = 0
        for value in every:
            inner |= self.hold(value)
        if path in known.CHANGING_FUNCTIONS or path.endswith((".at", ".dump")) or "out" in keywords:
            self.store.disturb(self.store.closure(inner), self.bit)
        if root in ("numpy", "random", "torch", "tensorflow"):
            self._random(path, root, name)
        elif root in known.DRAWS_FROM_SEED:
            self.touch(_RANDOM)
        self._library_files(node, path, root, name, args)
        if path.startswith(known.PROCESS_WIDE):
            self.process_wide(None)
        if root in known.PLOTTING_LIBRARIES:
            return self._plotting(path, name, callee, inner)
        if root == "functools" and name in ("partial", "partialmethod"):
            return Value(0, inner, True, None)
        if root == "copy":
            if name == "deepcopy":
                return Value(0, self.store.new(0, self.number), True, args[0].kind if args else None)
            return Value(0, self.store.closure(inner), True, args[0].kind if args else None)
        if discarded and name.startswith(known.CONFIGURING):
            self.store.change(callee.roots, self.bit)
            self.store.link(callee.roots, inner)
        if root in known.FRAME_LIBRARIES:
            view = self.store.closure(inner) if name in known.VIEWING_FUNCTIONS else 0
            if name in known.OWN_GENERATORS:
                return Value(0, inner, True, "object")
            if name in (
                "delayed",
                "from_delayed",
                "apply_along_axis",
                "vectorize",
                "njit",
                "jit",
                "compute",
                "persist",
            ):
                return Value(0, inner, True, None if "delayed" in name or "ji" in name else "frame")
            return Value(view, 0, True, "frame")
        if root in known.IMMUTABLE_LIBRARIES:
            return NOTHING if root != "operator" else Value(self.store.closure(inner), inner, True, None)
        if root == "itertools" or path in ("csv.reader", "csv.DictReader", "re.finditer", "os.walk", "glob.iglob"):
            return Value(inner & self.store.iterators, inner, True, "iter")
        if root == "collections" or path in (
            "json.loads",
            "json.load",
            "re.findall",
            "re.split",
            "glob.glob",
            "os.listdir",
        ):
            if path == "json.load":
                self.store.disturb(self.store.closure(inner), self.bit)
            if name == "namedtuple":
                return Value(callee.roots, 0, False, Module("collections.tuple"))
            return Value(0, self._contents(args) | inner | self.store.new(0, self.number), True, "box")
        if root == "os" and name not in ("scandir", "walk", "popen", "fdopen", "environ"):
            return NOTHING
        if path in ("functools.reduce", "contextlib.nullcontext") or root in ("typing", "tqdm", "contextlib"):
            return Value(self.store.closure(inner), inner, True, None)
        return Value(0, inner, True, "object")

    def _plotting(self, path: str, name: str, callee: Value, inner: int) -> Value:
        """Drawing touches the figure of the cell: Jupyter closes it at the end of the cell."""
        figure = self.touch(_FIGURE)
        if name in ("use", "rc", "rcdefaults", "context") or name.startswith(
            ("set_theme", "set_style", "set_palette", "set")
        ):
            self.store.change(callee.roots, self.bit)
        return Value(0, inner | figure, True, "object")

    def _random(self, path: str, root: str, name: str) -> None:
        if path in known.SEEDS:
            self.touch(_RANDOM, create=True)
        elif name not in known.OWN_GENERATORS and (root != "numpy" or ".random." in path):
            self.touch(_RANDOM)

    def _random_of(self, receiver: Value) -> None:
        self.touch(_RANDOM)

    def _run_arguments(self, values: list[Value], *, alone: bool = False) -> None:
        """Record that a library may call the functions among `values`, with any of the others unless `alone`."""
        if not self.store.code_mask:
            return
        reach = called = 0
        for value in values:
            reach |= value.roots | value.inner
            if type(value.kind) is not Instance:
                called |= value.roots | value.inner
        callable_codes = self.store.codes(self.store.closure(called))
        for code in self.store.codes(self.store.closure(reach)):
            self.run(code)
            if alone or code not in callable_codes:
                continue
            if code.changes & set(code.parameters) or code.collects & code.changes or not self.holds(code):
                self.store.disturb(self.store.closure(reach), self.bit)

    def _instantiate(self, of: ClassCode, callee: Value, args: list[Value], keywords: dict[str, Value]) -> Value:
        inner = callee.roots
        for value in (*args, *keywords.values()):
            inner |= self.hold(value)
        made = self.store.new(inner, self.number)
        self_value = Value(made, 0, False, Instance(of))
        for name in ("__new__", "__init__", "__post_init__"):
            if name in of.methods:
                self.call_code(of.methods[name], callee, [self_value, *args], keywords)
        if of.open:
            self.store.link(made, self.store.closure(inner))
        return self_value

    def call_code(self, code: Code, callee: Value, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Return what calling a function of the notebook may give, and record what it changes."""
        self.run(code)
        self._run_arguments([*args, *keywords.values()], alone=True)
        bound: dict[str, int] = {}
        extra = 0
        held = [self.hold(v) for v in args]
        for position, roots in enumerate(held):
            if position < len(code.parameters) and "**" not in keywords:
                bound[code.parameters[position]] = roots
            else:
                extra |= roots
        for name, value in keywords.items():
            roots = self.hold(value)
            if name in code.parameters:
                bound[name] = bound.get(name, 0) | roots
            else:
                extra |= roots
        if extra and code.collects:
            for name in code.collects:
                bound[name] = extra
        elif extra:
            for name in code.parameters:
                bound[name] = bound.get(name, 0) | extra
        if not self.holds(code):
            every_root = extra
            for roots in bound.values():
                every_root |= roots
            self.store.disturb(self.store.closure(every_root), self.bit)
        changed = returned = 0
        for name, roots in bound.items():
            if name in code.changes:
                changed |= roots
            if name in code.returned:
                returned |= roots
        if changed:
            self.store.disturb(self.store.closure(changed), self.bit)
            everything = extra
            for roots in bound.values():
                everything |= roots
            self.store.link(changed, everything)
        if any(name in code.changes for name in code.parameters if name not in bound):
            self.store.change(callee.roots, self.bit)
        for name in code.returned:
            if name not in bound:
                returned |= self.roots_of(name)
                if name in code.parameters:
                    returned |= callee.roots
        inner = callee.roots if code.makes_code else 0
        if code.kind == "iter" and code.free:
            inner |= callee.roots
        if not code.fresh and not returned:
            return NOTHING if code.kind == "imm" else Value(0, inner, True, code.kind)
        return Value(self.store.closure(returned), inner | returned, code.fresh or bool(inner), code.kind)

    def unknown_call(self, callee: Value, args: list[Value], shown: str, *, keep_callee: bool = False) -> Value:
        """Return what a call of something unknown may give: it may change and return anything that it gets."""
        inner = callee.roots | callee.inner
        changed = 0 if keep_callee else inner
        for value in args:
            roots = self.hold(value)
            inner |= roots
            changed |= roots
        reach = self.store.closure(changed)
        for code in self.store.codes(self.store.closure(inner)):
            self.run(code)
        if reach:
            self.store.disturb(reach, self.bit)
            for value in args:
                self.store.link(changed, self.hold(value) if not value.fresh else 0)
            self.uncertain(f"{shown} may change what it is given, so what leads to it is kept")
        return Value(self.store.closure(inner), inner, True, None)

    # Files

    def _open(self, node: ast.Call, where: ast.expr | None, rest: list[ast.expr]) -> Value:
        mode = rest[0] if rest else next((k.value for k in node.keywords if k.arg == "mode"), None)
        plain = mode is None or (isinstance(mode, ast.Constant) and not set(str(mode.value)) & set("wax+"))
        path = file_name(where, self.strings) if where is not None else "*"
        handle = self.read_file(path)
        if not plain:
            handle |= self.write_file(path)
        made = self.store.new(handle, self.number, "iter")
        return Value(made, 0, False, "object")

    def _library_files(self, node: ast.Call, path: str, root: str, name: str, args: list[Value]) -> None:
        reads = path in known.FILE_FUNCTIONS_READ or (
            root in known.FRAME_LIBRARIES and name.startswith(("read_", "scan_", "open_"))
        )
        writes = path in known.FILE_FUNCTIONS_WRITE or (root == "subprocess")
        if not reads and not writes:
            return
        where = "*" if path in known.UNKNOWN_PATH or not node.args else file_name(node.args[0], self.strings)
        if (
            writes
            and path in ("shutil.copy", "shutil.copyfile", "shutil.copy2", "urllib.request.urlretrieve", "joblib.dump")
            and len(node.args) > 1
        ):
            self.read_file(where)
            where = file_name(node.args[1], self.strings)
        self.read_file(where)
        if writes:
            self.write_file(where)

    def _method_files(self, node: ast.Call, name: str, receiver: Value, args: list[Value]) -> None:
        writes = name in known.FILE_METHODS_WRITE or (
            name.startswith("to_")
            and name not in ("to_numpy", "to_frame", "to_list", "to_dict", "to_datetime", "to_pandas")
            and bool(node.args)
        )
        reads = name in known.FILE_METHODS_READ
        if not (writes or reads):
            return
        own = isinstance(node.func, ast.Attribute) and (
            name in known.FILE_METHODS_READ
            or name in ("write_text", "write_bytes", "mkdir", "unlink", "touch", "rename")
        )
        source = (
            node.func.value if own and isinstance(node.func, ast.Attribute) else node.args[0] if node.args else None
        )
        where = "*" if source is None or name in ("mkdir", "rename") else file_name(source, self.strings)
        self.read_file(where)
        if writes:
            self.write_file(where)


def _shown(node: ast.expr) -> str:
    text = ast.unparse(node)
    return text if len(text) <= 40 else text[:39] + "…"
