# keeps: 0 1 3
from dataclasses import dataclass, field
@dataclass
class Job:
    name: str
    tags: list = field(default_factory=list)
# %%
job = Job("a")
job.tags.append("x")
# %%
copy = Job("b")
# %%
result = job.tags
