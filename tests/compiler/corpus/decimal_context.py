# keeps: 0 1 2
import decimal
from decimal import Decimal
# %%
decimal.getcontext().prec = 5
# %%
result = Decimal(1) / 3
