"""Subclasses of Dask's classes. Backends import them on use, because they import Dask."""
