"""pandas."""

from __future__ import annotations

from library_facts.sample import Sample

__all__ = ["SAMPLES"]

_SETUP = """
import io
import sqlite3
import numpy as np
import pandas as pd
df = pd.DataFrame({"a": [1, 2, 2], "b": [0.5, 1.5, 2.5], "c": ["x", "y", "x"]})
num = pd.DataFrame({"a": [1.0, 2.0, 2.5], "b": [0.5, 1.5, 2.5]})
other = pd.DataFrame({"a": [1, 2], "d": [5, 6]})
days = pd.DataFrame({"a": [1.0, 2.0, 3.0]}, index=pd.date_range("2020-01-01", periods=3))
levels = pd.DataFrame({"v": [1.0, 2.0]}, index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)], names=["k", "n"]))
s = pd.Series([1.5, 2.5, 2.5], name="s")
t = pd.Series([3.0, 1.0, 2.0], name="t")
text = pd.Series(["ab", "cd e", None], name="text")
moments = pd.Series(pd.date_range("2020-01-01", periods=3), name="moments")
spans = pd.Series(pd.to_timedelta([1, 2, 3], unit="D"), name="spans")
cats = pd.Series(pd.Categorical(["x", "y", "x"]), name="cats")
day_series = days["a"]
level_series = levels["v"]
index = pd.Index([1, 2, 3], name="i")
dates = pd.date_range("2020-01-01", periods=3)
buffer = io.StringIO()
binary = io.BytesIO()
rng = np.random.default_rng(1)
arr = np.array([1.0, 2.0, 3.0])
con = sqlite3.connect(":memory:")
"""
_FILES = """
import json
import pandas as pd
pd.DataFrame({"a": [1, 2], "b": ["x", "y"]}).to_csv("t.csv", index=False)
frame = pd.read_csv("t.csv")
frame.to_parquet("t.parquet")
frame.to_json("t.json")
frame.to_pickle("t.pkl")
frame.to_excel("t.xlsx")
frame.to_feather("t.feather")
frame.to_html("t.html")
frame.to_stata("t.dta")
frame.to_orc("t.orc")
"""
_PLOTS = """
import matplotlib
matplotlib.use("Agg")
import matplotlib.pyplot as plt
plt.close("all")
fig, ax = plt.subplots()
plt.figure()
"""
_TABLES = """
    agg: 'sum' ;; len
    aggregate: 'sum'
    align: other
    apply: len ;; 'sum' ;; lambda c: c
    asfreq: =days.asfreq('D')
    asof: =days.asof('2020-01-02')
    astype: object ;; str
    at_time: =days.at_time('00:00')
    between_time: =days.between_time('00:00', '01:00')
    bfill: ;; inplace=True
    backfill: ;; inplace=True
    clip: =num.clip(1) ;; =num.clip(1, inplace=True)
    combine: other, lambda a, b: a
    combine_first: other
    compare: copied
    drop: 0 ;; [0], inplace=True
    drop_duplicates: ;; inplace=True
    dropna: ;; inplace=True
    droplevel: =levels.droplevel(0)
    ewm: 1.0
    ffill: ;; inplace=True
    pad: ;; inplace=True
    fillna: 0 ;; 0, inplace=True
    filter: [0], axis=0
    first: '1D' ;; =days.first('1D')
    last: '1D' ;; =days.last('1D')
    head: ;; 1
    tail: ;; 1
    get: 'a'
    info: ;; buf=buffer
    infer_objects: ;; copy=False
    interpolate: =num.interpolate() ;; =num.interpolate(inplace=True)
    isin: [1]
    map: str
    mask: condition ;; condition, inplace=True ;; condition, 0
    where: condition ;; condition, inplace=True ;; condition, 0
    pipe: len ;; lambda d: d
    pop: 'a'
    reindex: [0, 1]
    reindex_like: other
    rename_axis: 'z' ;; 'z', inplace=True
    reorder_levels: =levels.reorder_levels([1, 0])
    replace: 1, 2 ;; 1, 2, inplace=True ;; {2: 3}
    resample: =days.resample('D')
    reset_index: ;; drop=True ;; inplace=True, drop=True
    rolling: 2
    sample: 1 ;; 1, random_state=0 ;; 1, random_state=rng ;; frac=1
    set_axis: [3, 4, 5]
    set_flags: allows_duplicate_labels=False
    swapaxes: 0, 0
    swaplevel: =levels.swaplevel()
    sort_index: ;; ascending=False, inplace=True
    take: [0]
    to_csv: ;; 'o.csv' ;; path_or_buf='o.csv' ;; buffer
    to_excel: 'o.xlsx' ;; excel_writer='o.xlsx'
    to_json: ;; 'o.json' ;; path_or_buf='o.json' ;; buffer
    to_latex: ;; 'o.tex' ;; buf='o.tex'
    to_markdown: ;; 'o.md' ;; buf='o.md' ;; buffer
    to_pickle: 'o.pkl' ;; path='o.pkl'
    to_sql: 't', con ;; 't', con=con
    to_string: ;; 'o.txt' ;; buf=buffer
    to_period: =days.to_period('D')
    to_timestamp: =days.to_period('D').to_timestamp()
    transform: lambda c: c
    truncate: 0, 1
    tz_localize: =days.tz_localize('UTC')
    tz_convert: =days.tz_localize('UTC').tz_convert('UTC')
    xs: 0
    plot: - ;; ;; ax=ax
    hist: ;; ax=ax
    cov: =num.cov() ;; t
    corr: =num.corr() ;; t
    pct_change: =num.pct_change()
    diff: =num.diff()
    cumprod: =num.cumprod()
    abs: =num.abs()
    round: =num.round(1)
    rank: ;; numeric_only=True
    dot: =num.dot(num.T)
    unstack: =levels.unstack()
"""
_FRAME = """
    applymap: str
    assign: z=1 ;; z=s
    boxplot: ;; column='a' ;; column='a', ax=ax
    drop: columns='a' ;; [0] ;; columns='a', inplace=True
    eq: 1
    eval: 'a + b' ;; 'z = a + b', inplace=True
    explode: 'a'
    filter: ['a']
    from_arrow: __import__('pyarrow').table({'a': [1]})
    from_dict: {'a': [1]}
    from_records: [{'a': 1}]
    groupby: 'a' ;; s ;; ['a', 'c']
    insert: 0, 'z', s
    isetitem: 0, s
    join: other, rsuffix='_r' ;; other.set_index('a'), on='a'
    melt: ;; id_vars='a'
    merge: other, on='a' ;; other, how='cross'
    nlargest: 1, 'a'
    nsmallest: 1, 'a'
    pivot: columns='c', index='b', values='a'
    pivot_table: index='a', values='b'
    quantile: =num.quantile(0.5) ;; =num.quantile([0.5])
    query: 'a > 1' ;; 'a > 1', inplace=True
    rename: columns={'a': 'z'} ;; str.upper, axis=1 ;; columns={'a': 'z'}, inplace=True
    select_dtypes: 'number'
    set_index: 'a' ;; 'a', inplace=True ;; ['a', 'b']
    sort_values: 'b', ascending=False ;; 'b', ascending=False, inplace=True
    stack: ;; =num.stack()
    to_feather: 'o.feather' ;; path='o.feather'
    to_hdf: 'o.h5', key='a'
    to_html: ;; 'o.html' ;; buf=buffer
    to_orc: ;; 'o.orc' ;; path='o.orc'
    to_parquet: ;; 'o.parquet' ;; path='o.parquet'
    to_stata: 'o.dta' ;; path='o.dta'
    to_xml: ;; 'o.xml' ;; path_or_buffer='o.xml'
    update: other ;; other, overwrite=False
"""
_SERIES = """
    argsort: ;; ascending=False
    autocorr: =num['a'].autocorr()
    between: 1, 2
    case_when: [(s > 2, 0)]
    cov: t
    corr: t
    factorize:
    get: 0
    groupby: s > 2 ;; t ;; level=0
    items:
    combine: t, max
    pop: 0
    repeat: 2
    rename: 'z' ;; {0: 9} ;; 'z', inplace=True
    searchsorted: 2
    sort_values: ascending=False ;; ascending=False, inplace=True
    to_frame: ;; 'z'
    dot: t
    update: t
    isetitem: 0, 0
    plot: - ;; ;; ax=ax
    explode:
    quantile: ;; [0.5]
    nlargest: 1
    nsmallest: 1
"""

