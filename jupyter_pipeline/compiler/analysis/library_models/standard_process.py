"""State of the process, other processes, threads, logging and the network, of the standard library."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, words

__all__ = ["LOGGING_METHODS", "MODELS"]

LOGGING_METHODS = words("debug info warning warn error exception critical log isEnabledFor")
"""Methods of loggers, which write to their handlers."""

_SYS = """
addaudithook breakpointhook set_asyncgen_hooks set_coroutine_origin_tracking_depth set_int_max_str_digits setdlopenflags
setprofile setrecursionlimit setswitchinterval settrace activate_stack_trampoline deactivate_stack_trampoline
path.append path.insert path.extend path.remove path.pop path.clear path.reverse path.sort path.__setitem__
path.__delitem__ path.__iadd__ modules.pop modules.update modules.setdefault modules.clear modules.popitem
modules.__setitem__ modules.__delitem__ meta_path.* path_hooks.* path_importer_cache.* argv.append argv.extend
argv.insert argv.pop argv.clear argv.remove stdout.reconfigure stderr.reconfigure stdout.close stderr.close
stdin.close : process
path.index path.count path.copy modules.get modules.keys modules.values modules.items modules.copy argv.index
argv.count argv.copy : -> part
exc_info exception exit audit call_tracing displayhook excepthook get_asyncgen_hooks
get_coroutine_origin_tracking_depth get_int_max_str_digits getallocatedblocks getdefaultencoding getdlopenflags
getfilesystemencodeerrors getfilesystemencoding getprofile getrecursionlimit getrefcount getsizeof getswitchinterval
gettrace getunicodeinternedsize getwindowsversion intern is_finalizing is_stack_trampoline_active stdout.write
stdout.writelines stdout.flush stdout.isatty stdout.fileno stdout.buffer.write stdout.buffer.flush stderr.write
stderr.writelines stderr.flush stderr.isatty stderr.fileno stdin.isatty stdin.fileno __stdout__.write
__stdout__.flush __stderr__.write __stderr__.flush : pure
stdin.read stdin.readline stdin.readlines : pure
_getframe _current_frames : -> foreign
"""

_LOGGING = """
getLogger : -> state
debug info warning warn error exception critical fatal log : held
basicConfig : writes(filename) changes(stream handlers) configures
disable captureWarnings addLevelName setLoggerClass setLogRecordFactory shutdown : process
config.dictConfig config.fileConfig : writes(any) process
config.listen config.stopListening : process
getLevelName getLevelNamesMapping getLogRecordFactory getLoggerClass makeLogRecord currentframe getHandlerByName
getHandlerNames : pure
Formatter BufferingFormatter Filter LogRecord PercentStyle StrFormatStyle StringTemplateStyle : -> object
StreamHandler Handler NullHandler LoggerAdapter handlers.MemoryHandler handlers.QueueHandler handlers.QueueListener
: -> object
FileHandler handlers.RotatingFileHandler handlers.TimedRotatingFileHandler handlers.WatchedFileHandler
handlers.BaseRotatingHandler : writes(filename@0) -> object
handlers.SMTPHandler handlers.HTTPHandler handlers.SocketHandler handlers.DatagramHandler handlers.SysLogHandler
: -> object
"""

_SUBPROCESS = """
run : writes(any) -> CompletedProcess
call check_call check_output getoutput getstatusoutput : writes(any)
Popen : writes(any) -> Popen
list2cmdline : pure
CompletedProcess : -> CompletedProcess
CalledProcessError SubprocessError TimeoutExpired : -> object

class CompletedProcess : object
  check_returncode : pure
  .stdout .stderr .returncode .args : -> constant
class Popen : object
  communicate wait poll terminate kill send_signal : writes(any) changes(self) -> constant
  .returncode .pid .args .universal_newlines : -> constant
  .stdin .stdout .stderr : -> view(io.TextIOWrapper)
"""

_WARNINGS = """
filterwarnings simplefilter resetwarnings : process
warn warn_explicit showwarning formatwarning : pure
WarningMessage : -> object

class catch_warnings : object
  __enter__ : process -> container
  __exit__ : process
