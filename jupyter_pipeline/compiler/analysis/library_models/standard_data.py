"""Values, containers, functions, texts and numbers of the standard library."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, words

__all__ = ["MODELS"]

MODELS = (
    LibraryModel(
        library="math",
        rules="""
        acos acosh asin asinh atan atan2 atanh cbrt ceil comb copysign cos cosh degrees dist erf erfc exp exp2
        expm1 fabs factorial floor fmod frexp fsum gamma gcd hypot isclose isfinite isinf isnan isqrt lcm ldexp
        lgamma log log10 log1p log2 modf nextafter perm pow prod radians remainder sin sinh sqrt tan tanh trunc
        ulp : pure
        """,
    ),
    LibraryModel(
        library="cmath",
        rules="""
        acos acosh asin asinh atan atanh cos cosh exp isclose isfinite isinf isnan log log10 phase polar rect sin
        sinh sqrt tan tanh : pure
        """,
    ),
    LibraryModel(
        library="statistics",
        rules="""
        StatisticsError correlation covariance fmean geometric_mean harmonic_mean linear_regression mean median
        median_grouped median_high median_low mode multimode pstdev pvariance quantiles stdev variance
        NormalDist.from_samples StatisticsError.* : pure
        NormalDist : -> constant
        """,
    ),
    LibraryModel(
        library="string",
        rules="""
        capwords : pure
        Template Formatter : -> constant
        """,
    ),
    LibraryModel(
        library="unicodedata",
        rules="""
        UCD bidirectional category combining decimal decomposition digit east_asian_width is_normalized lookup
        mirrored name normalize numeric : pure
        """,
    ),
    LibraryModel(library="keyword", rules="iskeyword issoftkeyword : pure"),
    LibraryModel(library="numbers", rules="Complex Integral Number Rational Real : pure"),
    LibraryModel(library="fractions", rules="Fraction Fraction.* : pure"),
    LibraryModel(library="uuid", rules="UUID getnode uuid1 uuid3 uuid4 uuid5 UUID.* : pure"),
    LibraryModel(
        library="hashlib",
        rules="""
        file_digest : changes(fileobj@0) -> Hash
        md5 sha1 sha224 sha256 sha384 sha512 sha3_224 sha3_256 sha3_384 sha3_512 shake_128 shake_256 blake2b
        blake2s new : -> Hash
        pbkdf2_hmac scrypt : pure

        class Hash : iterator
          update : changes(self)
          hexdigest digest : pure
          copy : -> copy
          .name .digest_size .block_size : -> constant
        """,
    ),
    LibraryModel(
        library="hmac",
        rules="""
        new HMAC : -> hashlib.Hash
        digest compare_digest : pure
        """,
    ),
    LibraryModel(
        library="base64",
        rules="""
        a85decode a85encode b16decode b16encode b32decode b32encode b32hexdecode b32hexencode b64decode b64encode
        b85decode b85encode decodebytes encodebytes standard_b64decode standard_b64encode
        urlsafe_b64decode urlsafe_b64encode : pure
        decode encode : changes(input@0 output@1)
        """,
    ),
    LibraryModel(
        library="binascii",
        rules="""
        Error Incomplete a2b_base64 a2b_hex a2b_qp a2b_uu b2a_base64 b2a_hex b2a_qp b2a_uu crc32 crc_hqx hexlify
        unhexlify : pure
        """,
    ),
    LibraryModel(
        library="textwrap",
        rules="""
        dedent fill indent shorten : pure
        wrap : -> container
        TextWrapper : -> object
        """,
    ),
    LibraryModel(
        library="html",
        rules="""
        escape unescape : pure
        parser.HTMLParser : -> foreign
        """,
    ),
    LibraryModel(
        library="secrets",
        rules="""
        compare_digest randbelow randbits token_bytes token_hex token_urlsafe : pure
        choice : -> part
        SystemRandom : -> random.Random
        """,
    ),
    LibraryModel(
        library="zlib",
        rules="""
        adler32 compress crc32 decompress error : pure
        compressobj decompressobj : -> Compressor

        class Compressor : iterator
          compress decompress flush : changes(self)
          copy : -> copy
          .eof .unused_data .unconsumed_tail : -> constant
        """,
    ),
    LibraryModel(library="colorsys", rules="hls_to_rgb hsv_to_rgb rgb_to_hls rgb_to_hsv rgb_to_yiq yiq_to_rgb : pure"),
    LibraryModel(
        library="datetime",
        rules="""
        date datetime time timedelta tzinfo timezone date.* datetime.* time.* timedelta.* timezone.* : pure

        class datetime date time timedelta timezone : constant
          isoformat strftime timestamp date time timetz total_seconds weekday isoweekday isocalendar astimezone
          utcoffset tzname dst timetuple utctimetuple toordinal ctime replace combine now today utcnow strptime
          fromtimestamp utcfromtimestamp fromisoformat fromisocalendar fromordinal fromutc : pure
          .year .month .day .hour .minute .second .microsecond .tzinfo .days .seconds .microseconds .fold .max .min
          .resolution .utc : -> constant
        """,
    ),
    LibraryModel(
        library="zoneinfo",
        rules="""
        InvalidTZPathWarning ZoneInfoNotFoundError InvalidTZPathWarning.* ZoneInfoNotFoundError.* : pure
        reset_tzpath ZoneInfo.clear_cache : process
        ZoneInfo ZoneInfo.no_cache ZoneInfo.from_file available_timezones : pure
        """,
    ),
    LibraryModel(
        library="calendar",
        rules="""
        IllegalMonthError IllegalWeekdayError calendar firstweekday isleap leapdays month monthrange prcal prmonth
        timegm weekday weekheader : pure
        setfirstweekday : process
        monthcalendar : -> container

        class Calendar TextCalendar HTMLCalendar LocaleTextCalendar LocaleHTMLCalendar : object
          setfirstweekday : changes(self)
          iterweekdays itermonthdates itermonthdays itermonthdays2 itermonthdays3 itermonthdays4 : -> iterator
          monthdatescalendar monthdayscalendar monthdays2calendar yeardatescalendar yeardayscalendar
          yeardays2calendar : -> container
          getfirstweekday formatmonth formatyear formatweek formatday formatmonthname formatweekheader formatyearpage
          prmonth pryear prweek : pure
          .firstweekday : -> constant
        """,
    ),
    LibraryModel(
        library="decimal",
        rules="""
        Clamped ConversionSyntax Decimal DecimalException DecimalTuple DivisionByZero DivisionImpossible
        DivisionUndefined FloatOperation Inexact InvalidContext InvalidOperation Overflow Rounded Subnormal
        Underflow : pure
        getcontext : -> state
        localcontext : -> state
        setcontext : process
        Context : -> object
        Decimal.* : pure
        """,
    ),
    LibraryModel(
        library="collections",
        rules="""
        Counter deque OrderedDict UserDict UserList UserString : -> container
        defaultdict : -> default_dict
        ChainMap : -> part
        namedtuple : -> named_tuple
        Counter.fromkeys OrderedDict.fromkeys : -> container

        class deque(builtins.list)
          appendleft extendleft rotate : changes(self)
          popleft : changes(self) -> part
          .maxlen : -> constant
        class Counter(builtins.dict)
          subtract : changes(self)
          elements : -> iterator
          most_common : -> container
          total : -> constant
        class OrderedDict(builtins.dict)
          move_to_end : changes(self)
        """,
    ),
    LibraryModel(
        library="itertools",
        rules="""
        accumulate chain chain.from_iterable combinations combinations_with_replacement compress count cycle
        dropwhile filterfalse groupby islice pairwise batched permutations product repeat starmap takewhile tee
        zip_longest : lazy -> iterator
        """,
    ),
    LibraryModel(
        library="functools",
        rules="""
        partial partialmethod : -> unknown
        reduce : -> part
        update_wrapper : changes(wrapper@0) -> part
        cache cached_property lru_cache wraps total_ordering cmp_to_key singledispatch singledispatchmethod
        : -> object
        """,
        decorators=words("cache lru_cache wraps total_ordering cached_property"),
    ),
    LibraryModel(
        library="operator",
        rules="""
        __abs__ __add__ __and__ __concat__ __contains__ __eq__ __floordiv__ __ge__ __getitem__ __gt__ __index__
        __inv__ __invert__ __le__ __lshift__ __lt__ __matmul__ __mod__ __mul__ __ne__ __neg__ __not__ __or__
        __pos__ __pow__ __rshift__ __sub__ __truediv__ __xor__ _abs abs add and_ attrgetter concat contains
        countOf eq floordiv ge getitem gt index indexOf inv invert is_ is_not itemgetter le length_hint lshift lt
        call matmul methodcaller mod mul ne neg not_ or_ pos pow rshift sub truediv truth xor : -> part
        setitem delitem iadd iand iconcat ifloordiv ilshift imatmul imod imul ior ipow irshift isub itruediv ixor
        __setitem__ __delitem__ __iadd__ __iand__ __iconcat__ __ifloordiv__ __ilshift__ __imatmul__ __imod__
        __imul__ __ior__ __ipow__ __irshift__ __isub__ __itruediv__ __ixor__ : changes(*) -> part
        """,
    ),
    LibraryModel(
        library="copy",
        rules="""
        copy replace : lazy -> copy
        deepcopy : lazy -> deepcopy
        Error : -> object
        """,
    ),
    LibraryModel(
        library="heapq",
        rules="""
        heappush heappop heapify heapreplace heappushpop : changes(*) -> part
        nlargest nsmallest : -> container
        merge : lazy -> iterator
        """,
    ),
    LibraryModel(
        library="bisect",
        rules="""
        insort insort_left insort_right : changes(*)
        bisect bisect_left bisect_right : pure
        """,
    ),
    LibraryModel(
        library="struct",
        rules="""
        pack_into : changes(buffer@1)
        iter_unpack : lazy -> iterator
        pack unpack unpack_from calcsize : pure
        error : -> object

        class Struct : constant
          pack unpack unpack_from : pure
          iter_unpack : lazy -> iterator
          pack_into : changes(buffer@0)
          .size .format : -> constant
        """,
    ),
    LibraryModel(
        library="random",
        rules="""
        random betavariate choices expovariate gammavariate gauss getrandbits getstate lognormvariate
        normalvariate paretovariate randbytes randint randrange triangular uniform vonmisesvariate weibullvariate
        binomialvariate : draws
        choice : draws -> part
        sample : draws -> container
        choices : draws -> container
        shuffle : draws changes(x@0)
        seed setstate : seeds

        class Random SystemRandom : iterator
          random betavariate expovariate gammavariate gauss getrandbits lognormvariate normalvariate paretovariate
          randbytes randint randrange triangular uniform vonmisesvariate weibullvariate binomialvariate seed
          setstate : changes(self) -> constant
          getstate : changes(self) -> constant
          choice : changes(self) -> part
          choices sample : changes(self) -> container
          shuffle : changes(self) changes(x@0)
        """,
    ),
    LibraryModel(
        library="re",
        rules="""
        compile template : -> Pattern
        match fullmatch search : -> Match
        sub subn escape : pure
        findall split : -> container
        finditer : -> iterator
        purge : configures
        RegexFlag error : -> object

        class Pattern : constant
          match fullmatch search : -> Match
          sub subn : pure
          findall split : -> container
          finditer : -> iterator
          scanner : -> iterator
          .pattern .flags .groups .groupindex : -> constant
        class Match : constant
          group start end span expand : pure
          groups groupdict : -> container
          .string .re .pos .endpos .lastindex .lastgroup .regs : -> constant
          __getitem__ : -> constant
        """,
    ),
    LibraryModel(
        library="typing",
        rules="""
        AbstractSet Annotated Any AsyncContextManager AsyncGenerator AsyncIterable AsyncIterator Awaitable
        BinaryIO ByteString Callable ChainMap ClassVar Collection Concatenate Container ContextManager Coroutine
        Counter DefaultDict Deque Dict Final ForwardRef FrozenSet Generator Generic Hashable IO ItemsView Iterable
        Iterator KeysView List Literal LiteralString Mapping MappingView Match MutableMapping MutableSequence
        MutableSet NamedTuple Never NewType NoReturn NotRequired Optional OrderedDict ParamSpec ParamSpecArgs
        ParamSpecKwargs Pattern Protocol Required Reversible Self Sequence Set Sized SupportsAbs SupportsBytes
        SupportsComplex SupportsFloat SupportsIndex SupportsInt SupportsRound Text TextIO Tuple Type TypeAlias
        TypeGuard TypeVar TypeVarTuple TypedDict Union Unpack ValuesView assert_never assert_type cast
        dataclass_transform final get_args get_origin get_overloads get_type_hints is_typeddict no_type_check
        no_type_check_decorator overload reveal_type runtime_checkable : -> part
        """,
        decorators=words("overload override final"),
    ),
    LibraryModel(
        library="types",
        rules="""
        AsyncGeneratorType BuiltinFunctionType BuiltinMethodType CellType ClassMethodDescriptorType CodeType
        CoroutineType DynamicClassAttribute EllipsisType FrameType GeneratorType GenericAlias GetSetDescriptorType
        MemberDescriptorType MethodDescriptorType MethodWrapperType NoneType NotImplementedType TracebackType
        UnionType WrapperDescriptorType : -> object
        MethodType MappingProxyType coroutine : -> part
        new_class : derives(bases@1) -> unknown
        prepare_class resolve_bases FunctionType LambdaType ModuleType : -> unknown
        SimpleNamespace : -> unknown
        """,
    ),
    LibraryModel(
        library="dataclasses",
        rules="""
        field : -> field
        dataclass : -> object
        replace : -> unknown
        asdict astuple : -> container
        fields : -> part
        is_dataclass : pure
        make_dataclass : derives(bases) -> unknown
        InitVar KW_ONLY Field FrozenInstanceError : -> unknown
        """,
        decorators=words("dataclass"),
    ),
    LibraryModel(
        library="enum",
        rules="""
        DynamicClassAttribute Enum EnumCheck EnumMeta EnumType Flag FlagBoundary IntEnum IntFlag MappingProxyType
        ReprEnum StrEnum auto bin global_enum global_enum_repr global_flag_repr global_str member nonmember
        pickle_by_enum_name pickle_by_global_name property reduce show_flag_values unique verify : -> object
        """,
    ),
    LibraryModel(
        library="abc",
        rules="""
        ABCMeta : derives(@1) -> object
        ABC abstractclassmethod abstractmethod abstractproperty abstractstaticmethod get_cache_token
        : -> object
        update_abstractmethods : changes(cls@0) -> part
        """,
        decorators=words("abstractmethod"),
    ),
    LibraryModel(
        library="contextlib",
        rules="""
        AbstractAsyncContextManager AbstractContextManager ContextDecorator aclosing asynccontextmanager closing
        contextmanager nullcontext suppress : -> part
        chdir : reads(path@0) process -> object
        redirect_stdout redirect_stderr : changes(new_target@0) -> Redirection

        class Redirection : object
          __enter__ __exit__ : process -> part
        class ExitStack AsyncExitStack : object
          enter_context enter_async_context push push_async_exit : changes(self) enters(@0) -> part
          callback push_async_callback : changes(self) -> part
          close aclose : changes(self)
          pop_all : changes(self) -> view(self)
        """,
        decorators=words("contextmanager"),
    ),
    LibraryModel(
        library="array",
        rules="""
        array ArrayType : -> array

        class array(builtins.list)
          fromlist fromstring frombytes fromunicode byteswap : changes(self)
          fromfile : changes(self) changes(@0)
          tofile : changes(f@0)
          tolist : -> container
          tobytes tounicode buffer_info : -> constant
          .itemsize .typecode : -> constant
        """,
    ),
    LibraryModel(
        library="argparse",
        rules="""
        Action ArgumentDefaultsHelpFormatter ArgumentError ArgumentTypeError BooleanOptionalAction FileType
        HelpFormatter MetavarTypeHelpFormatter RawDescriptionHelpFormatter RawTextHelpFormatter : -> object

        class ArgumentParser : object
          add_argument add_argument_group add_mutually_exclusive_group add_subparsers add_parser set_defaults register
          : changes(self) -> view(self)
          parse_args parse_known_args parse_intermixed_args parse_known_intermixed_args : changes(namespace@1)
          -> holding(Namespace)
          format_help format_usage get_default exit error : pure
          print_help print_usage : changes(file@0)
          convert_arg_line_to_args : -> container
        class Namespace : object
        """,
    ),
    LibraryModel(
        library="optparse",
        rules="""
        BadOptionError HelpFormatter IndentedHelpFormatter OptParseError Option OptionConflictError
        OptionContainer OptionError OptionGroup OptionParser OptionValueError TitledHelpFormatter Values
        check_choice make_option : -> object
        """,
    ),
    LibraryModel(
        library="ast",
        rules="""
        AST Add And AnnAssign Assert Assign AsyncFor AsyncFunctionDef AsyncWith Attribute AugAssign AugLoad
        AugStore Await BinOp BitAnd BitOr BitXor BoolOp Break Bytes Call ClassDef Compare Constant Continue Del
        Delete Dict DictComp Div Ellipsis Eq ExceptHandler Expr Expression ExtSlice FloorDiv For FormattedValue
        FunctionDef FunctionType GeneratorExp Global Gt GtE If IfExp Import ImportFrom In Index Interactive Invert
        Is IsNot JoinedStr LShift Lambda List ListComp Load Lt LtE MatMult Match MatchAs MatchClass MatchMapping
        MatchOr MatchSequence MatchSingleton MatchStar MatchValue Mod Module Mult Name NameConstant NamedExpr
        Nonlocal Not NotEq NotIn Num Or Param Pass Pow RShift Raise Return Set SetComp Slice Starred Store Str Sub
        Subscript Suite Try TryStar Tuple TypeIgnore UAdd USub UnaryOp While With Yield YieldFrom alias arg
        arguments boolop cmpop comprehension excepthandler expr expr_context keyword main match_case mod operator
        pattern slice stmt type_ignore unaryop withitem : -> object
        literal_eval : -> container
        parse : -> unknown
        unparse dump get_docstring get_source_segment : pure
        walk iter_child_nodes iter_fields : lazy -> iterator
        copy_location fix_missing_locations increment_lineno : changes(*) -> part
        NodeVisitor NodeTransformer : -> foreign
        """,
    ),
    LibraryModel(
        library="tokenize",
        rules="""
        ISEOF ISNONTERMINAL ISTERMINAL TokenInfo detect_encoding : -> object
        tokenize generate_tokens : lazy -> iterator
        open : reads(filename@0) -> io.TextIOWrapper
        untokenize : pure
        main : process
        """,
    ),
    LibraryModel(library="token", rules="ISEOF ISNONTERMINAL ISTERMINAL : pure"),
    LibraryModel(
        library="inspect",
        rules="""
        ArgInfo Arguments Attribute BoundArguments ClassFoundException ClosureVars EndOfBlock FrameInfo
        FullArgSpec Parameter Signature Traceback classify_class_attrs cleandoc findsource formatannotation
        formatannotationrelativeto formatargvalues get_annotations getabsfile getargs getargvalues getblock
        getcallargs getclasstree getclosurevars getcomments getcoroutinelocals getcoroutinestate getdoc getfile
        getframeinfo getfullargspec getgeneratorlocals getgeneratorstate getinnerframes getlineno getmembers
        getmembers_static getmodulename getmro getouterframes getsource getsourcefile getsourcelines indentsize
        isabstract isasyncgen isasyncgenfunction isawaitable isbuiltin isclass iscode iscoroutine
        iscoroutinefunction isdatadescriptor isframe isfunction isgenerator isgeneratorfunction isgetsetdescriptor
        ismemberdescriptor ismethod ismethoddescriptor ismethodwrapper ismodule isroutine istraceback signature
        : -> object
        getattr_static unwrap getmodule : -> part
        currentframe stack trace : -> foreign
        """,
    ),
    LibraryModel(
        library="traceback",
        rules="""
        format_exc : pure
        print_exc print_exception print_last print_list print_stack print_tb : changes(file)
        clear_frames : changes(tb@0)
        extract_stack extract_tb format_exception format_exception_only format_list format_stack format_tb
        : -> container
        StackSummary TracebackException FrameSummary walk_stack walk_tb : -> object
        """,
    ),
    LibraryModel(
        library="weakref",
        rules="""
        WeakKeyDictionary WeakSet WeakValueDictionary : -> container
        CallableProxyType ProxyType ReferenceType getweakrefcount : -> object
        ref proxy WeakMethod getweakrefs : -> part
        finalize : process -> foreign
        """,
    ),
    LibraryModel(
        library="pprint",
        rules="""
        isreadable isrecursive pformat saferepr : pure
        pprint pp : changes(stream@1)

        class PrettyPrinter : object
          pprint : changes(self)
          pformat isreadable isrecursive : pure
          format : -> container
        """,
    ),
    LibraryModel(
        library="difflib",
        rules="""
        Match diff_bytes : -> object
        context_diff unified_diff ndiff restore : -> iterator
        get_close_matches : -> container
        IS_LINE_JUNK IS_CHARACTER_JUNK : pure

        class Differ HtmlDiff SequenceMatcher : object
          ratio quick_ratio real_quick_ratio make_file make_table : pure
          get_matching_blocks get_opcodes get_grouped_opcodes find_longest_match : -> container
          compare : lazy -> iterator
          set_seqs set_seq1 set_seq2 : changes(self)
          .a .b : -> part
        """,
    ),
    LibraryModel(
        library="shlex",
        rules="""
        join quote : pure
        split : -> container
        shlex : -> foreign
        """,
    ),
    LibraryModel(
        library="timeit",
        rules="""
        default_timer : pure
        timeit : draws -> constant
        repeat : draws -> container
        Timer : -> foreign
        """,
    ),
    LibraryModel(
        library="queue",
        rules="""
        Empty Full : -> object
        Queue LifoQueue PriorityQueue SimpleQueue : -> Queue

        class Queue : object
          put put_nowait task_done : changes(self)
          get get_nowait : changes(self) -> part
          qsize empty full join : pure
        """,
    ),
    LibraryModel(
        library="contextvars",
        rules="""
        ContextVar : -> ContextVar
        Context copy_context Token : -> foreign

        class ContextVar : object
          set reset : changes(self) -> object
          get : -> part
          .name : -> constant
        """,
    ),
    LibraryModel(library="graphlib", rules="CycleError : -> object\nTopologicalSorter : -> foreign"),
    LibraryModel(
        library="tomllib",
        rules="""
        load : changes(fp@0) -> container
        loads : -> container
        TOMLDecodeError : -> object
        """,
    ),
    LibraryModel(
        library="plistlib",
        rules="""
        load : changes(fp@0) -> container
        loads : -> container
        dumps : pure
        dump : changes(fp@1)
        UID InvalidFileException : -> object
        """,
    ),
    LibraryModel(
        library="marshal",
        rules="""
        load : changes(@0) -> unknown
        loads : -> unknown
        dumps : pure
        dump : changes(@1)
        """,
    ),
    LibraryModel(
        library="concurrent",
        rules="""
        futures.as_completed : lazy -> iterator
        futures.wait : changes(fs@0) -> container
        futures.ThreadPoolExecutor futures.ProcessPoolExecutor futures.Executor : -> Executor
        futures.thread.ThreadPoolExecutor futures.process.ProcessPoolExecutor : -> Executor
        futures.TimeoutError futures.CancelledError futures.BrokenExecutor futures.InvalidStateError
        futures.process.BrokenProcessPool : -> object

        class Executor : object
          submit : -> holding(Future)
          map : -> iterator
          shutdown : changes(self)
        class futures.Future : object
          done result exception running cancelled : -> part
          cancel add_done_callback set_result set_exception set_running_or_notify_cancel : changes(self)
        """,
    ),
    LibraryModel(
        library="multiprocessing",
        rules="""
        set_start_method set_executable set_forkserver_preload freeze_support log_to_stderr
        allow_connection_pickling : process
        cpu_count get_start_method get_all_start_methods active_children parent_process current_process : -> object
        Pool pool.ThreadPool pool.Pool dummy.Pool : -> Pool
        Queue SimpleQueue JoinableQueue : -> queue.Queue
        Lock RLock Event Condition Semaphore BoundedSemaphore Barrier : -> threading.Lock
        Process : -> threading.Thread
        get_context get_logger Pipe Manager Value Array RawValue RawArray shared_memory.SharedMemory
        shared_memory.ShareableList managers.BaseManager managers.SyncManager : -> foreign
        ProcessError BufferTooShort AuthenticationError TimeoutError : -> object

        class Pool : object
          map starmap apply : -> part
          imap imap_unordered : -> iterator
          apply_async map_async starmap_async : -> holding(concurrent.Future)
          close join terminate : changes(self)
        """,
    ),
    LibraryModel(
        library="asyncio",
        rules="""
        set_event_loop set_event_loop_policy set_child_watcher : process
        run gather wait wait_for shield ensure_future create_task to_thread run_coroutine_threadsafe wrap_future
        : -> part
        as_completed : lazy -> iterator
        sleep iscoroutine iscoroutinefunction isfuture : pure
        get_event_loop get_running_loop new_event_loop get_event_loop_policy get_child_watcher current_task
        all_tasks timeout timeout_at Runner TaskGroup Task Future Handle Server Timeout StreamReader StreamWriter
        SelectorEventLoop DefaultEventLoopPolicy AbstractEventLoop AbstractEventLoopPolicy Protocol Transport
        DatagramProtocol Lock Event Condition Semaphore BoundedSemaphore Barrier Queue LifoQueue PriorityQueue
        Server : -> foreign
        open_connection start_server open_unix_connection start_unix_server : -> foreign
        create_subprocess_exec create_subprocess_shell : writes(any) -> foreign
        CancelledError InvalidStateError TimeoutError QueueEmpty QueueFull IncompleteReadError LimitOverrunError
        SendfileNotAvailableError BrokenBarrierError : -> object
        """,
    ),
    LibraryModel(
        library="select",
        rules="""
        select poll epoll kqueue kevent : -> foreign
        error : -> object
        """,
    ),
    LibraryModel(library="selectors", rules="DefaultSelector SelectSelector PollSelector EpollSelector : -> foreign"),
    LibraryModel(
        library="pkgutil",
        rules="""
        iter_modules walk_packages : reads(any) -> iterator
        get_data resolve_name get_loader find_loader extend_path : reads(any) -> foreign
        """,
    ),
    LibraryModel(
        library="pydoc", rules="getdoc describe locate safeimport render_doc plain splitdoc synopsis : -> part"
    ),
    LibraryModel(
        library="stat",
        rules="""
        S_IFMT S_IMODE S_ISBLK S_ISCHR S_ISDIR S_ISDOOR S_ISFIFO S_ISLNK S_ISPORT S_ISREG S_ISSOCK S_ISWHT
        filemode : pure
        """,
    ),
    LibraryModel(
        library="email",
        rules="""
        message_from_string message_from_bytes message_from_file message_from_binary_file message.Message
        message.EmailMessage mime.text.MIMEText mime.multipart.MIMEMultipart mime.base.MIMEBase
        mime.image.MIMEImage mime.audio.MIMEAudio mime.application.MIMEApplication parser.Parser
        parser.BytesParser parser.HeaderParser : changes(@0) -> foreign
        encoders.encode_base64 encoders.encode_quopri encoders.encode_7or8bit encoders.encode_noop : changes(msg@0)
        utils.formataddr utils.parseaddr utils.formatdate utils.format_datetime utils.make_msgid utils.parsedate
        utils.parsedate_tz utils.parsedate_to_datetime utils.getaddresses utils.quote utils.unquote
        utils.mktime_tz header.decode_header header.make_header header.Header charset.Charset : -> object
        policy.EmailPolicy policy.Policy : -> object
        """,
    ),
    LibraryModel(
        library="http",
        rules="""
        HTTPStatus HTTPMethod : pure
        client.HTTPConnection client.HTTPSConnection client.HTTPResponse server.HTTPServer
        server.ThreadingHTTPServer server.BaseHTTPRequestHandler server.SimpleHTTPRequestHandler
        cookies.SimpleCookie cookies.Morsel cookiejar.CookieJar : -> foreign
        cookiejar.MozillaCookieJar cookiejar.LWPCookieJar : writes(filename@0) -> foreign
        client.HTTPException client.RemoteDisconnected client.IncompleteRead client.BadStatusLine : -> object
        """,
    ),
    LibraryModel(
        library="ipaddress",
        rules="""
        AddressValueError IPv4Address IPv4Interface IPv4Network IPv6Address IPv6Interface IPv6Network
        NetmaskValueError collapse_addresses get_mixed_type_key ip_address ip_interface ip_network
        summarize_address_range v4_int_to_packed v6_int_to_packed AddressValueError.* IPv4Address.*
        IPv4Interface.* IPv4Network.* IPv6Address.* IPv6Interface.* IPv6Network.* NetmaskValueError.* : pure
        """,
    ),
    LibraryModel(
        library="quopri",
        rules="""
        encode decode : changes(input@0 output@1)
        encodestring decodestring : pure
        """,
    ),
    LibraryModel(library="symtable", rules="Class Function Symbol SymbolTable symtable : -> object"),
    LibraryModel(
        library="reprlib",
        rules="""
        repr : pure
        recursive_repr : -> part
        Repr : -> object
        """,
    ),
    LibraryModel(library="sched", rules="scheduler : -> foreign"),
)
