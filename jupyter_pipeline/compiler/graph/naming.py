"""What steps are called and what they say of themselves: marks, function names, summaries."""

from __future__ import annotations

import itertools
import keyword
import re
from collections.abc import Collection, Mapping, Sequence

from jupyter_pipeline.compiler.analysis.slicer import SlicedProgram
from jupyter_pipeline.compiler.frontend.directives import Directive, read_directive, read_metadata, read_tag
from jupyter_pipeline.compiler.frontend.notebook import Cell
from jupyter_pipeline.exceptions import CompileRefusedError, UsageError
from jupyter_pipeline.models import Refusal

__all__ = ["collect_directives", "defined_below", "function_names", "summary", "to_identifier", "unused_name"]


def defined_below(cells: Sequence[Cell]) -> dict[str, int]:
    """Return the names that cells seem to define, with the index of the first: they make a refusal clearer."""
    found: dict[str, int] = {}
    for cell in cells:
        for match in re.finditer(r"^(?:async def|def|class) +(\w+)|^([A-Za-z_]\w*) *=(?!=)", cell.source, re.MULTILINE):
            found.setdefault(match[1] or match[2], cell.index)
    return found


def collect_directives(cells: Mapping[int, Cell], kept: SlicedProgram) -> dict[int, Directive]:
    """Return the mark of each target: that of its magic, or else of its metadata, or else of a tag.

    Raises
    ------
    CompileRefusedError
        If one cannot be read, or two steps have one name.
    """
    marks: dict[int, Directive] = {}
    refusals = []
    for index, cell in cells.items():
        plain = kept.program.plain[index]
        try:
            magic = next((read_directive(kind, text) for kind, text in plain.marks.items()), None)
            marks[index] = magic or read_metadata(cell.settings) or read_tag(cell.tags) or Directive()
        except UsageError as error:
            refusals.append(
                Refusal(
                    cell=index,
                    line=1,
                    name="mark",
                    reason=str(error).rstrip("."),
                    fix="Correct the first line of the cell.",
                )
            )
            continue
        name = marks[index].name
        same = [i for i, mark in marks.items() if name and mark.name == name and i != index]
        if same:
            reason = f"cell {same[0]} (counted from 0) has the same name"
            refusals.append(Refusal(cell=index, line=1, name=name, reason=reason, fix="Give each step its own name."))
    if refusals:
        raise CompileRefusedError(refusals)
    return marks


def function_names(marks: Mapping[int, Directive], function: str, taken: set[str]) -> dict[int, str]:
    """Return a function name for each target: the mark's, or the pipeline's for a single cell."""
    names: dict[int, str] = {}
    for target, mark in marks.items():
        found = function if len(marks) == 1 else to_identifier(mark.name or f"{mark.kind}_{target}")
        while found in taken or found in names.values():
            found += "_step" if not found.endswith("_step") else "_"
        names[target] = found
    return names


def summary(cells: Sequence[Cell], target: int, name: str = "") -> str:
    """Return the heading nearest above the cell as a sentence.

    With the `name` of one step of several, only text directly above the cell is looked at, and the name stands in for
    a heading.
    """
    above = [c for c in cells if c.index < target]
    if name:
        above = above[-1:]
    for cell in reversed([c for c in above if c.kind == "markdown"]):
        headings = re.findall(r"^#+\s+(.+?)\s*#*$", cell.source, re.MULTILINE)
        if headings:
            text = re.sub(r"[*_`\[\]\\]", "", headings[-1]).strip().replace('"', "'")
            return text if text.endswith((".", "?", "!")) else f"{text}."
    return f"{name.replace('_', ' ').capitalize()}." if name else ""


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
