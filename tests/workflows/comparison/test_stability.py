from __future__ import annotations

import pytest

from jupyter_pipeline.workflows.comparison.stability import find_instability, has_seed


def text_reason(*sources: str) -> str:
    found = find_instability(dict(enumerate(sources)))[len(sources) - 1]
    return found.reasons(seeded=has_seed(sources)).get("text", "")


@pytest.mark.parametrize(
    ("sources", "reason"),
    [
        (("import numpy as np\nx = np.random.rand(3)", "print(x)"), "random"),
        (("import numpy as np\nnp.random.seed(0)\nx = np.random.rand(3)", "print(x)"), ""),
        (("import numpy as np\nnp.random.seed(0)\nr = np.random.default_rng()", "print(r.normal())"), "random"),
        (("import numpy as np\nr = np.random.default_rng(3)", "print(r.normal())"), ""),
        (("import time\nt = time.time()", "print(time.time() - t)"), "time"),
        (("import numpy as np\nx = np.arange(3)", "print(np.sum(x))"), ""),
        (("def f():\n    return uuid.uuid4()", "print(f())"), "random"),
        (("print(id(x))",), "process"),
        (("df = df.sample(3, random_state=1)", "print(df)"), ""),
    ],
)
def test_only_unstable_statements_are_excused(sources: tuple[str, ...], reason: str) -> None:
    assert reason in text_reason(*sources)
    assert bool(text_reason(*sources)) == bool(reason)


def test_only_a_cell_that_calls_a_function_may_draw() -> None:
    found = find_instability({0: "x = y + 1\nx", 1: "f(x)"})
    assert [found[cell].calls for cell in (0, 1)] == [False, True]


def test_a_value_that_is_written_beside_a_time_does_not_depend_on_it() -> None:
    stamp = "open('r.html', 'w').write(f'{datetime.datetime.now()}' + df.to_html())"
    printed = "print(f'{datetime.datetime.now()}', df.to_html(), file=f)"
    collected = "rows.append(datetime.datetime.now())"
    assert text_reason(stamp, "df") == ""
    assert text_reason(printed, "df") == ""
    assert text_reason(collected, "rows") != ""
