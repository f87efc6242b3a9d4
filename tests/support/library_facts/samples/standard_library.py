"""The standard library."""

from __future__ import annotations

from collections.abc import Sequence

from library_facts.sample import Sample

__all__ = ["SAMPLES"]

_FILES = """
import csv, gzip, json, os, pickle, shutil, sqlite3, tarfile, zipfile
from pathlib import Path
Path("a.txt").write_text("alpha\\nbeta\\n")
Path("b.txt").write_text("gamma\\n")
os.makedirs("d/e")
os.makedirs("empty")
Path("d/x.csv").write_text("a,b\\n1,2\\n")
Path("c.ini").write_text("[s]\\na = 1\\n")
Path("j.json").write_text("[1, 2]")
Path("t.xml").write_text("<a><b>1</b></a>")
Path("p.pkl").write_bytes(pickle.dumps([1]))
with zipfile.ZipFile("z.zip", "w") as archive:
    archive.writestr("m.txt", "member")
with tarfile.open("t.tar", "w") as archive:
    archive.add("a.txt")
with gzip.open("g.gz", "wb") as file:
    file.write(b"zip")
connection = sqlite3.connect("s.db")
connection.execute("create table t (a)")
connection.execute("insert into t values (1)")
connection.commit()
connection.close()
"""


def _module(
    name: str, calls: str = "", setup: str = "", skipped: str = "", attempts: Sequence[str] = ("", "1", "'a'")
) -> Sample:
    imported = f"import {name}\n{_SETUP}\n{setup}"
    return Sample(name, name, imported, files=_FILES, calls=calls, skipped=skipped, attempts=attempts)


def _class(name: str, receiver: str, setup: str, calls: str = "", skipped: str = "") -> Sample:
    return Sample(name, receiver, f"{_SETUP}\n{setup}", files=_FILES, calls=calls, skipped=skipped)


_SETUP = """
import io
xs = [3, 1, 2]
ys = [1, 2, 3]
d = {"a": [1], "b": [2]}
it = iter([1, 2, 3])
text = io.StringIO("alpha\\nbeta\\n")
data = io.BytesIO(b"alpha\\nbeta\\n")
out = io.StringIO()
raw = io.BytesIO()
buffer = bytearray(16)
"""

