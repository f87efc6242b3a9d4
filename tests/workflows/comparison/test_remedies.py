from __future__ import annotations

import pytest

from jupyter_pipeline.models import CellComparison, ComparisonStatus, ItemComparison, RehearsalComparison
from jupyter_pipeline.workflows.comparison.remedies import find_remedies

UNKNOWN = ComparisonStatus.NOT_COMPARED


@pytest.mark.parametrize(
    ("reason", "remedy"),
    [
        ("it was not executed in the notebook", "Run the notebook from top to bottom"),
        ("it ran before %load_ext jupyter_pipeline, so its outputs were not recorded", "Run the cells again"),
        ("it depends on random numbers without a seed", "Set a seed"),
        ("it depends on the time", "does not depend on the time"),
        ("its output is too large", "Show less output"),
        ("anything else", "Show a result that can be compared"),
    ],
)
def test_the_next_step_follows_from_the_reason(reason: str, remedy: str) -> None:
    item = ItemComparison(kind="text", status=UNKNOWN, reason=reason)
    for cell in (
        CellComparison(cell=0, label="cell 1", status=UNKNOWN, reason=reason),
        CellComparison(cell=0, label="cell 1", status=UNKNOWN, items=(item, item)),
    ):
        [found] = find_remedies(RehearsalComparison(cells=(cell,)))
        assert remedy in found


def test_without_a_cell_the_notebook_has_to_run() -> None:
    assert find_remedies(RehearsalComparison()) == (
        "Run the notebook from top to bottom and save it with its outputs.",
    )
