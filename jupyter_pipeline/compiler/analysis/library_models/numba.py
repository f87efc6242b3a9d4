"""Numba: a compiled function has the effects of its Python function."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, words

__all__ = ["MODELS"]

_RULES = """
jit njit generated_jit vectorize guvectorize stencil cfunc cuda.jit cuda.reduce experimental.jitclass jitclass
extending.overload extending.register_jitable : -> unknown
prange literal_unroll literally : -> iterator
typeof optional void int8 int16 int32 int64 uint8 uint16 uint32 uint64 float32 float64 complex64 complex128 boolean
types.List types.UniTuple types.Tuple types.Array types.DictType types.ListType types.int64 types.float64 from_dtype
get_num_threads get_thread_id carray farray cuda.is_available cuda.detect cuda.gpus cuda.grid cuda.blockDim
: -> constant
set_num_threads set_parallel_chunksize cuda.select_device cuda.close cuda.synchronize : configures
typed.List typed.Dict typed.Dict.empty typed.List.empty_list : -> container
"""

_DECORATORS = words("njit jit vectorize guvectorize generated_jit stencil jitclass")

MODELS = (LibraryModel(library="numba", rules=_RULES, decorators=_DECORATORS),)
