"""Pipeline revenue.

Generated from tpch.ipynb by Jupyter Pipeline.
"""

from datetime import date

import dask
import dask.dataframe as dd
import pandera.pandas as pa


def convert(path):
    dd.read_json(path).to_parquet(path + ".parquet")
    return path + ".parquet"


def converted(path):
    """Converted.

    Parameters
    ----------
    path : object
        One of `paths`.

    Returns
    -------
    an element of `converted`
    """
    return convert(path)


def orders(converted, day: date = date(2026, 1, 31), region: str = "eu"):
    """Orders.

    Parameters
    ----------
    converted : object
        Result of an earlier step.
    day : date, default date(2026, 1, 31)
    region : str, default 'eu'

    Returns
    -------
    orders
    """
    orders = dd.read_parquet(converted)
    orders = orders[(orders.day == day) & (orders.region == region)]
    # Several steps read this: lazy collections are computed once, on the cluster.
    (orders,) = dask.persist(orders)
    return orders


def sound(orders):
    """Sound.

    Parameters
    ----------
    orders : object
        Result of an earlier step.

    Returns
    -------
    the value of the last expression
    """
    return pa.DataFrameSchema({"price": pa.Column(float, pa.Check.gt(0))}).validate(
        orders
    )


def revenue(orders):
    """Revenue.

    Parameters
    ----------
    orders : object
        Result of an earlier step.

    Returns
    -------
    the value of the last expression
    """
    revenue = orders.groupby("customer").price.sum().compute()
    return revenue
