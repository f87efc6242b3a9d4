# keeps: 0 1 2
import os
# %%
os.environ["PIPELINE_TEST_VALUE"] = "7"
# %%
def read():
    import os
    return os.environ["PIPELINE_TEST_VALUE"]
result = read()
