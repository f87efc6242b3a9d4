"""What runs inside scheduler and workers: standard library and distributed only.

These modules are pickled by value (see `jupyter_pipeline.environments.sync.by_value`).
The cluster runs the kernel's version
of them and need not have this package installed. So they import names, never each other as modules, and nothing of
the package outside this folder.
"""

from __future__ import annotations
