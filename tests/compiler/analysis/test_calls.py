from __future__ import annotations

import pytest

from jupyter_pipeline.compiler import slice_cells


@pytest.mark.parametrize(
    ("cells", "kept"),
    [
        # builtins
        (["a = [3, 1]", "sorted(a)", "a"], (0, 2)),
        (["a = [3, 1]", "a.sort()", "a"], (0, 1, 2)),
        (["a = [3]", "list.append(a, 1)", "a"], (0, 1, 2)),
        (["it = iter([1, 2])", "list(it)", "next(it)"], (0, 1, 2)),
        (["a = []", "h = a.append", "h(1)", "a"], (0, 1, 2, 3)),
        # containers
        (["d = {}", "d.get('x')", "d"], (0, 2)),
        (["d = {}", "d.setdefault('x', 1)", "d"], (0, 1, 2)),
        (["d = {}", "k = d.keys()", "d['a'] = 1", "len(k)"], (0, 1, 2, 3)),
        # tables
        (["import pandas as pd", "t = pd.DataFrame()", "t.dropna()", "t"], (0, 1, 3)),
        (["import pandas as pd", "t = pd.DataFrame()", "t.dropna(inplace=True)", "t"], (0, 1, 2, 3)),
        (["import pandas as pd", "t = pd.DataFrame()", "t.dropna(inplace=False)", "t"], (0, 1, 3)),
        (["import numpy as np", "a = np.arange(3)", "b = a.reshape(3)", "b[0] = 1", "a"], (0, 1, 2, 3, 4)),
        # libraries
        (["import random", "a = [1, 2]", "random.shuffle(a)", "a"], (0, 1, 2, 3)),
        (["import json", "a = [1]", "json.dumps(a)", "a"], (1, 3)),
        (["import copy", "a = [[]]", "b = copy.deepcopy(a)", "b[0].append(1)", "a"], (1, 4)),
        (["import copy", "a = [[]]", "b = copy.copy(a)", "b[0].append(1)", "a"], (0, 1, 2, 3, 4)),
        # unknown functions
        (["import secretlib", "a = []", "secretlib.f(a)", "a"], (0, 1, 2, 3)),
        (["import secretlib", "a = []", "secretlib.f()", "a"], (0, 1, 2, 3)),
        (["import secretlib", "import math", "math.pi"], (0, 1, 2)),
        (["import secretlib", "1"], (1,)),
        (["import socket", "socket.setdefaulttimeout(3)", "1"], (0, 1, 2)),
        (["import cudf.pandas", "cudf.pandas.install()", "1"], (0, 1, 2)),
        (["from tqdm import tqdm", "tqdm.pandas()", "1"], (0, 1, 2)),
        (["import matplotlib.pyplot as plt", "plt.rcParams.update({})", "plt.figure()"], (0, 1, 2)),
        # classes
        (["class B: pass", "class C(B): pass", "B.__subclasses__()"], (0, 1, 2)),
        (["log = []\nclass K:\n    def __del__(self): log.append(1)", "k = K()", "k = None", "log"], (0, 1, 2, 3)),
        (
            [
                "class A:\n    def add(self, x): self.n = x",
                "class B(A):\n    def add(self, x): super().add(x)",
                "b = B()",
                "b.add(3)",
                "b.n",
            ],
            (0, 1, 2, 3, 4),
        ),
        (
            [
                "class M:\n    def score(self, x): self.k = x",
                "def go(m): return m.score(2)",
                "m = M()",
                "q = go(m)",
                "m.k",
            ],
            (0, 1, 2, 3, 4),
        ),
        (
            [
                "class M:\n    @property\n    def total(self):\n        self.k = 1\n        return 2",
                "def go(m): return m.total",
                "m = M()",
                "q = go(m)",
                "m.k",
            ],
            (0, 1, 2, 3, 4),
        ),
        (
            [
                "class A:\n    def mean(self): self.n = 1\n    def head(self): return self.mean()",
                "objects = [A(), A()]",
                "x = [o.head() for o in objects]",
                "objects[0].n",
            ],
            (0, 1, 2, 3),
        ),
        (["import secretlib", "@secretlib.rule\ndef one(): return 1", "secretlib.run()"], (0, 1, 2)),
        (["import secretlib, os", "ok = secretlib.login()", "os.environ.get('T')"], (0, 1, 2)),
        (["import secretlib, os", "ok = secretlib.login()", "os.sep"], (0, 2)),
        (["import secretlib", "import pandas as pd", "pd.Series([1]).secretlib.twice()"], (0, 1, 2)),
        (["names = {}", "exec('a = 5', names)", "names['a']"], (0, 1, 2)),
        (["import secretlib", "x = secretlib.make()", "x.mean()", "x"], (0, 1, 2, 3)),
        (["import pandas as pd", "t = pd.DataFrame()", "t.frobnicate()", "t"], (0, 1, 2, 3)),
        (["import secretlib", "import math", "secretlib.f", "math.pi"], (1, 3)),
        (["shell = get_ipython()", "shell.system('touch a')", "open('a').read()"], (1, 2)),
    ],
)
def test_calls_keep_the_statements_that_change_a_value(cells: list[str], kept: tuple[int, ...]) -> None:
    assert slice_cells(cells, -1).cells == kept
