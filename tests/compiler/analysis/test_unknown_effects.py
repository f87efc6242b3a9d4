from __future__ import annotations

import pytest

from jupyter_pipeline.compiler.analysis.slicer import slice_cells

FRAME = "import pandas as pd\ndf = pd.DataFrame({'a': [1, 2]})"
COUNTER = (
    "def outer():\n    n = 0\n    def inner(x):\n        nonlocal n\n        n += 1\n        return x + n\n"
    "    return inner\ncount = outer()"
)
LOGGING = "seen = []\ndef log(frame):\n    seen.append(1)\n    return [True, False]"
CELLS = "import pandas as pd\ndf = pd.DataFrame({'t': [[1], {'a': 2}]})\nc = df.copy()"
HELD = "import unlisted\nq = unlisted.Q()\nqs = [q]\nd = {'a': q}"
COUNTING = (
    "class C:\n    n = 0\n    def __add__(self, other): self.n += 1\n"
    "    @property\n    def x(self): self.n += 1\nc = C()"
)
MAPPING = (
    "class M:\n    n = 0\n    def keys(self): return ['a']\n"
    "    def __getitem__(self, key):\n        self.n += 1\n        return 1\nm = M()"
)
UNKNOWN = "their effects on files and libraries are unknown"


@pytest.mark.parametrize(
    "call",
    [
        "ok = unlisted.configure(4)",
        "assert unlisted.configure(4)",
        "print(unlisted.configure(4))",
        "@unlisted.task\ndef one(): return 1",
        "class One(unlisted.Base): pass",
    ],
)
def test_a_function_of_a_library_without_a_model_depends_on_earlier_calls(call: str) -> None:
    assert slice_cells(["import unlisted", call, "result = unlisted.run()"], 2).cells == (0, 1, 2)


@pytest.mark.parametrize(
    ("cells", "subject"),
    [
        (["import unlisted, json", "w = unlisted.wrap('json', 'dumps')", "r = json.dumps([1])"], "unlisted.wrap()"),
        (["import unlisted", "w = unlisted.save([1])", "r = open('report.txt').read()"], "unlisted.save()"),
        (["import json\nimport unlisted", "label = unlisted.NAME", "r = json.dumps([1])"], "import unlisted"),
    ],
)
def test_a_slice_notes_calls_and_imports_with_unknown_effects_that_it_leaves_out(
    cells: list[str], subject: str
) -> None:
    notes = slice_cells(cells, len(cells) - 1).notes
    assert any(UNKNOWN in note and subject in note for note in notes)


@pytest.mark.parametrize(
    "operation",
    [
        "x = c.lazy",
        "x = c['k']",
        "x = c <= 3",
        "x = c | 1",
        "x = c @ 3",
        "x = -c",
        "x = len(c)",
        "x = f'{c}'",
        "str(c)",
    ],
)
def test_operations_on_objects_of_unknown_classes_are_noted(operation: str) -> None:
    cells = ["import unlisted\nc = unlisted.C()\nd = unlisted.D()", operation, "r = c.run()", "r = d.run()"]
    expected = [note for note in slice_cells(cells, 2).notes if "reading or comparing objects of unknown" in note]
    assert len(expected) == 1
    assert operation in expected[0]
    assert not any("reading or comparing" in note for note in slice_cells(cells[:2] + cells[3:], 2).notes)


@pytest.mark.parametrize(
    ("cells", "subject"),
    [
        ([f"{HELD}\nr = unlisted.Q()", "def link(a, b): a >> b", "link(q, r)", "s = q.edges"], "link(q, r)"),
        ([f"{HELD}\nr = unlisted.Q()", "def link(): q >> r", "link()", "s = q.edges"], "link()"),
        (["from unlisted import q, r", "def link(): q >> r", "link()", "s = q.edges"], "link()"),
        (["from unlisted import q, r", "z = q >> r", "s = q.edges"], "z = q >> r"),
        (["from unlisted import q", "x = q.lazy", "s = q.edges"], "x = q.lazy"),
        (["from unlisted import q", "def f(): return q['k']", "x = f()", "s = q.edges"], "x = f()"),
        (["import unlisted", "x = unlisted.config['k']", "r = unlisted.run()"], "x = unlisted.config['k']"),
        (["import unlisted", "x = unlisted.CONFIG.k", "r = unlisted.run()"], "x = unlisted.CONFIG.k"),
        (["from unlisted import q", "x = {**q}", "s = q.edges"], "x = {**q}"),
        ([HELD, "x = dict(**q)", "s = q.edges"], "x = dict(**q)"),
        ([HELD, "def f(a=q): a >> 1", "f()", "s = q.edges"], "f()"),
        ([HELD, "def f(*, a=[q]): a[0] >> 1", "f()", "s = q.edges"], "f()"),
    ],
)
def test_operations_inside_functions_and_on_imported_objects_are_noted(cells: list[str], subject: str) -> None:
    notes = slice_cells(cells, len(cells) - 1).notes
    assert any("reading or comparing objects of unknown" in note and subject in note for note in notes)


