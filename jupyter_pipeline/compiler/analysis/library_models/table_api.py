"""Functions that the libraries of tables and arrays share."""

from __future__ import annotations

from typing import Any

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, Names, Returns, reading, words

__all__ = ["CONVERTERS", "table_library"]

_VIEWS = Names(
    """
    **.asarray **.asanyarray **.reshape **.ravel **.squeeze **.transpose **.swapaxes **.moveaxis **.rollaxis
    **.expand_dims **.atleast_1d **.atleast_2d **.atleast_3d **.broadcast_to **.broadcast_arrays **.split
    **.array_split **.hsplit **.vsplit **.dsplit **.diagonal **.diag **.real **.imag **.flip **.fliplr **.flipud
    **.rot90 **.frombuffer **.require **.ascontiguousarray **.asfortranarray **.from_numpy **.from_dlpack **.nditer
    **.DataFrame **.Series **.Index **.array **.MaskedArray **.from_pandas **.as_strided **.sliding_window_view
    **.Dataset **.DataArray **.from_array **.Table
    """
)
"""Functions whose result may share memory with the arguments."""
_RETURNS = (
    (_VIEWS, Returns.TABLE_VIEW),
    (Names("**.delayed **.from_delayed **.njit **.jit"), Returns.UNKNOWN),
    (Names("**.apply_along_axis **.vectorize **.compute **.persist"), Returns.TABLE_OF_ARGUMENTS),
)
CONVERTERS = words("to_numpy to_frame to_list to_dict")
"""Methods that convert a table in memory; other methods named ``to_…`` write to a file or buffer."""


def table_library(library: str, **rules: Any) -> LibraryModel:
    """Return the model of a library whose functions return tables or arrays.

    Parameters
    ----------
    library : str
        Import name.
    **rules
        Fields of `LibraryModel`; `files` and `returns` extend the shared rules.
    """
    files = {**rules.pop("files", {}), **reading("read_* scan_* open_*")}
    returns = (*rules.pop("returns", ()), *_RETURNS)
    return LibraryModel(library=library, otherwise=Returns.TABLE, returns=returns, files=files, **rules)
