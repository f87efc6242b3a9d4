"""Files, folders, archives and data formats of the standard library."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import (
    LibraryModel,
)

__all__ = ["MODELS"]

_OS = """
# Files and folders
listdir : reads(path@0) -> container
scandir : reads(path@0) -> holding(list(DirEntry))
walk fwalk : reads(top@0) -> iterator
stat lstat access readlink statvfs getxattr listxattr pathconf : reads(path@0)
path.exists path.lexists path.isfile path.isdir path.islink path.ismount path.getsize path.getmtime path.getatime
path.getctime path.realpath : reads(path@0 filename@0 s@0)
path.samefile : reads(f1@0 f2@1)
remove unlink rmdir chmod chown lchown mkfifo mknod truncate setxattr removexattr utime : writes(path@0)
makedirs removedirs : writes(name@0)
mkdir : writes(path@0)
rename replace : writes(src@0 dst@1)
symlink link : reads(src@0) writes(dst@1)
renames : writes(old@0 new@1)
open : writes(path@0) -> object
fdopen : changes(fd@0) -> io.TextIOWrapper of fd@0
write writev pwrite pwritev ftruncate fsync fdatasync close fchmod fchown lseek lockf sendfile copy_file_range splice
posix_fallocate posix_fadvise set_blocking set_inheritable closerange : changes(*) writes(any)
read pread readv preadv : changes(*) reads(any)
fstat fstatvfs fpathconf isatty ttyname get_blocking get_inheritable dup device_encoding : reads(fd@0)
# Processes
system popen : writes(any) -> object
spawnl spawnle spawnlp spawnlpe spawnv spawnve spawnvp spawnvpe posix_spawn posix_spawnp : writes(any)
chdir fchdir chroot : reads(path@0 fd@0) process
putenv unsetenv umask nice setpriority sched_setaffinity sched_setparam sched_setscheduler dup2 setuid setgid seteuid
setegid setreuid setregid setresuid setresgid setgroups setpgid setpgrp setsid tcsetpgrp kill killpg fork forkpty
register_at_fork add_dll_directory initgroups abort sync : process
execl execle execlp execlpe execv execve execvp execvpe : writes(any) process
wait wait3 wait4 waitid waitpid : writes(any)
environ.setdefault environ.update environ.pop environ.popitem environ.clear environ.__setitem__ environ.__delitem__
environb.setdefault environb.update environb.pop environb.popitem environb.clear environb.__setitem__
environb.__delitem__ : process
# Questions
environ.get environb.get : pure
environ.keys environ.values environ.items environ.copy environ.__getitem__ environ.__contains__ environ.__len__
environ.__iter__ environb.keys environb.values environb.items environb.copy : -> container
getenv getenvb : -> part
getcwd getcwdb getpid getppid getuid getgid geteuid getegid getlogin getgroups getgrouplist getpgid getpgrp
getpriority getrandom getresgid getresuid getsid getloadavg get_exec_path get_terminal_size cpu_count ctermid confstr
sysconf uname times urandom strerror umask_get fspath fsencode fsdecode major minor makedev sched_getaffinity
sched_getparam sched_getscheduler sched_get_priority_max sched_get_priority_min sched_rr_get_interval sched_yield
tcgetpgrp waitstatus_to_exitcode WCOREDUMP WEXITSTATUS WIFCONTINUED WIFEXITED WIFSIGNALED WIFSTOPPED WSTOPSIG WTERMSIG
stat_result statvfs_result terminal_size times_result uname_result sched_param waitid_result process_cpu_count
path.abspath path.basename path.commonpath path.commonprefix path.dirname path.expanduser path.expandvars path.isabs
path.join path.normcase path.normpath path.relpath path.samestat path.sameopenfile path.split path.splitdrive
path.splitext path.splitroot : pure
pipe pipe2 openpty eventfd memfd_create pidfd_open eventfd_read eventfd_write : -> object
error PathLike : -> object
class DirEntry : constant
  is_dir is_file is_symlink is_junction stat inode __fspath__ : pure
  .name .path : -> constant
