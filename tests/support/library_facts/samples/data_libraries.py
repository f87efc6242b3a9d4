"""Polars, Dask, xarray, Arrow, DuckDB, GeoPandas, Shapely, SQLAlchemy and statsmodels."""

from __future__ import annotations

from library_facts.sample import Sample

__all__ = ["SAMPLES"]

_POLARS = """
import io
import polars as pl
from polars import selectors
df = pl.DataFrame({"a": [1, 2, 2], "b": [0.5, 1.5, 2.5], "c": ["x", "y", "x"]})
num = df.select("a", "b")
other = pl.DataFrame({"a": [1, 2], "d": [5, 6]})
lazy = df.lazy()
s = pl.Series("s", [1.5, 2.5, 2.0])
t = pl.Series("t", [3.0, 1.0, 2.0])
text = pl.Series("text", ["ab", "cd", None])
e = pl.col("a")
buffer = io.BytesIO()
"""
_FRAME = """
    clear:
    cast: pl.Float64
    drop: 'a'
    drop_nulls:
    equals: df
    explode: 'l'
    extend: df
    fill_nan: 0
    fill_null: 0
    filter: pl.col('a') > 1
    fold: lambda x, y: x
    gather_every: 2
    get_column: 'a'
    get_column_index: 'a'
    group_by: 'a'
    hstack: [s]
    insert_column: 0, s
    item: 0, 0
    iter_rows:
    join: other, on='a'
    join_asof: other, on='a'
    join_where: other, pl.col('a') > pl.col('d')
    map_columns: 'a', lambda x: x
    map_rows: lambda r: r
    melt: 'a'
    merge_sorted: df, 'a'
    partition_by: 'a'
    pipe: lambda x: x
    pivot: 'c', index='a', values='b', aggregate_function='first'
    quantile: 0.5
    rename: {'a': 'z'}
    replace_column: 0, s
    row: 0
    rows_by_key: 'a'
    sample: 2 ;; 2, seed=1
    select: 'a'
    select_seq: 'a'
    set_sorted: 'a'
    slice: 1
    sort: 'a'
    sql: 'select * from self'
    to_dummies: 'c'
    top_k: 1, by='a'
    bottom_k: 1, by='a'
    transpose: include_header=True
    unnest: 'z'
    unpivot: 'a'
    update: other.rename({'d': 'e'})
    unique: 'a'
    upsample: 'd', every='1d'
    vstack: df
    with_columns: z=pl.col('a')
    with_columns_seq: z=pl.col('a')
    with_row_count:
    with_row_index:
    write_avro: 't.avro'
    write_clipboard:
    write_csv: 't2.csv' ;; file=buffer
    write_excel: 't.xlsx'
    write_ipc: 't.ipc'
    write_ipc_stream: 't.ipcs'
    write_json: 't.json'
    write_ndjson: 't.ndjson'
    write_parquet: 't.parquet'
    serialize:
    shrink_to_fit: in_place=True
"""
_LAZY = """
    collect_batches:
    show_graph:
    sink_csv: 't2.csv'
    sink_parquet: 't2.parquet'
    sink_ipc: 't2.ipc'
    sink_ndjson: 't2.ndjson'
    remote:
    group_by_dynamic: 'a', every='1i'
    rolling: 'a', period='2i'
    with_context: other.lazy()
"""
_SERIES = """
    append: t
    alias: 'z'
    clip: 1, 2
    cut: [2]
    dot: t
    extend: t
    extend_constant: 1.0, 1
    ewm_mean: com=1
    fill_null: 0
    filter: s > 2
    gather: [0]
    hist: [1, 2]
    index_of: 2.5
    interpolate_by: t
    is_between: 1, 2
    is_close: t
    is_in: [1.5]
    item: 0
    map_elements: lambda x: x
    pow: 2
    qcut: 2
    rename: 'z'
    replace: 1.5, 2
    replace_strict: 1.5, 2, default=0
    reshape: (3, 1)
    rolling_map: sum, 2
    rolling_quantile: 0.5, window_size=2
    sample: 2 ;; 2, seed=1
    scatter: 0, 1
    search_sorted: 2
    set: s > 2, 1.0
    shift: 1
    shuffle: ;; seed=1
    sort: ;; in_place=True
    new_from_index: 0, 2
    not_:
    zip_with: s > 2, t
    to_frame:
    repeat_by: 2
"""
_FUNCTIONS = """
    concat: [df, df] ;; [df.lazy()]
    union: [df, df]
    merge_sorted: [df, df], 'a'
    align_frames: df, df, on='a'
    collect_all: [lazy]
    collect_all_async: [lazy]
    explain_all: [lazy]
    from_arrow: df.to_arrow()
    from_dict: {'a': [1]}
    from_dicts: [{'a': 1}]
    from_numpy: num.to_numpy()
    from_pandas: df.to_pandas()
    from_records: [[1, 2]]
    from_repr: str(df)
    json_normalize: [{'a': 1}]
    read_csv: 't.csv'
    read_csv_batched: 't.csv'
    read_parquet: 't.parquet'
    read_parquet_metadata: 't.parquet'
    read_parquet_schema: 't.parquet'
    read_ipc: 't.ipc'
    read_ipc_schema: 't.ipc'
    read_ndjson: 't.ndjson'
    read_json: 't.json'
    read_avro: 't.avro'
    scan_csv: 't.csv'
    scan_parquet: 't.parquet'
    scan_ipc: 't.ipc'
    scan_ndjson: 't.ndjson'
    scan_lines: 't.csv'
    select: pl.lit(1)
    sql: 'select 1'
    set_random_seed: 1
    when: e > 1
    lit: 1
    struct: 'a'
    fold: 0, lambda x, y: x, e
    reduce: lambda x, y: x, e
    map_batches: ['a'], lambda x: x[0]
    map_groups: ['a'], lambda x: x[0]
    element:
    read_excel: 't.xlsx'
    read_lines: 't.csv'
"""
_POLARS_FILES = """
import polars as pl
df = pl.DataFrame({"a": [1, 2], "c": ["x", "y"]})
df.write_csv("t.csv"); df.write_parquet("t.parquet"); df.write_ipc("t.ipc"); df.write_ndjson("t.ndjson")
df.write_json("t.json"); df.write_avro("t.avro")
"""
_DASK = """
import numpy as np
import pandas as pd
import dask
import dask.array as da
import dask.bag as db
import dask.dataframe as dd
import distributed
dask.config.set(scheduler="sync")
pdf = pd.DataFrame({"a": [1, 2, 2, 3], "b": [0.5, 1.5, 2.5, 1.0], "c": list("xyxy")})
df = dd.from_pandas(pdf, npartitions=2)
num = df[["a", "b"]]
s = df.b
group = df.groupby("a")
x = da.from_array(np.arange(16.0).reshape(4, 4), chunks=2)
v = da.arange(8, chunks=4)
b = db.from_sequence([3, 1, 2, 4], npartitions=2)
pairs = db.from_sequence([(1, 2), (3, 4)], npartitions=2)
words = db.from_sequence(["a", "b"], npartitions=2)
"""
_DASK_FRAME = """
    to_csv: 'out-*.csv'
    to_parquet: 'out'
    to_json: 'outj-*.json'
    assign: z=1
    apply: lambda r: r, axis=1, meta=pdf
    map_partitions: lambda f: f
    map_overlap: lambda f: f, 1, 1
    merge: df, on='a'
    join: df, rsuffix='r'
    query: 'a > 1'
    eval: 'a + 1'
    sample: frac=0.5 ;; frac=0.5, random_state=1
    random_split: [0.5, 0.5] ;; [0.5, 0.5], random_state=1
    set_index: 'a'
    sort_values: 'a'
    shuffle: 'a'
    repartition: npartitions=1
    rename: columns={'a': 'z'}
    drop: columns='a'
    astype: {'a': 'float'}
    isin: [1]
    where: num > 1, 0
    mask: num > 1, 0
    fillna: 0
    replace: 1, 2
    clip: 0, 1
    groupby: 'a'
    nlargest: 1, 'a'
    nsmallest: 1, 'a'
    get_partition: 0
    pop: 'a'
    pipe: lambda f: f
    add_prefix: 'p'
    add_suffix: 's'
    select_dtypes: 'number'
    explode: 'c'
    quantile: 0.5
    to_dask_array: lengths=True
    to_sql: 't', 'sqlite:///t.db'
    head: 2
    melt: 'a'
    categorize: ['c']
    combine_first: df
    map: lambda x: x
    reduction: len
    partition_quantiles: 2
"""
_ARRAY_CALLS = """
    map_blocks: np.sin
    map_overlap: np.sin, depth=1
    astype: 'int'
    choose: [0, 1]
    clip: 0, 1
    dot: x
    reshape: (2, 8)
    repeat: 2, axis=0
    swapaxes: 0, 1
    topk: 1
    argtopk: 1
    moment: 2
    rechunk: 4
    squeeze:
    store: np.zeros((4, 4))
    shuffle: [[0, 1], [2, 3]], axis=0
    to_dask_dataframe:
    view: 'int64'
    to_zarr: 'x.zarr'
    to_hdf5: 'x.h5', '/x'
    to_tiledb: 'x'
"""
_BAG_CALLS = """
    map: lambda x: x
    map_partitions: list
    filter: lambda x: x > 1
    remove: lambda x: x > 1
    fold: max
    foldby: lambda x: x % 2, max
    groupby: lambda x: x % 2
    accumulate: max
    reduction: sum, sum
    join: [1, 2], lambda x: x
    pluck: 0
    product: b
    random_sample: 0.5 ;; 0.5, random_state=1
    repartition: 1
    starmap: max
    take: 1
    topk: 1
    to_textfiles: 'bag-*.txt'
    to_avro: 'bag-*.avro', {}
    unzip: 2
    to_dataframe: columns=['a']
"""
_XARRAY = """
import numpy as np
import pandas as pd
import xarray as xr
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
plt.close("all")
days = pd.date_range("2020-01-01", periods=4)
da = xr.DataArray(np.arange(12.0).reshape(4, 3), dims=("time", "x"), coords={"time": days, "x": [1, 2, 3]}, name="v")
ds = da.to_dataset()
"""
_XARRAY_CALLS = """
    assign: w=da * 2
    assign_attrs: a=1
    assign_coords: y=1
    isel: x=0 ;; x=slice(0, 2)
    sel: x=1 ;; x=slice(1, 2)
    drop_sel: x=1
    drop_isel: x=0
    drop_vars: 'x'
    drop_dims: 'x'
    mean: ;; 'time'
    rename: x='y'
    rename_dims: x='y'
    rename_vars: x='y'
    groupby: 'time.day'
    groupby_bins: 'x', [0, 2, 4]
    resample: time='2D'
    rolling: time=2
    coarsen: time=2
    weighted: xr.DataArray([1, 2, 3], dims='x')
    interp: x=1.5
    interp_like: da
    reindex: x=[1, 2]
    reindex_like: da
    stack: z=('time', 'x')
    to_stacked_array: 'z', ['time']
    set_coords: 'v'
    set_index: x='x'
    reset_index: 'x'
    set_xindex: 'x'
    shift: x=1
    roll: x=1
    pad: x=1
    expand_dims: 'y'
    squeeze:
    transpose: 'x', 'time'
    sortby: 'x'
    where: da > 2 ;; da > 2, 0
    fillna: 0
    ffill: 'x'
    bfill: 'x'
    interpolate_na: 'x'
    isin: [1]
    clip: 1, 2
    quantile: 0.5
    rank: 'x'
    diff: 'x'
    differentiate: 'x'
    integrate: 'x'
    cumulative_integrate: 'x'
    polyfit: 'x', 1
    curvefit: 'x', lambda x, a: a * x
    broadcast_like: da
    combine_first: da
    merge: ds
    update: {'w': da}
    map: np.mean
    map_blocks: lambda d: d
    apply: np.mean
    reduce: np.mean
    query: x='x > 1'
    eval: 'v + 1'
    pipe: lambda d: d
    to_netcdf: 'o.nc'
    to_zarr: 'o.zarr'
    dot: da
    searchsorted: 1
    swap_dims: x='v'
    equals: da
    identical: da
    broadcast_equals: da
    get_axis_num: 'x'
    get_index: 'x'
    thin: x=2
    head: x=1
    tail: x=1
    idxmax: 'x'
    idxmin: 'x'
    argmax: 'x'
    argmin: 'x'
    item: 0
    to_dataset: name='w'
    convert_calendar: 'standard'
    filter_by_attrs: a=1
    load_store: None
"""
_ARROW = """
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as csv
import pyarrow.parquet as pq
table = pa.table({"a": [1, 2, 2], "b": [0.5, 1.5, 2.5], "c": ["x", "y", "x"]})
other = pa.table({"a": [1, 2], "d": [5, 6]})
arr = pa.array([1, 2, 3])
flt = pa.array([0.5, 1.5, 2.5])
text = pa.array(["ab", "cd", None])
flags = pa.array([True, False, True])
times = pa.array(pd.date_range("2020-01-01", periods=3))
"""
_ARROW_CALLS = """
    add_column: 0, 'z', arr
    append_column: 'z', arr
    set_column: 0, 'z', arr
    remove_column: 0
    rename_columns: ['x', 'y', 'z']
    drop: ['a']
    drop_columns: ['a']
    select: ['a']
    filter: flags
    take: [0]
    slice: 1
    sort_by: 'a'
    group_by: 'a'
    join: other, 'a'
    join_asof: other, 'a', 'a', 1
    cast: table.schema ;; 'float64'
    column: 'a'
    field: 'a'
    equals: table
    replace_schema_metadata: {'k': 'v'}
    fill_null: 0
    index: 1
    to_pandas: ;; zero_copy_only=False
    view: 'int64'
    from_pandas: pd.DataFrame({'a': [1]})
"""
_GEO = """
import geopandas as gpd
import pandas as pd
import shapely
from shapely.geometry import Point, Polygon
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
plt.close("all")
fig, ax = plt.subplots()
gdf = gpd.GeoDataFrame({"a": [1, 2], "geometry": [Point(0, 0).buffer(1), Point(1, 1).buffer(1)]}, crs="EPSG:4326")
points = gpd.GeoSeries([Point(0, 0), Point(1, 1)], crs="EPSG:4326")
poly = Polygon([(0, 0), (1, 0), (1, 1)])
"""
_GEO_CALLS = """
    plot: ;; ax=ax
    to_file: 'o.gpkg'
    to_parquet: 'o.parquet'
    to_feather: 'o.feather'
    to_csv: 'o.csv'
    to_crs: 3857
    set_crs: 4326
    set_geometry: points
    rename_geometry: 'g'
    sjoin: gdf
    sjoin_nearest: gdf
    overlay: gdf
    clip: poly
    dissolve: 'a'
    explode:
    buffer: 1
    simplify: 0.1
    affine_transform: [1, 0, 0, 1, 0, 0]
    contains: poly
    crosses: poly
    disjoint: poly
    distance: poly
    geom_equals: poly
    geom_equals_exact: poly, 1
    intersection: poly
    intersects: poly
    overlaps: poly
    symmetric_difference: poly
    touches: poly
    union: poly
    within: poly
    difference: poly
    covers: poly
    covered_by: poly
    relate: poly
    rotate: 30
    scale: 2
    skew: 1
    translate: 1
    interpolate: 0.5
    project: Point(0, 0)
    sample_points: 2 ;; 2, rng=1
    set_precision: 0.1
    to_postgis: 't', None
    explore:
"""
_MODEL = """
import numpy as np
import pandas as pd
import statsmodels.api as sm
import statsmodels.formula.api as smf
import matplotlib
matplotlib.use("agg")
import matplotlib.pyplot as plt
plt.close("all")
X = sm.add_constant(np.arange(20.0) % 7)
y = np.arange(20.0) ** 1.2 + np.arange(20) % 3
model = sm.OLS(y, X)
result = model.fit()
data = pd.DataFrame({"y": y, "x": X[:, 1], "g": np.arange(20) % 2})
"""
_RESULT_CALLS = """
    predict: X
    t_test: [0, 1]
    f_test: [0, 1]
    wald_test: [0, 1]
    save: 'm.pkl'
    get_robustcov_results:
    get_prediction: X
    compare_f_test: sm.OLS(y, X[:, :1]).fit()
    compare_lr_test: sm.OLS(y, X[:, :1]).fit()
    compare_lm_test: sm.OLS(y, X[:, :1]).fit()
    conf_int:
    summary:
"""
_MODEL_CALLS = """
    from_formula: 'y ~ x', data
    predict: [1.0, 2.0]
    score: [1.0, 2.0]
    loglike: [1.0, 2.0]
    hessian: [1.0, 2.0]
    whiten: y
    information: [1.0, 2.0]
    fit_regularized:
    get_distribution: [1.0, 2.0], 1.0
"""
_DUCKDB = """
import duckdb
import pandas as pd
con = duckdb.connect()
con.execute("create table t as select * from range(3) r(a)")
rel = con.sql("select * from t")
frame = pd.DataFrame({"a": [1, 2]})
"""
_RELATION_CALLS = """
    aggregate: 'sum(a)'
    filter: 'a > 1'
    project: 'a'
    select: 'a'
    order: 'a'
    sort: 'a'
    limit: 1
    join: con.sql('select * from t').set_alias('u'), 'a'
    union: rel
    except_: rel
    intersect: rel
    set_alias: 'z'
    to_csv: 'o.csv'
    write_csv: 'o.csv'
    to_parquet: 'o.parquet'
    write_parquet: 'o.parquet'
    create: 't2'
    to_table: 't2'
    create_view: 'v'
    to_view: 'v'
    query: 'z', 'select * from z'
    map: lambda f: f
    apply: 'sum', 'a'
"""
_SQL = """
import sqlalchemy as sa
engine = sa.create_engine("sqlite://")
meta = sa.MetaData()
t = sa.Table("t", meta, sa.Column("a", sa.Integer))
"""
_SQL_CALLS = """
    select: t
    insert: t
    update: t
    delete: t
    text: 'select 1'
    literal: 1
    literal_column: 'a'
    func: -
    and_: t.c.a > 1, t.c.a < 3
    or_: t.c.a > 1, t.c.a < 3
    not_: t.c.a > 1
    case: (t.c.a > 1, 1)
    cast: t.c.a, sa.String
    asc: t.c.a
    desc: t.c.a
    distinct: t.c.a
    between: t.c.a, 1, 2
    exists: sa.select(t)
    union: sa.select(t), sa.select(t)
    union_all: sa.select(t), sa.select(t)
    intersect: sa.select(t), sa.select(t)
    except_: sa.select(t), sa.select(t)
    join: t, t.alias(), t.c.a > 1
    column: 'a'
    table: 'a'
    bindparam: 'a'
    tuple_: t.c.a
    extract: 'year', t.c.a
    create_engine: 'sqlite://' ;; 'sqlite:///o.db'
    Table: 'u', meta, sa.Column('a', sa.Integer)
    Column: 'a', sa.Integer
    make_url: 'sqlite://'
    over: sa.func.sum(t.c.a)
    label: 'z', t.c.a
    collate: t.c.a, 'x'
    type_coerce: t.c.a, sa.String
    try_cast: t.c.a, sa.String
    within_group: sa.func.sum(t.c.a), t.c.a
    funcfilter: sa.func.sum(t.c.a), t.c.a > 1
    nulls_first: t.c.a
    nulls_last: t.c.a
    nullsfirst: t.c.a
    nullslast: t.c.a
    alias: t
    lateral: sa.select(t)
    tablesample: t, 10
    outerjoin: t, t.alias(), t.c.a > 1
    values: sa.column('a')
    all_: sa.select(t).scalar_subquery()
    any_: sa.select(t).scalar_subquery()
    ForeignKey: 't.a'
"""
_PLAIN = ("", "1", "'a'")

