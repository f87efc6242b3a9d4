"""Time that the recorder adds to a rehearsal; at most a tenth of the rehearsal.

Run it with ``python tests/benchmarks/bench_rehearsal.py [ROUNDS]``. Each flow runs in turns with and without the
recorder, in the process of a rehearsal and on an embedded Prefect service.
"""

from __future__ import annotations

import os
import statistics
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
NOTEBOOKS = {
    "text and value": ("n = 3", "print(n)\nn * 2"),
    "table and plot": (
        "import pandas as pd\nimport matplotlib.pyplot as plt\ndf = pd.DataFrame({'a': range(100_000)})",
        "df['b'] = df.a * 2\ndf.b.plot()\nplt.savefig('x.png')\ndf.describe()",
    ),
    "100,000 lines": ("n = 100_000", "for i in range(n):\n    print(i)\nn"),
    "2,000 files": (
        "from pathlib import Path\nfolder = Path('files')\nfolder.mkdir(exist_ok=True)",
        "for i in range(2_000):\n    (folder / f'{i}.txt').write_text('x')\nlen(list(folder.iterdir()))",
    ),
}


def main() -> None:
    os.environ["JUPYTER_PIPELINE_STATE"] = tempfile.mkdtemp(prefix="bench-rehearsal-")
    from jupyter_pipeline.orchestration import service

    service.up()
    try:
        print(f"{'':16}  {'without':>8}  {'with':>8}  {'added':>7}  {'measured by itself':>18}")
        for name, sources in NOTEBOOKS.items():
            print(f"{name:16}  {_measure(sources)}")
    finally:
        service.down()


def _measure(sources: tuple[str, ...]) -> str:
    """Return a row: medians of the rehearsals, and the share that the recorder adds."""
    from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells
    from jupyter_pipeline.workflows.comparison.cells import Notebook

    cells = [Cell(index=index, source=source) for index, source in enumerate(sources)]
    selected = [len(cells) - 1]
    compilation = compile_cells(cells, selected, CompileOptions(name="bench"))
    request = Notebook(cells, selected, compilation).request(fingerprints=True)
    plain, recorded, own = [], [], []
    for _ in range(ROUNDS):
        plain.append(_rehearse(compilation.files, compilation.flow_name, {})[0])
        seconds, spent = _rehearse(compilation.files, compilation.flow_name, request)
        recorded.append(seconds)
        own.append(spent)
    without, with_recorder = statistics.median(plain), statistics.median(recorded)
    added = with_recorder / without - 1
    return f"{without:6.2f} s  {with_recorder:6.2f} s  {added:7.1%}  {statistics.median(own):16.2f} s"


def _rehearse(files: Mapping[str, str], flow: str, request: Mapping[str, Any]) -> tuple[float, float]:
    """Return the duration of a rehearsal, and the time that the recorder measured."""
    from jupyter_pipeline.workflows.rehearsal import rehearse

    with tempfile.TemporaryDirectory() as folder:
        done = rehearse(files, f"flow.py:{flow}", working_directory=Path(folder), record=request)
    if done.error:
        raise RuntimeError(done.error)
    return done.seconds, float(done.recording.get("seconds", 0.0))


if __name__ == "__main__":
    main()
