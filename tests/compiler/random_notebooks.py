"""Random notebooks, small and nasty: aliases, mutation, helper functions, closures, classes, branches, loops."""

from __future__ import annotations

import random

__all__ = ["random_notebook"]

# ruff: noqa: E501 - one template a line
_HELPERS = (
    "def {f}(x):\n    return x + {n}",
    "def {f}(x):\n    {g}.append({n})\n    return {n}",
    "def {f}(x, y={n}):\n    global {c}\n    {c} = {c} + 1\n    return x + y + {c}",
    "def {f}(xs):\n    xs.append({n})\n    return len(xs)",
    "def {f}(xs):\n    out = list(xs)\n    out.append({n})\n    return len(out)",
    "def {f}(x):\n    return x + {v}",
    "def {f}(xs):\n    ys = xs\n    ys.insert(0, {n})\n    return ys[0]",
    "def {f}(x):\n    if x > 3:\n        return {h}(x - 4)\n    return {n}",
    "{f} = lambda x: x + {v}",
    "def make_{f}():\n    state = []\n    def inner(x):\n        state.append(x)\n        return len(state)\n    return inner\n{f} = make_{f}()",
    "class K{f}:\n    seen = []\n    def __init__(self, x):\n        self.x = x\n        self.seen.append(x)\n    def get(self):\n        self.x += 1\n        return self.x + len(self.seen)\ndef {f}(x):\n    return K{f}(x).get()",
    "def {f}(x, memo=[]):\n    memo.append(x)\n    return len(memo)",
    "def {f}(x):\n    {d}['k{n}'] = x\n    return len({d})",
    "def {f}(x):\n    for row in {m}:\n        row.append(x)\n    return x",
    "def {f}(xs):\n    try:\n        return xs.pop()\n    except (IndexError, AttributeError):\n        return {n}",
)
_STATEMENTS = (
    "{v} = {n}",
    "{v} = {w} + {n}",
    "{v} = len({l})",
    "{v} = sum({l}) + {w}",
    "{v} += {n}",
    "{v} = {call}",
    "{call}",
    "{l} = [{n}, {v}]",
    "{l} = {l2}",
    "{l} = list({l2})",
    "{l} = {l2} + [{n}]",
    "{l} = [q + {v} for q in {l2}]",
    "{l} += [{v}]",
    "{l}.append({v})",
    "{l}.extend({l2}[:3])",
    "{l}.sort()",
    "{l}[0:1] = [{n}]",
    "if {l}:\n    {v} = {l}.pop()",
    "del {l}[1:]",
    "{d} = {{'a': {l}, 'n': {v}}}",
    "{d}['x{n}'] = {v}",
    "{d}.setdefault('s', []).append({v})",
    "{d}.update(z={n})",
    "{d} = dict({d2})",
    "{d} = {d2}",
    "{v} = {d}.get('n', {n})",
    "{v} = len(str({d}))",
    "{m} = [{l}, {l2}]",
    "{m}[0].append({n})",
    "{m}.append({l})",
    "{v} = sum(len(r) for r in {m})",
    "for i in range({n} % 4):\n    {l}.append(i)\n    {v} += i",
    "for r in {m}:\n    r.append({n})",
    "for i, q in enumerate(list({l})):\n    if q > {n}:\n        {v} = q\n        break",
    "if {v} > {n}:\n    {w} = {n}\nelse:\n    {l}.append({w})",
    "if {v} % 2:\n    {l} = {l2}",
    "try:\n    {v} = {l}[{n}]\nexcept IndexError:\n    {v} = {w}",
    "while {v} > 10:\n    {v} -= 7\n    {l}.append({v})",
    "{v}, {w} = {w}, {v}",
    "{l}, {l2} = {l2}, {l}",
    "{v} = ({w} if {w} > {n} else len({l}))",
    "{v} = max([1, *{l}])",
    "it = iter(list({l}))\n{v} = next(it, {n})",
    "if (tmp := len({l})) > 1:\n    {v} = tmp",
    "{l} = sorted({l2}, key=lambda q: -q)",
    "{l} = list(map(lambda q: q + {v}, {l2}))",
    "print({v}, {l})",
    "{v} = {w}\n{v} = {v} * 2 % 97",
    "match {v} % 3:\n    case 0:\n        {w} = {n}\n    case k:\n        {w} = k",
    "def temp(x):\n    return x + {v}\n{w} = temp({n})",
    "{g} = {l}",
    "{l} = copy.copy({m}[0])",
    "{m} = copy.deepcopy({m})",
    "{v} = random.randint(0, 9)",
    "random.shuffle({l})",
)


def random_notebook(seed: int, cells: int = 9) -> list[str]:
    """Return a notebook that runs; the same for the same seed."""
    pick = random.Random(seed)
    numbers, lists, tables = [f"n{i}" for i in range(4)], [f"l{i}" for i in range(3)], ["m0", "m1"]
    maps, functions = ["d0", "d1"], [f"f{i}" for i in range(3)]
    first = ["import copy", "import random", "random.seed(7)", "g0 = []", "c0 = 0"]
    first += [f"{n} = {pick.randrange(9)}" for n in numbers]
    first += [f"{n} = [{pick.randrange(9)}, {pick.randrange(9)}]" for n in lists]
    first += [f"{n} = [l{pick.randrange(3)}, []]" for n in tables]
    first += [f"{n} = {{'n': {pick.randrange(9)}}}" for n in maps]
    first += [f"def {f}(x):\n    return {pick.randrange(9)}" for f in functions]
    groups = [first]
    for _ in range(cells):
        groups.append([_statement(pick, numbers, lists, tables, maps, functions) for _ in range(pick.randint(1, 4))])
    return ["\n".join(group) for group in groups]


def _statement(
    pick: random.Random, numbers: list[str], lists: list[str], tables: list[str], maps: list[str], functions: list[str]
) -> str:
    template = pick.choice(_HELPERS) if pick.random() < 0.2 else pick.choice(_STATEMENTS)
    v, w = pick.sample(numbers, 2)
    one, two = pick.sample(lists, 2)
    argument = pick.choice([v, one, w])
    function, other = pick.sample(functions, 2)
    return template.format(
        v=v, w=w, l=one, l2=two, m=pick.choice(tables), d=maps[0] if pick.random() < 0.5 else maps[1],
        d2=pick.choice(maps), n=pick.randrange(9), g="g0", c="c0", f=function, h=other,
        call=f"{pick.choice(functions)}({argument})",
    )  # fmt: skip
