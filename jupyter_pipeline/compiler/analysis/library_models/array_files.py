"""Files of arrays: HDF5 and Zarr."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel

__all__ = ["MODELS"]

_H5PY = """
File : writes(name@0) -> holding(Group)
is_hdf5 : reads(fname@0)
string_dtype special_dtype vlen_dtype enum_dtype ref_dtype regionref_dtype check_dtype check_string_dtype
check_vlen_dtype check_enum_dtype opaque_dtype check_opaque_dtype Empty version.info : -> constant
get_config : -> state
SoftLink ExternalLink HardLink VirtualSource VirtualLayout : -> object

# Groups and data sets are parts of the file
class Group : object
  create_group create_dataset create_dataset_like create_virtual_dataset require_group require_dataset copy move
  build_virtual_dataset
  flush close clear pop setdefault update __setitem__ __delitem__ : changes(self *) -> view(Node)
  get __getitem__ : -> view(Node)
  keys : -> view(container)
  items values : -> view(unknown)
  visit visititems visit_links visititems_links : changes(self) -> unknown
  __iter__ __len__ __contains__ : -> constant
  .name .filename .mode .driver .libver .swmr_mode .userblock_size : -> constant
  .attrs .parent .file .id .ref .regionref : -> view(unknown)
  __enter__ : -> receiver
class Dataset : object
  resize write_direct write_direct_chunk refresh flush make_scale __setitem__ : changes(self *) -> view(Dataset)
  read_direct : changes(@0 dest)
  astype asstr fields iter_chunks : -> view(Dataset)
  len __len__ : -> constant
  .shape .dtype .size .ndim .nbytes .chunks .compression .compression_opts .maxshape .name .fillvalue .scaleoffset
  .shuffle .fletcher32 .is_virtual .is_scale : -> constant
  .attrs .parent .file .dims .id .ref .regionref : -> view(unknown)
  __getitem__ : -> numpy.Element
  __iter__ : -> numpy.Element
class Node(Group, Dataset)
"""
_ZARR = """
open open_group open_array open_consolidated group create array create_array create_group save save_array save_group
creation.create creation.open_array hierarchy.open_group hierarchy.group convenience.open
: writes(store@0 path) changes(store@0) -> holding(Node)
load tree : reads(store@0) -> numpy.ndarray
zeros ones empty full zeros_like ones_like empty_like full_like open_like : writes(store path) -> holding(Node)
copy copy_all copy_store : changes(*)
consolidate_metadata : writes(store@0) changes(store@0) -> holding(Node)
config.set config.reset : configures
DirectoryStore ZipStore FSStore LMDBStore SQLiteStore NestedDirectoryStore storage.DirectoryStore storage.ZipStore
storage.FSStore storage.LocalStore storage.FsspecStore : writes(path@0 url@0 root@0) -> holding(Store)
storage.MemoryStore MemoryStore storage.ObjectStore : -> holding(Store)
Blosc Zlib GZip LZ4 BZ2 Zstd codecs.BloscCodec codecs.ZstdCodec codecs.GzipCodec codecs.BytesCodec : -> object
class Store : object
  close clear : changes(self)
  __enter__ : -> receiver
class Group Array Node : object
  create_group create_dataset create_array require_group require_dataset require_array zeros ones empty full array
  resize append clear pop update_attributes set_basic_selection set_orthogonal_selection
  set_mask_selection set_coordinate_selection
  set_block_selection __setitem__ __delitem__ : changes(self *) -> view(Node)
  get __getitem__ : -> view(Node)
  group_keys array_keys keys groups arrays members group_values array_values : -> view(container)
  get_basic_selection get_orthogonal_selection get_mask_selection get_coordinate_selection get_block_selection
  : -> numpy.Element
  tree info_complete visit visitkeys visitvalues visititems islice nbytes_stored hexdigest __len__ __contains__
  : -> view(unknown)
  .shape .dtype .size .ndim .nbytes .chunks .nchunks .fill_value .order .name .path .basename .compressor .read_only
  .cdata_shape .metadata : -> constant
  .attrs .store .oindex .vindex .blocks .info : -> view(unknown)
  __iter__ : -> view(Node)
"""
_TABLES = """
open_file openFile : writes(filename@0) -> holding(File)
is_hdf5_file is_pytables_file : reads(filename@0)
copy_file : reads(srcfilename@0) writes(dstfilename@1)
StringCol Int8Col Int16Col Int32Col Int64Col UInt8Col UInt16Col UInt32Col UInt64Col Float32Col Float64Col BoolCol
ComplexCol TimeCol EnumCol Col Atom Filters Float64Atom Float32Atom Int32Atom Int64Atom StringAtom IsDescription
: -> object
class File : object
  create_group create_table create_array create_carray create_earray create_vlarray remove_node rename_node move_node
  copy_node copy_children flush close set_node_attr undo redo : changes(self *) -> view(unknown)
  get_node list_nodes walk_nodes walk_groups iter_nodes get_node_attr : -> view(unknown)
  .root .filename .title : -> view(unknown)
  __enter__ : -> receiver
"""

MODELS = (
    LibraryModel(library="h5py", rules=_H5PY),
    LibraryModel(library="zarr", rules=_ZARR),
    LibraryModel(library="tables", rules=_TABLES),
)
