"""Files of other machines and object stores: fsspec, s3fs, gcsfs, adlfs."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_FSSPEC = """
open open_local : writes(urlpath@0) -> holding(OpenFile)
open_files : writes(urlpath@0) -> holding(list(OpenFile))
filesystem get_filesystem_class implementations.local.LocalFileSystem implementations.memory.MemoryFileSystem
implementations.cached.CachingFileSystem implementations.zip.ZipFileSystem implementations.http.HTTPFileSystem
implementations.reference.ReferenceFileSystem : writes(fo@0 target fo) -> holding(FileSystem)
core.url_to_fs url_to_fs : -> tuple(FileSystem, constant)
get_mapper : writes(url@0) -> holding(FileMap)
register_implementation config.conf.update config.set_conf_env config.apply_config : configures
available_protocols available_compressions : -> container
utils.infer_storage_options utils.infer_compression : -> container

class FileSystem : object
  open : writes(path@0) -> holding(unknown)
  ls find walk info exists isfile isdir size du glob cat cat_file cat_ranges head tail read_text read_bytes checksum
  ukey modified created sign lexists expand_path tree read_block disk_usage stat
  : reads(any) -> container
  get get_file download : reads(rpath@0) writes(lpath@1)
  put put_file upload : writes(rpath@1) reads(lpath@0)
  copy cp cp_file mv move rename : writes(path1@0 path2@1)
  rm rm_file rmdir delete mkdir makedirs mkdirs makedir touch pipe pipe_file write_text write_bytes
  : writes(path@0)
  get_mapper : writes(root@0) -> holding(FileMap)
  invalidate_cache clear_instance_cache start_transaction end_transaction : changes(self)
  .protocol .root_marker .sep : -> constant
class FileMap : object
  __getitem__ __iter__ get keys values items getitems : reads(any) -> constant
  __setitem__ __delitem__ clear update setitems delitems pop setdefault : changes(self) writes(any)
class OpenFile : object
  open __enter__ : changes(self) -> unknown
  close : changes(self)
"""
_S3FS = """
class S3FileSystem S3File core.S3FileSystem (fsspec.FileSystem)
functions
S3Map : writes(root@0) -> holding(fsspec.FileMap)
"""
_GCSFS = """
class GCSFileSystem core.GCSFileSystem (fsspec.FileSystem)
functions
GCSMap mapping.GCSMap : writes(root@0) -> holding(fsspec.FileMap)
"""
_ADLFS = """
class AzureBlobFileSystem AzureDatalakeFileSystem (fsspec.FileSystem)
"""

MODELS = (
    LibraryModel(library="fsspec", rules=_FSSPEC),
    LibraryModel(library="s3fs", rules=_S3FS),
    LibraryModel(library="gcsfs", rules=_GCSFS),
    LibraryModel(library="adlfs", rules=_ADLFS),
)
