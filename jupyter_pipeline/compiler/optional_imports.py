"""Find packages that a library imports only when a function of it is called, such as openpyxl in ``read_excel``.

No statement of the code imports them, and the metadata of the library lists them as optional. A lock without them
builds an environment in which the function fails.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import NamedTuple

__all__ = ["OptionalImport", "find_optional_imports"]


class OptionalImport(NamedTuple):
    """A module that a call may import."""

    user: str
    """Function, file ending, URL scheme or module that needs it."""
    modules: tuple[str, ...]
    """Modules of which the library imports the first one that is installed."""
    is_certain: bool = False
    """True if the call fails without any of them."""


_PARQUET = ("pyarrow", "fastparquet")
_NETCDF = ("netCDF4", "h5netcdf", "scipy")
_FUNCTIONS: dict[str, tuple[tuple[str, ...], ...]] = {
    **dict.fromkeys(["read_parquet", "to_parquet"], (_PARQUET,)),
    **dict.fromkeys(["read_feather", "to_feather", "read_orc", "to_orc", "to_arrow", "from_arrow"], (("pyarrow",),)),
    **dict.fromkeys(["read_hdf", "to_hdf", "HDFStore"], (("tables",),)),
    **dict.fromkeys(["read_sql", "read_sql_query", "read_sql_table", "to_sql"], (("sqlalchemy",),)),
    "read_html": (("lxml",), ("bs4",), ("html5lib",)),
    **dict.fromkeys(["read_xml", "to_xml"], (("lxml",),)),
    "to_markdown": (("tabulate",),),
    **dict.fromkeys(["read_gbq", "to_gbq"], (("pandas_gbq",),)),
    "read_spss": (("pyreadstat",),),
    "to_xarray": (("xarray",),),
    "to_pandas": (("pandas",), ("pyarrow",)),
    **dict.fromkeys(["plot", "hist", "boxplot"], (("matplotlib",),)),
    "interpolate": (("scipy",),),
    **dict.fromkeys(["open_dataset", "open_mfdataset", "open_dataarray", "load_dataset", "to_netcdf"], (_NETCDF,)),
    **dict.fromkeys(["open_zarr", "to_zarr"], (("zarr",),)),
    "write_excel": (("xlsxwriter",),),
    "write_image": (("kaleido",),),
    "fetch_openml": (("pandas",),),
}
"""Modules that functions and methods import, by name."""
_CERTAIN = frozenset({
    "read_parquet", "to_parquet", "read_feather", "to_feather", "read_orc", "to_orc", "read_hdf", "to_hdf", "HDFStore",
    "read_xml", "to_xml", "to_markdown", "read_gbq", "to_gbq", "read_spss", "to_xarray",
})  # fmt: skip
"""Functions among them that fail without the module, in each library that has them."""
_READERS = {
    **dict.fromkeys([".xlsx", ".xlsm"], "openpyxl"),
    ".xls": "xlrd",
    ".xlsb": "pyxlsb",
    **dict.fromkeys([".ods", ".odf", ".odt"], "odf"),
}
"""Engines of ``pandas.read_excel`` by the ending of the file."""
_WRITERS = {
    **dict.fromkeys([".xlsx", ".xlsm"], ("xlsxwriter", "openpyxl")),
    ".ods": ("odf",),
}
"""Engines of ``DataFrame.to_excel`` by the ending of the file, in the order of pandas."""
_EXCEL_READERS = ("read_excel", "ExcelFile")
_EXCEL_WRITERS = ("to_excel", "ExcelWriter")
_ENGINES = {
    "calamine": "python_calamine",
    "numexpr": "numexpr",
    **{
        name: name
        for name in ("openpyxl", "xlsxwriter", "xlrd", "pyxlsb", "odf", "pyarrow", "fastparquet", "numba", "lxml",
                     "zarr", "h5netcdf", "pyogrio", "fiona", "cfgrib", "rasterio")
    },
    "netcdf4": "netCDF4",
}  # fmt: skip
"""Modules by the value of the argument ``engine``."""
_FILE_SYSTEMS = {
    **dict.fromkeys(["s3", "s3a"], "s3fs"),
    **dict.fromkeys(["gs", "gcs"], "gcsfs"),
    **dict.fromkeys(["abfs", "abfss", "az", "adl"], "adlfs"),
    "hf": "huggingface_hub",
    **dict.fromkeys(["sftp", "ssh"], "paramiko"),
}
"""Modules by the scheme of a URL of a file."""
_DRIVERS = {
    **dict.fromkeys(["postgresql", "postgres"], "psycopg2"),
    **dict.fromkeys(["mysql", "mariadb"], "MySQLdb"),
    "mssql": "pyodbc",
    "oracle": "oracledb",
    "duckdb": "duckdb_engine",
    "snowflake": "snowflake",
    "bigquery": "sqlalchemy_bigquery",
}
"""Drivers of SQLAlchemy by the scheme of a URL without the name of a driver."""
_PARTS = {"dask.dataframe": ("pandas", "pyarrow"), "dask.array": ("numpy",)}
"""Modules that the import of a part of a library needs."""
_URL = re.compile(r"([a-z][a-z0-9]*)(?:\+([a-z][a-z0-9_]*))?://")


def find_optional_imports(text: str) -> Iterator[OptionalImport]:
    """Yield the modules that the calls, paths and imports of a file need although no statement imports them.

    Parameters
    ----------
    text : str
        Text of a Python file.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:  # it fails where it is imported, with its own message
        return
    modules = {
        (alias.asname or alias.name).partition(".")[0]
        for node in ast.walk(tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield from _find_in_call(node)
        elif isinstance(node, ast.Attribute) and node.attr == "style":
            if not (isinstance(node.value, ast.Name) and node.value.id in modules):  # not ``plt.style``
                yield OptionalImport("style", ("jinja2",))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield from _find_in_text(node.value)
        elif isinstance(node, ast.Import | ast.ImportFrom):
            yield from _find_in_import(node)


def _find_in_call(node: ast.Call) -> Iterator[OptionalImport]:
    function = node.func
    name = function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")
    keywords = {k.arg: k.value.value for k in node.keywords if k.arg and isinstance(k.value, ast.Constant)}
    engine = keywords.get("engine")
    if isinstance(engine, str) and (module := _ENGINES.get(engine)):
        yield OptionalImport(name, (module,), is_certain=name in (*_CERTAIN, *_EXCEL_READERS, *_EXCEL_WRITERS))
    elif name in _EXCEL_READERS:
        ending = _find_ending(node)
        for known in [_READERS[ending]] if ending in _READERS else dict.fromkeys(_READERS.values()):
            yield OptionalImport(name, (known,), is_certain=ending in _READERS)
    elif name in _EXCEL_WRITERS:
        ending = _find_ending(node)
        for choice in [_WRITERS[ending]] if ending in _WRITERS else dict.fromkeys(_WRITERS.values()):
            yield OptionalImport(name, choice, is_certain=ending in _WRITERS)
    else:
        for choice in _FUNCTIONS.get(name, ()):
            yield OptionalImport(name, choice, is_certain=name in _CERTAIN)
    if keywords.get("dtype_backend") == "pyarrow":
        yield OptionalImport("dtype_backend", ("pyarrow",), is_certain=True)
    if keywords.get("compression") == "zstd":
        yield OptionalImport("compression", ("zstandard",))


def _find_ending(node: ast.Call) -> str:
    """Return the ending of the path in the arguments of a call; empty if it is not known."""
    endings = set()
    for value in (*node.args[:1], *(k.value for k in node.keywords if k.arg in ("io", "excel_writer", "path"))):
        for part in ast.walk(value):
            if isinstance(part, ast.Constant) and isinstance(part.value, str):
                endings.add(PurePosixPath(part.value).suffix.lower())
    endings.discard("")
    return endings.pop() if len(endings) == 1 else ""


def _find_in_text(text: str) -> Iterator[OptionalImport]:
    if "[pyarrow]" in text:
        yield OptionalImport(text, ("pyarrow",))
    if text.endswith(".zst"):
        yield OptionalImport(".zst", ("zstandard",))
    if (match := _URL.match(text)) is None:
        return
    scheme, driver = match.groups()
    module = driver or _FILE_SYSTEMS.get(scheme) or _DRIVERS.get(scheme)
    if module:
        yield OptionalImport(match[0], (module,))


def _find_in_import(node: ast.Import | ast.ImportFrom) -> Iterator[OptionalImport]:
    if isinstance(node, ast.Import):
        paths = [alias.name for alias in node.names]
    else:
        paths = [f"{node.module}.{alias.name}" for alias in node.names] + [node.module or ""]
    for path in paths:
        for part, modules in _PARTS.items():
            if path == part or path.startswith(f"{part}."):
                for module in modules:
                    yield OptionalImport(part, (module,), is_certain=True)
