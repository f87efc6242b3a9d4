"""``python -m notebook_generator --first SEED --count NUMBER``: try seeds, and print the failures and the rates."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
import warnings
from collections import Counter

from notebook_generator.runs import Runner
from notebook_generator.shrinking import shrink
from notebook_generator.trials import Outcome, try_seed


def main() -> int:
    """Try seeds, and return 1 if a slice differs."""
    parser = argparse.ArgumentParser(prog="notebook_generator", description=__doc__)
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--count", type=int, default=100, help="number of seeds")
    parser.add_argument("--cells", type=int, default=3, help="number of cells of each notebook")
    parser.add_argument("--no-shrink", action="store_true", help="print the notebooks as they are")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    os.chdir(tempfile.mkdtemp())
    verdicts: Counter[str] = Counter()
    kept = 0.0
    start = time.monotonic()
    with Runner() as runner:
        for seed in range(options.first, options.first + options.count):
            for outcome in try_seed(runner, seed, options.cells):
                verdicts[outcome.verdict] += 1
                kept += outcome.kept
                if outcome.verdict != "same":
                    show(outcome if options.no_shrink else shrink(runner, outcome))
    trials = sum(verdicts.values())
    shares = ", ".join(f"{name} {n} ({n / trials:.2%})" for name, n in sorted(verdicts.items()))
    print(f"{options.count} seeds, {trials} cells: {shares}; mean share of cells kept {kept / trials:.0%}")
    print(f"{time.monotonic() - start:.0f} s")
    return int(verdicts["differs"] > 0)


def show(outcome: Outcome) -> None:
    """Print an outcome with its notebook."""
    print(f"==== seed {outcome.seed}, cell {outcome.cell}: {outcome.verdict}")
    print("\n# %%\n".join(outcome.cells))
    print("-- observed:", ", ".join(outcome.observed))
    print(outcome.detail, flush=True)


if __name__ == "__main__":
    sys.exit(main())
