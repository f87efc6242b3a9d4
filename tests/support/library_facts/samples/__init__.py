"""Sample objects by library: each module has a tuple ``SAMPLES``."""
