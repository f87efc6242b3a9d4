# keeps: 0 1 2
import decimal
ctx = decimal.getcontext()
# %%
ctx.prec = 3
# %%
result = decimal.Decimal(1) / 7
