# keeps: 0 1
name = "ada"
# %%
result = "hello {name}".format_map(globals())
