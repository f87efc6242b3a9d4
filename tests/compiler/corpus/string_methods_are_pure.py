# keeps: 0 3
name = "delay"
# %%
name.upper()
# %%
label = name.title()
# %%
result = name + "s"
