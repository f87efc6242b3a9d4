"""joblib: parallel calls and files of objects."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_RULES = """
            load : reads(filename@0) -> unknown
            dump : writes(filename@1) -> container
            hash cpu_count effective_n_jobs : pure
            delayed wrap_non_picklable_objects : -> unknown
            parallel_backend parallel_config register_parallel_backend : configures
            register_compressor register_store_backend : configures
            class Parallel : object
              __call__ : changes changes(*) draws -> unknown
            class Memory : object
              cache : changes writes(any) -> unknown
              clear reduce_size : changes writes(any)
"""

MODELS = (LibraryModel(library="joblib", rules=_RULES),)
