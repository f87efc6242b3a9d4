from __future__ import annotations

from typing import Any

import dask
import pytest

from jupyter_pipeline.workflows import task_results
from jupyter_pipeline.workflows.task_results import TableSerializer

pd = pytest.importorskip("pandas")
pytest.importorskip("pyarrow")


def table(**columns: Any) -> Any:
    return pd.DataFrame(columns or {"k": ["a", "b"], "v": [1, 2], "t": pd.to_datetime(["2026-01-01", "2026-01-02"])})


@pytest.mark.parametrize(
    "frame",
    [
        table(),
        table(v=[1.5, None]),
        table().set_index("k"),
        table().set_index(["k", "v"]),
        table(c=pd.Categorical(["x", "y"])),
        table().iloc[:0],
    ],
)
def test_a_table_is_kept_as_parquet_and_comes_back_as_it_was(frame: Any) -> None:
    blob = TableSerializer().dumps(frame)
    assert blob.startswith(b"PARQUET\n")
    blob.decode()  # Prefect writes it into JSON
    pd.testing.assert_frame_equal(TableSerializer().loads(blob), frame)


@pytest.mark.parametrize(
    "frame",
    [
        table(o=pd.Series([{1}, None], dtype=object)),
        pd.DataFrame({1: [1, 2]}),
        pd.DataFrame([[1, 2]], columns=["a", "a"]),
        pd.DataFrame({"v": [1, 2]}, index=pd.date_range("2026-01-01", periods=2)),
    ],
)
def test_a_table_that_parquet_would_change_is_pickled(frame: Any) -> None:
    blob = TableSerializer().dumps(frame)
    assert blob.startswith(b"PICKLE\n")
    pd.testing.assert_frame_equal(TableSerializer().loads(blob), frame)


def test_other_results_are_pickled_up_to_a_size(monkeypatch: pytest.MonkeyPatch) -> None:
    serializer = TableSerializer()
    assert serializer.loads(serializer.dumps({"a": (1, None)})) == {"a": (1, None)}
    monkeypatch.setattr(task_results, "LARGEST", 1000)
    with pytest.raises(ValueError, match="exceeds the limit of"):
        serializer.dumps(bytes(2000))
    assert serializer.dumps(table(v=range(1000))).startswith(b"PARQUET\n")


def test_lazy_results_are_not_kept() -> None:
    with pytest.raises(ValueError, match="lazy"):
        TableSerializer().dumps(dask.delayed(abs)(-1))
