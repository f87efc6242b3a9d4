"""The backend for hosts reached by SSH, its cluster class, and the processes on the hosts."""

from __future__ import annotations

from jupyter_pipeline.clusters.backends.ssh.backend import SSHBackend

__all__ = ["SSHBackend"]
