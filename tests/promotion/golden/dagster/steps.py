"""Pipeline revenue.

Made from tpch.ipynb by Jupyter Pipeline.
"""

from datetime import date
import dask.dataframe as dd
import pandera.pandas as pa
import dask


def convert(path):
    dd.read_json(path).to_parquet(path + '.parquet')
    return path + '.parquet'


def converted(path):
    """Run cell 3 of the notebook, counted from 0.

    Parameters
    ----------
    path : object
        One of `paths`.

    Returns
    -------
    an element of `converted`
    """
    return convert(path)


def orders(converted, day: date = date(2026, 1, 31), region: str = 'eu'):
    """Run cell 4 of the notebook, counted from 0.

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
    # Read by several steps: what is lazy is computed once, on the cluster.
    (orders,) = dask.persist(orders)
    return orders


def sound(orders):
    """Run cell 5 of the notebook, counted from 0.

    Parameters
    ----------
    orders : object
        Result of an earlier step.

    Returns
    -------
    the value of the last expression
    """
    return pa.DataFrameSchema({'price': pa.Column(float, pa.Check.gt(0))}).validate(orders)


def revenue(orders):
    """Run cell 6 of the notebook, counted from 0.

    Parameters
    ----------
    orders : object
        Result of an earlier step.

    Returns
    -------
    the value of the last expression
    """
    revenue = orders.groupby('customer').price.sum().compute()
    return revenue
