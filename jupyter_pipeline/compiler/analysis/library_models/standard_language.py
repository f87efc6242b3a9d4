"""Standard library: types, classes, contexts, source code and command lines."""

from __future__ import annotations

from jupyter_pipeline.compiler.analysis.library_models.model import LibraryModel, words

__all__ = ["MODELS"]

MODELS = (
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
        library="timeit",
        rules="""
        default_timer : pure
        timeit : draws -> constant
        repeat : draws -> container
        Timer : -> foreign
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
    LibraryModel(library="symtable", rules="Class Function Symbol SymbolTable symtable : -> object"),
)
