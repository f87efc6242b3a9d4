"""Capture this process's environment: packages, local code, folders, variables."""
