"""Synchronize scheduler and workers with the kernel's packages and local code."""
