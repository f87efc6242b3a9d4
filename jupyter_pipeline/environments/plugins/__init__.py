"""Plugins that run in the scheduler and in the workers.

These modules are pickled by value; see `jupyter_pipeline.environments.sync.pickling`. The cluster runs the kernel's
version of them and does not need this package. Three rules follow:

- Modules import only the standard library, distributed, and each other.
- They import names from each other, never a module of this folder as a whole.
- They import nothing else from the package.
"""

from __future__ import annotations
