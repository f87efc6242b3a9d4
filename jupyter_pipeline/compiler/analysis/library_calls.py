"""Transfer function of calls of library functions, by their models (`library_models`)."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from jupyter_pipeline.compiler.analysis.differences import PICKLED, PICKLING, find_difference
from jupyter_pipeline.compiler.analysis.effects import Effects
from jupyter_pipeline.compiler.analysis.functions import Functions
from jupyter_pipeline.compiler.analysis.library_models.model import (
    ALL_ARGUMENTS,
    ANY_FILE,
    SELF,
    Argument,
    FileAccess,
    FunctionModel,
    Returns,
    words,
)
from jupyter_pipeline.compiler.analysis.library_models.registry import find_function, is_known
from jupyter_pipeline.compiler.analysis.locations import FIGURE, RANDOM_STATE
from jupyter_pipeline.compiler.analysis.paths import find_paths, service_path
from jupyter_pipeline.compiler.analysis.queries import is_reading_query
from jupyter_pipeline.compiler.analysis.registration import register_derived_class
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.syntax import last_name
from jupyter_pipeline.compiler.analysis.text_functions import temporary_path
from jupyter_pipeline.compiler.analysis.texts import ANY_TEXT, NO_TEXT, Texts, unite
from jupyter_pipeline.compiler.analysis.values import (
    CONSTANT,
    CONTAINER,
    IMMUTABLE,
    ITERATOR,
    OBJECT,
    TABLE,
    UNKNOWN,
    UNKNOWN_VALUE,
    Imported,
    Instance,
    LibraryInstance,
    Value,
    kind_of,
)

__all__ = ["Call", "LibraryCalls"]

_DIRECTORY_CHANGES = ("os.chdir", "os.fchdir", "contextlib.chdir")
_OPENING = {
    "io.open", "gzip.open", "bz2.open", "lzma.open", "gzip.GzipFile", "bz2.BZ2File", "lzma.LZMAFile", "codecs.open",
    "zipfile.ZipFile", "tarfile.open", "wave.open",
}  # fmt: skip
"""Functions whose first arguments are a path and a mode, as the arguments of ``open``."""
_FILE_OBJECTS = {"fileobj", "**"}
"""Keywords with which they open another file object."""
_IMPORTING = ("importlib.import_module", "importlib.__import__", "builtins.__import__", "runpy.run_module")
"""Functions that import a library, which may change others."""
_PATH_KEYWORDS = {
    "path", "path_or_buf", "path_or_buffer", "filepath_or_buffer", "filename", "file_name", "file", "fname", "fp", "f",
    "buf", "io", "name", "excel_writer", "where", "uri", "dst", "src", "out", "directory", "dirname", "database",
    "store", "output_file", "filepath", "file_path", "source", "sink",
}  # fmt: skip
"""Keywords with which libraries pass the path of a file."""


_BUFFERS = (OBJECT, ITERATOR)
"""Abstract types of the library classes whose objects are no paths: file objects and buffers."""
_LISTING = ("listdir", "scandir")
"""Functions that list the working directory if no folder is passed."""
_ENTERING = (".__enter__", ".__exit__")
"""Methods of context managers, which may change the process or settings."""
_OPEN_FILE = LibraryInstance("io.TextIOWrapper", OBJECT)
"""Class of the result of ``open``."""
_TEXT_ARGUMENTS = ("formula", "expr", "query", "sql")
"""Keywords of texts that name variables of the caller."""


_PROCESS_READERS = words(
    """
    os.getenv os.getenvb os.getcwd os.getcwdb os.system os.popen os.path.abspath os.path.realpath os.path.expanduser
    os.path.expandvars os.getpid os.umask pathlib.Path.cwd pathlib.Path.home locale.getlocale socket.getdefaulttimeout
    sys.getrecursionlimit time.strftime tempfile.gettempdir
    """
)
"""Functions that read state of the process."""


class Call(NamedTuple):
    """A call with its evaluated arguments."""

    node: ast.Call
    args: list[Value]
    keywords: dict[str, Value]
    """Keyword arguments; ``**`` is an unpacked mapping."""
    discarded: bool = False
    """True if the program discards the result."""
    awaited: bool = False
    """True if the program awaits the result at once."""

    @property
    def values(self) -> list[Value]:
        """All arguments."""
        return [*self.args, *self.keywords.values()]


class LibraryCalls:
    """Apply models of library functions in a state."""

    def __init__(self, state: State, effects: Effects, functions: Functions) -> None:
        self.state = state
        self.heap = state.heap
        self.effects = effects
        self.functions = functions

    def call(self, call: Call, path: str, callee: Value) -> Value:
        """Return the result of a call of the library function at `path`, and record its effects."""
        difference = find_difference(path, call.keywords, has_arguments=bool(call.args))
        if difference is not None:
            self.effects.note_difference(difference)
        if path in PICKLING and self.heap.callables & self.heap.contents(call.args):
            self.effects.note_difference(PICKLED)
        model = find_function(path)
        self.functions.run_hooks(self.heap.reachable(callee.objects) & ~callee.objects)
        if path in _IMPORTING:
            self.heap.patchers |= self.heap.bit
        if path in _PROCESS_READERS or path.startswith(("subprocess.", "os.environ.")):
            self.effects.read_process()
        if model is None:
            return self.call_unknown(call, callee, path)
        if path in _DIRECTORY_CHANGES:
            self.effects.change_directory()
        if (
            path in _OPENING
            and call.args
            and call.args[0].kind is IMMUTABLE
            and not call.keywords.keys() & _FILE_OBJECTS
        ):
            return self.open_file(call, call.args[0], call.args[1:])._replace(type=model.type)
        result = self.apply(call, model, callee, path.partition(".")[0])
        if path.startswith("tempfile.") and result.kind is not IMMUTABLE:
            objects = self.effects.write_files(temporary_path(self.heap.statement))
            result = result._replace(contents=result.contents | objects)
        return result

    def call_unknown(self, call: Call, callee: Value, shown: str) -> Value:
        """Return the result of a call of a function or method that no model and no cell defines.

        It may change its receiver and arguments, draw random numbers and use the figure. The function of a library
        without a model may change and keep the state of this library. Where a statement discards the result of a
        library's function, it may change settings of any library.

        Parameters
        ----------
        call : Call
            The call.
        callee : Value
            The function, or the receiver of a method.
        shown : str
            Text of the function for notes.
        """
        effects, heap = self.effects, self.heap
        effects.touch(RANDOM_STATE)
        effects.touch(FIGURE)
        is_function = type(callee.type) is Imported
        effects.may_change_process(f"{shown}()")
        if type(callee.type) is not Instance:
            self.state.record.needs |= heap.patchers
        if shown in _ENTERING or (call.discarded and is_function):
            effects.change_process(f"{shown}()")
        elif call.discarded and callee.objects & heap.libraries:
            effects.configure_all(callee.objects)
        is_stateless = is_function and is_known(shown)
        if is_function and not is_stateless:
            self._read_names_in_constants(call.node)
        return self.functions.call_unknown(callee, call.values, shown, callee_unchanged=is_stateless)

    def apply(self, call: Call, model: FunctionModel, callee: Value, library: str, *, is_method: bool = False) -> Value:
        """Return the result of a call of a function or method with a model, and record its effects.

        Parameters
        ----------
        call : Call
            The call.
        model : FunctionModel
            Its model.
        callee : Value
            The function, or the receiver of a method.
        library : str
            Library of the model.
        is_method : bool, default False
            True if `callee` is a receiver.
        """
        if model.alternative is not None and self._is_passed(call, model.alternative_if):
            model = model.alternative
        heap, effects = self.heap, self.effects
        values = call.values
        self.functions.run_callbacks([*values, callee] if is_method and callee.kind in (OBJECT, TABLE) else values)
        self.functions.call_back(last_name(call.node.func), call.args, call.keywords)
        if heap.find_library("sys"):
            self.functions.run_hooks(effects.print_text())  # the function may print to a replaced stream
        if model.consumes_arguments:
            for value in values:
                self.functions.exhaust(value.objects | value.contents)
        held = 0
        for value in values:
            held |= heap.hold(value)
        if model.query is not None:
            model = self._specialize(model, model.query, call)
        self._change(call, model, callee, held, is_method=is_method)
        self._enter(call, model)
        for argument in model.derives:
            for value, _ in self._arguments(call, argument):
                self.functions.record_class()
                register_derived_class(heap, heap.hold(value))
                self.functions.run_protocol(value, "subclass")
        overwrites = self._is_overwriting(call, model)
        overwritten = 0
        if overwrites or (is_method and heap.overwriting and heap.part(callee) & heap.overwriting):
            overwritten = heap.reachable(held)
            heap.write_data(overwritten)
        if overwrites and is_method:
            heap.overwriting |= callee.objects
        if model.seeds or (model.draws and not self._is_passed(call, model.draws_unless)):
            effects.touch(RANDOM_STATE, create=model.seeds)
        elif self._has_random_argument(call, model.seeds_with, callee, is_method=is_method):
            effects.touch(RANDOM_STATE, create=True)
        elif self._has_random_argument(call, model.draws_with, callee, is_method=is_method):
            effects.touch(RANDOM_STATE)
        receiver = callee if is_method else None
        files = self.open_files([access for access in model.files if not access.is_lazy], call, receiver)
        opened = self.open_files([access for access in model.files if access.is_lazy], call, receiver)
        if model.changes_process:
            effects.change_process()
        if model.reads_names is not None:
            opened |= self.read_names_in_text(call.node, model.reads_names)
        if model.writes_held:
            heap.write_data(heap.part(callee) & ~callee.objects)
        objects = 0 if is_method else callee.objects
        for name in model.configures:
            if name == "all":
                effects.change_process()
            else:
                effects.configure(name or library, objects, held)
        if model.configures_as_statement and call.discarded:
            effects.configure(library, objects, held)
        if model.returns is not Returns.CONSTANT and (opened or files):
            effects.hold_files(opened | files)
        if objects and files and (model.configures or (call.discarded and model.configures_as_statement)):
            heap.link(objects, files)  # as a logger holds the file of its handler
        if model.result_of is not None:
            held = 0
            for argument in model.result_of:
                if argument != SELF:
                    for value, _ in self._arguments(call, argument):
                        held |= heap.hold(value)
                elif is_method:
                    held |= heap.part(callee)
        if model.uses_figure:
            held |= effects.use_figure(last_name(call.node.func))
        result = self._of_file(self._result(model, call.args, callee, held, is_method=is_method), files)
        if opened and result.kind is not IMMUTABLE:
            result = result._replace(contents=result.contents | opened)
        if is_method and self._is_passed(call, model.changes_receiver_if):
            result = result._replace(objects=result.objects | callee.objects)
        if model.makes_random and not self._is_passed(call, model.makes_random_unless):
            result = heap.own(result)
            heap.random |= result.objects
        if is_method and overwritten and result.kind is not IMMUTABLE:
            result = result._replace(objects=result.objects | overwritten)
        elif overwrites:
            result = heap.own(result)
            heap.overwriting |= result.objects
        return result

    def _enter(self, call: Call, model: FunctionModel) -> None:
        """Record that a call enters context managers, as ``ExitStack.enter_context`` does."""
        for argument in model.enters:
            for value, _ in self._arguments(call, argument):
                if value.kind is not IMMUTABLE:
                    self.heap.write(value.objects)
                self.functions.run_protocol(value, "enter")

    def _is_overwriting(self, call: Call, model: FunctionModel) -> bool:
        """Return True if an argument of the call may ask for a change of the arguments."""
        unpacked = call.keywords["**"].texts if "**" in call.keywords else NO_TEXT
        return any(
            not unpacked.isdisjoint({argument.keyword, *ANY_TEXT})
            or any(
                node is not None and not (isinstance(node, ast.Constant) and node.value is True)
                for _, node in self._arguments(call, argument)
            )
            for argument in model.overwrites
        )

    def _specialize(self, model: FunctionModel, query: Argument, call: Call) -> FunctionModel:
        """Return the model of a call that runs the SQL text in the argument `query`.

        The call opens the files that the text names. It changes the database, or the service that the call uses, if
        the text does not only read.
        """
        texts = [text for value, _ in self._arguments(call, query) for text in value.texts]
        is_reading = bool(texts) and all(is_reading_query(text) for text in texts)
        if any(access.is_service for access in model.files):
            return model if is_reading else replace(model, files=tuple(replace(a, writes=True) for a in model.files))
        if is_reading:
            return replace(model, files=(*model.files, FileAccess(query, optional=True, is_lazy=True)))
        return replace(
            model,
            changes=(*model.changes, SELF),
            configures=("", *model.configures),
            files=(*model.files, FileAccess(query, writes=True, optional=True)),
        )

    def _has_random_argument(
        self, call: Call, arguments: tuple[Argument, ...], callee: Value, *, is_method: bool
    ) -> bool:
        """Return True if one of the arguments that decide on a draw may be or hold a random object."""
        for argument in arguments:
            if argument == ALL_ARGUMENTS:
                values = call.values
            elif argument == SELF:
                values = [callee] if is_method else []
            else:
                values = [value for value, _ in self._arguments(call, argument)]
            if any(self.heap.may_draw(value) for value in values):
                return True
        return False

    def _of_file(self, value: Value, files: int) -> Value:
        """Return the result of a call that opens the files `files`: it may be a connection or an open file."""
        if not files or value.kind is IMMUTABLE or value.kind is TABLE:
            return value
        return value._replace(objects=value.objects | files)

    def _change(self, call: Call, model: FunctionModel, callee: Value, held: int, *, is_method: bool) -> None:
        heap = self.heap
        changes_receiver = is_method and self._is_passed(call, model.changes_receiver_if)
        conditional = [argument for argument, condition in model.changes_if if self._is_passed(call, condition)]
        for argument in (*model.changes, *conditional):
            if argument == SELF:
                changes_receiver = is_method
            elif argument == ALL_ARGUMENTS:
                heap.write_data(heap.reachable(held))
                if call.args:
                    heap.link(call.args[0].objects, held)  # as a heap holds the items that are pushed
            else:
                for value, node in self._arguments(call, argument):
                    is_element = isinstance(node, ast.Subscript) or heap.is_in_cells(value)
                    (heap.write_elements if is_element else heap.write_data)(heap.part(value))
        if changes_receiver:
            if callee.objects & heap.cells and callee.kind is not TABLE:
                heap.write_elements(heap.part(callee))
            elif callee.kind is TABLE or callee.kind is CONTAINER:
                heap.write(callee.objects or heap.part(callee))
            else:
                heap.write_data(self._changed_part(model, callee))
            heap.link(callee.objects, held)

    def _changed_part(self, model: FunctionModel, receiver: Value) -> int:
        """Return the objects that a method changes, of those that the receiver is or holds."""
        heap = self.heap
        part = heap.part(receiver)
        if model.changes_only == "rest" and receiver.kind is OBJECT:
            return part & (receiver.objects | heap.instances) & ~heap.data
        return part & ~heap.data if model.changes_only else part

    def _arguments(self, call: Call, argument: Argument) -> list[tuple[Value, ast.expr | None]]:
        """Return the values that `argument` may have in a call, with their expressions."""
        found: list[tuple[Value, ast.expr | None]] = []
        if argument.keyword:
            keywords = {k.arg: k.value for k in call.node.keywords}
            if argument.keyword in call.keywords:
                found.append((call.keywords[argument.keyword], keywords.get(argument.keyword)))
            elif "**" in call.keywords:
                found.append((call.keywords["**"], None))
        position = argument.position
        if position < 0:
            return found
        starred = next((i for i, node in enumerate(call.node.args) if isinstance(node, ast.Starred)), None)
        if starred is not None and starred <= position:
            found += [(value, None) for value in call.args[starred:]]
        elif position < len(call.args):
            nodes = call.node.args
            found.append((call.args[position], nodes[position] if position < len(nodes) else None))
        return found

    def _is_passed(self, call: Call, arguments: Sequence[Argument]) -> bool:
        """Return True if one of `arguments` may have a value other than ``None`` and ``False``."""
        return any(
            not (isinstance(node, ast.Constant) and (node.value is None or node.value is False))
            and type(value.type) is not Imported  # ``random_state=np.random`` is the global generator
            for argument in arguments
            for value, node in self._arguments(call, argument)
        )

    def read_attribute(self, model: FunctionModel, base: Value) -> Value:
        """Return an attribute or element of an object of a library class."""
        if model.uses_figure:
            self.effects.use_figure()
        if SELF in model.changes:
            self.heap.write_data(self._changed_part(model, base))
        return self._result(model, [], base, 0, is_method=True)

    def apply_to_element(self, model: FunctionModel, base: Value, index: Value) -> Value:
        """Return an element of an object of a library module, such as ``numpy.r_[a, b]``."""
        held = self.heap.hold(index) if model.result_of is None else 0
        return self._result(model, [], base, held | self.heap.part(index), is_method=False)

    def _result(self, model: FunctionModel, args: list[Value], callee: Value, held: int, *, is_method: bool) -> Value:
        heap = self.heap
        kind = model.type
        if is_method:
            if model.returns_own_class:
                kind = callee.type
            if model.result_of is None:
                held |= heap.part(callee)
        match model.returns:
            case Returns.NEW:
                if kind_of(kind) is TABLE:
                    return Value(0, heap.shared_cells(heap.reachable(held)), True, kind)
                return CONSTANT if kind is IMMUTABLE else Value(0, 0, kind_of(kind) is not IMMUTABLE, kind)
            case Returns.HOLDING:
                return Value(0, held, True, kind)
            case Returns.VIEW:
                return Value(heap.reachable(held), held, True, kind)
            case Returns.ITSELF:
                return callee
            case Returns.CONSTANT:
                return CONSTANT
            case Returns.FOREIGN:
                state = callee.objects if not is_method and SELF in (model.result_of or ()) else 0
                return Value(heap.allocate_foreign(held) | state, 0, False, UNKNOWN)
            case Returns.PART:
                return Value(heap.reachable(held), held, True, UNKNOWN)
            case Returns.ITERATOR:
                return Value(held & heap.iterators, held, True, ITERATOR)
            case Returns.CONTAINER:
                return Value(0, heap.contents(args) | held | heap.allocate(0), True, CONTAINER)
            case Returns.DEFAULT_DICT:
                made = heap.allocate(heap.contents(args) | held | heap.allocate(0))
                heap.default_dicts |= made
                return Value(made, 0, False, CONTAINER)
            case Returns.NAMED_TUPLE:
                return Value(callee.objects, 0, False, Imported("collections.tuple"))
            case Returns.FIELD:
                return Value(held, 0, False, UNKNOWN) if held else CONSTANT
            case Returns.STATE:
                return Value(callee.objects, 0, False, OBJECT)
            case Returns.COPY:
                copied = callee if is_method else args[0] if args else UNKNOWN_VALUE
                return Value(0, heap.reachable(held), True, copied.type)
            case Returns.DEEP_COPY:
                shared = heap.reachable(held) & heap.definitions  # functions and classes are not copied
                copied = callee if is_method else args[0] if args else UNKNOWN_VALUE
                return Value(0, heap.allocate(shared), True, copied.type)

    # Files

    def open_files(self, files: Sequence[FileAccess], call: Call, receiver: Value | None) -> int:
        """Record the reads and writes of files by a call.

        Return the objects of the files that the call writes or that its result reads later.

        Parameters
        ----------
        files : sequence of FileAccess
            The files that the model of the function lists.
        call : Call
            The call.
        receiver : Value or None
            Receiver of a method.
        """
        objects = 0
        for access in files:
            if isinstance(access.path, Argument):
                objects |= self._open_argument(access, access.path, call, receiver)
                continue
            if access.is_service and isinstance(access.path, str):
                objects |= self._use_files(frozenset({access.path}), access)
                continue
            paths = self._find_paths(access, call, receiver)
            if paths is not None:
                objects |= self._use_files(paths, access)
        return objects

    def _open_argument(self, access: FileAccess, argument: Argument, call: Call, receiver: Value | None) -> int:
        """Record the use of the file or buffer that an argument names."""
        if argument in (SELF, ANY_FILE):
            texts = receiver.texts if argument == SELF and receiver is not None else ANY_TEXT
            return self._use_files(texts, access)
        found: list[tuple[Value, ast.expr | None]]
        if argument == ALL_ARGUMENTS:
            nodes = [*call.node.args, *(k.value for k in call.node.keywords)]
            found = list(zip(call.values, nodes, strict=True))
        else:
            found = self._arguments(call, argument)
        objects = 0
        if not found and last_name(call.node.func) in _LISTING:
            return self._use_files(frozenset({"."}), access)
        for value, node in found:
            if isinstance(node, ast.Constant) and node.value is None:
                continue
            if access.is_service:
                urls = (text if "://" in text or "\x01" in text else "*" for text in value.texts)
                objects |= self._use_files(frozenset(urls), access)
                continue
            if type(value.type) is not LibraryInstance or value.kind not in _BUFFERS:
                objects |= self._use_files(value.texts, access)
            if access.writes and value.kind is not IMMUTABLE:
                self.heap.write_data(self.heap.part(value))
        return objects

    def _use_files(self, paths: Texts, access: FileAccess) -> int:
        """Record the use of the files at `paths`, and return the objects of those that are written or read later."""
        if access.is_service:
            found = frozenset(service_path(text) for text in paths or ANY_TEXT)
        else:
            found = unite(*(find_paths(text) if " " in text else frozenset({text}) for text in paths)) or ANY_TEXT
        if access.writes:
            return self.effects.write_files(found)
        if access.is_lazy:
            return self.effects.open_files(found)
        self.effects.read_files(found)
        return 0

    def _find_paths(self, access: FileAccess, call: Call, receiver: Value | None) -> Texts | None:
        """Return the paths of the file that a call opens; ``None`` if it opens none."""
        keywords = [value for name, value in call.keywords.items() if name in _PATH_KEYWORDS or name == "**"]
        if isinstance(access.path, int) and call.args and (access.path < len(call.args) or not keywords):
            return call.args[min(access.path, len(call.args) - 1)].texts or ANY_TEXT
        if isinstance(access.path, int) and keywords:
            return unite(*(value.texts for value in keywords)) or ANY_TEXT
        return None if access.optional and not call.args else ANY_TEXT

    def open_file(self, call: Call, path: Value | None, rest: Sequence[Value]) -> Value:
        """Return the file that ``open`` gives, and record its use.

        Parameters
        ----------
        call : Call
            The call.
        path : Value or None
            The path, if it is the receiver or a positional argument.
        rest : sequence of Value
            Positional arguments after the path, the mode first.
        """
        path = call.keywords.get("file") if path is None else path
        mode = rest[0] if rest else call.keywords.get("mode")
        paths = (path.texts or ANY_TEXT) if path is not None else ANY_TEXT
        if mode is None or not any(set(text) & set("wax+*\x01") for text in mode.texts):
            self.effects.read_files(paths)
            return Value(self.heap.allocate(0, ITERATOR), 0, False, _OPEN_FILE)
        return Value(self.heap.allocate(self.effects.write_files(paths), ITERATOR), 0, False, _OPEN_FILE)

    # Names in strings

    def _read_names_in_constants(self, node: ast.Call) -> None:
        """Record uses of the variables that constant texts name: a library may evaluate them in the calling frame."""
        for value in (*node.args, *(k.value for k in node.keywords)):
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                for name in re.findall(r"[A-Za-z_]\w*", value.value):
                    if name in self.state.bindings:
                        self.state.load(name, 0, strict=False)

    def read_names_in_text(self, node: ast.Call, prefix: str = "") -> int:
        """Record uses of variables that the first argument, or one called ``formula`` or such, names.

        Return the objects of the variables.

        Parameters
        ----------
        node : ast.Call
            The call, such as ``frame.query("x > @limit")``.
        prefix : str
            Mark of a variable in the text. Without one, all words that are names of variables count.
        """
        state = self.state
        named = [k.value for k in node.keywords if k.arg in _TEXT_ARGUMENTS]
        if not node.args and not named:
            return 0
        text = (node.args or named)[0]
        if not isinstance(text, ast.Constant):
            state.load_everything(node.lineno if prefix else 0)
            return 0
        objects = 0
        for name in re.findall(rf"(?<!\w){prefix}([A-Za-z_]\w*)", str(text.value)):
            if prefix or name in state.bindings or state.outer_type(name) is not UNKNOWN:
                objects |= state.load(name, node.lineno if prefix else 0, strict=bool(prefix)).objects
        return objects