@pytest.mark.parametrize(
    "cells",
    [
        ["import unlisted", "x = unlisted.VERSION", "r = unlisted.run()"],
        ["from unlisted import Mode", "x = Mode.FAST", "r = Mode.SLOW"],
        ["from unlisted import Array", "x = Array[int]", "r = Array[str]"],
        [f"{HELD}\ndef f(**options): return dict(**options)", "x = f(a=q)", "s = q.edges"],
    ],
)
def test_reads_of_modules_and_classes_and_keyword_arguments_are_not_noted(cells: list[str]) -> None:
    assert not any("reading or comparing" in note for note in slice_cells(cells, 2).notes)


def test_a_slice_without_libraries_and_files_has_no_such_note() -> None:
    assert slice_cells(["import unlisted", "w = unlisted.save([1])", "r = 1 + 1"], 2).notes == ()


def test_a_decorator_counts_as_known_by_its_library_not_by_its_name() -> None:
    assert slice_cells(["from unlisted import task, run", "@task\ndef one(): return 1", "r = run()"], 2).cells == (
        0,
        1,
        2,
    )


@pytest.mark.parametrize(
    "cells",
    [
        ["import sys, io\nbuffer = io.StringIO()", "sys.stdout = buffer\nprint('inside')", "r = buffer.getvalue()"],
        [
            "import sys, io, pprint\nbuffer = io.StringIO()",
            "sys.stdout = buffer",
            "pprint.pprint([1])",
            "r = buffer.getvalue()",
        ],
        [
            "import warnings\ncaught = []\nwarnings.showwarning = lambda m, *a, **k: caught.append(m)",
            "warnings.warn('hey')",
            "r = len(caught)",
        ],
        [
            "import json\ncalls = []\nold = json.dumps",
            "def spy(x):\n    calls.append(x)\n    return old(x)\njson.dumps = spy",
            "s = json.dumps([1])",
            "r = len(calls)",
        ],
    ],
    ids=["stdout", "stdout of a library", "showwarning", "patched"],
)
def test_a_hook_of_the_notebook_runs_where_a_library_calls_it(cells: list[str]) -> None:
    assert slice_cells(cells, len(cells) - 1).cells == tuple(range(len(cells)))


