from __future__ import annotations

import ast
import pickle

from jupyter_pipeline.workflows.rehearsal_recorder import Recorder, instrument

STEPS = """
def job(n):
    print(n)
    display(n * 2)
    return n
"""
LINES = [{"first": 3, "count": 1, "cell": 0}, {"first": 4, "count": 2, "cell": 1}]


def test_steps_on_a_worker_have_a_recorder_without_effect() -> None:
    recorder = Recorder({"lines": LINES, "last": {}, "names": {}, "fingerprint": ""}, "code")
    shown: list[int] = []
    names = {"__rehearsal__": pickle.loads(pickle.dumps(recorder)), "display": shown.append, "print": shown.append}
    exec(compile(instrument(ast.parse(STEPS), LINES, {"1": "n * 2"}), "steps.py", "exec"), names)
    assert names["job"](3) == 3
    assert shown == [3, 6]
