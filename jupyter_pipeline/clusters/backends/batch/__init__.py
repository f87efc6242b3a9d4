"""Backends of batch systems: one module per system, and `BatchBackend` with the code that they share.

Every module of this package is searched for backends, so a new batch system is one new module.
"""
