"""What a call of a known library, or of anything unknown, reads and changes: a part of `names`."""

from __future__ import annotations

import ast
import re

from jupyter_pipeline.compiler.analysis.files import file_name
from jupyter_pipeline.compiler.analysis.heap import NOTHING, Value
from jupyter_pipeline.compiler.analysis.library_models import known, side_effects
from jupyter_pipeline.compiler.analysis.parts import Parts
from jupyter_pipeline.compiler.analysis.scope import FIGURE, RANDOM
from jupyter_pipeline.compiler.analysis.values import Instance, Module

__all__ = ["Libraries"]


class Libraries(Parts):
    """Calls whose effect is known by the name of the function, or not at all."""

    def library(
        self, node: ast.Call, path: str, callee: Value, args: list[Value], keywords: dict[str, Value], discarded: bool
    ) -> Value:
        """Return what calling `path` of a library may give, and record what it reads and changes."""
        root = path.partition(".")[0]
        name = path.rpartition(".")[2]
        every = [*args, *keywords.values()]
        if root not in known.LIBRARIES:
            self.touch(RANDOM)
            return self.unknown_call(callee, every, path, keep_callee=not discarded)
        self.run_arguments(every)
        if root not in ("itertools", "copy"):
            for value in every:
                self.use_up(value.roots | value.inner)
        inner = 0
        for value in every:
            inner |= self.hold(value)
        if known.changes_arguments(path) or path.endswith((".at", ".dump")) or "out" in keywords:
            self.store.disturb(self.store.closure(inner), self.bit)
        if root in ("numpy", "random", "torch", "tensorflow"):
            self._random(path, root, name)
        elif root in side_effects.DRAWS_FROM_SEED:
            self.touch(RANDOM)
        self.library_files(node, path, root, name, args)
        if path.startswith(side_effects.PROCESS_WIDE) and name not in side_effects.LOOKING_METHODS:
            self.process_wide(None)
        if path.startswith(known.READING_NAMES):
            self.names_in_text(node)
        if root == "logging" and name in known.LOGGING:
            self.store.disturb(self.part(callee) & ~callee.roots, self.bit)
        if root in known.PLOTTING_LIBRARIES:
            return self._plotting(path, name, callee, inner)
        if root == "functools" and name in ("partial", "partialmethod"):
            return Value(0, inner, True, None)
        if root == "copy":
            if name == "deepcopy":
                shared = self.store.closure(inner) & self.store.definitions  # functions and classes are not copied
                return Value(0, self.store.new(shared, self.number), True, args[0].kind if args else None)
            return Value(0, self.store.closure(inner), True, args[0].kind if args else None)
        if discarded and name.startswith(side_effects.CONFIGURING) and path not in side_effects.SEEDS:
            self.configure(root, callee, inner)
        if path in known.FIELDS:
            return Value(inner, 0, False, None) if inner else NOTHING
        if path in known.STATE:
            return Value(callee.roots, 0, False, "object")
        if root in known.FRAME_LIBRARIES:
            view = self.store.closure(inner) if name in known.VIEWING_FUNCTIONS else 0
            if name in side_effects.OWN_GENERATORS:
                return Value(0, inner, True, "iter")
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
            if name == "defaultdict":
                made = self.store.new(
                    self.contents(args) | inner | self.store.new(0, self.number), self.number, "growing"
                )
                return Value(made, 0, False, "box")
            if name == "ChainMap":
                return Value(self.store.closure(inner), inner, True, None)
            if name == "namedtuple":
                return Value(callee.roots, 0, False, Module("collections.tuple"))
            return Value(0, self.contents(args) | inner | self.store.new(0, self.number), True, "box")
        if root == "os" and name not in ("scandir", "walk", "popen", "fdopen", "environ"):
            return NOTHING
        if path in ("functools.reduce", "contextlib.nullcontext") or root in ("typing", "tqdm", "contextlib"):
            return Value(self.store.closure(inner), inner, True, None)
        return Value(0, inner, True, "iter" if root == "io" or name in side_effects.OWN_GENERATORS else "object")

    def configure(self, root: str, callee: Value, inner: int) -> None:
        """Record that the statement sets how a library works: this counts wherever the library is used."""
        self.store.change(callee.roots, self.bit)
        self.store.link(callee.roots, inner)
        self.store.configured[root] = self.store.configured.get(root, 0) | self.bit

    def configure_all(self, base: Value) -> None:
        """Record that the statement changes what a library gave as part of its own state."""
        for root in self.store.libraries_of(base.roots):
            self.configure(root, base, 0)

    def defines_names(self, path: str) -> None:
        """Record that a change of `path` may define names everywhere."""
        if path.startswith(("builtins", "sys.modules", "__main__")):
            self.stars |= self.bit

    def _plotting(self, path: str, name: str, callee: Value, inner: int) -> Value:
        """Drawing touches the figure of the cell: Jupyter closes it at the end of the cell."""
        figure = self.touch(FIGURE)
        if name in ("use", "rc", "rcdefaults", "context") or name.startswith(
            ("set_theme", "set_style", "set_palette", "set")
        ):
            self.configure(path.partition(".")[0], callee, inner)
        return Value(0, inner | figure, True, "object")

    def _random(self, path: str, root: str, name: str) -> None:
        if path in side_effects.SEEDS:
            self.touch(RANDOM, create=True)
        elif name not in side_effects.OWN_GENERATORS and (root != "numpy" or ".random." in path):
            self.touch(RANDOM)

    def run_arguments(self, values: list[Value], *, alone: bool = False) -> None:
        """Record that a library may call the functions among `values`, with any of the others unless `alone`."""
        reach = called = 0
        for value in values:
            reach |= value.roots | value.inner
            if type(value.kind) is not Instance:
                called |= value.roots | value.inner
        if not reach:
            return
        callees = self.store.closure(called)
        everything = callees if called == reach else self.store.closure(reach)
        callable_codes = self.store.codes(callees)
        if any(type(v.kind) is Module and known.changes_arguments(v.kind.path) for v in values):
            self.store.disturb(everything, self.bit)
        if methods := callees & self.store.mutators:
            self.store.disturb(self.store.closure(methods), self.bit)
            self.store.link(self.store.closure(methods) & ~methods, reach)
        for code in self.store.codes(everything):
            self.run(code)
            if alone or code not in callable_codes:
                continue
            for name in code.keeps:
                self.store.link(self.roots_of(name), reach)
            if code.has_state or not self.holds(code):
                self.store.disturb(self.store.closure(reach), self.bit)

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
            for name in code.keeps:
                self.store.link(self.roots_of(name), inner)
            if code.changes_class:
                self.store.change(self.store.closure(inner) & self.store.definitions, self.bit)
        if reach:
            self.store.disturb(reach, self.bit)
            methods = self.store.closure(callee.roots & self.store.mutators)
            for value in args:
                self.store.link(changed | methods, self.hold(value) if not value.fresh else 0)
            self.uncertain(f"{shown} may change what it is given, so what leads to it is kept")
        return Value(self.store.closure(inner), inner, True, None)

    def names_in_text(self, node: ast.Call, prefix: str = "") -> None:
        """Read the names that a call takes from its caller by a text: all that `prefix` marks, or any that exist."""
        for text in node.args[:1]:
            if isinstance(text, ast.Constant):
                names = re.findall(rf"(?<!\w){prefix}([A-Za-z_]\w*)", str(text.value))
            else:
                names = list(self.env)
            for name in names:
                if prefix or name in self.env or self.outer_kind(name) is not None:
                    self.load(
                        name, node.lineno if prefix else 0, strict=bool(prefix) and isinstance(text, ast.Constant)
                    )

    # Files

    def open_file(self, node: ast.Call, where: ast.expr | None, rest: list[ast.expr]) -> Value:
        """Return the file that ``open`` gives."""
        mode = rest[0] if rest else next((k.value for k in node.keywords if k.arg == "mode"), None)
        plain = mode is None or (isinstance(mode, ast.Constant) and not set(str(mode.value)) & set("wax+"))
        path = file_name(where, self.strings) if where is not None else "*"
        handle = self.read_file(path)
        if not plain:
            handle |= self.write_file(path)
        made = self.store.new(handle, self.number, "iter")
        return Value(made, 0, False, "object")

    def library_files(self, node: ast.Call, path: str, root: str, name: str, args: list[Value]) -> None:
        """Record which file a function of a library reads or writes."""
        reads = path in side_effects.FILE_FUNCTIONS_READ or (
            root in known.FRAME_LIBRARIES and name.startswith(("read_", "scan_", "open_"))
        )
        writes = path in side_effects.FILE_FUNCTIONS_WRITE or (root == "subprocess")
        if not reads and not writes:
            return
        where = "*" if path in side_effects.UNKNOWN_PATH or not node.args else file_name(node.args[0], self.strings)
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

    def method_files(self, node: ast.Call, name: str, receiver: Value, args: list[Value]) -> None:
        """Record which file a method reads or writes."""
        writes = name in side_effects.FILE_METHODS_WRITE or (
            name.startswith("to_")
            and name not in ("to_numpy", "to_frame", "to_list", "to_dict", "to_datetime", "to_pandas")
            and bool(node.args)
        )
        reads = name in side_effects.FILE_METHODS_READ
        if not (writes or reads):
            return
        own = isinstance(node.func, ast.Attribute) and (
            name in side_effects.FILE_METHODS_READ
            or name in ("write_text", "write_bytes", "mkdir", "unlink", "touch", "rename")
        )
        source = (
            node.func.value if own and isinstance(node.func, ast.Attribute) else node.args[0] if node.args else None
        )
        where = "*" if source is None or name in side_effects.UNKNOWN_PATH_METHODS else file_name(source, self.strings)
        self.read_file(where)
        if writes:
            self.write_file(where)
