"""Pipeline multi.

Made by Jupyter Pipeline.
"""

import pandas as pd


def prepare(rows: int = 4):
    """Make what several steps need.

    Parameters
    ----------
    rows : int, default 4

    Returns
    -------
    raw
    """
    raw = pd.DataFrame({'k': list('aabb'), 'v': range(rows)})
    return raw


def clean(raw):
    """Clean.

    Parameters
    ----------
    raw : object
        Result of an earlier step.

    Returns
    -------
    tidy
    """
    tidy = raw.dropna()
    tidy['w'] = tidy.v * 2
    return tidy


def positive(tidy, bad: bool = False):
    """Positive.

    Parameters
    ----------
    tidy : object
        Result of an earlier step.
    bad : bool, default False
    """
    assert (tidy.v >= 0).all(), 'negative values'
    assert not bad, 'bad was asked for'


def by_key(tidy):
    """By key.

    Parameters
    ----------
    tidy : object
        Result of an earlier step.

    Returns
    -------
    biggest, sums
    """
    sums = tidy.groupby('k').w.sum()
    biggest = sums.idxmax()
    return biggest, sums


def report(raw, biggest, sums):
    """Report.

    Parameters
    ----------
    raw : object
        Result of an earlier step.
    biggest : object
        Result of an earlier step.
    sums : object
        Result of an earlier step.

    Returns
    -------
    the value of the last expression
    """
    size = len(raw)

    line = f'{biggest}: {sums.max()} of {size}'
    return line
