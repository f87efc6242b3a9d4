"""Print the facts of a sample's functions."""

from __future__ import annotations

import sys

from library_facts.observation import Facts
from library_facts.sample import discover, load_samples


def _describe(facts: Facts) -> str:
    if facts.error:
        return f"ERROR {facts.error}"
    parts = [f"-> {facts.result}"]
    for label in ("changed", "shared", "state", "reads", "writes", "events"):
        values = getattr(facts, label)
        if values:
            parts.append(f"{label}={','.join(sorted(values))}")
    return "  ".join(parts)


def main() -> None:
    samples = load_samples()
    if len(sys.argv) < 2:
        print("\n".join(sorted(samples)))
        return
    sample = samples[sys.argv[1]]
    for name, found in discover(sample, sys.argv[2:]):
        for facts in found:
            print(f"{name:28} {facts.expression[:70]:72} {_describe(facts)}")
        if not found:
            print(f"{name:28} skipped")


if __name__ == "__main__":
    main()