_NEEDS = ("pandas", "matplotlib", "pyarrow", "openpyxl", "lxml", "tabulate", "jinja2")
_WARM = "import pyarrow.orc, pyarrow.feather, pyarrow.parquet, jinja2, openpyxl, lxml.etree, tabulate\n"
_ALL = _WARM + _PLOTS + _SETUP


def _sample(name: str, receiver: str, calls: str, *attempts: str, setup: str = "", **rest: str) -> Sample:
    return Sample(
        f"pandas.{name}".rstrip("."),
        receiver,
        _ALL + setup,
        files=_FILES,
        calls=calls,
        attempts=("", "1", "'a'", "[0]", *attempts),
        requires=_NEEDS,
        **rest,
    )


SAMPLES = (
    _sample(
        "DataFrame",
        "df",
        _TABLES + _FRAME,
        "other",
        "['a']",
        "numeric_only=True",
        "level=0",
        setup="copied = df.copy(); condition = df['a'] > 1; x = df\n",
        skipped="to_clipboard to_gbq to_iceberg",
    ),
    _sample(
        "Series",
        "s",
        _TABLES + _SERIES,
        "t",
        "level=0",
        setup="copied = s.copy(); condition = s > 2; other = t; num = num['a']\n"
        "days = day_series; levels = level_series\n",
        skipped="to_clipboard to_hdf",
    ),
    _sample(
        "Index",
        "index",
        """
        append: pd.Index([4])
        asof: 2
        asof_locs: index, np.array([True, True, True])
        astype: float
        delete: 0
        drop: [1]
        groupby: index
        insert: 0, 5
        isin: [1]
        join: pd.Index([1, 2])
        map: str
        putmask: np.array([True, False, False]), 9
        reindex: [1, 2]
        rename: 'z' ;; 'z', inplace=True
        set_names: 'z' ;; 'z', inplace=True
        sortlevel:
        take: [0]
        where: np.array([True, False, False])
        get_indexer: [1]
        get_indexer_for: [1]
        get_indexer_non_unique: [1]
        get_loc: 1
        get_slice_bound: 1, 'left'
        slice_indexer: 1, 2
        slice_locs: 1, 2
        union: pd.Index([5])
        to_frame: ;; name='z'
        droplevel: =levels.index.droplevel(0)
        shift: =dates.shift(1)
        round: =pd.Index([1.5]).round()
        diff:
        fillna: =pd.Index([1.5, None]).fillna(0)
        view:
        """,
        "index",
        setup="",
    ),
    _sample(
        "MultiIndex",
        "levels.index",
        """
        append: levels.index
        droplevel: 0
        drop: [('a', 1)]
        from_arrays: [[1], [2]]
        from_frame: other
        from_product: [[1], [2]]
        from_tuples: [(1, 2)]
        get_level_values: 0
        get_loc: ('a', 1)
        get_loc_level: 'a'
        get_locs: ['a']
        rename: ['x', 'y'] ;; ['x', 'y'], inplace=True
        reorder_levels: [1, 0]
        set_codes: [0, 1], level=0
        set_levels: ['x', 'y'], level=0
        set_names: ['x', 'y'] ;; ['x', 'y'], inplace=True
        sortlevel: 0
        swaplevel:
        to_flat_index:
        to_frame:
        isin: [('a', 1)]
        insert: 0, ('z', 9)
        join: levels.index
        union: levels.index
        intersection: levels.index
        difference: levels.index
        symmetric_difference: levels.index
        map: lambda v: v
        reindex: levels.index
        get_indexer: levels.index
        get_indexer_for: levels.index
        groupby: [0, 1]
        equal_levels: levels.index
        slice_locs: 'a', 'b'
        """,
    ),
    _sample(
        "DatetimeIndex",
        "dates",
        """
        ceil: 'D'
        floor: 'D'
        round: 'D'
        indexer_at_time: '00:00'
        indexer_between_time: '00:00', '01:00'
        isin: dates
        shift: 1
        snap: 'D'
        strftime: '%Y'
        to_period: 'D'
        tz_convert: =dates.tz_localize('UTC').tz_convert('UTC')
        tz_localize: 'UTC'
        as_unit: 's'
        get_loc: '2020-01-01'
        map: str
        union: dates
        slice_indexer: '2020-01-01', '2020-01-02'
        """,
        "dates",
    ),
    _sample(
        "GroupBy",
        "grouped",
        """
        agg: 'sum' ;; {'b': 'sum'} ;; total=('b', 'sum')
        aggregate: 'sum'
        apply: len ;; lambda g: g
        corrwith: =num.groupby('a').corrwith(num)
        expanding:
        ewm: 1.0
        filter: lambda g: len(g) > 1
        fillna: 0
        get_group: 1 ;; (1,)
        nth: 0
        pipe: len
        resample: =days.groupby('a').resample('D')
        rolling: 2
        sample: 1 ;; 1, random_state=0
        take: [0]
        transform: 'sum' ;; lambda c: c
        plot: - ;; ax=ax
        hist: ;; column='b'
        boxplot: ;; ax=ax
        head: 1
        quantile: 0.5
        """,
        "numeric_only=True",
        setup="grouped = df[['a', 'b']].groupby('a')\n",
    ),
    _sample(
        "SeriesGroupBy",
        "grouped",
        """
        agg: 'sum' ;; total='sum'
        aggregate: 'sum'
        apply: len ;; lambda g: g
        corr: s
        cov: s
        ewm: 1.0
        filter: lambda g: len(g) > 1
        get_group: 1 ;; (1,)
        nth: 0
        pipe: len
        resample: =days.groupby([1, 1, 1])['a'].resample('D')
        rolling: 2
        sample: 1 ;; 1, random_state=0
        take: [0]
        transform: 'sum' ;; lambda c: c
        plot: - ;; ax=ax
        hist: ;; ax=ax
        head: 1
        quantile: 0.5
        fillna: 0
        """,
        setup="grouped = df.groupby('a')['b']\n",
    ),
    _sample(
        "Rolling",
        "window",
        """
        agg: 'sum'
        aggregate: 'sum'
        apply: len
        corr: num
        cov: num
        quantile: 0.5
        pipe: len
        """,
        setup="window = num.rolling(2)\n",
    ),
    _sample(
        "Expanding",
        "window",
        "agg: 'sum'\naggregate: 'sum'\napply: len\nquantile: 0.5\npipe: len",
        setup="window = num.expanding(2)\n",
    ),
    _sample("ExponentialMovingWindow", "window", "agg: 'sum'\naggregate: 'sum'", setup="window = num.ewm(1.0)\n"),
    _sample(
        "Resampler",
        "resampled",
        """
        agg: 'sum'
        aggregate: 'sum'
        apply: len
        asfreq:
        get_group: pd.Timestamp('2020-01-01')
        interpolate:
        pipe: len
        transform: lambda c: c
        quantile: 0.5
        fillna: 'ffill'
        plot: - ;; ax=ax
        hist:
        sample: 1 ;; 1, random_state=0
        nearest:
        take: [0]
        """,
        setup="resampled = days.resample('D')\n",
    ),
    _sample(
        "StringMethods",
        "text.str",
        """
        cat: ;; text
        center: 5
        contains: 'a'
        count: 'a'
        decode: =pd.Series([b'a']).str.decode('utf8')
        encode: 'utf8'
        endswith: 'a'
        extract: '(a)'
        extractall: '(a)'
        find: 'a'
        findall: 'a'
        fullmatch: 'a'
        get: 0
        get_dummies:
        index: =pd.Series(['ab']).str.index('a')
        rindex: =pd.Series(['ab']).str.rindex('a')
        join: '-'
        ljust: 5
        match: 'a'
        normalize: 'NFC'
        pad: 5
        replace: 'a', 'b'
        rjust: 5
        slice_replace: 0, 1, 'x'
        startswith: 'a'
        translate: {97: 'b'}
        wrap: 5
        zfill: 5
        isascii:
        """,
    ),
    _sample(
        "DatetimeProperties",
        "moments.dt",
        """
        ceil: 'D'
        floor: 'D'
        round: 'D'
        strftime: '%Y'
        to_period: 'D'
        tz_convert: =moments.dt.tz_localize('UTC').dt.tz_convert('UTC')
        tz_localize: 'UTC'
        as_unit: 's'
        """,
    ),
    _sample("TimedeltaProperties", "spans.dt", "ceil: 'D'\nfloor: 'D'\nround: 'D'\nas_unit: 's'"),
    _sample(
        "CategoricalAccessor",
        "cats.cat",
        """
        add_categories: 'z'
        remove_categories: 'x'
        rename_categories: {'x': 'z'}
        reorder_categories: ['y', 'x']
        set_categories: ['x']
        """,
    ),
    _sample(
        "Categorical",
        "pd.Categorical(['x', 'y', 'x'])",
        """
        add_categories: 'z'
        remove_categories: 'x'
        rename_categories: {'x': 'z'}
        reorder_categories: ['y', 'x']
        set_categories: ['x']
        astype: str
        check_for_ordered: 'x'
        fillna: 'x'
        from_codes: [0], ['a']
        map: {'x': 'z', 'y': 'w'}
        isin: ['x']
        take: [0]
        set_ordered: True
        searchsorted: =pd.Categorical(['x'], ordered=True).searchsorted('x')
        equals: cats.array
        insert: 0, 'x'
        delete: 0
        repeat: 2
        sort_values: ;; inplace=True
        """,
    ),
    _sample(
        "PlotAccessor",
        "num.plot",
        """
        hexbin: 'a', 'b', gridsize=2
        pie: 'a' ;; 'a', ax=ax
        scatter: 'a', 'b' ;; 'a', 'b', ax=ax
        line: ;; ax=ax
        bar: ;; ax=ax
        barh: ;; ax=ax
        area: ;; ax=ax
        box: ;; ax=ax
        hist: ;; ax=ax
        kde: ;; ax=ax
        density: ;; ax=ax
        """,
    ),
    _sample(
        "Styler",
        "style",
        """
        apply: lambda c: [''] * len(c)
        apply_index: lambda c: [''] * len(c)
        map: lambda v: ''
        map_index: lambda v: ''
        applymap: lambda v: ''
        applymap_index: lambda v: ''
        background_gradient:
        bar:
        concat: df.style
        export:
        format: '{:.1f}' ;; precision=1
        format_index: str
        format_index_names: str
        from_custom_template: '.', html_table='t'
        hide: axis='index' ;; ['a'], axis='columns'
        highlight_between: left=1
        highlight_max:
        highlight_quantile: subset=['a']
        pipe: len
        relabel_index: ['x', 'y', 'z']
        set_caption: 'c'
        set_properties: color='red'
        set_sticky:
        set_table_attributes: 'class="a"'
        set_table_styles: [{'selector': 'td', 'props': 'color: red'}]
        set_td_classes: pd.DataFrame({'a': ['k']})
        set_tooltips: pd.DataFrame({'a': ['k']})
        set_uuid: 'u'
        text_gradient:
        to_excel: 'o.xlsx'
        to_html: ;; 'o.html' ;; buf=buffer
        to_latex: ;; 'o.tex'
        to_string: ;; 'o.txt'
        to_typst: ;; 'o.typ'
        use: df.style.export()
        """,
        setup="style = df[['a', 'b']].style\n",
    ),
    _sample(
        "Timestamp",
        "pd.Timestamp('2020-01-01')",
        """
        ceil: 'D'
        floor: 'D'
        round: 'D'
        replace: year=2021
        strftime: '%Y'
        tz_localize: 'UTC'
        tz_convert: =pd.Timestamp('2020-01-01', tz='UTC').tz_convert('UTC')
        astimezone: =pd.Timestamp('2020-01-01', tz='UTC').astimezone('UTC')
        to_period: 'D'
        as_unit: 's'
        combine: =pd.Timestamp.combine(pd.Timestamp('2020').date(), pd.Timestamp('2020').time())
        strptime: =pd.Timestamp.strptime('2020', '%Y')
        utcfromtimestamp: 1
        fromisoformat: '2020-01-01'
        fromisocalendar: 2020, 1, 1
        """,
    ),
    _sample("Timedelta", "pd.Timedelta(1, 'D')", "ceil: 'D'\nfloor: 'D'\nround: 'D'\nas_unit: 's'"),
    _sample("Period", "pd.Period('2020')", "asfreq: 'D'\nstrftime: '%Y'\nto_timestamp:"),
    _sample("ExcelFile", "book", "parse: ;; 'Sheet1'", setup="book = pd.ExcelFile('t.xlsx')\n"),
    _sample(
        "",
        "pd",
        """
        ArrowDtype: __import__('pyarrow').int64()
        CategoricalDtype: ['a']
        DatetimeTZDtype: 'ns', 'UTC'
        IntervalDtype: 'int64'
        PeriodDtype: 'D'
        SparseDtype: float
        Categorical: ['a']
        CategoricalIndex: ['a']
        DataFrame: ;; {'a': [1]} ;; {'a': arr} ;; arr ;; df
        DateOffset: days=1
        DatetimeIndex: ['2020-01-01']
        ExcelFile: 't.xlsx'
        ExcelWriter: 'o.xlsx'
        Flags: df, allows_duplicate_labels=True
        Grouper: 'a'
        HDFStore: 'o.h5'
        Index: [1] ;; arr
        Interval: 0, 1
        IntervalIndex: [pd.Interval(0, 1)]
        MultiIndex: =pd.MultiIndex.from_tuples([(1, 2)])
        NamedAgg: 'a', 'sum'
        Period: '2020'
        PeriodIndex: ['2020'], freq='Y'
        RangeIndex: 3
        Series: [1] ;; arr ;; s
        Timedelta: 1, 'D'
        TimedeltaIndex: ['1D']
        Timestamp: '2020-01-01'
        array: [1] ;; arr
        bdate_range: '2020-01-01', periods=2
        concat: [df, other] ;; [s, t], axis=1 ;; {'a': df}
        crosstab: s, t
        cut: arr, 2
        date_range: '2020-01-01', periods=2
        describe_option: 'display.max_rows', False
        eval: 'df.a + 1' ;; 'arr + 1' ;; 'z = df.a + df.b', target=df, inplace=True
        factorize: arr
        from_dummies: pd.get_dummies(s.astype(str))
        get_dummies: df
        get_option: 'display.max_rows'
        infer_freq: dates
        interval_range: 0, 3
        isna: df
        isnull: df
        json_normalize: [{'a': {'b': 1}}]
        lreshape: num, {'z': ['a', 'b']}
        melt: df
        merge: df, other, on='a'
        merge_asof: num.sort_values('b'), num.sort_values('b'), on='b'
        merge_ordered: df, other
        notna: df
        notnull: df
        option_context: 'display.max_rows', 3
        period_range: '2020', periods=2, freq='Y'
        pivot: df, columns='c', index='b', values='a'
        pivot_table: df, index='a', values='b'
        qcut: arr, 2
        read_clipboard:
        read_csv: 't.csv' ;; filepath_or_buffer='t.csv' ;; io.StringIO('a\\n1')
        read_excel: 't.xlsx' ;; io='t.xlsx'
        read_feather: 't.feather' ;; path='t.feather'
        read_fwf: 't.csv' ;; filepath_or_buffer='t.csv'
        read_hdf: 't.h5'
        read_html: 't.html' ;; io='t.html'
        read_json: 't.json' ;; path_or_buf='t.json'
        read_orc: 't.orc' ;; path='t.orc'
        read_parquet: 't.parquet' ;; path='t.parquet'
        read_pickle: 't.pkl' ;; filepath_or_buffer='t.pkl'
        read_sas: 't.xpt'
        read_spss: 't.sav'
        read_sql: 'select 1', con ;; 'select 1', con=con
        read_sql_query: 'select 1', con
        read_sql_table: 't', con
        read_stata: 't.dta' ;; filepath_or_buffer='t.dta'
        read_table: 't.csv' ;; filepath_or_buffer='t.csv'
        read_xml: io.StringIO('<r><a>1</a></r>')
        reset_option: 'display.max_rows'
        set_eng_float_format:
        set_option: 'display.max_rows', 7
        show_versions:
        test:
        timedelta_range: '1D', periods=2
        to_datetime: '2020-01-01' ;; text.dropna().index ;; ['2020-01-01']
        to_numeric: s ;; '1'
        to_pickle: df, 'o.pkl'
        to_timedelta: 1 ;; spans
        unique: s ;; arr
        value_counts: s
        wide_to_long: pd.DataFrame({'x1': [1], 'i': [0]}), 'x', i='i', j='j'
        """,
        skipped="test show_versions read_clipboard read_gbq read_iceberg",
    ),
)
