"""Batch systems: dask-jobqueue clusters, job listing, cancellation, accounting."""
