"""Application of function summaries: the effects of running functions of the notebook.

A function may run because a call names it, because a library or builtin calls it back, or because an operation on a
value runs a special method (a *protocol*: iteration, operators, attribute access, context managers).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from jupyter_pipeline.compiler.analysis.effects import Effects
from jupyter_pipeline.compiler.analysis.library_models.model import ALL_ARGUMENTS, FunctionModel, words
from jupyter_pipeline.compiler.analysis.library_models.python_builtins import PROTOCOLS
from jupyter_pipeline.compiler.analysis.library_models.registry import find_function, load_class
from jupyter_pipeline.compiler.analysis.locations import FIGURE, RANDOM_STATE, Access, Location
from jupyter_pipeline.compiler.analysis.state import State
from jupyter_pipeline.compiler.analysis.summaries import match_parameters, match_texts
from jupyter_pipeline.compiler.analysis.texts import ANY_TEXT, Texts, fill_holes, unite
from jupyter_pipeline.compiler.analysis.values import (
    CONSTANT,
    IMMUTABLE,
    ITERATOR,
    UNKNOWN,
    ClassSummary,
    FunctionSummary,
    Imported,
    Instance,
    Value,
    kind_of,
)

__all__ = ["Functions"]

_CALLBACK_KEYWORDS = words(
    "key func function fn callback target initializer default_factory aggfunc converters formatters"
)
"""Keywords of arguments that a function of a library calls."""
_CALLING_FUNCTIONS = words(
    """
    map filter filterfalse starmap reduce takewhile dropwhile accumulate apply applymap agg aggregate transform pipe
    map_elements map_batches map_partitions submit run_in_executor call_soon defaultdict iter
    """
)
"""Functions and methods that call their first argument."""


class Functions:
    """Apply the summaries of functions and classes in a state."""

    def __init__(self, state: State, effects: Effects) -> None:
        self.state = state
        self.heap = state.heap
        self.effects = effects
        self._pending: dict[tuple[int, int, int], tuple[int, set[tuple[str, str]], int]] = {}

    # Runs

    def run(self, summary: FunctionSummary, texts: Mapping[str, Texts] | None = None) -> None:
        """Record the effects of a call on free variables and locations.

        Parameters
        ----------
        summary : FunctionSummary
            Summary of the function.
        texts : mapping of str to frozenset of str, optional
            Texts of the arguments, by parameter.
        """
        state, heap = self.state, self.heap
        key = -id(summary)
        recalled = state.recall_functions()
        if key in state.running or (not texts and key in recalled.run):
            return
        state.running.add(key)
        definer = state.definer
        if texts:
            for location, access in summary.locations.items():
                for one in state.fill_location(location, summary.free_variables, texts):
                    self._repeat_effect(one, access)
        else:
            for location, access in state.locations_of(summary).items():
                self._repeat_effect(location, access)
        for name, line in summary.free_variables.items():
            unresolved = len(state.unresolved)
            state.definer = summary.statement
            strict = line > 0 and name not in summary.assigns and not summary.is_dynamic
            value = state.load(name, line, strict=strict)
            state.definer = definer
            for index in range(unresolved, len(state.unresolved)):
                state.unresolved[index] = state.unresolved[index]._replace(cell=summary.cell)
            if value.objects:
                self._change_free_variable(summary, name, value.objects)
            if name in summary.raises:
                state.raised |= heap.reachable(value.objects)
        for name in summary.assigns:
            self._assign(summary, name)
        if summary.defines_class:
            self.record_class()
        if summary.is_dynamic:
            self.effects.use_everything("the code that it calls makes names that cannot be seen")
        state.running.discard(key)
        if not texts and state.recall_functions() is recalled:  # the run has changed nothing, and would not again
            recalled.run.add(key)

    def record_class(self) -> None:
        """Record that the statement makes a class, which its bases list as a subclass."""
        if self.state.summary is not None:
            self.state.summary.defines_class = True
        self.heap.class_definitions |= self.heap.bit

    def _change_free_variable(self, summary: FunctionSummary, name: str, objects: int) -> None:
        """Record the changes of the objects of a free variable by a call."""
        heap = self.heap
        recalled = self.state.recall_functions()
        operations = frozenset(summary.operations.get(name, ()))
        change = (objects, name in summary.mutates, name in summary.consumes, operations)
        if change in recalled.changes:
            return
        reachable = heap.reachable(objects)
        if name in summary.mutates:
            heap.write(objects)
            heap.write_data(reachable)
        if name in summary.consumes:
            self.exhaust(objects)
        if reachable & heap.callables:
            self._run_objects(reachable & heap.callables)
        if operations:
            self.repeat_operations(objects, summary.operations[name], 0)
        if self.state.recall_functions() is recalled:
            recalled.changes.add(change)

    def _repeat_effect(self, location: Location, access: Access) -> None:
        """Record the effect of a function on a location, once; the figure changes with each effect."""
        recalled = self.state.recall_functions()
        if (location, access) in recalled.effects:
            return
        self.effects.repeat(location, access)
        if location != FIGURE and self.state.recall_functions() is recalled:
            recalled.effects.add((location, access))

    def _run_each(self, functions: Sequence[FunctionSummary]) -> None:
        """Record runs of several functions."""
        running = self.state.running
        recalled = self.state.recall_functions()
        for function in functions:
            key = -id(function)
            if key not in running and key not in recalled.run:
                self.run(function)
                recalled = self.state.recall_functions()

    def _run_objects(self, callables: int) -> None:
        """Record runs of all functions of the objects `callables`."""
        recalled = self.state.recall_functions()
        callables &= ~recalled.run_objects
        if not callables:
            return
        self._run_each(self.heap.functions(callables))
        if self.state.recall_functions() is recalled:
            recalled.run_objects |= callables

    def _assign(self, summary: FunctionSummary, name: str) -> None:
        """Record the assignment of a ``global`` or ``nonlocal`` name by a call."""
        state = self.state
        state.record.assigned_by.setdefault(name, set()).add(summary.statement)
        former = state.bindings.get(name)
        objects = state.allocate_assigned(summary, name)
        for other in summary.free_variables:
            objects |= state.objects_of(other)
        for location in summary.locations:
            if location in state.locations:
                objects |= state.locations[location].objects
        if former is not None:
            objects |= former.objects
        state.bind_weakly(name, Value(self.heap.reachable(objects), 0, False, UNKNOWN))

    def run_all(self, reachable: int) -> None:
        """Record runs of all functions and bound methods among the objects `reachable`, on the objects they hold."""
        heap = self.heap
        recalled = self.state.recall_functions()
        if reachable in recalled.run_sets:
            return
        functions = heap.functions(reachable)
        self._run_each(functions)
        if any(function.has_state for function in functions):
            heap.write_data(reachable)
        if reachable & heap.bound_mutators:
            heap.write_data(heap.reachable(reachable & heap.bound_mutators))
        if self.state.recall_functions() is recalled:
            recalled.run_sets.add(reachable)

    def run_hooks(self, objects: int) -> None:
        """Record runs of the functions among `objects`, which a library holds, that change other objects.

        Such as a function of the notebook that replaces one of the library.
        """
        for function in self.heap.functions(objects) if objects & self.heap.callables else ():
            if function.has_state or function.assigns or function.mutates:
                self.run(function)
                if function.has_state:
                    self.heap.write_data(objects)

    def run_callbacks(self, values: Sequence[Value], *, separately: bool = False) -> None:
        """Record that a library may call the functions among `values`.

        Parameters
        ----------
        values : sequence of Value
            Arguments of the call.
        separately : bool, default False
            True if the functions do not receive the other arguments.
        """
        heap = self.heap
        objects = called = 0
        for value in values:
            objects |= value.objects | value.contents
            if type(value.type) is not Instance:
                called |= value.objects | value.contents
        if not objects:
            return
        callees = heap.reachable(called)
        reachable = callees if called == objects else heap.reachable(objects)
        callables = heap.functions(callees)
        for value in values:
            if type(value.type) is Imported:
                model = find_function(value.type.path)
                if model is None or any(a == ALL_ARGUMENTS or a.position >= 0 for a in model.changes):
                    heap.write_data(reachable)
                self._run_imported(value.type.path, model, [other for other in values if other is not value])
        if methods := callees & heap.bound_mutators:
            receivers = heap.reachable(methods)
            heap.write_data(receivers)
            heap.link(receivers & ~methods, objects)
            if methods & heap.argument_mutators:
                heap.write_data(reachable)
        for function in heap.functions(reachable):
            self.run(function)
            if separately or function not in callables:
                continue
            for name in function.stores:
                heap.link(self.state.objects_of(name), objects)
            if function.has_state or not self.assumptions_hold(function):
                heap.write_elements(heap.reachable(objects))
            self._operate_inside(function, objects)

    def _run_imported(self, path: str, model: FunctionModel | None, values: Sequence[Value]) -> None:
        """Record that a library may call the function at `path` with `values` as arguments."""
        effects = self.effects
        if model is None or model.draws or model.seeds or model.draws_with:
            effects.touch(RANDOM_STATE)
        if model is None or model.uses_figure:
            effects.touch(FIGURE)
        if model is None or any(access.writes for access in model.files):
            effects.use_paths(values)
        elif model.files:
            effects.read_files(ANY_TEXT)
        if model is not None and model.changes_process:
            effects.change_process()
        for name in model.configures if model is not None else ():
            library = name or path.partition(".")[0]
            effects.configure(library, self.heap.find_library(library), 0)

    def call_back(self, name: str, args: Sequence[Value], keywords: Mapping[str, Value]) -> None:
        """Record that the function `name` calls its argument, which may be a callable object of an unknown class."""
        values = [value for keyword, value in keywords.items() if keyword in _CALLBACK_KEYWORDS]
        if name in _CALLING_FUNCTIONS:
            values += args[:1]
        for value in values:
            self.state.record_operation(value.objects, ("call", ""))
            callables = value.objects & self.heap.foreign
            if callables:
                self.heap.write_data(self.heap.reachable(callables))

    def assumptions_hold(self, summary: FunctionSummary) -> bool:
        """Return True if the free variables have the types for which the summary was computed."""
        state = self.state
        for name, assumed in summary.assumptions.items():
            binding = state.bindings.get(name)
            present = binding.type if binding is not None else state.outer_type(name)
            if present != assumed:
                return False
        return True

    # Iteration and other protocols

    def exhaust(self, objects: int) -> None:
        """Record that the statement consumes the iterators among `objects`, and those that unknown calls returned."""
        heap = self.heap
        heap.write(objects & heap.foreign)
        summarizing = self.state.summary is not None
        if not objects or (not summarizing and not heap.iterators):
            return
        reachable = heap.reachable(objects)
        if summarizing:
            heap.iterated |= reachable
        found = reachable & heap.iterators
        if found:
            held = heap.reachable(found)
            heap.write_data(held & heap.iterators)
            self.run_all(held)

    def iterate(self, value: Value) -> None:
        """Record an iteration over `value`."""
        self.exhaust(value.objects | value.contents)
        self.run_protocol(value, "iterate")
        if type(value.type) is Instance or (value.type is UNKNOWN and not value.fresh and value.objects):
            functions = self.heap.functions(self.heap.part(value))
            if functions:
                self.heap.write(value.objects)
                for function in functions:
                    self.run(function)

    def run_protocol(self, value: Value, protocol: str, name: str = "") -> None:
        """Run the special methods that an operation on `value` may run.

        Parameters
        ----------
        value : Value
            The operand.
        protocol : str
            The operation: a value of `PROTOCOLS`.
        name : str
            Name of the attribute, if the operation reads or writes one: properties of other names do not run.
        """
        heap = self.heap
        kind = value.kind
        if kind is IMMUTABLE:
            return
        if self.state.summary is None:
            if kind is UNKNOWN or type(kind) is Instance:
                self.state.record.operands |= value.objects & heap.foreign
            elif type(kind) is Imported:
                self.state.record.operands |= value.objects & heap.unlisted_libraries
        self.state.record_operation(value.objects | value.contents, (protocol, name))
        if not heap.with_protocols:
            return
        reachable = heap.reachable(value.objects | value.contents)
        for function in heap.functions(reachable & heap.with_protocols):
            if function.protocol != protocol or (name and function.name != name and function.name not in PROTOCOLS):
                continue
            self.run(function)
            if function.has_state:
                heap.write_data(value.objects if type(value.type) is Instance else reachable)
            self._operate_inside(function, value.objects | value.contents)

    def call_methods(self, value: Value, name: str, arguments: int) -> None:
        """Run the methods of this name of the notebook's classes that `value` may be an instance of.

        Parameters
        ----------
        value : Value
            The receiver.
        name : str
            Name of the method.
        arguments : int
            Objects of the arguments.
        """
        objects = value.objects | value.contents
        self.state.record_operation(objects, ("call", name))
        self._operate(objects, {("call", name)}, arguments)

    def repeat_operations(self, objects: int, operations: set[tuple[str, str]], arguments: int) -> None:
        """Apply to `objects` the operations of a function that received them."""
        if not objects:
            return
        for operation in operations:
            self.state.record_operation(objects, operation)
        if self.state.summary is None and any(protocol != "call" for protocol, _ in operations):
            heap = self.heap
            operands = heap.reachable(objects) & heap.foreign
            self.state.record.operands |= operands or objects & heap.unlisted_libraries
        self._operate(objects, operations, arguments)

    def _operate(self, objects: int, operations: set[tuple[str, str]], arguments: int) -> None:
        heap = self.heap
        if not (heap.callables or heap.foreign):
            return
        reachable = heap.reachable(objects)
        calls = {name for operation, name in operations if operation == "call"}
        if calls and reachable & heap.foreign:
            heap.write_data(reachable | heap.reachable(arguments))
            heap.link(objects & heap.foreign, arguments)
            self.run_all(reachable)
            return
        if not reachable & heap.callables:
            return
        protocols = {operation for operation, _ in operations} - {"call"}
        attributes = {name for operation, name in operations if operation != "call"}
        for function in heap.functions(reachable):
            if function.protocol:
                if function.protocol not in protocols and function.name not in calls:
                    continue
                if function.name not in PROTOCOLS and function.name not in attributes | calls and "" not in attributes:
                    continue
            elif not calls or (function.is_method and function.name not in calls):
                continue
            self.run(function)
            if function.has_state:
                heap.write_data(reachable | heap.reachable(arguments))
                heap.link(objects, arguments)
            if function.mutates_class:
                heap.write(reachable & heap.definitions)
            self._operate_inside(function, objects, arguments)

    def _operate_inside(self, function: FunctionSummary, objects: int, arguments: int = 0) -> None:
        """Apply the operations of a function on its parameters, which may be any of `objects` and `arguments`.

        Functions that call each other are applied one after the other, each once for the same objects: following
        every path of calls would take exponential time.
        """
        if not function.operations:
            return
        key = (id(function.operations), objects, arguments)
        recalled = self.state.recall_functions()
        if key in recalled.operated or key in self._pending:
            return
        recalled.operated.add(key)
        operations = {one for name in function.parameters for one in function.operations.get(name, ())}
        if not operations:
            return
        self._pending[key] = (objects | arguments, operations, arguments)
        if len(self._pending) > 1:
            return
        try:
            while self._pending:
                key, operation = next(iter(self._pending.items()))
                self.repeat_operations(*operation)
                del self._pending[key]
        finally:
            self._pending.clear()

    # Calls

    def call(
        self,
        summary: FunctionSummary,
        callee: Value,
        args: list[Value],
        keywords: dict[str, Value],
        *,
        awaited: bool = False,
    ) -> Value:
        """Return the result of a call of a function of the notebook, and record its effects.

        Parameters
        ----------
        summary : FunctionSummary
            Summary of the function.
        callee : Value
            The function, or the receiver of a method.
        args, keywords
            Arguments; the receiver is the first one where the method binds it.
        awaited : bool, default False
            True if the result is awaited at once.
        """
        state, heap = self.state, self.heap
        texts = match_texts(summary, [v.texts for v in args], {name: v.texts for name, v in keywords.items()})
        self.run(summary, texts)
        self.run_callbacks([*args, *keywords.values()], separately=True)
        held = [heap.hold(v) for v in args]
        bound, unmatched = match_parameters(summary, held, {name: heap.hold(v) for name, v in keywords.items()})
        received = unmatched
        for objects in bound.values():
            received |= objects
        if not self.assumptions_hold(summary):
            heap.write_data(heap.reachable(received))
        for name, parameters in summary.stores.items():
            stored = unmatched
            for parameter in parameters:
                stored |= bound.get(parameter, callee.objects)
            heap.link(state.objects_of(name), stored)
        for name in summary.stores_foreign:
            heap.link(bound[name] if name in bound else state.objects_of(name), heap.allocate_foreign(received))
        for name in summary.consumes:
            self.exhaust(bound.get(name, 0))
        unbound = {name for name in summary.parameters if name not in bound}
        if not unbound.isdisjoint(summary.consumes):
            self.exhaust(summary.defaults)
        for name, operations in summary.operations.items():
            self.repeat_operations(summary.defaults if name in unbound else bound.get(name, 0), operations, received)
        mutated = returned = 0
        for name, objects in bound.items():
            if name in summary.mutates:
                mutated |= objects
            if name in summary.returns:
                returned |= objects
        for name in summary.raises:
            state.raised |= heap.reachable(bound.get(name, 0))
        if summary.mutates_class:
            reachable = heap.reachable(callee.objects | bound.get(next(iter(summary.parameters), ""), 0))
            heap.write(reachable & heap.definitions)
        if summary.cache:
            if summary.free_variables or summary.locations or summary.mutates:
                state.record.needs |= heap.writers(summary.cache)  # an earlier call may have run the body
            state.record.needs |= heap.writers(heap.reachable(summary.cache) & ~summary.cache)
            heap.write(summary.cache)
        if mutated:
            write = heap.write_elements if mutated & heap.cells else heap.write_data
            write(heap.reachable(mutated))
            heap.link(mutated, received)
        if not unbound.isdisjoint(summary.mutates):
            heap.write_data(callee.objects | heap.reachable(callee.objects | summary.defaults))
        for name in summary.returns:
            if name not in bound:
                returned |= state.objects_of(name)
                if name in summary.parameters:
                    returned |= callee.objects
        result = self._result(summary, callee, received, returned, has_arguments=bool(bound), awaited=awaited)
        if summary.is_delayed:
            task = load_class("dask.Delayed")
            assert task is not None
            return Value(0, callee.objects | received | returned, True, task)
        if summary.returns_overwriting:
            result = heap.own(result)
            heap.overwriting |= result.objects
        if summary.cache and result.kind is not IMMUTABLE:
            result = result._replace(objects=result.objects | heap.reachable(summary.cache))
        values = {name: state.texts_of(name) for name in summary.free_variables} | texts
        return result._replace(texts=unite(*(fill_holes(text, values) for text in summary.returns_texts)))

    def _result(
        self,
        summary: FunctionSummary,
        callee: Value,
        received: int,
        returned: int,
        *,
        has_arguments: bool,
        awaited: bool,
    ) -> Value:
        heap = self.heap
        kind = summary.result_type
        contents = callee.objects if summary.returns_function else 0
        uses_state = bool(summary.free_variables or summary.locations or has_arguments)
        if (kind_of(kind) is ITERATOR or summary.is_coroutine) and uses_state:
            contents |= callee.objects | received
        if summary.returns_foreign:
            made = self.heap.allocate_foreign(received)
            contents |= made
            returned |= made if kind is UNKNOWN or type(kind) is Instance else 0
        if summary.is_coroutine and not awaited:
            return Value(heap.allocate(contents | returned, ITERATOR), 0, False, ITERATOR)
        if not summary.returns_fresh and not returned:
            return CONSTANT if kind_of(kind) is IMMUTABLE else Value(0, contents, True, kind)
        return Value(heap.reachable(returned), contents | returned, summary.returns_fresh or bool(contents), kind)

    def instantiate(self, of: ClassSummary, callee: Value, args: list[Value], keywords: dict[str, Value]) -> Value:
        """Return the instance that a call of a class of the notebook makes, and record the effects."""
        heap = self.heap
        contents = callee.objects
        for value in (*args, *keywords.values()):
            contents |= heap.hold(value)
        made = heap.allocate(contents)
        instance = Value(made, 0, False, Instance(of))
        if "__new__" in of.methods:
            created = self.call(of.methods["__new__"], callee, [callee, *args], keywords)
            instance = Value(made | created.objects | created.contents, 0, False, Instance(of))
        for name in ("__init__", "__post_init__"):
            if name in of.methods:
                self.call(of.methods[name], callee, [instance, *args], keywords)
        if of.has_unknown_base:
            heap.foreign |= made
            heap.link(made, heap.reachable(contents))
            heap.random |= made
        return instance

    def call_unknown(
        self, callee: Value, args: Sequence[Value], shown: str, *, callee_unchanged: bool = False
    ) -> Value:
        """Return the result of a call of an unknown function: it may change, keep and return its arguments.

        Parameters
        ----------
        callee : Value
            The function, or the receiver of a method.
        args : sequence of Value
            All arguments.
        shown : str
            Text of the function for the note.
        callee_unchanged : bool, default False
            True if the call leaves the callee as it is.
        """
        state, heap = self.state, self.heap
        contents = callee.objects | callee.contents
        changed = 0 if callee_unchanged else contents
        held = 0
        for value in args:
            held |= heap.hold(value)
        contents |= held
        changed |= held
        files = self.effects.use_paths(args)
        reachable = heap.reachable(changed)
        for function in heap.functions(heap.reachable(contents)):
            self.run(function)
            for name in function.stores:
                heap.link(state.objects_of(name), contents)
            if function.mutates_class:
                heap.write(heap.reachable(contents) & heap.definitions)
        if reachable:
            heap.write_elements(reachable)
            methods = heap.reachable(callee.objects & heap.bound_mutators)
            heap.link(changed | methods, held)
        if reachable & ~heap.libraries:
            self.effects.note(
                "These calls may change their arguments, so the definitions of the arguments are kept",
                subject=f"{shown}()",
            )
        made = heap.allocate_foreign(contents)
        return Value(heap.reachable(contents) | files | made, 0, False, UNKNOWN)
