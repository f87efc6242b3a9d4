"""Name steps and their functions."""

from __future__ import annotations

import builtins
import itertools
import keyword
import re
from collections.abc import Collection, Iterator, Mapping, Sequence

from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram
from jupyter_pipeline.compiler.frontend.directives import Directive, read_directive, read_metadata, read_tag
from jupyter_pipeline.compiler.frontend.notebook import Cell
from jupyter_pipeline.compiler.graph.subjects import Subject
from jupyter_pipeline.compiler.refusals import refusal
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError
from jupyter_pipeline.models import Refusal

__all__ = [
    "collect_directives",
    "find_first_cells",
    "find_later_definitions",
    "name_function",
    "name_functions",
    "to_identifier",
    "unused_name",
]


def find_later_definitions(cells: Sequence[Cell], labels: Mapping[int, str]) -> dict[str, str]:
    """Return the names that cells seem to define, with the label of the first cell that defines each."""
    found: dict[str, str] = {}
    for cell in cells:
        for match in re.finditer(r"^(?:async def|def|class) +(\w+)|^([A-Za-z_]\w*) *=(?!=)", cell.source, re.MULTILINE):
            found.setdefault(match[1] or match[2], labels[cell.index])
    return found


def collect_directives(
    cells: Mapping[int, Cell], sliced: SlicedProgram, labels: Mapping[int, str]
) -> dict[int, Directive]:
    """Return the directive of each selected cell: from its magic, its metadata, or a tag, in this order.

    Cells with the same step name are one step. Its options are on its first cell.

    Raises
    ------
    CompileRefusedError
        If a directive is invalid, a check has the name of another step, or the cells of a step are not together.
    """
    directives: dict[int, Directive] = {}
    refusals = []
    for index, cell in cells.items():
        plain = sliced.program.plain[index]
        try:
            magic = next((read_directive(kind, text) for kind, text in plain.directives.items()), None)
            directives[index] = magic or read_metadata(cell.settings) or read_tag(cell.tags) or Directive()
        except UsageError as error:
            error_text = str(error).rstrip(".")
            refusals.append(refusal("invalid-directive", cell=index, line=1, name="directive", error=error_text))
            continue
        refusals += _check_repeated_name(index, directives, labels)
    if refusals:
        raise CompileRefusedError(refusals)
    return directives


def _check_repeated_name(
    index: int, directives: Mapping[int, Directive], labels: Mapping[int, str]
) -> Iterator[Refusal]:
    """Yield a refusal if the cell `index` has the name of an earlier cell, but both cannot be one step."""
    directive = directives[index]
    earlier = [i for i, other in directives.items() if i != index and directive.name and other.name == directive.name]
    if not earlier:
        return
    first = directives[earlier[0]]
    between = [i for i in directives if earlier[-1] < i < index]
    if "check" in (first.kind, directive.kind):
        rule, other = "duplicate-step-name", earlier[0]
    elif first.map or directive.map:
        rule, other = "map-several-cells", earlier[0]
    elif directive.has_options and not directive.has_same_options(first):
        rule, other = "step-options", earlier[0]
    elif between:
        rule, other = "step-divided", between[0]
    else:
        return
    yield refusal(rule, cell=index, line=1, name=directive.name, other=labels[other])


def find_first_cells(directives: Mapping[int, Directive]) -> dict[int, int]:
    """Return the first cell of the step of each selected cell; cells with the same step name are one step."""
    first: dict[str, int] = {}
    return {
        index: first.setdefault(directive.name, index) if directive.name else index
        for index, directive in sorted(directives.items())
    }


def name_functions(
    directives: Mapping[int, Directive], subjects: Mapping[int, Subject], function: str, taken: Collection[str]
) -> dict[int, str]:
    """Return the function name of each step by its first cell: from its directive, else from its subject.

    Parameters
    ----------
    directives : mapping of int to Directive
        Directive of the first cell of each step.
    subjects : mapping of int to Subject
        Subject of each of these cells.
    function : str
        Name of the pipeline as an identifier, for a cell without directive and subject.
    taken : collection of str
        Names that no function may have.
    """
    names: dict[int, str] = {}
    for cell, directive in directives.items():
        fallback = function if len(directives) == 1 else f"{directive.kind}_{cell}"
        chosen = "" if len(directives) == 1 else directive.name
        found = to_identifier(chosen or subjects[cell].name or fallback)
        while found in taken or found in names.values() or (not chosen and hasattr(builtins, found)):
            found += "_step" if not found.endswith("_step") else "_"
        names[cell] = found
    return names


def name_function(step_name: str, local: Collection[str], taken: Collection[str], verb: str) -> str:
    """Return the function name of a step: its own, or with a verb if a local name of the function is equal."""
    return unused_name(f"{verb or 'compute'}_{step_name}", {*local, *taken}) if step_name in local else step_name


def to_identifier(name: str) -> str:
    """Return `name` as a Python identifier in lower case."""
    found = re.sub(r"\W+", "_", name).strip("_").lower() or "step"
    if found[0].isdigit():
        found = f"step_{found}"
    return f"{found}_" if keyword.iskeyword(found) or keyword.issoftkeyword(found) else found


def unused_name(name: str, taken: Collection[str]) -> str:
    """Return `name`, or `name` with the first number that is not in `taken`."""
    numbered = (f"{name}_{number}" for number in itertools.count(2))
    return name if name not in taken else next(n for n in numbered if n not in taken)
