"""pandas."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import FileAccess, Methods, words
from jupyter_pipeline.compiler.analysis.library_models.table_api import table_library
from jupyter_pipeline.compiler.analysis.values import TABLE

__all__ = ["MODELS"]

MODELS = (
    table_library(
        "pandas",
        reads_names=("eval",),
        methods={
            TABLE: Methods(
                pure=words(
                    """
                    groupby merge sort_values sort_index dropna fillna assign reset_index set_index query astype
                    drop_duplicates value_counts describe pivot_table pivot melt agg aggregate mean sum std var min max
                    median quantile nunique unique isna isnull notna notnull duplicated corr cov cumsum cumprod cummax
                    cummin diff pct_change shift rank rolling expanding ewm resample nlargest nsmallest sample head tail
                    info memory_usage to_dict to_list to_numpy tolist mode idxmax idxmin argmax argmin argsort clip
                    round abs between isin apply applymap map pipe stack unstack explode interpolate select_dtypes
                    filter rename rename_axis add_prefix add_suffix dot prod any all cumcount ngroup size first last
                    nth crosstab bfill ffill set_axis reindex sort join concat tz_localize tz_convert normalize iterrows
                    itertuples transpose squeeze view swapaxes drop to_frame where mask take repeat
                    eval searchsorted to_period to_timestamp asfreq combine_first align equals gt lt ge
                    le eq ne add sub mul div truediv floordiv mod pow radd rsub rmul rdiv to_string to_html to_markdown
                    to_json to_records xs get_group cat factorize get_dummies droplevel swaplevel nbytes hist plot
                    boxplot
                    """
                ),
                mutating=words(
                    "insert pop update isetitem set_flags append add_column clear set_value setdefault load"
                ),
                inplace=words(
                    """
                    sort_values sort_index drop dropna fillna reset_index set_index drop_duplicates rename rename_axis
                    replace where mask clip interpolate query eval ffill bfill set_axis
                    """
                ),
                views=words(
                    """
                    to_numpy astype items iterrows groupby rolling expanding ewm resample get head tail xs get_group
                    rename set_axis rename_axis pipe apply map transform values keys
                    """
                ),
            ),
        },
        file_methods={
            "to_*": (FileAccess(0, writes=True, optional=True),),
            **dict.fromkeys(("to_numpy", "to_frame", "to_list", "to_dict", "to_datetime", "to_pandas"), ()),
        },
        drawing_methods=words("plot hist boxplot hvplot"),
    ),
)
