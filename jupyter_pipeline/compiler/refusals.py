"""Refusal rules of the stages of the compiler, and the refusals that they build.

Each entry of `RULES` has an id, the construct it looks at, and the texts of its refusals. A stage builds a refusal with
`refusal` where its algorithm detects a violation. Rules on the sliced program are in `checks`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from jupyter_pipeline.models import Refusal

__all__ = ["RULES", "Rule", "refusal"]


@dataclass(frozen=True, slots=True)
class Rule:
    """One reason to refuse a cell."""

    id: str
    looks_at: Literal["cell", "line", "name", "call", "directive", "parameter", "mapped step", "edge"]
    reason: str
    """Template of the reason, without a period. Braces are filled by `refuse`."""
    fix: str
    """Template of the fix: a sentence with a period."""

    def refuse(self, *, cell: int, line: int, name: str, **values: object) -> Refusal:
        """Return a refusal by this rule; see `refusal`."""
        values["name"] = name
        return Refusal(
            cell=cell,
            line=line,
            name=name,
            reason=self.reason.format_map(values),
            fix=self.fix.format_map(values),
            rule=self.id,
        )


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
    return RULES[rule].refuse(cell=cell, line=line, name=name, **values)


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
        Rule(
            "name-from-script",
            "name",
            "no cell above defines it; {other} may define it, but it runs only inside Jupyter",
            "Put the code beside the notebook as a module, and import the name from it.",
        ),
        Rule("undefined-name", "name", "no cell above defines it", "Define it in a cell above, or import it."),
        Rule("not-python", "line", "{reason}", "{fix}"),
        Rule(
            "input",
            "call",
            "a scheduled run cannot answer a prompt",
            "Assign the value to a name above; it becomes a parameter.",
        ),
        # Directives
        Rule("invalid-directive", "directive", "{error}", "Correct the first line of the cell."),
        Rule(
            "duplicate-step-name",
            "directive",
            "{other} has the same name, and a check is one cell",
            "Give the check a name of its own.",
        ),
        Rule(
            "step-divided",
            "directive",
            "{other} of another step is between the cells of this step",
            "Move the cells of the step together, or give this cell another name.",
        ),
        Rule(
            "step-options",
            "directive",
            "the options of a step are on its first cell, {other}",
            "Move the options there.",
        ),
        Rule(
            "map-several-cells",
            "directive",
            "a step with --map is one cell, and {other} has the same name",
            "Omit --map, or give one of the cells another name.",
        ),
        Rule(
            "step-compute",
            "directive",
            "it must be one step with {step!r}, but both have different compute",
            "Give both the same compute, or remove the reason that the notes name.",
        ),
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
            "parameter-default",
            "parameter",
            "its default {value} does not fit its annotation, which allows {allowed}",
            "Correct the annotation, or assign a value that fits.",
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
        # Steps that are functions
        Rule(
            "function-client",
            "name",
            "it uses a client or a cluster, which the machine of a --function cannot reach",
            "Omit --function, or compute the value in another step and pass it.",
        ),
        Rule(
            "function-awaits",
            "directive",
            "the step awaits something, and the machine of a --function has no event loop for it",
            "Omit --function, or call a function that does not await.",
        ),
        Rule(
            "function-files",
            "edge",
            "{step} uses {path} that {other} writes, and a machine of --function shares no files with other steps",
            "Return the content as a value, use object storage such as s3://, or give both cells the same step name.",
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
        Rule("one-thread", "edge", "{reason}", "Give the cells that need it the same step name."),
        Rule(
            "changed-before-read",
            "edge",
            "it changes an object that a step below reads unchanged",
            "Add %%step to its cell too, or change a copy.",
        ),
        # Steps on workers
        Rule(
            "workers-state",
            "edge",
            "{step} needs {what} that {other} changes ({change}), and with {option} they run in different processes",
            "Give both cells the same step name, or omit {option}.",
        ),
        Rule(
            "workers-value",
            "edge",
            "it is {kind}, which {option} cannot pass to another process",
            "Create it in each step that needs it, give the cells the same step name, or omit {option}.",
        ),
        Rule(
            "workers-prefect",
            "edge",
            "it is Prefect's, whose run context is in the process of the flow, not where {option} runs the step",
            "Use print or logging, or omit {option}.",
        ),
    )
}
"""Rules by id, in the order of the stages."""
