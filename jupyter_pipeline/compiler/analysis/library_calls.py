"""Transfer function of calls of library functions, by their models (`library_models`)."""

from __future__ import annotations

import ast
import re
from collections.abc import Sequence
from typing import NamedTuple

from jupyter_pipeline.compiler.analysis.effects import Effects
from jupyter_pipeline.compiler.analysis.functions import Functions
from jupyter_pipeline.compiler.analysis.library_models.model import RECEIVER, FileAccess, Returns
from jupyter_pipeline.compiler.analysis.library_models.registry import find_function
from jupyter_pipeline.compiler.analysis.locations import ANY_PATH, FIGURE, RANDOM_STATE
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.syntax import path_tail
from jupyter_pipeline.compiler.analysis.values import (
    CONSTANT,
    CONTAINER,
    ITERATOR,
    OBJECT,
    TABLE,
    UNKNOWN,
    Imported,
    Value,
)

__all__ = ["Call", "LibraryCalls"]


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
        heap, effects = self.heap, self.effects
        values = call.values
        model = find_function(path)
        if model is None:
            effects.touch(RANDOM_STATE)
            return self.functions.call_unknown(callee, values, path, callee_unchanged=not call.discarded)
        self.functions.run_callbacks(values)
        if model.consumes_arguments:
            for value in values:
                self.functions.exhaust(value.objects | value.contents)
        held = 0
        for value in values:
            held |= heap.hold(value)
        if model.mutates_arguments or "out" in call.keywords:
            heap.write_data(heap.reachable(held))
        if model.seeds or model.draws:
            effects.touch(RANDOM_STATE, create=model.seeds)
        self.open_files(model.files, call.node, None)
        if model.changes_process:
            effects.change_process()
        if model.reads_names:
            self.read_names_in_text(call.node)
        if model.writes_held:
            heap.write_data(heap.part(callee) & ~callee.objects)
        if model.configures or (model.configures_as_statement and call.discarded):
            effects.configure(path.partition(".")[0], callee.objects, held)
        if model.uses_figure:
            held |= effects.touch(FIGURE)
        return self._result(model.returns, call.args, callee, held)

    def _result(self, returns: Returns, args: list[Value], callee: Value, held: int) -> Value:
        heap = self.heap
        match returns:
            case Returns.CONSTANT:
                return CONSTANT
            case Returns.OBJECT:
                return Value(0, held, True, OBJECT)
            case Returns.TABLE:
                return Value(0, 0, True, TABLE)
            case Returns.TABLE_VIEW:
                return Value(heap.reachable(held), 0, True, TABLE)
            case Returns.TABLE_OF_ARGUMENTS:
                return Value(0, held, True, TABLE)
            case Returns.STREAM:
                return Value(0, held, True, ITERATOR)
            case Returns.UNKNOWN:
                return Value(0, held, True, UNKNOWN)
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
                return Value(0, heap.reachable(held), True, args[0].type if args else UNKNOWN)
            case Returns.DEEP_COPY:
                shared = heap.reachable(held) & heap.definitions  # functions and classes are not copied
                return Value(0, heap.allocate(shared), True, args[0].type if args else UNKNOWN)

    # Files

    def open_files(self, files: Sequence[FileAccess], node: ast.Call, receiver: ast.expr | None) -> None:
        """Record the reads and writes of files by a call.

        Parameters
        ----------
        files : sequence of FileAccess
            The files that the model of the function lists.
        node : ast.Call
            The call.
        receiver : ast.expr or None
            Receiver of a method.
        """
        for access in files:
            if access.optional and not node.args:
                continue
            path: ast.expr | None = None
            if access.path == RECEIVER:
                path = receiver
            elif isinstance(access.path, int) and node.args:
                path = node.args[min(access.path, len(node.args) - 1)]
            name = ANY_PATH if path is None else path_tail(path, self.state.paths)
            self.effects.read_file(name)
            if access.writes:
                self.effects.write_file(name)

    def open_file(self, node: ast.Call, path: ast.expr | None, rest: list[ast.expr]) -> Value:
        """Return the file that ``open`` gives, and record its use.

        Parameters
        ----------
        node : ast.Call
            The call.
        path : ast.expr or None
            Expression of the path.
        rest : list of ast.expr
            Positional arguments after the path, the mode first.
        """
        mode = rest[0] if rest else next((k.value for k in node.keywords if k.arg == "mode"), None)
        only_reads = mode is None or (isinstance(mode, ast.Constant) and not set(str(mode.value)) & set("wax+"))
        name = path_tail(path, self.state.paths) if path is not None else ANY_PATH
        file = self.effects.read_file(name)
        if not only_reads:
            file |= self.effects.write_file(name)
        return Value(self.heap.allocate(file, ITERATOR), 0, False, OBJECT)

    # Names in strings

    def read_names_in_text(self, node: ast.Call, prefix: str = "") -> None:
        """Record uses of the caller's variables that the first argument names.

        Parameters
        ----------
        node : ast.Call
            The call, such as ``frame.query("x > @limit")``.
        prefix : str
            Mark of a variable in the text. Without one, all words that are names of variables count.
        """
        state = self.state
        if not node.args:
            return
        text = node.args[0]
        if not isinstance(text, ast.Constant):
            state.load_everything(node.lineno if prefix else 0)
            return
        for name in re.findall(rf"(?<!\w){prefix}([A-Za-z_]\w*)", str(text.value)):
            if prefix or name in state.bindings or state.outer_type(name) is not UNKNOWN:
                state.load(name, node.lineno if prefix else 0, strict=bool(prefix))
