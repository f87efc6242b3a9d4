"""Capture the environment of this process: packages, local code and variables."""