"""

_PATHLIB = """
class Path PurePath PosixPath PurePosixPath WindowsPath PureWindowsPath : constant
  exists is_file is_dir is_symlink is_mount is_fifo is_socket is_block_device is_char_device is_junction stat lstat
  owner group read_text read_bytes : reads(self)
  samefile : reads(self other_path@0)
  readlink : reads(self) -> Path
  glob rglob iterdir : reads(self) -> Paths
  walk : reads(self) -> iterator
  write_text write_bytes touch mkdir rmdir unlink chmod lchmod : writes(self)
  symlink_to hardlink_to link_to : reads(target@0) writes(self)
  rename replace : writes(self target@0) -> Path
  copy move copy_into move_into : writes(self target@0 target_dir@0) -> Path
  resolve absolute expanduser joinpath with_name with_stem with_suffix with_segments relative_to cwd home : -> Path
  as_posix as_uri is_absolute is_relative_to is_reserved match full_match __str__ __fspath__ : pure
  .parent : -> Path
  .parents .parts .suffixes : -> container
  .name .stem .suffix .anchor .root .drive : -> constant
class Paths : iterator
  __iter__ __next__ : -> Path
  close : changes(self)
"""
_SHUTIL = """
copy copy2 copyfile copymode copystat : reads(src@0) writes(dst@1)
move : writes(src@0 dst@1)
copytree : reads(src@0) writes(dst@1)
copyfileobj : changes(fsrc@0 fdst@1)
rmtree chown : writes(path@0)
make_archive : reads(root_dir@2 base_dir@3) writes(any)
unpack_archive : reads(filename@0) writes(any)
disk_usage : reads(path@0)
which get_archive_formats get_terminal_size get_unpack_formats ignore_patterns : pure
register_archive_format register_unpack_format unregister_archive_format unregister_unpack_format : configures
Error ExecError ReadError RegistryError SameFileError SpecialFileError : -> object
"""

_IO = """
open FileIO : writes(file@0) -> TextIOWrapper
open_code : reads(path@0) -> TextIOWrapper
text_encoding : pure
BytesIO StringIO : -> BytesIO
TextIOWrapper BufferedReader BufferedWriter BufferedRandom BufferedRWPair IncrementalNewlineDecoder : -> TextIOWrapper
UnsupportedOperation BlockingIOError : -> object

class TextIOWrapper : object
  read readline read1 readall peek tell seek truncate flush close write writelines detach reconfigure __exit__
  : changes(self) -> constant
  readlines : changes(self) -> container
  readinto readinto1 : changes(self b@0 buffer@0)
  getvalue isatty readable writable seekable fileno : pure
  getbuffer : -> view(container)
  .closed .mode .name .encoding .errors .newlines .line_buffering .write_through : -> constant
  .buffer .raw : -> view(self)
class BytesIO(TextIOWrapper) : iterator
"""

_SQLITE = """
connect : writes(database@0) -> Connection
Connection : writes(database@0) -> Connection
register_adapter register_converter enable_callback_tracebacks : process
complete_statement adapt : pure
Binary Date DateFromTicks Time TimeFromTicks Timestamp TimestampFromTicks : pure
Row PrepareProtocol : -> object
Warning Error DatabaseError DataError IntegrityError InterfaceError InternalError NotSupportedError OperationalError
ProgrammingError : -> object

class Connection : object
  execute executemany executescript cursor : changes(self) -> Cursor
  commit rollback close interrupt create_function create_aggregate create_collation create_window_function
  set_authorizer set_progress_handler set_trace_callback enable_load_extension load_extension setlimit setconfig
  deserialize backup : changes(*) changes(self)
  iterdump : -> iterator
  serialize getlimit getconfig : pure
  blobopen : changes(self) -> unknown
  .total_changes .in_transaction .isolation_level : -> constant
  .row_factory .text_factory : -> part
