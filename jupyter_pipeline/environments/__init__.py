"""What runs in the notebook runs on the cluster: capture, comparison and sync of packages and local code.

`capture` describes this process's environment, `diff` compares (pure), `sync` brings scheduler and workers to the
kernel's state. What runs on the cluster is in `remote`; it is sent by value, so that the cluster's environment
need not have this package.
"""

from __future__ import annotations
