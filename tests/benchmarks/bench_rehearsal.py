"""Time that the comparison adds to a rehearsal; at most a tenth of the rehearsal.

Run it with ``python tests/benchmarks/bench_rehearsal.py [ROUNDS] [NOTEBOOK]``. Each flow runs in turns with and without
the recorder, in the process of a rehearsal and on an embedded Prefect service. On a machine with other load, the
processor time says more than the seconds.
"""

from __future__ import annotations

import dataclasses
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROUNDS = int(sys.argv[1]) if len(sys.argv) > 1 else 5
CHOSEN = sys.argv[2:]
PLOTS = "\n".join(
    f"plt.figure(); plt.plot(x, np.sin(x * {n})); plt.plot(x, np.cos(x)); plt.title('{n}'); plt.show()"
    for n in range(20)
)
NOTEBOOKS = {
    "small": ("n = 3", "print(n)\nn * 2"),
    "plots": (
        "import numpy as np, pandas as pd\nimport matplotlib.pyplot as plt\nx = np.linspace(0, 9, 500)",
        f"{PLOTS}\nlen(x)",
    ),
    "frames": (
        (
            "import numpy as np, pandas as pd\nrng = np.random.default_rng(0)\n"
            "df = pd.DataFrame(rng.random((1_000_000, 12)), columns=list('abcdefghijkl'))"
        ),
        (
            "df['m'] = df.a + df.b\ndf['k'] = df.m.round(1).astype(str)\nby_k = df.groupby('k').mean()\n"
            "ordered = df.sort_values('m')\nby_k.head()"
        ),
    ),
    "lines": ("n = 20_000", "for i in range(n):\n    print(i)\nn"),
    "files": (
        "from pathlib import Path\nfolder = Path('files')\nfolder.mkdir(exist_ok=True)",
        "for i in range(2_000):\n    (folder / f'{i}.txt').write_text('x')\nlen(list(folder.iterdir()))",
    ),
}


@dataclass(frozen=True)
class Measured:
    """One rehearsal: its seconds, processor time, and the time of the recorder by itself."""

    seconds: float
    processor: float
    recorder: float
    missing: int
    """Outputs and values that no time was left for."""
    comparison: float = 0.0
    """Seconds of the comparison after the rehearsal, with outputs that are the same."""


def main() -> None:
    os.environ["JUPYTER_PIPELINE_STATE"] = tempfile.mkdtemp(prefix="bench-rehearsal-")
    from jupyter_pipeline.orchestration import service

    service.up()
    try:
        print(f"{'':8}  {'without':>16}  {'with':>16}  {'added':>14}  {'recorder':>14}  missing  comparison")
        for name, sources in NOTEBOOKS.items():
            if not CHOSEN or name in CHOSEN:
                print(f"{name:8}  {_measure(sources)}", flush=True)
    finally:
        service.down()


def _measure(sources: tuple[str, ...]) -> str:
    """Return a row: medians of the rehearsals in seconds and processor time, and the shares that are added."""
    from jupyter_pipeline.compiler import Cell, CompileOptions, compile_cells
    from jupyter_pipeline.workflows.comparison.cells import Notebook

    cells = [Cell(index=index, source=source) for index, source in enumerate(sources)]
    selected = [len(cells) - 1]
    compilation = compile_cells(cells, selected, CompileOptions(name="bench"))
    notebook = Notebook(cells, selected, compilation)
    plain, recorded = [], []
    for _ in range(ROUNDS):
        plain.append(_rehearse(compilation.files, compilation.flow_name, None))
        recorded.append(_rehearse(compilation.files, compilation.flow_name, notebook))
    seconds, processor = (
        [statistics.median(getattr(each, name) for each in side) for side in (plain, recorded)]
        for name in ("seconds", "processor")
    )
    own = statistics.median(each.recorder for each in recorded)
    return (
        f"{seconds[0]:6.2f} s {processor[0]:5.2f} s  {seconds[1]:6.2f} s {processor[1]:5.2f} s  "
        f"{seconds[1] / seconds[0] - 1:6.1%} {processor[1] / processor[0] - 1:6.1%}  "
        f"{own:5.2f} s {own / seconds[1]:6.1%}  {max(each.missing for each in recorded):7}  "
        f"{max(each.comparison for each in recorded):8.2f} s"
    )


def _rehearse(files: Mapping[str, str], flow: str, notebook: Any) -> Measured:
    from jupyter_pipeline.workflows.comparison import cells
    from jupyter_pipeline.workflows.comparison.files import scan_folder
    from jupyter_pipeline.workflows.comparison.outputs import count_skipped_pictures
    from jupyter_pipeline.workflows.rehearsal import rehearse

    request = notebook.request(fingerprints=True) if notebook else {}
    before, begun = _processor_time(), time.perf_counter()
    with tempfile.TemporaryDirectory() as folder:
        done = rehearse(files, f"flow.py:{flow}", working_directory=Path(folder), record=request)
    if done.error:
        raise RuntimeError(done.error)
    recording = done.recording
    recorded = recording.get("cells", {}).values()
    missing = sum("time" in cell["skipped"] for cell in recorded)
    missing += count_skipped_pictures([output for cell in recorded for output in cell["outputs"]])
    missing += sum(found.get("reason") == "time" for found in recording.get("names", {}).values())
    seconds = time.perf_counter() - begun
    measured = Measured(seconds, _processor_time() - before, float(recording.get("seconds", 0.0)), missing)
    if not notebook:
        return measured
    outputs = {int(cell): tuple(found["outputs"]) for cell, found in recording["cells"].items()}
    stored = [dataclasses.replace(cell, outputs=outputs.get(cell.index, ())) for cell in notebook.cells]
    begun = time.perf_counter()
    found = cells.compare(
        dataclasses.replace(notebook, cells=stored),
        recording,
        folder=Path(folder),
        before=scan_folder(Path(folder)),
        seconds=seconds,
        values={},
    )
    if found.differences:
        raise RuntimeError(str(found.differences))
    return dataclasses.replace(measured, comparison=time.perf_counter() - begun)


def _processor_time() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


if __name__ == "__main__":
    main()