"""

_SIGNAL = """
signal alarm setitimer siginterrupt pthread_sigmask set_wakeup_fd raise_signal pthread_kill pidfd_send_signal
default_int_handler pause : process
getsignal : -> part
getitimer sigpending sigtimedwait sigwait sigwaitinfo strsignal valid_signals Signals Handlers Sigmasks ItimerError
: pure
"""

_THREADING = """
Thread Timer : -> Thread
Lock RLock Condition Semaphore BoundedSemaphore Event Barrier : -> Lock
local : -> unknown
excepthook : pure
settrace setprofile settrace_all_threads setprofile_all_threads stack_size : process
active_count activeCount enumerate current_thread currentThread main_thread get_ident get_native_id getprofile
gettrace : -> object
BrokenBarrierError ThreadError : -> object

class Lock : object
  acquire release acquire_lock release_lock notify notify_all notifyAll wait wait_for : changes(self)
  locked is_set : pure
class Thread : object
  start run join terminate kill close : writes(any) changes(self)
  setDaemon setName cancel : changes(self)
  is_alive isDaemon getName : pure
  .name .ident .daemon .native_id .pid .exitcode : -> constant
"""

_URLLIB = """
request.urlopen : sends(url@0) reads(url@0) -> io.TextIOWrapper
request.urlretrieve : receives(url@0) reads(url@0) writes(filename@1)
request.install_opener request.urlcleanup : process
request.Request request.build_opener request.HTTPHandler request.HTTPSHandler request.ProxyHandler
request.HTTPCookieProcessor request.HTTPBasicAuthHandler request.HTTPPasswordMgr
request.HTTPPasswordMgrWithDefaultRealm request.HTTPRedirectHandler request.OpenerDirector : -> foreign
request.pathname2url request.url2pathname request.getproxies : pure
parse.urlparse parse.urlsplit parse.urlunparse parse.urlunsplit parse.urljoin parse.urldefrag parse.quote
parse.quote_plus parse.quote_from_bytes parse.unquote parse.unquote_plus parse.unquote_to_bytes parse.urlencode
parse.ParseResult parse.SplitResult : pure
parse.parse_qs parse.parse_qsl : -> container
error.URLError error.HTTPError error.ContentTooShortError : -> object
robotparser.RobotFileParser : -> foreign
"""

_UNITTEST = """
mock.patch mock.patch.object mock.patch.dict mock.patch.multiple : -> Patch
mock.patch.stopall : process
mock.Mock mock.MagicMock mock.AsyncMock mock.NonCallableMock mock.NonCallableMagicMock mock.PropertyMock
mock.create_autospec mock.mock_open mock.call mock.seal : -> foreign
TestCase IsolatedAsyncioTestCase TestLoader TestSuite TextTestRunner TestResult FunctionTestCase : -> foreign
skip skipIf skipUnless expectedFailure : -> part
SkipTest : -> object
main addModuleCleanup enterModuleContext installHandler : process

class Patch : object
  start __enter__ : process -> foreign
  stop __exit__ : process