@pytest.mark.parametrize(
    "cells",
    [
        ["from unlisted import a, b, Graph\ng = Graph()", "g >> a", "r = g.edges"],
        ["from unlisted import C\nc = C()", "c.ready", "r = c.data"],
        [HELD, "qs[0].x", "r = q.data"],
        [HELD, "-qs[0]", "r = q.data"],
        [HELD, "qs[0]['a']", "r = q.data"],
        [HELD, "d['a'].x", "r = q.data"],
        ["from unlisted import q, r", "q >> r", "s = q.edges"],
        ["from unlisted import q", "q.x", "s = q.edges"],
        ["import unlisted", "unlisted.config['k']", "r = unlisted.run()"],
        [MAPPING, "x = {**m}", "r = m.n"],
        [MAPPING, "x = dict(**m)", "r = m.n"],
        [MAPPING, "def f(): return {**m}", "x = f()", "r = m.n"],
        [f"{MAPPING}\nms = [m]", "x = {**ms[0]}", "r = m.n"],
        [
            "class K:\n    n = 0\n    def keys(self):\n        self.n += 1\n        return []\nm = K()",
            "x = {**m}",
            "r = m.n",
        ],
        ["import unlisted\nclass A(unlisted.Base): pass\na = A()", "b = a", "b.x", "r = a.data"],
        ["import unlisted\ndef make(): return unlisted.Q()\na = make()", "a.x", "r = a.data"],
        ["import unlisted\ndef make(): return [unlisted.Q()]\na = make()", "a[0] >> 1", "r = a[0].data"],
        ["import unlisted\ndef make(): return unlisted.Q(), 1\na, n = make()", "a >> 1", "r = a.data"],
        ["import unlisted\ndef inner(): return unlisted.Q()\ndef make(): return inner()\na = make()", "a.x", "r = a.y"],
        [
            "import unlisted\nclass A(unlisted.Base): pass",
            "def make(): return [A()]\nas_ = make()",
            "as_[0].x",
            "r = as_",
        ],
        ["import unlisted\nclass C:\n    def __init__(self): self.q = unlisted.Q()\nc = C()", "c.q.x", "r = c.q.data"],
        ["import unlisted\nqs = []\ndef add(): qs.append(unlisted.Q())", "add()", "qs[0].x", "r = qs[0].data"],
        ["import unlisted\nqs = list(map(unlisted.Q, [1, 2]))", "qs[0].x", "r = qs[0].data"],
        [COUNTING, "def f(a=c): a + 1", "f()", "r = c.n"],
        [COUNTING, "def f(*, a=c): a.x", "f()", "r = c.n"],
        [COUNTING, "f = lambda a=c: a + 1", "f()", "r = c.n"],
        [COUNTING, "class D:\n    def f(self, a=c): a + 1", "D().f()", "r = c.n"],
        ["log = []\ndef g(): log.append(1)", "def f(a=g): a()", "f()", "r = log"],
        ["held = iter([1, 2])", "def f(a=held): return list(a)", "f()", "r = list(held)"],
        ["xs = []", "class D:\n    def f(self, a=xs): a.append(1)", "D().f()", "r = len(xs)"],
        ["class D:\n    def f(self, a=[]):\n        a.append(1)\n        return a", "d = D()", "d.f()", "r = d.f()"],
        ["class B: pass", "def f():\n    class A(B): pass\n    return A", "k = f()", "r = B.__subclasses__()"],
        ["class B: pass", "def f():\n    return type('A', (B,), {})", "k = f()", "r = B.__subclasses__()"],
        ["class B: pass", "k = type('A', (B,), {})", "r = B.__subclasses__()"],
        [CELLS, "x = c.t[0]\nx += [1]", "r = df"],
        [CELLS, "x = c.t[0]\nx[0] = 5", "r = df"],
        [CELLS, "x = c['t'][0]\ndel x[0]", "r = df"],
        [CELLS, "for x in c.t:\n    x += [1]", "r = df"],
        [f"{CELLS}\nimport random", "x = c.t[0]\nrandom.shuffle(x)", "r = df"],
        [CELLS, "c.at[0, 't'] += [1]", "r = df"],
        [CELLS, "del c.loc[1, 't']['a']", "r = df"],
        [f"{CELLS}\nimport random", "random.shuffle(c.t[0])", "r = df"],
        [
            "import pandas as pd\na = pd.DataFrame({'t': [[1], [2]]})\nac = a.copy()",
            "held = [5]\nb = pd.DataFrame({'t': [held]})",
            "c = pd.concat([a, b])\nc.iat[2, 0].append(3)",
            "r = len(held)",
        ],
        [
            FRAME,
            "class Choice:\n    n = 0\n    def __call__(self, frame):\n        self.n += 1\n        return 'a'",
            "choice = Choice()",
            "x = df[choice]",
            "r = choice.n",
        ],
        ["from unlisted import C\nc = C()", "if c.ready:\n    pass", "r = c.data"],
        ["from unlisted import C\nc = C()", "x = not c.ready", "r = c.data"],
        ["from unlisted import Auto\nt = Auto()", "t['x']['y']", "r = dict(t)"],
        ["from unlisted import Spy\nspy = Spy()", "order = sorted([3, 1, 2], key=spy)", "r = spy.count()"],
        ["from unlisted import Spy\nspy = Spy()", "order = list(map(spy, [3, 1, 2]))", "r = spy.count()"],
        ["import json\ntry:\n    import unlisted\nexcept ImportError:\n    FAST = False", "r = json.dumps([1])"],
        ["import importlib, json", "importlib.import_module('unlisted')", "r = json.dumps([1])"],
        ["import pandas as pd\ndf = pd.DataFrame({'a': [[1]]})", "for one in df['a']:\n    one.append(3)", "r = df"],
        ["import pandas as pd\ndf = pd.DataFrame({'a': [[1]]})", "x = df['a'][0]\nx.append(3)", "r = df"],
        ["import unlisted\ng = unlisted.stream()", "for one in g:\n    break", "r = list(g)"],
        ["import unlisted\ng = unlisted.stream()", "first, second = g", "r = list(g)"],
        ["import sqlite3\ng = sqlite3.connect(':memory:').execute('select 1')", "rows = list(g)", "r = g.fetchall()"],
        [f"{FRAME}\n{LOGGING}", "r = df[log]", "result = seen"],
        [f"{FRAME}\n{LOGGING}", "r = df.loc[log, 'a']", "result = seen"],
        [f"{FRAME}\n{LOGGING}", "r = df.dropna().iloc[lambda d: log(d)]", "result = seen"],
        [f"{FRAME}\n{LOGGING}", "df.loc[log, 'a'] = 5", "result = seen"],
        [f"{FRAME}\n{LOGGING}", "del df[log]", "result = seen"],
        [f"{FRAME}\nseen = []", "r = df.loc[seen.append]", "result = seen"],
        [FRAME, "list(map(df.pop, ['a']))", "result = df"],
        ["import sys, unlisted", "del sys.modules['unlisted']", "import unlisted\nr = unlisted.run()"],
        [COUNTER, "def step():\n    return list(map(count, [1]))\nfirst = step()", "r = step()"],
        [COUNTER, "def step():\n    return sorted([1, 2], key=count)\nfirst = step()", "r = count(0)"],
        ["d = dict(a=[1])", "d['a'].append(3)", "r = d"],
        ["c = {'m': {'lr': 1}}\ndef get():\n    return c", "get()['m']['lr'] = 5", "r = c"],
        ["c = [[1], [2]]\ndef get():\n    return c", "for one in get()[:1]:\n    one.append(2)", "r = c"],
        [
            "from functools import lru_cache\n@lru_cache\ndef get():\n    return [[1]]",
            "get()[0].append(2)",
            "r = len(get()[0])",
        ],
        [
            "import json\nimport numpy as np\nfrom sklearn.preprocessing import StandardScaler\nX = np.ones((2, 2))",
            "Z = StandardScaler(**json.load(open('options.json'))).fit_transform(X)",
            "r = X",
        ],
        [
            "import numpy as np\nfrom sklearn.preprocessing import StandardScaler\nX = np.ones((2, 2))",
            "make = lambda flag: StandardScaler(copy=flag)\nZ = make(False).fit_transform(X)",
            "r = X",
        ],
        ["d = dict.fromkeys('ab', [])", "d['a'].append(1)", "r = d['b']"],
        [
            "from sqlalchemy.orm import declarative_base\nBase = declarative_base()",
            "class T(Base):\n    __tablename__ = 't'",
            "r = Base.metadata.tables",
        ],
        [
            "import matplotlib.pyplot as plt\nfig, axes = plt.subplots(2, 2)",
            "[a.set_axis_off() for a in fig.axes[:2]]",
            "fig.savefig('t.png')",
        ],
    ],
)
def test_a_slice_keeps_operations_that_may_have_effects(cells: list[str]) -> None:
    assert slice_cells(cells, len(cells) - 1).cells == tuple(range(len(cells)))


