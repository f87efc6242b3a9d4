"""Constructs around a statement: functions, loops, classes, context managers."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Callable

from notebook_generator.templates import Names, Statement

__all__ = ["Helpers", "call_again", "wrap"]


class Helpers:
    """Functions that statements were wrapped in, to be called again."""

    def __init__(self) -> None:
        self.procedures: list[str] = []
        self.functions: list[tuple[str, list[str], str]] = []
        """Name, kinds of the arguments, kind of the result."""


def wrap(statement: Statement, names: Names, helpers: Helpers) -> str:
    """Return a statement inside of a random construct."""
    if statement.is_line_magic:
        return statement.text
    return names.pick.choice(_WRAPPERS)(statement, names, helpers)


def call_again(names: Names, helpers: Helpers) -> str:
    """Return a call of a former helper function, with other arguments; empty if there is none."""
    calls = [f"{name}()" for name in helpers.procedures]
    for name, kinds, result in helpers.functions:
        call = f"{name}({', '.join(names.pick.choice(names.bound[kind]) for kind in kinds)})"
        calls.append(f"{names.pick.choice(names.bound[result])} = {call}" if result else call)
    return names.pick.choice(calls) if calls else ""


def _body(statement: Statement, levels: int = 1) -> str:
    augmented = [
        name for name in statement.reads if re.search(rf"^\s*{name} [^\s=]{{1,2}}= ", statement.text, re.MULTILINE)
    ]
    bound = dict.fromkeys([*statement.binds, *augmented])
    declaration = f"global {', '.join(bound)}\n" if bound else ""
    return textwrap.indent(declaration + statement.text, "    " * levels)


def _indent(statement: Statement) -> str:
    return textwrap.indent(statement.text, "    ")


def _procedure(statement: Statement, names: Names, helpers: Helpers) -> str:
    name = f"step{names.unique()}"
    helpers.procedures.append(name)
    return f"def {name}():\n{_body(statement)}\n{name}()"


def _helper(statement: Statement, names: Names, helpers: Helpers) -> str:
    """Return a function with the names that the statement reads as parameters; the same names, which shadow."""
    if len(statement.binds) > 1 or set(statement.binds) & set(statement.reads):
        return _procedure(statement, names, helpers)
    name = f"helper{names.unique()}"
    (bound, kind), *_ = [*statement.binds.items(), ("", "")]
    parameters = ", ".join(statement.reads)
    if names.pick.random() < 0.4:
        helpers.functions.append((name, list(statement.reads.values()), kind))
    result = f"\n    return {bound}" if bound else ""
    call = f"{bound} = {name}({parameters})" if bound else f"{name}({parameters})"
    return f"def {name}({parameters}):\n{_indent(statement)}{result}\n{call}"


def _method(statement: Statement, names: Names, helpers: Helpers) -> str:
    name = f"Task{names.unique()}"
    if names.pick.random() < 0.5:
        return f"class {name}:\n    def run(self):\n{_body(statement, 2)}\n{name}().run()"
    held = names.pick.choice([*statement.reads, "None"])
    return (
        f"class {name}:\n    def __init__(self, held):\n        self.held = held\n    def __call__(self):\n"
        f"{_body(statement, 2)}\n        return self.held\ntask = {name}({held})\ntask()"
    )


def _text(statement: Statement, names: Names, helpers: Helpers) -> str:
    return f"exec({statement.text!r})"


def _later(statement: Statement, names: Names, helpers: Helpers) -> str:
    name = f"later{names.unique()}"
    ways = (
        f"for task in [{name}]:\n    task()",
        f"tasks = {{'x': {name}}}\ntasks['x']()",
        f"functools.partial({name})()",
        f"with concurrent.futures.ThreadPoolExecutor(1) as pool:\n    pool.submit({name}).result()",
        f"(lambda f: f())({name})",
        f"list(map(lambda f: f(), [{name}]))",
        f"stack = contextlib.ExitStack()\nstack.callback({name})\nstack.close()",
        f"sorted([2, 1], key=lambda q: {name}() and 1 or q)",
    )
    return f"def {name}():\n{_body(statement)}\n{names.pick.choice(ways)}"


def _registered(statement: Statement, names: Names, helpers: Helpers) -> str:
    number = names.unique()
    return (
        f"jobs{number} = []\ndef job{number}(f):\n    jobs{number}.append(f)\n    return f\n"
        f"@job{number}\ndef _():\n{_body(statement)}\nfor f in jobs{number}:\n    f()"
    )


def _generator(statement: Statement, names: Names, helpers: Helpers) -> str:
    name = f"stages{names.unique()}"
    return f"def {name}():\n{_body(statement)}\n    yield 2\nfor stage in {name}():\n    pass"


def _around(head: str, tail: str = "") -> Callable[[Statement, Names, Helpers], str]:
    return lambda statement, names, helpers: f"{head}\n{_indent(statement)}{tail}"


_WRAPPERS: tuple[Callable[[Statement, Names, Helpers], str], ...] = (
    _procedure, _procedure, _helper, _helper, _helper, _method, _later, _registered, _generator,
    lambda *parts: (_text if parts[1].pick.random() < 0.2 else _method)(*parts),
    _around("if True:"),
    _around("for _ in range(2):"),
    _around("for stage in ('one',):", "\nelse:\n    pass"),
    _around("while True:", "\n    break"),
    _around("try:", "\nfinally:\n    pass"),
    _around("try:", "\nexcept KeyError:\n    pass"),
    _around("try:\n    raise KeyError\nexcept KeyError:"),
    _around("with contextlib.suppress(KeyError):"),
    _around("with contextlib.nullcontext():"),
    _around("with warnings.catch_warnings():"),
)  # fmt: skip
