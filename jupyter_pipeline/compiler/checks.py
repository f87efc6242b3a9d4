"""Refusal rules of the compiler, in one table.

Each entry of `RULES` has an id, the construct it looks at, and the texts of its refusals. A rule on the sliced program
also has a function that finds its violations; `check_slice` runs these in the order of the table. The other stages
build a refusal with `refusal` where their algorithm detects a violation.

To add a rule on the sliced program, add one entry with a `find` function, and one case to ``tests/compiler``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, NamedTuple

from jupyter_pipeline.compiler.secrets import FIX, find_secrets
from jupyter_pipeline.exceptions import CompileRefusedError
from jupyter_pipeline.models import Refusal

if TYPE_CHECKING:
    from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram

__all__ = ["RULES", "Rule", "Violation", "check_slice", "refusal"]


class Violation(NamedTuple):
    """Place in the notebook that a rule refuses."""

    cell: int
    """Zero-based index of the cell."""
    line: int
    """Line in the cell, from 1."""
    name: str
    """Name or construct at fault."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to refuse a cell."""

    id: str
    looks_at: Literal["cell", "line", "name", "call", "directive", "parameter", "mapped step", "edge"]
    reason: str
    """Template of the reason, without a period. Braces are filled by `refusal`."""
    fix: str
    """Template of the fix: a sentence with a period."""
    find: Callable[[SlicedProgram], Iterator[Violation]] | None = None
    """Function that finds the violations in the sliced program."""


def refusal(rule: str, *, cell: int, line: int, name: str, **values: object) -> Refusal:
    """Return the refusal of a rule.

    Parameters
    ----------
    rule : str
        Id of the rule.
    cell, line : int
        Zero-based index of the cell, and line in it from 1.
    name : str
        Name or construct at fault.
    **values
        Values for the braces of reason and fix.
    """
    found = RULES[rule]
    values["name"] = name
    return Refusal(
        cell=cell,
        line=line,
        name=name,
        reason=found.reason.format_map(values),
        fix=found.fix.format_map(values),
        rule=rule,
    )


def check_slice(sliced: SlicedProgram) -> None:
    """Run the rules that have a `find` function.

    Raises
    ------
    CompileRefusedError
        With all refusals of the first rule that is violated.
    """
    for rule in RULES.values():
        if rule.find and (found := list(rule.find(sliced))):
            raise CompileRefusedError([refusal(rule.id, cell=v.cell, line=v.line, name=v.name) for v in found])


def _find_empty_cells(sliced: SlicedProgram) -> Iterator[Violation]:
    for cell in sliced.criteria:
        if not sliced.program.of_cell(cell):
            yield Violation(cell, 1, "cell")


def _find_dynamic_names(sliced: SlicedProgram) -> Iterator[Violation]:
    """Find calls that read or bind notebook names which are local names in a step."""
    for s in sliced.statements:
        source = sliced.program.plain[s.cell].source
        if not any(word in source for word in ("exec", "globals", "locals", "vars")):
            continue
        for node in ast.walk(s.node):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Name)):
                continue
            name = node.func.id
            if name in ("exec", "globals") or (name in ("locals", "vars") and not node.args):
                yield Violation(s.cell, node.lineno, f"{name}()")


def _find_secrets(sliced: SlicedProgram) -> Iterator[Violation]:
    for cell, line, kind in find_secrets(sliced):
        yield Violation(cell, line, kind)


RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in (
        # Program analysis
        Rule(
            "syntax-error",
            "line",
            "this is not valid Python ({error})",
            "Correct the line, run the cell, and try again.",
        ),
        Rule("nested-too-deeply", "line", "it is nested too deeply", "Divide it into several statements."),
        Rule("ipython-name", "name", "it exists only inside IPython", "Write its value or expression instead."),
        Rule(
            "deleted-name",
            "name",
            "it is deleted before it is used here",
            "Remove the del statement, or define it again.",
        ),
        Rule("name-defined-below", "name", "it is defined only below, in {other}", "Move {other} above this one."),
        Rule(
            "name-only-in-kernel",
            "name",
            "it exists in the kernel, but no cell above defines it (was its cell deleted or edited?)",
            "Write the cell that defines it again.",
        ),
        Rule("undefined-name", "name", "no cell above defines it", "Define it in a cell above, or import it."),
        Rule("not-python", "line", "{reason}", "{fix}"),
        Rule(
            "input",
            "call",
            "a scheduled run cannot answer a prompt",
            "Assign the value to a name above; it becomes a parameter.",
        ),
        # Sliced program
        Rule("empty-cell", "cell", "it does nothing", "Choose a cell with code.", _find_empty_cells),
        Rule(
            "dynamic-names",
            "call",
            "it reads or binds names that the analysis cannot see",
            "Assign the names directly, or use a dictionary.",
            _find_dynamic_names,
        ),
        Rule(
            "secret",
            "line",
            "this looks like a secret, and it would be written to files and into git",
            FIX,
            _find_secrets,
        ),
        # Directives
        Rule("invalid-directive", "directive", "{error}", "Correct the first line of the cell."),
        Rule("duplicate-step-name", "directive", "{other} has the same name", "Give each step a different name."),
        # Parameters
        Rule(
            "parameter-not-found",
            "parameter",
            "no statement that this cell needs binds the name, so it cannot be a parameter",
            "Omit it, or use the name in the cell.",
        ),
        Rule(
            "parameter-rebound",
            "parameter",
            "it is assigned or changed in several places",
            "Give the parameter a separate name, assigned once.",
        ),
        Rule(
            "parameter-reserved",
            "parameter",
            "the generated flow uses this name itself",
            "Give the parameter another name.",
        ),
        Rule(
            "parameter-unused",
            "parameter",
            "nothing reads it, so it cannot be a parameter",
            "Omit it, or use it in the cell.",
        ),
        Rule(
            "parameter-not-literal",
            "parameter",
            "its value is not a literal",
            "Assign a number, a string, a list or a dictionary literal.",
        ),
        Rule(
            "window-not-a-time",
            "parameter",
            "{value} is neither a date nor a time, so it cannot be an edge of a time window",
            'Give it a value such as "2026-01-31" or date(2026, 1, 31).',
        ),
        # Mapped steps
        Rule(
            "map-form",
            "mapped step",
            "the cell is not one list built element by element",
            "Write the cell as NAME = [f(x) for x in ITEMS], and the rest in other cells.",
        ),
        Rule(
            "map-items",
            "mapped step",
            "it is neither a parameter nor the result of another step",
            "Add %%step to the cell that makes it, or make it a parameter: --param.",
        ),
        Rule(
            "map-side-effect",
            "mapped step",
            "an element has a side effect that other elements may see",
            "Return the value instead, or omit --map.",
        ),
        Rule(
            "map-awaits",
            "mapped step",
            "an element awaits something",
            "Omit --map, or call a function that does not await.",
        ),
        # Edges between steps
        Rule(
            "ambiguous-binding",
            "edge",
            "several steps bind it, and this statement does not use the last of them",
            "Give it another name in one of them.",
        ),
        Rule(
            "captured-name-rebound",
            "edge",
            "a function of one step reads it, and another step binds it",
            "Give it another name in one of them.",
        ),
        Rule(
            "captured-name-assigned",
            "edge",
            "a function of one step assigns it, and another step calls that function",
            "Give it another name in one of them.",
        ),
        Rule(
            "changed-before-read",
            "edge",
            "it changes an object that a step below reads unchanged",
            "Add %%step to its cell too, or change a copy.",
        ),
    )
}
"""All rules by id, in the order of the checks."""