SAMPLES = (
    Sample("polars.DataFrame", "df", _POLARS, calls=_FRAME, attempts=(*_PLAIN, "s"), skipped="deserialize show"),
    Sample("polars.LazyFrame", "lazy", _POLARS, calls=_FRAME + _LAZY, attempts=_PLAIN, skipped="deserialize show"),
    Sample("polars.Series", "s", _POLARS, calls=_SERIES, attempts=("", "1", "t", "'a'"), skipped="deserialize show"),
    Sample("polars.Expr", "e", _POLARS, attempts=("", "1", "e", "'a'", "1, 2", "lambda x: x", "2, 1"),
           skipped="deserialize"),
    Sample("polars", "pl", _POLARS, _POLARS_FILES, _FUNCTIONS, ("'a'", "", "e", "1, 2", "e, e", "1"),
           "show_versions read_database read_database_uri read_delta scan_delta read_clipboard read_ods scan_iceberg"),
    Sample("polars.selectors", "selectors", _POLARS, attempts=("", "'a'", "pl.Int64", "0")),
    Sample("dask.DataFrame", "df", _DASK, calls=_DASK_FRAME, attempts=("", "num", "1", "'a'"),
           skipped="visualize explain analyze pprint to_hdf to_orc dask"),
    Sample("dask.Series", "s", _DASK, calls="map: lambda x: x, meta=('b', 'f8')\napply: lambda x: x, meta=('b', 'f8')",
           attempts=("", "s", "1", "0, 1"),
           skipped="visualize explain analyze pprint to_hdf to_csv to_json to_sql dask"),
    Sample("dask.GroupBy", "group", _DASK, calls="agg: 'sum'\naggregate: 'sum'\napply: len, meta=('n', 'i8')\n"
           "get_group: 1\ntransform: lambda x: x, meta={'b': 'f8', 'c': 'O'}\nrolling: 2\n"
           "shift: 1, meta={'b': 'f8', 'c': 'O'}"),
    Sample("dask.Array", "x", _DASK, calls=_ARRAY_CALLS, skipped="visualize to_svg dask to_tiledb to_hdf5 to_zarr"),
    Sample("dask.Bag", "b", _DASK, calls=_BAG_CALLS, skipped="visualize dask to_avro"),
    Sample("xarray.DataArray", "da", _XARRAY, calls=_XARRAY_CALLS, attempts=("", "'x'", "da", "1"),
           skipped="to_iris to_dask_dataframe to_zarr"),
    Sample("xarray.Dataset", "ds", _XARRAY, calls=_XARRAY_CALLS, attempts=("", "'x'", "ds", "1"),
           skipped="to_dask_dataframe to_zarr dump_to_store"),
    Sample("pyarrow.Table", "table", _ARROW, calls=_ARROW_CALLS),
    Sample("pyarrow.Array", "arr", _ARROW, calls=_ARROW_CALLS, attempts=("", "1", "arr", "'int64'")),
    Sample("pyarrow.compute", "pc", _ARROW,
           calls="if_else: flags, arr, arr\ntake: arr, [0]\nfilter: arr, flags\ncast: arr, 'float64'\nindex: arr, 1\n"
           "is_in: arr, value_set=arr\nindex_in: arr, value_set=arr\nstrftime: times\n"
           "replace_substring: text, 'a', 'b'",
           attempts=("arr", "flt", "text", "flags", "times", "arr, arr", "flags, flags", "text, 'a'", "times, times",
                     "3", "arr, flags, arr")),
    Sample("geopandas.GeoDataFrame", "gdf", _GEO, calls=_GEO_CALLS, attempts=("", "1", "'a'", "poly"),
           skipped="to_postgis explore to_excel to_gbq to_clipboard to_xarray"),
    Sample("geopandas.GeoSeries", "points", _GEO, calls=_GEO_CALLS, attempts=("", "1", "poly", "points"),
           skipped="to_postgis explore to_excel to_clipboard"),
    Sample("shapely", "shapely", _GEO, attempts=("poly", "poly, poly", "poly, 1", "[(0, 0), (1, 1)]", "1, 2",
                                         "[poly]"),
           skipped="show_versions"),
    Sample("statsmodels.Results", "result", _MODEL, calls=_RESULT_CALLS, attempts=("", "X")),
    Sample("statsmodels.Model", "model", _MODEL, calls=_MODEL_CALLS, attempts=("", "X")),
    Sample("duckdb.Relation", "rel", _DUCKDB, calls=_RELATION_CALLS, attempts=("", "'a'", "1", "rel"),
           skipped="query show to_arrow_table pl torch tf fetch_arrow_reader"),
    Sample("sqlalchemy", "sa", _SQL, calls=_SQL_CALLS, attempts=("", "t.c.a", "1", "'a'"),
           skipped="inspect create_async_engine create_mock_engine engine_from_config create_pool_from_url"),
)  # fmt: skip
