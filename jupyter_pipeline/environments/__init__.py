"""Keep the packages and the local code of a cluster equal to the kernel's.

- `capture` describes the environment of this process: packages, local code, variables.
- `diff` compares environments and rates each difference. It is pure.
- `sync` brings the scheduler and the workers to the kernel's state.
- `plugins` runs on the cluster. It is pickled by value, so the cluster does not need this package.
- `lock` writes and reads ``requirements.lock``; `locked` builds locked environments from a lock.
- `options` parses a profile's ``environment``; `policy` applies its ``policy``.
"""

from __future__ import annotations