"""

MODELS = (
    LibraryModel(library="unittest", rules=_UNITTEST),
    LibraryModel(library="sys", rules=_SYS, process_state=("modules", "path", "setrecursionlimit")),
    LibraryModel(library="logging", rules=_LOGGING),
    LibraryModel(library="subprocess", rules=_SUBPROCESS),
    LibraryModel(library="warnings", rules=_WARNINGS),
    LibraryModel(library="signal", rules=_SIGNAL),
    LibraryModel(library="threading", rules=_THREADING),
    LibraryModel(library="urllib", rules=_URLLIB),
    LibraryModel(
        library="time",
        rules="""
        tzset clock_settime clock_settime_ns : process
        time time_ns sleep perf_counter perf_counter_ns monotonic monotonic_ns process_time process_time_ns thread_time
        thread_time_ns ctime asctime gmtime localtime mktime strftime strptime get_clock_info clock_gettime
        clock_gettime_ns clock_getres pthread_getcpuclockid struct_time : pure
        """,
    ),
    LibraryModel(
        library="locale",
        rules="""
        setlocale resetlocale bindtextdomain textdomain bind_textdomain_codeset : process
        localeconv getlocale getdefaultlocale getpreferredencoding getencoding normalize format_string currency str
        atof atoi delocalize localize strcoll strxfrm nl_langinfo gettext format : pure
        """,
    ),
    LibraryModel(
        library="gc",
        rules="""
        disable enable freeze unfreeze set_threshold set_debug : process
        collect get_count get_debug get_freeze_count get_stats get_threshold is_finalized is_tracked isenabled : pure
        get_objects get_referents get_referrers : -> foreign
        """,
    ),
    LibraryModel(library="atexit", rules="register unregister : process -> part"),
    LibraryModel(library="copyreg", rules="pickle constructor add_extension remove_extension : process"),
    LibraryModel(
        library="mimetypes",
        rules="""
        add_type init : process
        read_mime_types : reads(file@0)
        guess_type guess_all_extensions guess_extension guess_file_type : pure
        MimeTypes : -> object
        """,
    ),
    LibraryModel(
        library="faulthandler",
        rules="""
        enable disable register unregister dump_traceback_later cancel_dump_traceback_later : changes(file@0) process
        dump_traceback : changes(file@0)
        is_enabled : pure
        """,
    ),
    LibraryModel(
        library="tracemalloc",
        rules="""
        start stop clear_traces reset_peak : process
        get_traced_memory get_traceback_limit get_tracemalloc_memory is_tracing : pure
        take_snapshot get_object_traceback Filter : -> foreign
        """,
    ),
    LibraryModel(
        library="resource",
        rules="setrlimit prlimit : process\ngetrlimit getrusage getpagesize : pure",
    ),
    LibraryModel(
        library="importlib",
        rules="""
        import_module __import__ : reads(any) -> foreign of self
        reload invalidate_caches : reads(any) process -> part
        util.spec_from_file_location : reads(location@1) -> foreign
        util.find_spec util.module_from_spec find_loader : reads(any) -> foreign
        metadata.version metadata.metadata metadata.distribution metadata.distributions metadata.files
        metadata.requires metadata.entry_points metadata.packages_distributions util.cache_from_source
        util.resolve_name : -> object
        resources.read_text resources.read_binary resources.is_resource : reads(any)
        resources.files resources.path resources.as_file resources.open_text resources.open_binary resources.contents
        : reads(any) -> foreign
        """,
    ),
    LibraryModel(
        library="socket",
        rules="""
        setdefaulttimeout sethostname : process
        getdefaulttimeout gethostname getfqdn gethostbyname gethostbyname_ex gethostbyaddr getaddrinfo getnameinfo
        getprotobyname getservbyname getservbyport has_dualstack_ipv6 herror htonl htons ntohl ntohs inet_aton
        inet_ntoa inet_ntop inet_pton if_indextoname if_nameindex if_nametoindex CMSG_LEN CMSG_SPACE : pure
        error gaierror timeout : -> object
        socket create_connection create_server socketpair fromfd dup : -> foreign
        """,
    ),
    LibraryModel(
        library="ssl",
        rules="""
        create_default_context SSLContext _create_unverified_context _create_default_https_context
        _create_stdlib_context : -> foreign
        DER_cert_to_PEM_cert PEM_cert_to_DER_cert RAND_bytes RAND_status cert_time_to_seconds
        get_default_verify_paths get_protocol_name get_server_certificate : pure
        RAND_add : process
        SSLError CertificateError SSLCertVerificationError : -> object
        """,
    ),
    LibraryModel(
        library="platform",
        rules="""
        architecture machine node platform processor python_branch python_build python_compiler python_implementation
        python_revision python_version python_version_tuple release system system_alias uname version win32_ver
        win32_edition mac_ver libc_ver freedesktop_os_release java_ver : pure
        """,
    ),
    LibraryModel(
        library="getpass",
        rules="getuser getpass unix_getpass win_getpass : pure\nGetPassWarning : -> object",
    ),
    LibraryModel(
        library="sysconfig",
        rules="""
        get_config_var get_config_vars get_path get_path_names get_paths get_platform get_python_version
        get_scheme_names get_default_scheme get_preferred_scheme is_python_build get_config_h_filename
        get_makefile_filename : pure
        """,
    ),
)
