"""What steps return, where it is kept for later runs (``--cache``): tables as Parquet, small things as pickles.

Within one run, results stay in the memory of the run, and what is lazy stays lazy: nothing is written. Kept results go
to Prefect's result storage.
"""

from __future__ import annotations

import base64
import io
from importlib.util import find_spec
from typing import Any

import cloudpickle
from dask import is_dask_collection
from dask.sizeof import sizeof
from prefect.serializers import Serializer
from pydantic import Field

from jupyter_pipeline.units import format_bytes

__all__ = ["LARGEST", "TableSerializer"]

LARGEST = 256 * 2**20
"""Bytes of the largest object that is pickled."""

_PARQUET, _PICKLE = b"PARQUET\n", b"PICKLE\n"


class TableSerializer(Serializer):  # type: ignore[misc] # Prefect is not typed here
    """Tables of pandas as Parquet, other results as pickles.

    A result that is lazy, or too large to be pickled unasked, is not kept: the run goes on with it, its log says why,
    and the next run computes it again.
    """

    type: str = Field(default="jupyter-pipeline-table", frozen=True)

    def dumps(self, obj: Any) -> bytes:
        """Return `obj` as bytes, which Prefect asks to be text.

        Raises
        ------
        ValueError
            If it is lazy or too large. Prefect then keeps nothing.
        """
        if is_dask_collection(obj):
            raise ValueError(
                "a lazy Dask collection is no result: compute it, or write it to a file and return the path"
            )
        if _is_plain_table(obj) and find_spec("pyarrow"):
            return _PARQUET + base64.b64encode(obj.to_parquet())
        size = sizeof(obj)
        if size > LARGEST:
            raise ValueError(
                f"a {type(obj).__name__} of {format_bytes(size)} would be pickled, more than {format_bytes(LARGEST)}: "
                "write it to a file and return the path"
            )
        return _PICKLE + base64.b64encode(cloudpickle.dumps(obj))

    def loads(self, blob: bytes) -> Any:
        """Return the object that `dumps` made `blob` of."""
        if blob.startswith(_PARQUET):
            from pyarrow import parquet

            return parquet.read_table(io.BytesIO(base64.b64decode(blob[len(_PARQUET) :]))).to_pandas()
        return cloudpickle.loads(base64.b64decode(blob[len(_PICKLE) :]))


def _is_plain_table(obj: Any) -> bool:
    """Whether `obj` is a table of pandas that Parquet gives back as it was: typed columns with names, a plain index."""
    kind = type(obj)
    if kind.__module__.partition(".")[0] != "pandas" or kind.__name__ != "DataFrame":
        return False
    indices = [obj.index.get_level_values(level) for level in range(obj.index.nlevels)]
    return (
        obj.columns.nlevels == 1
        and obj.columns.is_unique
        and all(isinstance(name, str) for name in obj.columns)
        and all(str(dtype) != "object" for dtype in [*obj.dtypes, *(index.dtype for index in indices)])
        and all(name is None or isinstance(name, str) for name in obj.index.names)
        and all(getattr(index, "freq", None) is None for index in indices)
    )
