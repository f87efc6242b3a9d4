from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.queries import is_reading_query
from jupyter_pipeline.compiler.analysis.slicer import slice_cells

POLARS = "import polars as pl\ndf = pl.read_csv('a.csv')"
DUCKDB = "import duckdb\nimport pandas as pd\ndf = pd.read_csv('a.csv')\ncon = duckdb.connect()"
DASK = "import dask\nimport dask.dataframe as dd\ndf = dd.read_csv('a.csv')"
XARRAY = "import xarray as xr\nds = xr.open_dataset('a.nc')"
ARROW = "import pyarrow as pa\nimport pyarrow.parquet as pq\ntable = pq.read_table('a.parquet')"
GEO = "import geopandas as gpd\ngdf = gpd.read_file('a.shp')"
SQL = "import pandas as pd\nimport sqlalchemy as sa\nengine = sa.create_engine('sqlite:///a.db')"


@pytest.mark.parametrize(
    ("setup", "statement", "last", "kept"),
    [
        (POLARS, "df.with_columns(pl.col('a') * 2)", "df.head()", False),
        (POLARS, "df.write_csv(file='b.csv')", "pl.read_csv('b.csv')", True),
        (POLARS, "df.write_csv('b.csv')", "df.head()", False),
        (POLARS, "df.insert_column(0, pl.Series('z', [1]))", "df.head()", True),
        (POLARS, "df.a_new_method()", "df.head()", True),
        (POLARS, "pl.a_new_function(df)", "df.head()", True),
        (POLARS, "pl.Config.set_tbl_rows(3)", "print(df)", True),
        (POLARS, "pl.set_random_seed(1)", "df.sample(2)", True),
        (POLARS, "pl.set_random_seed(1)", "df.sample(2, seed=1)", False),
        (POLARS, "df.lazy().sink_csv('b.csv')", "pl.scan_csv('b.csv').collect()", True),
        (DUCKDB, "con.execute('create table t as select * from df')", "con.sql('select * from t').df()", True),
        (DUCKDB, "con.sql('select * from df').show()", "con.sql('select 1').df()", False),
        (DUCKDB, "duckdb.sql('create table t as select 1')", "duckdb.sql('select * from t').df()", True),
        (DUCKDB, "duckdb.sql('select * from df').show()", "duckdb.sql('select 1').df()", False),
        (DUCKDB, "con.register('t', df)", "con.sql('select * from t').df()", True),
        (DUCKDB, "duckdb.sql(\"copy df to 'b.csv'\")", "pd.read_csv('b.csv')", True),
        (DUCKDB, "pd.DataFrame({'a': [1]}).to_csv('b.csv')", "duckdb.sql(\"from 'b.csv'\").df()", True),
        (DASK, "df['b'] = df.a + 1", "df.compute()", True),
        (DASK, "df.to_csv(filename='out')", "dd.read_csv('out/*').compute()", True),
        (DASK, "df.a.mean().compute()", "df.compute()", False),
        (DASK, "dask.config.set(scheduler='sync')", "df.compute()", True),
        (XARRAY, "ds.load()", "ds.mean()", True),
        (XARRAY, "ds.mean('time')", "ds.max()", False),
        (XARRAY, "xr.set_options(keep_attrs=True)", "ds.mean()", True),
        (XARRAY, "ds.to_netcdf('b.nc')", "xr.open_dataset('b.nc')", True),
        (ARROW, "pq.write_table(table, where='b.parquet')", "pq.read_table('b.parquet')", True),
        (ARROW, "table.append_column('b', table['a'])", "table.schema", False),
        (ARROW, "pa.set_cpu_count(1)", "pa.cpu_count()", True),
        (GEO, "gdf.to_crs(3857, inplace=True)", "gdf.crs", True),
        (GEO, "gdf.to_crs(3857)", "gdf.crs", False),
        (GEO, "gdf.to_file('b.gpkg')", "gpd.read_file('b.gpkg')", True),
        (SQL, "pd.DataFrame({'a': [1]}).to_sql('t', engine)", "pd.read_sql('t', engine)", True),
        (
            SQL,
            "with engine.begin() as con:\n    con.execute(sa.text('drop table t'))",
            "pd.read_sql('t', engine)",
            True,
        ),
        (SQL, "sa.select(sa.text('1'))", "pd.read_sql('t', engine)", False),
    ],
)
def test_a_statement_is_kept_if_the_last_cell_depends_on_it(setup: str, statement: str, last: str, kept: bool) -> None:
    source = slice_cells([setup, statement, f"result = {last}"], 2).source
    assert (statement in source) is kept


