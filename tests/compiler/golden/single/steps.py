"""Delay of each carrier.

Generated from notebooks/flights.ipynb by Jupyter Pipeline.
"""

import pandas as pd

LIMITS = {"late": 15}


# the worst
def worst(table, n=5):
    """First rows."""
    return table.head(n)  # sorted already


def delay_of_each_carrier(month: int = 3):
    """Delay of each carrier.

    Parameters
    ----------
    month : int, default 3
        March.

    Returns
    -------
    delays
    """
    flights = pd.DataFrame(
        {"month": [1, 3, 3], "carrier": list("aab"), "delay": [1, 20, 30]}
    )

    chosen = flights[flights.month == month]

    # by carrier
    delays = worst(
        chosen[chosen.delay > LIMITS["late"]].groupby("carrier").delay.mean()
    )
    return delays
