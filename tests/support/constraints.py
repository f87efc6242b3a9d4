"""Write the versions that are installed here as a pip constraints file."""

from __future__ import annotations

import re
import sys
from importlib.metadata import distributions
from pathlib import Path

HEADER = "# Versions that the tests pass with. 'make constraints' writes this file.\n"
LEFT_OUT = {"jupyter-pipeline", "pip", "setuptools", "wheel"}


def versions() -> dict[str, str]:
    """Return the version of each distribution from an index, by normalized name."""
    found = {}
    for distribution in distributions():
        name = re.sub(r"[-_.]+", "-", distribution.metadata["Name"]).lower()
        if name not in LEFT_OUT and not distribution.read_text("direct_url.json"):
            found[name] = distribution.version.partition("+")[0]
    return found


if __name__ == "__main__":
    lines = [f"{name}=={version}\n" for name, version in sorted(versions().items())]
    Path(sys.argv[1]).write_text(HEADER + "".join(lines))
    print(f"{len(lines)} versions in {sys.argv[1]}")
