"""Libraries of file formats: HDF5, Zarr, images, YAML, remote files."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, Names, reading, writing

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(library="fsspec", files=writing("open")),
    LibraryModel(library="h5py", files=writing("File")),
    LibraryModel(library="PIL", files=reading("Image.open"), file_methods=writing("save")),
    LibraryModel(library="yaml", mutates_arguments=Names("dump safe_dump")),
    LibraryModel(library="zarr", files=writing("open")),
)