SAMPLES = (
    _module(
        "math",
        """
        atan2: 1, 2
        comb: 4, 2
        copysign: 1, 2
        dist: xs, ys
        fmod: 5, 2
        fsum: xs
        gcd: 4, 6
        hypot: 3, 4
        isclose: 1, 1
        ldexp: 1.0, 2
        lcm: 2, 3
        log: 2
        nextafter: 1, 2
        perm: 3
        pow: 2, 3
        prod: xs
        remainder: 5, 3
        """,
    ),
    _module("cmath", "isclose: 1, 1\nrect: 1, 2"),
    _module(
        "statistics",
        "correlation: xs, ys\ncovariance: xs, ys\nlinear_regression: xs, ys\n"
        + "\n".join(
            f"{name}: xs"
            for name in [
                "fmean",
                "geometric_mean",
                "harmonic_mean",
                "mean",
                "median",
                "median_grouped",
                "median_high",
                "median_low",
                "mode",
                "multimode",
                "pstdev",
                "pvariance",
                "quantiles",
                "stdev",
                "variance",
            ]
        ),
    ),
    _module("string", "capwords: 'a b'"),
    _module(
        "textwrap",
        """
        fill: 'a b'
        indent: 'a', '-'
        shorten: 'a b c', 4
        wrap: 'a b'
        """,
    ),
    _module("html"),
    _module(
        "hashlib",
        """
        pbkdf2_hmac: 'md5', b'a', b'b', 1
        new: 'md5'
        file_digest: data, 'md5'
        """,
        skipped="scrypt",
    ),
    _module(
        "base64",
        """
        decode: io.BytesIO(b'YQ=='), raw
        encode: data, raw
        a85decode: b'a'
        b85decode: b'a'
        b16decode: b'61'
        b32decode: b'ME======'
        b32hexdecode: b'C4======'
        """,
        attempts=("b'YQ=='",),
    ),
    _module("binascii", attempts=("b'61'", "b'61', 0", "")),
    _module("zlib", "compress: b'a'\ndecompress: __import__('zlib').compress(b'a')"),
    _module(
        "uuid",
        """
        uuid3: uuid.NAMESPACE_DNS, 'a'
        uuid5: uuid.NAMESPACE_DNS, 'a'
        UUID: int=1
        """,
    ),
    _module(
        "unicodedata",
        """
        is_normalized: 'NFC', 'a'
        lookup: 'SPACE'
        normalize: 'NFC', 'a'
        numeric: '1'
        """,
    ),
    _module("fractions", "Fraction: 1, 2"),
    _module(
        "decimal",
        """
        setcontext: decimal.Context(prec=3)
        localcontext:
        Decimal: 1
        """,
    ),
    _module(
        "datetime",
        """
        date: 2020, 1, 1
        datetime: 2020, 1, 1
        timezone: datetime.timedelta(1)
        """,
    ),
    _module(
        "calendar",
        """
        setfirstweekday: 3
        month: 2020, 1
        monthcalendar: 2020, 1
        monthrange: 2020, 1
        prmonth: 2020, 1
        calendar: 2020
        prcal: 2020
        leapdays: 2000, 2010
        timegm: (2020, 1, 1, 0, 0, 0)
        weekday: 2020, 1, 1
        isleap: 2020
        weekheader: 2
        """,
    ),
    _module(
        "time",
        """
        sleep: 0
        mktime: time.gmtime(0)
        strftime: '%Y'
        strptime: '2020', '%Y'
        """,
        skipped="clock_settime clock_settime_ns pthread_getcpuclockid",
    ),
    _module(
        "collections",
        """
        namedtuple: 'P', 'a b'
        ChainMap: d
        Counter: xs
        deque: xs
        OrderedDict: d
        """,
    ),
    _module(
        "itertools",
        """
        accumulate: xs
        chain: xs, ys
        combinations: xs, 2
        combinations_with_replacement: xs, 2
        compress: xs, ys
        cycle: xs
        dropwhile: bool, xs
        filterfalse: bool, xs
        groupby: xs
        islice: xs, 2
        pairwise: xs
        permutations: xs, 2
        product: xs, ys
        repeat: 1
        starmap: pow, [(1, 2)]
        takewhile: bool, xs
        tee: xs
        zip_longest: xs, ys
        """,
    ),
    _module(
        "functools",
        """
        reduce: max, xs
        partial: print, xs
        cmp_to_key: max
        update_wrapper: lambda: 1, print
        wraps: print
        lru_cache: print
        cache: print
        """,
        skipped="total_ordering",
    ),
    _module(
        "operator",
        "setitem: d, 'k', 1\ndelitem: d, 'a'\niadd: xs, ys\niconcat: xs, ys\nimul: xs, 2\nconcat: xs, ys\n"
        "getitem: d, 'a'\ncontains: xs, 1\ncountOf: xs, 1\nindexOf: xs, 1\nadd: xs, ys\nmethodcaller: 'a'\n"
        "attrgetter: 'a'\nitemgetter: 1\nlength_hint: xs\n"
        + "\n".join(
            f"{name}: 4, 2"
            for name in [
                "and_",
                "eq",
                "floordiv",
                "ge",
                "gt",
                "is_",
                "is_not",
                "le",
                "lshift",
                "lt",
                "mod",
                "mul",
                "ne",
                "or_",
                "pow",
                "rshift",
                "sub",
                "truediv",
                "xor",
                "iand",
                "ifloordiv",
                "ilshift",
                "imod",
                "ior",
                "ipow",
                "irshift",
                "isub",
                "itruediv",
                "ixor",
            ]
        ),
    ),
    _module("copy", "copy: d\ndeepcopy: d"),
    _module(
        "heapq",
        """
        heapify: xs
        heappush: ys, 5
        heappop: ys
        heapreplace: ys, 1
        heappushpop: ys, 1
        nlargest: 1, xs
        nsmallest: 1, xs
        merge: xs, ys
        """,
    ),
    _module(
        "bisect",
        "\n".join(
            f"{name}: ys, 2"
            for name in ["bisect", "bisect_left", "bisect_right", "insort", "insort_left", "insort_right"]
        ),
    ),
    _module(
        "struct",
        """
        pack: 'i', 1
        pack_into: 'i', buffer, 0, 1
        unpack: 'i', b'abcd'
        unpack_from: 'i', buffer
        iter_unpack: 'i', b'abcd'
        calcsize: 'i'
        """,
    ),
    _module(
        "random",
        """
        choice: xs
        choices: xs
        sample: xs, 2
        shuffle: xs
        randint: 1, 3
        randrange: 3
        uniform: 1, 2
        betavariate: 1, 2
        expovariate: 1.0
        gammavariate: 1, 2
        gauss: 0, 1
        getrandbits: 3
        lognormvariate: 0, 1
        normalvariate: 0, 1
        paretovariate: 1
        randbytes: 2
        vonmisesvariate: 0, 1
        weibullvariate: 1, 2
        triangular: 0, 1
        seed: 1
        setstate: random.getstate()
        """,
    ),
    _module(
        "re",
        """
        compile: 'a'
        findall: 'a', 'ab'
        finditer: 'a', 'ab'
        fullmatch: 'a', 'a'
        match: 'a', 'a'
        search: 'a', 'a'
        split: 'a', 'ba'
        sub: 'a', 'b', 'a'
        subn: 'a', 'b', 'a'
        """,
    ),
    _module(
        "secrets",
        """
        choice: xs
        compare_digest: 'a', 'a'
        randbelow: 3
        randbits: 2
        """,
    ),
    _module(
        "os",
        """
        listdir: 'd'
        scandir: 'd'
        walk: 'd'
        stat: 'a.txt'
        lstat: 'a.txt'
        access: 'a.txt', 4
        remove: 'a.txt'
        unlink: path='b.txt'
        rmdir: 'empty'
        makedirs: 'n/m'
        mkdir: path='n2'
        rename: 'a.txt', 'a2'
        replace: src='a.txt', dst='a2'
        renames: 'a.txt', 'r/a'
        link: 'a.txt', 'l'
        symlink: 'a.txt', 's'
        chmod: 'a.txt', 0o600
        truncate: 'a.txt', 2
        utime: 'a.txt', (1, 1)
        mkfifo: 'f'
        removedirs: 'empty'
        chdir: 'd'
        putenv: 'ZZ', '1'
        umask: 0o77
        open: 'n.txt', os.O_CREAT | os.O_WRONLY
        system: 'touch q'
        popen: 'true'
        getenv: 'HOME'
        fspath: 'a'
        fsencode: 'a'
        fsdecode: 'a'
        strerror: 1
        urandom: 2
        statvfs: '.'
        readlink: 'a.txt'
        sysconf: 'SC_PAGE_SIZE'
        confstr: 'CS_PATH'
        getxattr: 'a.txt', 'user.a'
        listxattr: 'a.txt'
        major: 1
        minor: 1
        makedev: 1, 1
        getpgid: 0
        getsid: 0
        get_exec_path:
        get_terminal_size:
        cpu_count:
        unsetenv: 'ZZ'
        close: fd
        dup: fd
        read: fd, 1
        pread: fd, 1, 0
        write: fd, b'x'
        pwrite: fd, b'x', 0
        fchmod: fd, 0o600
        fdatasync: fd
        fdopen: fd, 'w'
        fstat: fd
        fsync: fd
        ftruncate: fd, 1
        isatty: fd
        lseek: fd, 0, 0
        get_blocking: fd
        get_inheritable: fd
        set_inheritable: fd, False
        pipe:
        fwalk: 'd'
        posix_fallocate: fd, 0, 20
        chown: 'a.txt', 0, 0
        lchown: 'a.txt', 0, 0
        pathconf: '.', 'PC_NAME_MAX'
        getgrouplist: 'root', 0
        """,
        setup="fd = os.open('a.txt', os.O_RDWR)",
        skipped="abort execl execle execlp execlpe execv execve execvp execvpe fork forkpty kill killpg nice setuid "
        "setgid seteuid setegid setreuid setregid setresuid setresgid setgroups setpgid setpgrp setsid "
        "tcsetpgrp initgroups chroot sync closerange dup2 readv writev preadv pwritev fchdir fchown fpathconf "
        "fstatvfs lockf openpty pipe2 posix_fadvise posix_spawn posix_spawnp sched_setaffinity sched_setparam "
        "sched_setscheduler sendfile set_blocking setpriority setxattr removexattr spawnl spawnle spawnlp "
        "spawnlpe spawnv spawnve spawnvp spawnvpe splice copy_file_range ttyname wait wait3 wait4 waitid "
        "waitpid register_at_fork device_encoding eventfd eventfd_read eventfd_write memfd_create pidfd_open "
        "mknod _exit login_tty sched_getparam sched_getscheduler sched_rr_get_interval getlogin tcgetpgrp "
        "ctermid DirEntry",
    ),
    Sample(
        "os.path",
        "os.path",
        f"import os\n{_SETUP}",
        files=_FILES,
        calls="""
        commonpath: ['a', 'b']
        commonprefix: ['a', 'b']
        samefile: 'a.txt', 'a.txt'
        join: 'a', 'b'
        getsize: 'a.txt'
        getmtime: 'a.txt'
        getatime: 'a.txt'
        getctime: 'a.txt'
        exists: 'a.txt'
        isfile: 'a.txt'
        samestat: os.stat('.'), os.stat('.')
        sameopenfile: 0, 0
        """,
    ),
    _module(
        "shutil",
        """
        copy: 'a.txt', dst='x'
        copy2: src='a.txt', dst='x'
        copyfile: 'a.txt', 'x'
        copymode: 'a.txt', 'b.txt'
        copystat: 'a.txt', 'b.txt'
        move: 'a.txt', 'x'
        copytree: 'd', 'y'
        copyfileobj: text, out
        rmtree: 'd'
        make_archive: 'arch', 'zip', 'd'
        unpack_archive: 'z.zip', 'u'
        disk_usage: '.'
        which: 'sh'
        register_archive_format: 'zz', print
        register_unpack_format: 'zz', ['.zz'], print
        unregister_archive_format: 'zip'
        unregister_unpack_format: 'zip'
        chown: 'a.txt', 0
        """,
    ),
    _module("glob", "glob: '*.txt'\niglob: '*.txt'"),
    _module(
        "fnmatch",
        """
        filter: ['a'], 'a'
        fnmatch: 'a', 'a'
        fnmatchcase: 'a', 'a'
        """,
    ),
    _module(
        "filecmp",
        """
        cmp: 'a.txt', 'b.txt'
        cmpfiles: 'd', 'empty', ['x.csv']
        dircmp: 'd', 'empty'
        """,
    ),
    _module("linecache", "getline: 'a.txt', 1"),
    _module(
        "json",
        """
        dump: xs, out
        load: io.StringIO('[1]')
        loads: '[1]'
        dumps: xs
        """,
    ),
    _module(
        "pickle",
        setup="file = open('p.pkl', 'rb')",
        calls="""
        dump: xs, raw
        load: file
        loads: pickle.dumps(xs)
        dumps: xs
        Pickler: raw
        Unpickler: data
        """,
    ),
    _module(
        "csv",
        """
        reader: text
        DictReader: text
        writer: out
        DictWriter: out, ['a']
        register_dialect: 'zz'
        unregister_dialect: 'excel'
        field_size_limit: 77
        get_dialect: 'excel'
        """,
        setup="",
    ),
    _module(
        "sqlite3",
        """
        connect: 'new.db'
        register_adapter: int, str
        register_converter: 'zz', str
        complete_statement: 'select 1;'
        Date: 1, 1, 1
        Time: 1, 1, 1
        Timestamp: 1, 1, 1
        DateFromTicks: 1
        TimeFromTicks: 1
        TimestampFromTicks: 1
        Binary: b'a'
        Connection: 'n.db'
        """,
        skipped="enable_callback_tracebacks",
    ),
    _module(
        "zipfile",
        """
        ZipFile: 'n.zip', 'w'
        is_zipfile: 'z.zip'
        Path: 'z.zip'
        """,
    ),
    _module(
        "tarfile",
        """
        open: 'n.tar', 'w'
        is_tarfile: 't.tar'
        TarFile: 'n.tar', 'w'
        """,
    ),
    _module(
        "gzip",
        """
        open: 'n.gz', 'wb'
        GzipFile: 'n.gz', 'wb'
        compress: b'a'
        decompress: gzip.compress(b'a')
        """,
    ),
    _module(
        "bz2",
        """
        open: 'n.bz2', 'wb'
        BZ2File: 'n.bz2', 'wb'
        compress: b'a'
        decompress: bz2.compress(b'a')
        """,
    ),
    _module(
        "lzma",
        """
        open: 'n.xz', 'wb'
        LZMAFile: 'n.xz', 'wb'
        compress: b'a'
        decompress: lzma.compress(b'a')
        """,
    ),
    _module(
        "tempfile",
        """
        mkdtemp: dir='d'
        mkstemp: dir='d'
        TemporaryDirectory: dir='d'
        NamedTemporaryFile: dir='d'
        """,
    ),
    _module("shelve", "open: 'sh'"),
    _module(
        "codecs",
        """
        open: 'n.txt', 'w'
        register_error: 'zz', print
        encode: 'a'
        decode: b'a'
        lookup: 'utf8'
        EncodedFile: data, 'utf8'
        getdecoder: 'utf8'
        getencoder: 'utf8'
        getincrementaldecoder: 'utf8'
        getincrementalencoder: 'utf8'
        getreader: 'utf8'
        getwriter: 'utf8'
        iterdecode: [b'a'], 'utf8'
        iterencode: ['a'], 'utf8'
        lookup_error: 'strict'
        """,
    ),
    _module(
        "io",
        """
        open: 'n.txt', 'w'
        FileIO: 'n.bin', 'w'
        open_code: __import__('os').path.abspath('a.txt')
        TextIOWrapper: data
        """,
    ),
    _module("configparser"),
    _module(
        "xml.etree.ElementTree",
        """
        parse: 't.xml'
        fromstring: '<a/>'
        XML: '<a/>'
        Element: 'a'
        SubElement: element, 'b'
        tostring: element
        tostringlist: element
        indent: element
        ElementTree: element
        iselement: element
        register_namespace: 'zz', 'http://z'
        dump: element
        iterparse: 't.xml'
        canonicalize: '<a/>'
        """,
        setup="element = xml.etree.ElementTree.fromstring('<a><b/></a>')",
    ),
    _module(
        "subprocess",
        """
        run: ['true']
        call: ['true']
        check_call: ['true']
        check_output: ['true']
        getoutput: 'true'
        getstatusoutput: 'true'
        Popen: ['true']
        list2cmdline: ['a']
        """,
    ),
    _module(
        "sys",
        """
        setrecursionlimit: 2000
        setswitchinterval: 0.2
        intern: 'a'
        getsizeof: xs
        getrefcount: xs
        getunicodeinternedsize:
        """,
        skipped="settrace setprofile exit addaudithook setdlopenflags breakpointhook displayhook excepthook "
        "call_tracing set_asyncgen_hooks set_coroutine_origin_tracking_depth set_int_max_str_digits "
        "activate_stack_trampoline",
    ),
    _module(
        "logging",
        """
        getLogger:
        basicConfig: level=10
        disable: 10
        addLevelName: 99, 'zz'
        captureWarnings: True
        setLoggerClass: type('L', (logging.Logger,), {})
        FileHandler: 'l.log'
        StreamHandler: out
        info: 'a'
        debug: 'a'
        warning: 'a'
        error: 'a'
        critical: 'a'
        log: 10, 'a'
        Formatter:
        makeLogRecord: {}
        getLevelName: 10
        LogRecord: 'a', 1, 'p', 1, 'm', (), None
        """,
        skipped="shutdown exception fatal warn",
    ),
    _module(
        "warnings",
        """
        filterwarnings: 'error'
        simplefilter: 'error'
        resetwarnings:
        warn: 'a'
        formatwarning: 'a', UserWarning, 'f', 1
        """,
        skipped="warn_explicit showwarning",
    ),
    _module(
        "signal",
        """
        signal: 10, lambda a, b: None
        getsignal: 10
        strsignal: 10
        alarm: 0
        valid_signals:
        sigpending:
        """,
        skipped="pause sigwait sigwaitinfo sigtimedwait raise_signal pthread_kill setitimer getitimer set_wakeup_fd "
        "siginterrupt pthread_sigmask default_int_handler pidfd_send_signal",
    ),
    _module(
        "locale",
        """
        setlocale: locale.LC_ALL, 'C.UTF-8'
        format_string: '%d', 1
        atof: '1'
        atoi: '1'
        strcoll: 'a', 'b'
        strxfrm: 'a'
        currency: 1
        nl_langinfo: locale.CODESET
        """,
    ),
    _module(
        "gc",
        """
        disable:
        enable:
        set_threshold: 500
        set_debug: 1
        collect:
        freeze:
        unfreeze:
        is_tracked: xs
        get_count:
        """,
    ),
    _module("atexit", "register: print\nunregister: print"),
    _module(
        "threading",
        """
        stack_size: 262144
        settrace: None
        setprofile: None
        Thread: None, print
        Timer: 1, print
        Barrier: 1
        local:
        """,
        skipped="settrace_all_threads setprofile_all_threads excepthook",
    ),
    _module("queue"),
    _module("concurrent.futures", "ThreadPoolExecutor: 1", skipped="ProcessPoolExecutor Executor wait as_completed"),
    _module(
        "contextlib",
        """
        redirect_stdout: out
        redirect_stderr: out
        closing: text
        nullcontext: xs
        suppress: ValueError
        chdir: 'd'
        """,
    ),
    _module(
        "weakref",
        """
        ref: weakref.WeakSet()
        WeakSet:
        finalize: weakref.WeakSet(), print
        """,
    ),
    _module(
        "pprint",
        """
        pprint: xs, out
        pp: xs, out
        pformat: xs
        saferepr: xs
        isreadable: xs
        isrecursive: xs
        """,
    ),
    _module(
        "difflib",
        """
        get_close_matches: 'a', ['a']
        unified_diff: ['a'], ['b']
        ndiff: ['a'], ['b']
        context_diff: ['a'], ['b']
        SequenceMatcher: None, 'a', 'b'
        IS_LINE_JUNK: 'a'
        restore: ['- a'], 1
        """,
    ),
    _module(
        "traceback",
        """
        print_exc: file=out
        format_exc:
        print_stack: file=out
        format_stack:
        extract_stack:
        format_list: []
        print_list: [], out
        format_exception: ValueError('a')
        print_exception: ValueError('a'), file=out
        format_exception_only: ValueError('a')
        print_tb: None, file=out
        print_last: file=out
        extract_tb: None
        format_tb: None
        """,
        skipped="clear_frames walk_stack walk_tb",
    ),
    _module(
        "inspect",
        """
        signature: print
        getmembers: xs
        getdoc: print
        getmro: int
        isfunction: print
        getsource: inspect.getsource
        getsourcelines: inspect.getsource
        getsourcefile: inspect.getsource
        getfile: inspect.getsource
        getabsfile: inspect.getsource
        findsource: inspect.getsource
        getfullargspec: inspect.getsource
        get_annotations: inspect.getsource
        getcallargs: inspect.getsource, print
        getclosurevars: inspect.getsource
        getattr_static: xs, 'append'
        classify_class_attrs: int
        getclasstree: [int]
        getgeneratorstate: (x for x in xs)
        getgeneratorlocals: (x for x in xs)
        Parameter: 'a', inspect.Parameter.KEYWORD_ONLY
        """,
        skipped="stack trace currentframe",
    ),
    _module(
        "dataclasses",
        """
        field: default=1
        make_dataclass: 'A', ['a']
        is_dataclass: xs
        """,
    ),
    _module(
        "types",
        """
        SimpleNamespace: a=xs
        MappingProxyType: d
        new_class: 'A'
        ModuleType: 'a'
        MethodType: print, xs
        """,
        skipped="AsyncGeneratorType BuiltinFunctionType BuiltinMethodType ClassMethodDescriptorType CodeType "
        "CoroutineType FrameType FunctionType GeneratorType GetSetDescriptorType LambdaType MemberDescriptorType "
        "MethodDescriptorType MethodWrapperType TracebackType UnionType WrapperDescriptorType "
        "DynamicClassAttribute coroutine",
    ),
    _module("argparse"),
    _module(
        "urllib.parse",
        """
        urlencode: {'a': 1}
        urljoin: 'http://a', 'b'
        urlunparse: ('http', 'a', '', '', '', '')
        urlunsplit: ('http', 'a', '', '', '')
        unquote_to_bytes: 'a'
        quote_from_bytes: b'a'
        parse_qs: 'a=1'
        """,
    ),
    _module(
        "socket",
        """
        setdefaulttimeout: 3
        inet_aton: '127.0.0.1'
        inet_ntoa: b'aaaa'
        htons: 1
        ntohs: 1
        """,
        skipped="getaddrinfo gethostbyname gethostbyname_ex gethostbyaddr getfqdn create_connection create_server "
        "sethostname getnameinfo fromfd dup getprotobyname getservbyname getservbyport socketpair",
    ),
    _module("platform"),
    _module(
        "importlib",
        """
        import_module: 'json'
        invalidate_caches:
        reload: __import__('json')
        """,
        skipped="find_loader",
    ),
    _module(
        "copyreg", "pickle: type('A', (), {}), print\nconstructor: print", skipped="add_extension remove_extension"
    ),
    _module(
        "mimetypes",
        """
        add_type: 'a/b', '.zz'
        guess_type: 'a.txt'
        guess_extension: 'text/plain'
        guess_all_extensions: 'text/plain'
        init:
        """,
        attempts=(),
    ),
    _module("array", "array: 'B', [1]"),
    _class(
        "pathlib.Path",
        "p",
        "from pathlib import Path\np = Path('a.txt')",
        """
        write_text: 'x'
        write_bytes: b'x'
        rename: 'n'
        replace: target='n'
        hardlink_to: 'b.txt'
        hardlink_to: = Path('n').hardlink_to(p)
        symlink_to: = Path('n').symlink_to(p)
        mkdir: = Path('n').mkdir()
        rmdir: = Path('empty').rmdir()
        link_to: = Path('n')
        chmod: 0o600
        lchmod: 0o600
        touch:
        unlink:
        glob: '*'
        rglob: '*'
        iterdir: = Path('d').iterdir()
        joinpath: 'a'
        with_name: 'z'
        with_stem: 'z'
        with_suffix: '.z'
        relative_to: '.'
        is_relative_to: '.'
        match: '*'
        samefile: 'b.txt'
        read_text:
        read_bytes:
        stat:
        lstat:
        exists:
        is_file:
        as_uri: = p.absolute().as_uri()
        readlink: = Path('n')
        cwd:
        home:
        """,
        skipped="open owner group",
    ),
    _class(
        "io.TextIOWrapper",
        "f",
        "f = io.StringIO('alpha\\nbeta\\n')",
        """
        write: 'x'
        writelines: ['x']
        seek: 1
        truncate: 1
        read:
        readline:
        readlines:
        close:
        flush:
        tell:
        readinto: = data.readinto(buffer)
        getvalue:
        getbuffer: = data.getbuffer()
        """,
        skipped="detach fileno",
    ),
    _class(
        "zipfile.ZipFile",
        "z",
        "import zipfile\nz = zipfile.ZipFile('z.zip', 'a')",
        """
        writestr: 'n', 'x'
        write: 'a.txt'
        extract: 'm.txt'
        extractall: 'o'
        open: 'm.txt'
        getinfo: 'm.txt'
        setpassword: b'a'
        mkdir: 'q'
        close:
        namelist:
        infolist:
        testzip:
        printdir:
        """,
        skipped="read",  # it counts the uses of the file
    ),
    _class(
        "tarfile.TarFile",
        "t",
        "import tarfile\nt = tarfile.open('t.tar', 'r')",
        """
        add: = tarfile.open('w.tar', 'w').add('a.txt')
        addfile: = tarfile.open('w.tar', 'w').addfile(tarfile.TarInfo('a'))
        extractall: 'o'
        extract: 'a.txt', 'o'
        extractfile: 'a.txt'
        getmember: 'a.txt'
        next:
        close:
        getnames:
        """,
        skipped="list",  # it remembers the members
    ),
    _class(
        "configparser.ConfigParser",
        "c",
        "import configparser\nc = configparser.ConfigParser()\nc.read_string('[s]\\na = 1')",
        """
        read: 'c.ini'
        read_file: io.StringIO('[q]')
        read_string: '[q]'
        read_dict: {'q': {}}
        add_section: 'q'
        remove_section: 's'
        remove_option: 's', 'a'
        set: 's', 'b', '2'
        get: 's', 'a'
        getint: 's', 'a'
        getfloat: 's', 'a'
        getboolean: 's', 'a'
        has_option: 's', 'a'
        has_section: 's'
        items: 's'
        options: 's'
        write: out
        pop: 's'
        popitem:
        clear:
        update: {'q': {}}
        setdefault: 'q', {}
        """,
    ),
    _class(
        "sqlite3.Cursor",
        "c",
        "import sqlite3\nc = sqlite3.connect('s.db').cursor()\nc.execute('select * from t')",
        """
        execute: 'insert into t values (2)'
        executemany: 'insert into t values (?)', [(1,)]
        executescript: 'create table u (a)'
        fetchone:
        fetchall:
        fetchmany:
        close:
        setinputsizes: 1
        setoutputsize: 1
        """,
    ),
    _class(
        "hashlib.Hash",
        "h",
        "import hashlib\nh = hashlib.md5()",
        """
        update: b'a'
        copy:
        digest:
        hexdigest:
        """,
    ),
    _class(
        "random.Random",
        "g",
        "import random\ng = random.Random(0)",
        """
        choice: xs
        choices: xs
        sample: xs, 2
        shuffle: xs
        randint: 1, 3
        randrange: 3
        uniform: 1, 2
        seed: 1
        betavariate: 1, 2
        expovariate: 1.0
        gammavariate: 1, 2
        gauss: 0, 1
        getrandbits: 3
        lognormvariate: 0, 1
        normalvariate: 0, 1
        paretovariate: 1
        randbytes: 2
        vonmisesvariate: 0, 1
        weibullvariate: 1, 2
        triangular: 0, 1
        setstate: random.Random(1).getstate()
        """,
    ),
    _class(
        "xml.Element",
        "e",
        "import xml.etree.ElementTree as ET\ne = ET.fromstring('<a><b>1</b></a>')\nn = ET.Element('n')",
        """
        append: n
        insert: 0, n
        remove: e[0]
        extend: [n]
        set: 'k', 'v'
        get: 'k'
        find: 'b'
        findall: 'b'
        findtext: 'b'
        iter: 'b'
        iterfind: 'b'
        itertext:
        makeelement: 'a', {}
        clear:
        keys:
        items:
        """,
    ),
    _class(
        "xml.ElementTree",
        "t",
        "import xml.etree.ElementTree as ET\nt = ET.ElementTree(ET.fromstring('<a><b>1</b></a>'))",
        """
        write: 'o.xml'
        write_c14n: 'o.xml'
        parse: 't.xml'
        find: 'b'
        findall: 'b'
        findtext: 'b'
        iter: 'b'
        iterfind: 'b'
        getroot:
        """,
    ),
    _class(
        "queue.Queue",
        "q",
        "import queue\nq = queue.Queue()\nq.put(xs)\nq.put(ys)",
        """
        put: 1
        put_nowait: 1
        get:
        get_nowait:
        task_done:
        qsize:
        empty:
        full:
        """,
        skipped="join qsize empty full",  # they take the lock
    ),
    _class(
        "collections.deque",
        "q",
        "import collections\nq = collections.deque([1, 2, 3])",
        """
        append: 1
        appendleft: 1
        extend: [1]
        extendleft: [1]
        insert: 0, 1
        remove: 1
        rotate: 1
        pop:
        popleft:
        clear:
        reverse:
        copy:
        count: 1
        index: 1
        """,
    ),
    _class(
        "collections.Counter",
        "c",
        "import collections\nc = collections.Counter('aab')",
        """
        subtract: 'a'
        update: 'a'
        elements:
        most_common:
        total:
        pop: 'a'
        setdefault: 'z', 1
        get: 'a'
        keys:
        values:
        items:
        copy:
        clear:
        popitem:
        """,
        skipped="fromkeys",
    ),
    _class(
        "collections.OrderedDict",
        "c",
        "import collections\nc = collections.OrderedDict(a=[1], b=2)",
        """
        move_to_end: 'a'
        update: {'z': 1}
        pop: 'a'
        setdefault: 'z', 1
        get: 'a'
        keys:
        values:
        items:
        copy:
        clear:
        popitem:
        """,
        skipped="fromkeys",
    ),
    _class(
        "array.array",
        "v",
        "import array\nv = array.array('B', [1, 2])",
        """
        append: 1
        extend: [1]
        fromlist: [1]
        frombytes: b'a'
        fromfile: data, 1
        tofile: raw
        insert: 0, 1
        remove: 1
        pop:
        reverse:
        byteswap:
        tolist:
        tobytes:
        count: 1
        index: 1
        buffer_info:
        """,
        skipped="fromunicode tounicode",
    ),
    _class(
        "builtins.list",
        "v",
        "v = [[2], [1]]",
        """
        append: 1
        extend: [1]
        insert: 0, 1
        remove: [2]
        pop:
        reverse:
        sort:
        clear:
        copy:
        count: 1
        index: [1]
        """,
    ),
    _class(
        "builtins.dict",
        "v",
        "v = {'a': [1]}",
        """
        update: {'b': 1}
        pop: 'a'
        setdefault: 'z', 1
        get: 'a'
        keys:
        values:
        items:
        copy:
        clear:
        popitem:
        """,
        skipped="fromkeys",
    ),
    _class(
        "builtins.set",
        "v",
        "v = {1, 2}",
        """
        add: 3
        discard: 1
        remove: 1
        pop:
        update: [5]
        difference_update: [1]
        intersection_update: [1]
        symmetric_difference_update: [1]
        union: [1]
        intersection: [1]
        difference: [1]
        symmetric_difference: [1]
        issubset: [1]
        issuperset: [1]
        isdisjoint: [1]
        copy:
        clear:
        """,
    ),
    _class(
        "builtins.bytearray",
        "v",
        "v = bytearray(b'ab')",
        """
        append: 1
        extend: b'a'
        insert: 0, 1
        remove: 97
        pop:
        reverse:
        clear:
        copy:
        count: b'a'
        index: b'a'
        find: b'a'
        rfind: b'a'
        rindex: b'a'
        replace: b'a', b'b'
        split: b'a'
        rsplit: b'a'
        partition: b'a'
        rpartition: b'a'
        join: [b'a']
        startswith: b'a'
        endswith: b'a'
        removeprefix: b'a'
        removesuffix: b'a'
        translate: None, b'a'
        center: 5
        ljust: 5
        rjust: 5
        zfill: 5
        """,
        skipped="fromhex maketrans",
    ),
)