class Cursor : iterator
  execute executemany executescript : changes(self) -> receiver
  fetchone fetchmany fetchall : changes(self) -> container
  close setinputsizes setoutputsize : changes(self)
  .description .rowcount .lastrowid .arraysize : -> constant
  .connection : -> view(Connection)
  .row_factory : -> part
"""

_ZIPFILE = """
ZipFile PyZipFile : writes(file@0) -> ZipFile
is_zipfile : reads(filename@0)
Path : reads(root@0) -> foreign
ZipInfo : -> object
BadZipFile LargeZipFile BadZipfile : -> object

class ZipFile : object
  writestr close mkdir setpassword writepy : changes(self)
  write : reads(filename@0) changes(self)
  open : changes(self) -> io.TextIOWrapper
  read : pure
  extractall extract : writes(any) changes(self)
  namelist infolist testzip printdir : -> container
  getinfo : -> object
  .filename .mode .comment .debug : -> constant
  .filelist .NameToInfo .fp : -> part
"""

_TARFILE = """
open TarFile TarFile.open TarFile.gzopen TarFile.bz2open TarFile.xzopen TarFile.taropen
: writes(name@0 fileobj@2) -> TarFile
is_tarfile : reads(name@0)
TarInfo : -> object
data_filter tar_filter fully_trusted_filter : -> part
TarError ReadError CompressionError StreamError ExtractError HeaderError FilterError : -> object

class TarFile : object
  extractall extract : writes(any) changes(self)
  getnames getmembers : changes(self) -> container
  getmember : changes(self) -> object
  addfile : changes(self) changes(fileobj@1)
  add : reads(name@0) changes(self)
  close : changes(self)
  next : changes(self) -> object
  extractfile : changes(self) -> io.TextIOWrapper
  gettarinfo : reads(name@0) changes(fileobj@2) -> object
  list : pure
  .name .mode .closed : -> constant
  .members .fileobj : -> part
  __iter__ : -> object
"""

_TEMPFILE = """
mkdtemp mktemp : writes(dir@2) -> constant
mkstemp : writes(dir@2) -> tuple(constant, constant)
TemporaryDirectory : writes(dir@2) -> TemporaryDirectory
NamedTemporaryFile : writes(dir@6) -> io.TextIOWrapper
TemporaryFile : writes(dir@6) -> io.TextIOWrapper
SpooledTemporaryFile : writes(dir@7) -> io.TextIOWrapper
gettempdir gettempdirb gettempprefix gettempprefixb : pure

class TemporaryDirectory : object
  __enter__ : -> constant
  cleanup __exit__ : changes(self)
  .name : -> constant
"""

_CSV = """
reader : lazy -> iterator
# Its attribute fieldnames reads a line
DictReader : changes(f@0) lazy -> holding(DictReader)
writer DictWriter : changes(csvfile@0 f@0) -> _writer
register_dialect unregister_dialect : process
field_size_limit : process
get_dialect list_dialects : pure
Sniffer Dialect excel excel_tab unix_dialect : -> Sniffer
Error : -> object

class DictReader : iterator
  .fieldnames : changes(self) -> container
  .line_num .dialect : -> constant
class _writer : object
  writerow writerows writeheader : changes(self)
  .dialect .fieldnames : -> part
class Sniffer : object
  sniff has_header : pure
"""

_JSON = """
loads : -> container
load : changes(fp@0) -> container
dumps : pure
dump : changes(fp@1)
JSONEncoder JSONDecoder : -> JSONEncoder
JSONDecodeError : -> object

class JSONEncoder : object
  encode : pure
  iterencode : -> iterator
  raw_decode : -> container
"""

_PICKLE = """
loads : -> unknown
load : changes(file@0) -> unknown
dumps : pure
dump : changes(file@1)
Pickler : changes(file@0) -> Pickler
Unpickler : changes(file@0) -> Pickler
PickleBuffer : -> object

