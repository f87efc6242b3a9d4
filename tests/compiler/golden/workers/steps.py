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
    """Compute `converted`.

    Parameters
    ----------
    path : object
        One of `paths`.

    Returns
    -------
    object
        An element of `converted`.
    """
    return convert(path)


def compute_orders(converted, day: date = date(2026, 1, 31), region: str = "eu"):
    """Compute `orders`.

    Parameters
    ----------
    converted
        Result of `converted`.
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
    """Check sound.

    Parameters
    ----------
    orders
        Result of `compute_orders`.

    Returns
    -------
    object
        The check fails if it is false.
    """
    return pa.DataFrameSchema({"price": pa.Column(float, pa.Check.gt(0))}).validate(
        orders
    )


def revenue(orders):
    """Compute `revenue`.

    Parameters
    ----------
    orders
        Result of `compute_orders`.

    Returns
    -------
    revenue
    """
    return orders.groupby("customer").price.sum().compute()
