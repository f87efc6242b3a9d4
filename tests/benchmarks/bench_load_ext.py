"""What ``%load_ext jupyter_pipeline`` costs, against an extension that does nothing."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 11
CODE = """
import sys, time
sys.path.insert(0, {folder!r})
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell()
begun = time.perf_counter()
shell.run_line_magic("load_ext", {name!r})
print(time.perf_counter() - begun)
print(sum(name in sys.modules for name in ("distributed", "prefect", "ipywidgets", "nbformat")))
"""


def measure(folder: str, name: str) -> tuple[float, int]:
    """Return the seconds that loading took in a new process, and how many heavy packages it imported."""
    code = CODE.format(folder=folder, name=name)
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    return float(out[0]), int(out[1])


def main() -> None:
    """Measure both in turn and print medians."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "empty_extension.py").write_text("def load_ipython_extension(shell): pass\n")
        figures: dict[str, list[float]] = {"empty_extension": [], "jupyter_pipeline": []}
        heavy = 0
        for _ in range(ROUNDS):
            for name, seconds in figures.items():
                took, count = measure(folder, name)
                seconds.append(took)
                heavy = max(heavy, count)
    for name, seconds in figures.items():
        print(f"{name:20} {statistics.median(seconds) * 1000:8.1f} ms (of {ROUNDS})")
    print(f"heavy packages imported: {heavy}")


if __name__ == "__main__":
    main()
