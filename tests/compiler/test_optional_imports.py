from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.optional_imports import find_optional_imports


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pd.read_excel('a.xlsx')", [("openpyxl",)]),
        ("pd.read_excel(io=f'{folder}/a.XLS')", [("xlrd",)]),
        ("pd.read_excel(folder / 'a.ods')", [("odf",)]),
        ("pd.read_excel(path)", [("openpyxl",), ("xlrd",), ("pyxlsb",), ("odf",)]),
        ("pd.read_excel('a.xls', engine='calamine')", [("python_calamine",)]),
        ("df.to_excel('a.xlsx')", [("xlsxwriter", "openpyxl")]),
        ("pd.ExcelWriter('a.xlsx', engine='openpyxl')", [("openpyxl",)]),
        ("df.to_parquet('a')", [("pyarrow", "fastparquet")]),
        ("df.to_parquet('a', engine='fastparquet')", [("fastparquet",)]),
        ("pd.read_csv('a', engine='pyarrow', dtype_backend='pyarrow')", [("pyarrow",), ("pyarrow",)]),
        ("df.astype('string[pyarrow]')", [("pyarrow",)]),
        ("df.groupby('a').mean(engine='numba')", [("numba",)]),
        ("df.hist()", [("matplotlib",)]),
        ("df.style.format('a')", [("jinja2",)]),
        ("import matplotlib.pyplot as plt\nplt.style.use('a')", []),
        ("pd.read_csv('s3://b/a.csv')", [("s3fs",)]),
        ("open(f'gs://{bucket}/a')", [("gcsfs",)]),
        ("create_engine('postgresql://a')", [("psycopg2",)]),
        ("create_engine('mysql+pymysql://a')", [("pymysql",)]),
        ("import dask.dataframe as dd", [("pandas",), ("pyarrow",)]),
        ("from dask import array", [("numpy",)]),
        ("pd.read_csv('a.csv.zst')", [("zstandard",)]),
        ("pd.read_csv('http://a/b.csv', engine=engine)", []),
        ("x = (", []),
    ],
)
def test_the_modules_of_calls_paths_and_imports_are_found(text: str, expected: list[tuple[str, ...]]) -> None:
    assert [each.modules for each in find_optional_imports(text)] == expected


@pytest.mark.parametrize(
    ("text", "certain"),
    [("pd.read_excel('a.xlsx')", True), ("pd.read_excel(p)", False), ("df.plot()", False), ("df.to_parquet(p)", True)],
)
def test_only_calls_that_fail_without_a_module_are_certain(text: str, certain: bool) -> None:
    assert all(each.is_certain is certain for each in find_optional_imports(text))
