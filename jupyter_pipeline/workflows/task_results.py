"""Serialize results of steps for later runs (``--cache``): tables as Parquet, small objects as pickles.

Within one run, results stay in memory and lazy collections stay lazy. Cached results go to Prefect's result storage.
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
"""Maximum size in bytes of a pickled object."""

_PARQUET, _PICKLE = b"PARQUET\n", b"PICKLE\n"


class TableSerializer(Serializer):  # type: ignore[misc] # Prefect is not typed here
    """Serializer of pandas tables as Parquet, and of other results as pickles.

    A lazy or large result is not cached. The run continues with it, its log has the reason, and the next run computes
    it again.
    """

    type: str = Field(default="jupyter-pipeline-table", frozen=True)

    def dumps(self, obj: Any) -> bytes:
        """Return `obj` as bytes that are valid text, as Prefect requires.

        Raises
        ------
        ValueError
            If `obj` is lazy or too large. Prefect then stores nothing.
        """
        if is_dask_collection(obj):
            raise ValueError(
                "a lazy Dask collection cannot be cached: compute it, or write it to a file and return the path"
            )
        if _is_plain_table(obj) and find_spec("pyarrow"):
            return _PARQUET + base64.b64encode(obj.to_parquet())
        size = sizeof(obj)
        if size > LARGEST:
            raise ValueError(
                f"a {type(obj).__name__} of {format_bytes(size)} exceeds the limit of {format_bytes(LARGEST)}: "
                "write it to a file and return the path"
            )
        return _PICKLE + base64.b64encode(cloudpickle.dumps(obj))

    def loads(self, blob: bytes) -> Any:
        """Return the object that `dumps` serialized."""
        if blob.startswith(_PARQUET):
            from pyarrow import parquet

            return parquet.read_table(io.BytesIO(base64.b64decode(blob[len(_PARQUET) :]))).to_pandas()
        return cloudpickle.loads(base64.b64decode(blob[len(_PICKLE) :]))


def _is_plain_table(obj: Any) -> bool:
    """Return True if Parquet restores the pandas table `obj` exactly: named typed columns and a plain index."""
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
