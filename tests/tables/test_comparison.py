from __future__ import annotations

from jupyter_pipeline.models import CellComparison, ComparisonStatus, ItemComparison, RehearsalComparison
from jupyter_pipeline.tables import Comparison

ITEM = ItemComparison(
    kind="text", status=ComparisonStatus.DIFFERS, reason="the text differs", notebook="<script>1", run="2"
)
RECORD = RehearsalComparison(
    cells=(
        CellComparison(cell=0, label="cell 1 of 2", status=ComparisonStatus.SAME, ignored=("times", "addresses")),
        CellComparison(cell=1, label='In [2] "x"', status=ComparisonStatus.DIFFERS, items=(ITEM,)),
    ),
    files=(ItemComparison(kind="file", name="a.csv", status=ComparisonStatus.DIFFERS, reason="empty", notebook="9"),),
)


def test_text_has_both_sides() -> None:
    assert str(Comparison(RECORD)).splitlines() == [
        "Compared with the notebook: 1 same, 1 differs, 1 file differs.",
        "  = Cell 1 of 2: same (ignored: times, addresses)",
        '  ≠ In [2] "x": differs',
        "      text: the text differs",
        "        notebook | <script>1",
        "             run | 2",
        "  ≠ a.csv: empty",
        "      notebook | 9",
    ]


def test_a_cell_without_outputs_is_named() -> None:
    cell = CellComparison(cell=0, label="cell 1", status=ComparisonStatus.SAME)
    assert "Cell 1: same (it shows nothing)" in str(Comparison(RehearsalComparison(cells=(cell,))))


def test_html_is_escaped() -> None:
    shown = Comparison(RECORD)._repr_html_()
    assert "&lt;script&gt;1" in shown
    assert "<script>" not in shown


def test_differences_are_one_line_each() -> None:
    assert RECORD.differences == ('In [2] "x": text: the text differs', "a.csv: empty")