class Pickler : object
  dump clear_memo : changes(self)
  load : changes(self) -> unknown
functions
PickleError PicklingError UnpicklingError : -> object
"""

_CONFIGPARSER = """
ConfigParser RawConfigParser SafeConfigParser : -> ConfigParser
BasicInterpolation ExtendedInterpolation LegacyInterpolation : -> object
Error NoSectionError DuplicateSectionError DuplicateOptionError NoOptionError InterpolationError
InterpolationDepthError InterpolationMissingOptionError InterpolationSyntaxError ParsingError
MissingSectionHeaderError : -> object

class ConfigParser : object
  sections options defaults items keys values __iter__ : -> container
  has_section has_option get getint getfloat getboolean optionxform __contains__ __len__ : pure
  __getitem__ : -> view(Section)
  add_section remove_section remove_option read_string read_dict set setdefault update clear __setitem__ __delitem__
  : changes(self)
  pop popitem : changes(self) -> part
  read : reads(filenames@0) changes(self) -> container
  read_file readfp : changes(self f@0)
  write : changes(fp@0)
class Section : object
  get getint getfloat getboolean __getitem__ __contains__ __len__ : pure
  items keys values : -> container
  set setdefault update pop popitem clear __setitem__ __delitem__ : changes(self)
  .name : -> constant
"""

_XML = """
etree.ElementTree.parse : reads(source@0) changes(source@0) -> ElementTree
etree.ElementTree.iterparse : opens(source@0) changes(source@0) -> iterator
etree.ElementTree.fromstring etree.ElementTree.XML etree.ElementTree.fromstringlist etree.ElementTree.Element
etree.ElementTree.Comment etree.ElementTree.PI etree.ElementTree.ProcessingInstruction : -> holding(Element)
etree.ElementTree.XMLID : -> tuple(Element, container)
etree.ElementTree.SubElement : changes(parent@0) -> view(Element)
etree.ElementTree.QName : -> constant
etree.ElementTree.XMLParser etree.ElementTree.XMLPullParser etree.ElementTree.TreeBuilder : -> foreign
etree.ElementTree.indent : changes(tree@0)
etree.ElementTree.canonicalize : changes(out) reads(from_file) -> constant
etree.ElementTree.tostring etree.ElementTree.iselement etree.ElementTree.dump sax.saxutils.escape
sax.saxutils.unescape sax.saxutils.quoteattr : pure
etree.ElementTree.tostringlist : -> container
etree.ElementTree.register_namespace : process
etree.ElementTree.ParseError : -> object
dom.minidom.parse dom.pulldom.parse : reads(file@0) changes(file@0) -> foreign
dom.minidom.parseString dom.minidom.Document : -> foreign
sax.parse : reads(source@0) changes(*) -> foreign

class etree.ElementTree.Element : object
  append insert remove extend set clear __setitem__ __delitem__ : changes(self)
  find makeelement __getitem__ __iter__ __copy__ __deepcopy__ : -> view(Element)
  findall : -> view(list(Element))
  iter iterfind itertext : -> iterator
  get findtext __len__ : pure
  keys items : -> container
  .tag .text .tail : -> constant
  .attrib : -> view(container)
class etree.ElementTree.ElementTree : object
  getroot find : -> view(Element)
  findall : -> view(list(Element))
  iter iterfind : -> iterator
  findtext : pure
  parse : reads(source@0) changes(self source@0) -> view(Element)
  write write_c14n : writes(file_or_filename@0 file@0)
