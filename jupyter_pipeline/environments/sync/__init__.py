"""Bring the scheduler and the workers to the kernel's packages, local code, data and variables."""
