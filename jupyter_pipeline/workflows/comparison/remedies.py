"""Find the next step for each reason why a cell cannot be compared."""

from __future__ import annotations

import re

from jupyter_pipeline.models import ComparisonStatus, RehearsalComparison

__all__ = ["find_remedies"]

_REMEDIES = {
    r"not executed|stores no outputs|No cell was recorded": (
        "Run the notebook from top to bottom and save it with its outputs."
    ),
    r"ran before %load_ext|not kept|only the last": (
        "Run the cells again, or save the notebook with its outputs, and deploy again."
    ),
    r"random numbers": (
        "Set a seed above the cells with random numbers, as in random.seed(0), np.random.seed(0) or random_state=0, "
        "and run them again."
    ),
    r"depends on the time": "Show a result that does not depend on the time, such as the number of rows.",
    r"process or the machine": "Show a result that does not depend on the process or the machine.",
    r"order of a set": "Show the set in an order, as in sorted(values).",
    r"another value of": "Compare with the values of the notebook: leave out --sample and the new values.",
    r"stopped with an error": "Correct the cells that stopped with an error, and run them again.",
    r"hides or replaces its output": "Remove the magic that hides the output, and run the cell again.",
    r"taken too long": "Show fewer pictures or values in each cell.",
    r"too large|truncated": "Show less output, and run the cell again.",
    r"widget": "Show the result without a widget, too, as in print(result).",
    r"another version of": "Use the package versions of the runs in the notebook, or the notebook's in the runs.",
    r"several steps wrote|once for each element": "Show the result in a later step.",
    r"": "Show a result that can be compared, as in print(len(df)).",
}
"""Next step by pattern of the reason; the last one is for all other reasons."""


def find_remedies(comparison: RehearsalComparison) -> tuple[str, ...]:
    """Return the next steps for the obstacles of a comparison, each once."""
    reasons = [cell.reason for cell in comparison.cells if cell.reason]
    unknown = ComparisonStatus.NOT_COMPARED
    reasons += [item.reason for cell in comparison.cells for item in cell.items if item.status is unknown]
    found = [next(fix for pattern, fix in _REMEDIES.items() if re.search(pattern, each)) for each in reasons]
    return tuple(dict.fromkeys(found)) or (next(iter(_REMEDIES.values())),)
