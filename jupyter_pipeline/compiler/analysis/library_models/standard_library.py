"""The standard library."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import (
    ANYWHERE,
    NOTHING,
    RECEIVER,
    FileAccess,
    LibraryModel,
    Methods,
    Names,
    Returns,
    copying,
    reading,
    words,
    writing,
)
from jupyter_pipeline.compiler.analysis.values import OBJECT

__all__ = ["LOGGING_METHODS", "MODELS"]

LOGGING_METHODS = words("debug info warning warn error exception critical log isEnabledFor")
"""Methods of loggers, which write to their handlers."""

_CONSTANT_LIBRARIES = """
    math cmath statistics string calendar zoneinfo fractions uuid hashlib base64 binascii textwrap html
    platform keyword zlib secrets numbers unicodedata
"""
"""Libraries whose functions return immutable values."""
_OBJECT_LIBRARIES = """
    array argparse ast asyncio configparser enum gc graphlib inspect multiprocessing pprint
    tempfile threading timeit tomllib traceback types warnings weakref
"""
"""Libraries whose functions return objects and have no rule of their own below."""
MODELS = (
    *(LibraryModel(library=name, otherwise=Returns.CONSTANT) for name in _CONSTANT_LIBRARIES.split()),
    *(LibraryModel(library=name) for name in _OBJECT_LIBRARIES.split()),
    LibraryModel(library="concurrent", methods={OBJECT: Methods(pure=words("done result"))}),
    LibraryModel(
        library="datetime",
        otherwise=Returns.CONSTANT,
        methods={OBJECT: Methods(pure=words("isoformat strftime timestamp date total_seconds weekday"))},
    ),
    LibraryModel(library="queue", methods={OBJECT: Methods(mutating=words("put put_nowait"))}),
    LibraryModel(
        library="socket",
        process_state=("setdefaulttimeout",),
        methods={OBJECT: Methods(mutating_arguments=words("recv_into"))},
    ),
    LibraryModel(library="abc", decorators=words("abstractmethod")),
    LibraryModel(
        library="bisect",
        mutates_arguments=Names("insort insort_left insort_right"),
    ),
    LibraryModel(
        library="collections",
        methods={OBJECT: Methods(pure=words("most_common elements"))},
        otherwise=Returns.CONTAINER,
        returns=(
            (Names("**.defaultdict"), Returns.DEFAULT_DICT),
            (Names("**.ChainMap"), Returns.PART),
            (Names("**.namedtuple"), Returns.NAMED_TUPLE),
        ),
    ),
    LibraryModel(library="contextlib", otherwise=Returns.PART, decorators=words("contextmanager")),
    LibraryModel(
        library="copy",
        otherwise=Returns.COPY,
        returns=((Names("**.deepcopy"), Returns.DEEP_COPY),),
        consumes_arguments=False,
        statement_settings=NOTHING,
    ),
    LibraryModel(
        library="csv",
        returns=((Names("reader DictReader"), Returns.ITERATOR),),
        mutates_arguments=Names("writer DictWriter"),
    ),
    LibraryModel(
        library="dataclasses",
        returns=((Names("field"), Returns.FIELD),),
        decorators=words("dataclass"),
    ),
    LibraryModel(library="decimal", otherwise=Returns.CONSTANT, returns=((Names("getcontext"), Returns.STATE),)),
    LibraryModel(
        library="functools",
        returns=(
            (Names("**.partial **.partialmethod"), Returns.UNKNOWN),
            (Names("reduce"), Returns.PART),
        ),
        mutates_arguments=Names("update_wrapper"),
        decorators=words("cache lru_cache wraps total_ordering cached_property"),
    ),
    LibraryModel(
        library="glob",
        returns=((Names("iglob"), Returns.ITERATOR), (Names("glob"), Returns.CONTAINER)),
        files=reading("glob iglob"),
    ),
    *(LibraryModel(library=name, files=writing("open")) for name in ("bz2", "gzip", "lzma", "tarfile")),
    LibraryModel(
        library="heapq",
        mutates_arguments=Names("heappush heappop heapify heapreplace heappushpop"),
    ),
    LibraryModel(library="importlib", files=reading("import_module")),
    LibraryModel(
        library="io",
        otherwise=Returns.STREAM,
        files=writing("open"),
        methods={OBJECT: Methods(mutating=words("write writelines"), mutating_arguments=words("readinto"))},
    ),
    LibraryModel(library="itertools", otherwise=Returns.ITERATOR, consumes_arguments=False),
    LibraryModel(
        library="json",
        returns=((Names("loads load"), Returns.CONTAINER),),
        mutates_arguments=Names("load dump"),
    ),
    LibraryModel(library="locale", otherwise=Returns.CONSTANT, process_state=("setlocale",)),
    LibraryModel(
        library="logging",
        returns=((Names("getLogger"), Returns.STATE),),
        files={
            "basicConfig": (FileAccess(0, writes=True, optional=True),),
            **writing("FileHandler handlers.RotatingFileHandler"),
            **writing("handlers.TimedRotatingFileHandler handlers.WatchedFileHandler"),
        },
        writes_held=Names(" ".join(f"**.{name}" for name in sorted(LOGGING_METHODS))),
    ),
    LibraryModel(
        library="operator",
        otherwise=Returns.PART,
        mutates_arguments=Names("setitem delitem iadd iconcat"),
    ),
    LibraryModel(
        library="os",
        otherwise=Returns.CONSTANT,
        returns=(
            (Names("walk"), Returns.ITERATOR),
            (Names("listdir"), Returns.CONTAINER),
            (Names("**.scandir **.walk **.popen **.fdopen **.environ"), Returns.OBJECT),
        ),
        files={
            **reading("listdir scandir walk chdir"),
            **reading("stat path.exists path.isfile path.isdir path.getsize path.getmtime"),
            **writing("remove unlink rmdir symlink link chmod"),
            **copying("rename replace"),
            **writing("makedirs mkdir"),
            **writing("system popen", ANYWHERE),
        },
        process_state=("add_dll_directory", "chdir", "environ", "putenv", "umask"),
    ),
    LibraryModel(
        library="pathlib",
        methods={
            OBJECT: Methods(
                pure=words(
                    """
                    exists is_file is_dir with_suffix with_name joinpath resolve absolute as_posix relative_to
                    """
                )
            )
        },
        otherwise=Returns.CONSTANT,
        file_methods={
            **reading("read_text read_bytes exists is_file is_dir stat", RECEIVER),
            **reading("glob rglob iterdir", RECEIVER),
            **writing("write_text write_bytes unlink touch open mkdir rmdir symlink_to", RECEIVER),
            **writing("rename", ANYWHERE),
        },
    ),
    LibraryModel(library="pickle", mutates_arguments=Names("dump")),
    LibraryModel(
        library="random",
        methods={OBJECT: Methods(mutating_arguments=words("shuffle"))},
        mutates_arguments=Names("shuffle"),
        seeds=Names("seed setstate"),
        draws=Names("*"),
    ),
    LibraryModel(
        library="re",
        methods={
            OBJECT: Methods(pure=words("group groups groupdict match search findall finditer fullmatch sub span"))
        },
        returns=((Names("finditer"), Returns.ITERATOR), (Names("findall split"), Returns.CONTAINER)),
    ),
    LibraryModel(
        library="shutil",
        mutates_arguments=Names("copyfileobj"),
        files={
            **copying("copy copyfile copy2 copytree move"),
            **writing("make_archive", ANYWHERE),
            **writing("rmtree"),
            **writing("unpack_archive", ANYWHERE),
        },
    ),
    LibraryModel(library="sqlite3", files=writing("connect")),
    LibraryModel(library="struct", mutates_arguments=Names("pack_into")),
    LibraryModel(
        library="subprocess",
        files={**writing("run call check_call check_output Popen", ANYWHERE), **writing("*")},
    ),
    LibraryModel(library="sys", process_state=("modules", "path", "setrecursionlimit")),
    LibraryModel(library="time", otherwise=Returns.CONSTANT, process_state=("tzset",)),
    LibraryModel(library="typing", otherwise=Returns.PART, decorators=words("overload override final")),
    LibraryModel(library="urllib", files=copying("request.urlretrieve")),
    LibraryModel(
        library="zipfile",
        files=writing("ZipFile"),
        file_methods=writing("extractall"),
    ),
)