def test_writers_of_files_that_a_call_without_a_path_may_read_are_noted() -> None:
    cells = ["import unlisted", "open('config.json', 'w').write('{}')", "r = unlisted.settings()"]
    assert any("may read the files" in note and "config.json" in note for note in slice_cells(cells, 2).notes)


@pytest.mark.parametrize(
    "cells",
    [
        [f"{FRAME}\n{LOGGING}", "d = {log: 1}\nr = d[log]", "result = seen"],
        [FRAME, "r = list(map(df.sum, [0]))", "result = df"],
        [FRAME, "df.plot.bar()", "result = df"],
    ],
)
def test_a_function_that_nothing_calls_has_no_effect(cells: list[str]) -> None:
    assert slice_cells(cells, 2).cells == (0, 2)


@pytest.mark.parametrize(
    "cells",
    [
        ["import xml", "import xml.dom.minidom as md", "r = xml.dom.minidom.parseString('<a/>')"],
        ["import matplotlib", "import matplotlib.pyplot as plt", "matplotlib.pyplot.plot([1])"],
        ["import sklearn", "from sklearn import linear_model", "m = sklearn.linear_model.Lasso()"],
        ["import concurrent", "from concurrent.futures import thread", "r = concurrent.futures.ThreadPoolExecutor()"],
        ["from sklearn.experimental import enable_iterative_imputer", "from sklearn.impute import IterativeImputer"],
        ["import matplotlib.pyplot as plt", "import seaborn as sns", "plt.imshow([[1, 2]], cmap='rocket')"],
    ],
)
def test_an_import_with_an_effect_on_other_modules_is_kept(cells: list[str]) -> None:
    assert slice_cells(cells, len(cells) - 1).cells == tuple(range(len(cells)))


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["import seaborn as sns", FRAME, "print(df)"], (1, 2)),
        (["import seaborn as sns", FRAME, "df.plot(cmap='rocket')"], (0, 1, 2)),
        (["from sklearn.experimental import enable_iterative_imputer", FRAME, "print(df)"], (1, 2)),
        (["import seaborn as sns", "import unlisted", "r = unlisted.run()"], (0, 1, 2)),  # it may draw
        (["import pandas as pd", "from pandas import DataFrame", "df = pd.DataFrame()"], (0, 2)),
    ],
)
def test_an_import_with_a_model_is_kept_without_a_note_for_the_library_that_it_changes(
    cells: list[str], expected: tuple[int, ...]
) -> None:
    found = slice_cells(cells, 2)
    assert found.cells == expected
    assert not any("import" in note for note in found.notes)