def test_a_lazy_result_reads_the_file_when_it_is_collected() -> None:
    cells = [POLARS, "lazy = pl.scan_csv('b.csv')", "df.write_csv('b.csv')", "out = lazy.collect()"]
    assert "write_csv" in slice_cells(cells, 3).source


@pytest.mark.parametrize(
    ("text", "reads"),
    [
        ("select * from t", True),
        ("-- a comment\nwith a as (select 1) select * from a;", True),
        ("from 'a.csv'", True),
        ("copy t to 'a.csv'", False),
        ("select 1; drop table t", False),
        ("with a as (delete from t returning *) select * from a", False),
        ("select nextval('s')", False),
        ("*", False),
        ("", False),
    ],
)
def test_a_query_reads_if_it_is_one_statement_that_changes_nothing(text: str, reads: bool) -> None:
    assert is_reading_query(text) is reads


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        (["import numpy as np\nx = np.r_[1, 2]", "x[0] = 9", "total = x.sum()"], True),
        (["import numpy as np\nx = np.r_[1, 2]\ny = np.r_[3, 4]", "y[0] = 9", "total = x.sum()"], False),
        (["import pandas as pd\nparts = pd.read_csv('a.csv', chunksize=2)", "next(parts)", "t = parts.read()"], True),
        (["import pandas as pd\nparts = pd.read_csv('a.csv', chunksize=2)", "parts.read(1)", "t = list(parts)"], True),
        (["import pandas as pd\ntable = pd.read_csv('a.csv', chunksize=None)", "table.head()", "t = table"], False),
        ([POLARS + "\nlazy = pl.scan_csv('b*.csv')", "df.write_csv('b.csv')", "t = lazy.collect()"], True),
        ([POLARS + "\nlazy = pl.scan_csv('b*.csv')", "df.write_csv('c.csv')", "t = lazy.collect()"], False),
        ([POLARS + "\ndf.write_csv('b.csv')\nlazy = pl.scan_csv('b*')", "df.write_csv('b.csv')", "lazy.collect()"],
         True),
        ([SQL + "\nother = sa.create_engine(url=open('u').read())", "pd.DataFrame().to_sql('t', engine)",
          "t = pd.read_sql('t', other)"], True),
        (["import requests", "requests.post('https://a.org/x')", "t = requests.get('https://a.org/y').json()"], True),
        (["import requests", "requests.post('https://b.org/x')", "t = requests.get('https://a.org/y').json()"], False),
        (["import requests\nimport pandas as pd", "requests.put('https://a.org/x')",
          "t = pd.read_csv('https://a.org/y')"], True),
        (["import requests\nimport pandas as pd", "requests.put('https://a.org/x')", "t = pd.read_csv('y')"], False),
        (["import requests\ndef send(url): requests.post(url)", "send('https://a.org/x')",
          "t = requests.get('https://a.org/y').text"], True),
        (["import httpx\nclient = httpx.Client(base_url='https://a.org')", "httpx.post('https://a.org/x')",
          "t = client.get('/y').json()"], True),
        (["import numpy as np", "np.save('a.npy', 1)", "t = np.zeros(3)"], False),
        (["import requests", "requests.get('https://a.org/x')", "t = requests.get('https://a.org/y').text"], False),
    ],
)  # fmt: skip
def test_later_statements_depend_on_readers_connections_and_services(cells: list[str], kept: bool) -> None:
    assert (cells[1] in slice_cells(cells, 2).source) is kept