"""


def _compression(name: str) -> LibraryModel:
    rules = f"""
    open {name} : writes(filename@0) -> io.TextIOWrapper
    compress decompress : pure
    LZMACompressor LZMADecompressor BZ2Compressor BZ2Decompressor : -> Compressor
    LZMAError BadGzipFile : -> object
    is_check_supported : pure

    class Compressor : iterator
      compress decompress flush : changes(self) -> constant
      .eof .unused_data .needs_input : -> constant
    """
    return LibraryModel(library={"GzipFile": "gzip", "BZ2File": "bz2", "LZMAFile": "lzma"}[name], rules=rules)


MODELS = (
    LibraryModel(library="os", rules=_OS, process_state=("add_dll_directory", "chdir", "environ", "putenv", "umask")),
    LibraryModel(library="shutil", rules=_SHUTIL),
    LibraryModel(library="io", rules=_IO),
    LibraryModel(library="sqlite3", rules=_SQLITE),
    LibraryModel(library="zipfile", rules=_ZIPFILE),
    LibraryModel(library="tarfile", rules=_TARFILE),
    LibraryModel(library="tempfile", rules=_TEMPFILE),
    LibraryModel(library="csv", rules=_CSV),
    LibraryModel(library="json", rules=_JSON),
    LibraryModel(library="pickle", rules=_PICKLE),
    LibraryModel(library="configparser", rules=_CONFIGPARSER),
    LibraryModel(library="xml", rules=_XML),
    *(_compression(name) for name in ("GzipFile", "BZ2File", "LZMAFile")),
    LibraryModel(
        library="glob",
        rules="""
        glob : reads(any) -> container
        iglob : reads(any) -> iterator
        escape has_magic translate : pure
        """,
    ),
    LibraryModel(library="fnmatch", rules="fnmatch fnmatchcase translate : pure\nfilter : -> container"),
    LibraryModel(library="filecmp", rules="cmp cmpfiles dircmp : reads(*) -> object\nclear_cache : configures"),
    LibraryModel(
        library="linecache",
        rules="""
        getline : reads(filename@0)
        getlines updatecache : reads(filename@0) -> container
        clearcache checkcache lazycache : configures
        """,
    ),
    LibraryModel(
        library="shelve",
        rules="""
        open DbfilenameShelf : writes(filename@0) -> Shelf
        Shelf BsdDbShelf : changes(dict@0) -> Shelf

        class Shelf(builtins.dict)
          sync close : changes(self)
        """,
    ),
    LibraryModel(
        library="dbm",
        rules="""
        open dumb.open gnu.open ndbm.open sqlite3.open : writes(file@0 filename@0) -> Database
        whichdb : reads(filename@0)
        error dumb.error : -> object

        class Database(builtins.dict)
          sync close reorganize : changes(self)
          firstkey nextkey : pure
        """,
    ),
    LibraryModel(
        library="mmap",
        rules="mmap : writes(any) -> foreign",
    ),
    LibraryModel(
        library="codecs",
        rules="""
        open : writes(filename@0) -> io.TextIOWrapper
        EncodedFile : changes(file@0) -> io.TextIOWrapper
        encode decode lookup lookup_error getencoder getdecoder getincrementalencoder getincrementaldecoder getreader
        getwriter ascii_encode ascii_decode utf_8_encode utf_8_decode latin_1_encode latin_1_decode escape_decode
        escape_encode unicode_escape_decode unicode_escape_encode charmap_build : -> object
        iterencode iterdecode : lazy -> iterator
        register register_error unregister : process
        """,
    ),
    LibraryModel(
        library="fileinput",
        rules="""
        input FileInput : writes(files@0) -> io.TextIOWrapper
        filename fileno filelineno lineno isfirstline isstdin nextfile close : configures
        """,
    ),
    LibraryModel(
        library="wave",
        rules="""
        open : writes(f@0) -> Wave
        Error : -> object

        class Wave : object
          getnchannels getsampwidth getframerate getnframes getcomptype getcompname getparams : pure
          readframes rewind setpos setnchannels setsampwidth setframerate setnframes setparams writeframes
          writeframesraw : changes(self)
        """,
    ),
    LibraryModel(library="pathlib", rules=_PATHLIB),
)
